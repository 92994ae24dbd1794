package workflows

import (
	"habeas/models"
)

// SetSuppression has the mailbox that got a mail never mailed again before it is proved,
// or takes that back. Requests from it are taken all the same. Was is what holds
// now, which Service fills in.
type SetSuppression struct {
	Message    models.Message
	Never, Was bool
}

// CommandWishMail is the command of SetSuppression, which the link of a mail gives.
const CommandWishMail CommandName = "wish-mail"

// Name implements Command.
func (SetSuppression) Name() CommandName { return CommandWishMail }

func (d *decider) setSuppression(c SetSuppression) {
	if c.Was != c.Never {
		kind := models.EventMailAllowed
		if c.Never {
			kind = models.EventMailStopped
		}
		d.observe(kind, map[string]string{"message": c.Message.ID})
		d.With(models.SuppressionChanged{Mailbox: d.rules.CanonicalMailbox(c.Message.Recipient(d.Request)), Suppressed: c.Never})
	}
	d.leave()
}
