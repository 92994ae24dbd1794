package policies

import (
	"time"

	"habeas/models"
)

// Expiry is when and how a request ends that nobody could verify.
type Expiry struct {
	At time.Time
	// Denial: a law asks for a denial with its reason and remedies, on the last
	// day to answer.
	Denial bool
	// Categories: what was asked for in specific pieces is answered with the
	// categories that the privacy policy names.
	Categories bool
	Citation   string // of the law; "" where the organisation's own time ends
}

// atRespond as the moment of an expiry is the last day to answer.
const atRespond = "respond"

// UnverifiableReason is the reason of a denial for want of verification.
const UnverifiableReason = "unverifiable_identity"

// Expiry returns when a request that nobody verifies ends: where a law says
// what becomes of it, on the last day that the law gives for the answer, and
// else when the organisation's own time is over. That time runs from the
// instant given.
func (p *Policy) Expiry(c Case, from time.Time, zone *time.Location) Expiry {
	end := Expiry{At: from.Add(p.ExpireUnverifiedAfter())}
	c, err := p.clean(c)
	if err != nil {
		return end
	}
	var last models.Date
	for _, r := range p.applicable(c) {
		on := p.under(r, c, p.staffPrinter()).due(c.Extended)
		if r.Expiry == nil || on.IsZero() || !last.IsZero() && !on.Before(last) {
			continue
		}
		last = on
		end = Expiry{
			At: on.At(p.data.Workflow.ReminderHour, zone), Denial: true,
			Categories: r.Expiry.Categories && c.Type == models.TypeAccess, Citation: r.Expiry.Citation,
		}
	}
	return end
}
