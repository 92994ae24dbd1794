package audit

import (
	"slices"
	"time"

	"habeas/models"
)

// requestRows writes requests as they stand at one moment.
type requestRows struct {
	now   time.Time
	today models.Date
	zone  *time.Location
	codes []string // scratch
}

func newRequestRows(now time.Time, zone *time.Location) *requestRows {
	// Storage keeps whole seconds and a day ends with its last one: half a
	// second into it nobody is late yet.
	now = now.Truncate(time.Second)
	return &requestRows{now: now, today: models.DateOf(now, zone), zone: zone}
}

// write writes the columns of one request. They are explained, in this order,
// in docs/exports.md.
func (x *requestRows) write(t table, r *models.Request, tasks taskCounts) {
	f := &r.Facts
	t.text("reference", r.Reference)
	t.number("version", r.Version)
	x.nature(t, f)
	x.clock(t, f)
	x.standing(t, f)
	x.answer(t, f)
	x.time(t, f)
	x.hands(t, f)
	tasks.write(t)
	t.flag("shredded", r.Shredded)
}

// nature is what was asked for, where and how (11 CCR § 7101(b): nature,
// manner and date of the request).
func (x *requestRows) nature(t table, f *models.Facts) {
	t.text("type", string(f.Type))
	t.list("rights", x.rights(f))
	t.text("data_class", f.DataClass)
	t.text("channel", string(f.Channel))
	t.flag("undesignated", f.Undesignated)
	t.text("country", f.Country)
	t.text("region", f.Region)
	t.text("locale", f.Locale)
	t.text("capacity", string(f.Capacity))
	t.text("policy_version", f.Policy)
	t.instant("received_at", f.ReceivedAt)
	t.date("received_on", f.ReceivedOn)
	t.instant("entered_at", f.EnteredAt)
}

// rights are all that was asked for.
func (x *requestRows) rights(f *models.Facts) []string {
	x.codes = x.codes[:0]
	if len(f.Rights) == 0 {
		return append(x.codes, string(f.Type))
	}
	for _, t := range f.Rights {
		x.codes = append(x.codes, string(t))
	}
	return x.codes
}

// clock is what the law allows. The dates are those in force: after an
// extension or a pause, the later ones.
func (x *requestRows) clock(t table, f *models.Facts) {
	t.text("governing_regime", f.Deadline.Governing)
	t.list("regimes", f.Deadline.Regimes)
	t.date("acknowledge_on", f.Deadline.AcknowledgeOn)
	t.date("respond_on", f.Deadline.RespondOn)
	t.instant("respond_by", f.Deadline.RespondBy)
	t.flag("extended", f.Extended)
	t.date("extended_from", f.ExtendedFrom)
	t.number("days_paused", x.paused(f))
}

func (x *requestRows) standing(t table, f *models.Facts) {
	t.text("state", string(f.State))
	t.text("outcome", string(f.Outcome))
	t.text("level", string(f.Level))
}

// answer is why (§ 7101(b): basis of denial) and what came of the items.
func (x *requestRows) answer(t table, f *models.Facts) {
	x.codes = x.codes[:0]
	if decided(f) {
		x.codes = appendReasons(x.codes, f.Decision.Reasons, f.Decision.Items, f.Items)
	}
	t.list("reason_codes", x.codes)
	var fulfilled, partly, denied, noData, undecided int
	for i := range f.Items {
		switch f.Items[i].Outcome {
		case models.OutcomeFulfilled:
			fulfilled++
		case models.OutcomePartly:
			partly++
		case models.OutcomeDenied:
			denied++
		case models.OutcomeNoData:
			noData++
		case models.OutcomeWithdrawn, models.OutcomeExpired, models.OutcomeDuplicate, models.OutcomeSpam:
			undecided++ // nobody decides an item so
		default:
			undecided++
		}
	}
	t.number("items", len(f.Items))
	t.number("items_fulfilled", fulfilled)
	t.number("items_partly_fulfilled", partly)
	t.number("items_denied", denied)
	t.number("items_no_data", noData)
	t.number("items_undecided", undecided)
}

// time is how long it took (§ 7101(b): date of response), or how long is left.
func (x *requestRows) time(t table, f *models.Facts) {
	due := !f.Deadline.RespondOn.IsZero()
	if f.State == models.StateClosed {
		closedOn := x.closedOn(f)
		t.instant("closed_at", f.ClosedAt)
		t.date("closed_on", closedOn)
		t.number("days_taken", closedOn.DaysSince(f.ReceivedOn))
		t.nothing("days_left")
		t.nothing("overdue")
		flagIf(t, due, "answered_late", f.ClosedAt.Truncate(time.Second).After(f.Deadline.RespondBy))
		return
	}
	t.nothing("closed_at")
	t.nothing("closed_on")
	t.nothing("days_taken")
	if due {
		t.number("days_left", f.Deadline.RespondOn.DaysSince(x.today))
	} else {
		t.nothing("days_left")
	}
	flagIf(t, due, "overdue", f.Overdue(x.now))
	t.nothing("answered_late")
}

func (x *requestRows) hands(t table, f *models.Facts) {
	t.number("appeal", f.Appeal.No)
	t.text("merged_into", f.MergedInto)
	t.flag("moved", f.Moved)
	t.text("assignee", f.Assignee)
	var by, approvedBy string
	if decided(f) {
		by, approvedBy = f.Decision.By, f.Decision.ApprovedBy
	}
	t.text("decided_by", by)
	t.text("approved_by", approvedBy)
}

// decided reports whether the request is closed by a decision. One that was
// reopened still carries the decision before, which is not its answer now.
func decided(f *models.Facts) bool {
	return f.State == models.StateClosed && slices.Contains(models.Decidable(), f.Outcome)
}

// closedOn is the day the answer left, which may be another one in UTC.
func (x *requestRows) closedOn(f *models.Facts) models.Date {
	return models.DateOf(f.ClosedAt, x.zone)
}

// paused counts the days on which a question was with the requester, up to
// today if one still is.
func (x *requestRows) paused(f *models.Facts) int {
	end := x.today
	if f.State == models.StateClosed {
		end = x.closedOn(f)
	}
	days := 0
	for _, p := range f.Pauses {
		to := p.To
		if to.IsZero() {
			to = end
		}
		days += max(0, to.DaysSince(p.From))
	}
	return days
}

// appendReasons adds the codes of a decision and of its items, each once, in
// the order given.
func appendReasons(codes, reasons []string, items ...[]models.ItemFacts) []string {
	codes = appendNew(codes, reasons)
	for _, list := range items {
		for i := range list {
			codes = appendNew(codes, list[i].Reasons)
		}
	}
	return codes
}

func appendNew(codes, more []string) []string {
	for _, c := range more {
		if !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	return codes
}

func flagIf(t table, known bool, name string, v bool) {
	if known {
		t.flag(name, v)
	} else {
		t.nothing(name)
	}
}
