package portal

import (
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
)

// step is one point of the timeline: something that happened, or a date ahead.
type step struct {
	Title string
	Text  string
	On    models.Date
	At    time.Time // the instant, of what happened
	Phase string    // past, now, ahead, late
}

// bar is the time of a request, drawn: from receipt to the last day.
type bar struct {
	Days, Gone  int
	Left        string // in words
	Width       int    // of what is gone, of barWidth
	From, Until models.Date
	Late        bool
}

const barWidth = 600

// why says where the last day comes from.
type why struct {
	Text    string
	Notices []string // what no single law says
	Regimes []regimeDates
}

type regimeDates struct {
	Name                        string
	Governs                     bool
	AcknowledgeOn, On, ExtendOn models.Date
	Steps                       []policies.Step
}

// bar draws the time of an open request.
func (s *Site) bar(l *catalogue, own models.Request) *bar {
	if own.State == models.StateClosed {
		return nil
	}
	from, until := own.ReceivedOn, own.Deadline.RespondOn
	if own.Appeal.No > 0 {
		from = models.DateOf(own.Appeal.FiledAt, s.Zone)
	}
	b := &bar{Days: max(until.DaysSince(from), 1), From: from, Until: until}
	b.Gone = min(max(s.today().DaysSince(from), 0), b.Days)
	b.Width = barWidth * b.Gone / b.Days
	left := until.DaysSince(s.today())
	switch {
	case left < 0:
		b.Late = true
		b.Left, _ = l.count("case.late", -left)
	case left == 0:
		b.Left = l.words["case.today"]
	default:
		b.Left, _ = l.count("case.left", left)
	}
	return b
}

// steps are what happened to a request, and the dates that are ahead of it.
func (s *Site) steps(l *catalogue, own models.Request, events []models.Event) []step {
	var all []step
	for _, e := range events {
		if p, ok := s.past(l, own, e); ok {
			all = append(all, p)
		}
	}
	if own.State == models.StateClosed {
		return all
	}
	if len(all) > 0 {
		all[len(all)-1].Phase = "now"
	}
	return append(all, s.ahead(l, own)...)
}

// past is a step that happened, if it is one that the requester hears of.
func (s *Site) past(l *catalogue, own models.Request, e models.Event) (step, bool) {
	key := "step." + string(e.Kind)
	title, ok := l.words[key]
	switch {
	case e.At.Before(own.RequesterSince) && e.Kind != models.EventSubmitted: // it was somebody else's then
		return step{}, false
	case !ok, e.Kind == models.EventClassified && e.Change.Reminded == nil, // the date is the same
		e.Kind == models.EventFileDeleted && e.Detail["internal"] != "": // they did not see it
		return step{}, false
	}
	p := step{Title: title, On: models.DateOf(e.At, s.Zone), At: e.At, Phase: "past"}
	due := models.Date{}
	if e.Change.Deadline != nil {
		due = e.Change.Deadline.RespondOn
	}
	switch e.Kind { //nolint:exhaustive // the rest says it in its title
	case models.EventSubmitted:
		p.On, p.At = own.ReceivedOn, own.ReceivedAt
	case models.EventExtended, models.EventAnswered, models.EventResumed, models.EventAppealed, models.EventClassified:
		if !due.IsZero() {
			p.Text, _ = l.say("step.due", "date", l.date(due))
		}
	case models.EventDecided, models.EventApproved:
		if e.Change.Outcome != nil {
			p.Text = l.text("outcome."+string(*e.Change.Outcome), "state.closed")
		}
	}
	return p, true
}

// ahead are the dates to come.
func (s *Site) ahead(l *catalogue, own models.Request) []step {
	var all []step
	waits := []models.State{models.StateUnverified, models.StateOpen}
	if on := own.Deadline.AcknowledgeOn; own.Appeal.No == 0 && slices.Contains(waits, own.State) && !on.Before(s.today()) {
		all = append(all, step{Title: l.words["step.acknowledge"], On: on, Phase: "ahead"})
	}
	due := step{Title: l.words["step.answer_by"], On: own.Deadline.RespondOn, Phase: "ahead"}
	if due.On.Before(s.today()) {
		due.Phase, due.Text = "late", l.words["step.late"]
	}
	return append(all, due)
}

// why explains the last day, under every law and promise that applies.
func (s *Site) why(l *catalogue, policy *policies.Policy, own models.Request, e policies.Explanation) *why {
	if own.State == models.StateClosed {
		return nil
	}
	w := &why{}
	if own.Appeal.No > 0 {
		w.Text, _ = l.say("why.appeal", "date", l.date(own.Deadline.RespondOn), "filed", l.date(models.DateOf(own.Appeal.FiledAt, s.Zone)))
		return w
	}
	key := "why.one"
	if len(e.Regimes) > 1 {
		key = "why.many"
	}
	if own.Extended {
		key = "why.extended"
	}
	w.Text, _ = l.say(key, "regime", policy.RegimeName(e.Governing, l.tag), "date", l.date(own.Deadline.RespondOn), "n", len(e.Regimes))
	for _, n := range e.Notices {
		w.Notices = append(w.Notices, n.Text)
	}
	for _, r := range e.Regimes {
		w.Regimes = append(w.Regimes, regimeDates{
			Name: policy.RegimeName(r.Regime, l.tag), Governs: r.Regime == e.Governing,
			AcknowledgeOn: r.AcknowledgeOn.Date, On: r.RespondOn.Date, ExtendOn: r.ExtendedOn.Date, Steps: r.Steps,
		})
	}
	return w
}
