package console

import (
	"context"
	"net/http"
	"time"

	"habeas/models"
	"habeas/workflows/cases"
)

// Part is one part of the service and how it does.
type Part struct {
	Name string // "Database"
	Good bool
	Text string // what to know about it, without words of drivers
}

// System tells how the service itself does.
type System interface {
	// Parts are what this process works with.
	Parts(ctx context.Context) []Part
	// About are facts to tell a maintainer, such as the version and the mode.
	About() []Fact
}

// Fact is a name and what it is.
type Fact struct{ Name, Value string }

// healthPage says whether everything works.
type healthPage struct {
	At    time.Time
	Good  bool
	Parts []Part
	About []Fact
}

// heldTooLong is how long a mail may wait for staff: dates run from its
// receipt.
const heldTooLong = 24 * time.Hour

// health says whether every part works, from what readiness and the metrics
// know.
func (s *Site) health(w http.ResponseWriter, r *http.Request) error {
	page := healthPage{At: s.Now(), Good: true, Parts: s.System.Parts(r.Context()), About: s.System.About()}
	backlog, err := s.Staff.Backlog(r.Context(), mostCounted)
	if err != nil {
		s.logFault(r, err)
		page.Parts = append(page.Parts, Part{"What waits", false, "It cannot be counted just now."})
	} else {
		page.Parts = append(page.Parts, s.waiting(backlog)...)
	}
	for _, p := range page.Parts {
		page.Good = page.Good && p.Good
	}
	return s.show(w, r, http.StatusOK, viewHealth, layout{Title: "Health", Here: "settings", Body: page})
}

// waiting judges what waits.
func (s *Site) waiting(b cases.Backlog) []Part {
	dead := Part{"Dead jobs", b.Jobs[models.JobDead] == 0, "None has given up."}
	if !dead.Good {
		dead.Text = some(b.Jobs[models.JobDead], "job") + " given up, waiting for staff."
	}
	refused, lost := b.Mail[models.DeliveryDeferred], b.Mail[models.DeliveryFailed]+b.Mail[models.DeliveryBounced]
	mails := Part{"Outgoing mail", refused == 0, "The server refuses none."}
	if refused > 0 {
		mails.Text = some(refused, "mail") + " refused for now; tried again by itself."
	}
	if lost > 0 {
		mails.Text += " " + some(lost, "mail") + " could never be delivered."
	}
	held := Part{"Unplaced mail", b.Held == 0 || s.Now().Sub(b.HeldSince) < heldTooLong, "None waits for staff."}
	if b.Held > 0 {
		held.Text = some(b.Held, "mail") + " waiting for staff, the oldest for " + ago(s.Now().Sub(b.HeldSince)) + "."
	}
	parts := []Part{dead, mails, held}
	for _, m := range b.Mailboxes {
		parts = append(parts, s.mailbox(m))
	}
	return parts
}

// silentTooLong is how long a mailbox may go unread: then people are told, too.
const silentTooLong = time.Hour

// mailbox says whether a mailbox is read.
func (s *Site) mailbox(m models.Mailbox) Part {
	silent := s.Now().Sub(m.SilentSince())
	p := Part{"Mailbox " + m.Name, silent < silentTooLong, "Read " + ago(silent) + " ago."}
	if m.SucceededAt.IsZero() {
		p.Text = "Not read yet."
	}
	if m.Fault != "" {
		p.Text += " " + word(mailboxWords(), m.Fault)
	}
	return p
}

func mailboxWords() map[models.MailboxFault]string {
	return map[models.MailboxFault]string{
		models.MailboxUnreachable: "Its server does not answer.", models.MailboxLogin: "Its server does not let us in.",
		models.MailboxFolder: "Its folder cannot be opened.", models.MailboxMessages: "Some of its messages cannot be fetched or moved.",
		models.MailboxOurs: "A part of ours is away.",
	}
}

// ago says how long something is, in its largest unit.
func ago(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return count(int(d/(24*time.Hour)), "day")
	case d >= time.Hour:
		return count(int(d/time.Hour), "hour")
	case d >= time.Minute:
		return count(int(d/time.Minute), "minute")
	}
	return "less than a minute"
}
