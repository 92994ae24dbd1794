package console

import "habeas/models"

// timeLeft is the time of a request, drawn: from receipt to the last day. The
// words say all that the bar does.
type timeLeft struct {
	Words  string // "3 days left"
	On     models.Date
	Gone   int    // of 100
	Kind   string // late, soon, fair, held, closed: a class
	Closed bool
}

// soon is how many days before the date a bar says so.
const soon = 3

// timeLeft reckons in whole days of the organisation's zone.
func (s *Site) timeLeft(f models.Facts) timeLeft {
	today, on := models.DateOf(s.Now(), s.Zone), f.Deadline.RespondOn
	if f.State == models.StateClosed {
		return timeLeft{Words: "Closed", On: models.DateOf(f.ClosedAt, s.Zone), Gone: 100, Kind: "closed", Closed: true}
	}
	from := f.ReceivedOn
	if f.Appeal.No > 0 {
		from = models.DateOf(f.Appeal.FiledAt, s.Zone)
	}
	all, gone, left := max(on.DaysSince(from), 1), today.DaysSince(from), on.DaysSince(today)
	t := timeLeft{On: on, Gone: min(max(100*gone/all, 0), 100), Kind: "fair"}
	switch {
	case left < 0:
		t.Words, t.Kind, t.Gone = days(-left)+" overdue", "late", 100
	case left == 0:
		t.Words, t.Kind = "Due today", "soon"
	default:
		t.Words = days(left) + " left"
		if left <= soon {
			t.Kind = "soon"
		}
	}
	return t
}
