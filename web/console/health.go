package console

import (
	"context"
	"net/http"
	"time"

	"habeas/models"
	"habeas/workflows"
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
	backlog, err := s.Staff.Backlog(r.Context())
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
func (s *Site) waiting(b workflows.Backlog) []Part {
	dead := Part{"Dead jobs", b.Jobs[models.JobDead] == 0, "None has given up."}
	if !dead.Good {
		dead.Text = count(b.Jobs[models.JobDead], "job") + " gave up and wait for staff."
	}
	failed := b.Mail[models.DeliveryDeferred]
	mails := Part{"Outgoing mail", failed == 0, "Every mail was taken by the server, or is on its way."}
	if failed > 0 {
		mails.Text = count(failed, "mail") + " refused for now; they are tried again."
	}
	held := Part{"Unplaced mail", b.Held == 0 || s.Now().Sub(b.HeldSince) < heldTooLong, "None waits for staff."}
	if b.Held > 0 {
		held.Text = count(b.Held, "mail") + " waiting for staff, the oldest for " + ago(s.Now().Sub(b.HeldSince)) + "."
	}
	return []Part{dead, mails, held}
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
