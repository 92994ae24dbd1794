package cases

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"habeas/models"
)

// How far the overview looks, back and ahead.
const (
	flowWeeks = 26
	flowDays  = 30
	loadWeeks = 12
)

// Step is how long a bar of the overview is.
type Step string

// The steps.
const (
	StepWeek Step = "week" // from Monday
	StepDay  Step = "day"
)

// Overview is how the work goes. Days and weeks are those of the
// organisation's zone.
type Overview struct {
	At    time.Time
	Stats models.Stats
	Step  Step
	Flow  []Flow        // the oldest first; the last one is not over yet
	Times []AnswerTimes // by type, in the order of their names
	Since models.Date   // Times are of requests answered from this day on
	Load  []Load        // overdue first
	// Tasks counts the undone tasks by system and owner, the most first.
	Tasks []models.TaskLoad
}

// Flow is what came and what was closed in a day or a week.
type Flow struct {
	From, To        models.Date // both are part of it
	Arrived, Closed int
}

// AnswerTimes says how long the answers to one type took, in days, beside what
// the deadlines allowed.
type AnswerTimes struct {
	Type     models.RequestType
	Answered int
	Median   int // half were answered within so many days
	Ninth    int // nine in ten were: the 90th percentile
	Longest  int
	Allowed  int // the median of what the deadline allowed
	Late     int // answered after it
}

// Load is what is due in a week. From is zero for what is overdue, To for what
// is due later than all weeks.
type Load struct {
	From, To models.Date // both are part of it
	Due      int
}

// Overdue reports whether these are past their date.
func (l Load) Overdue() bool { return l.From.IsZero() }

// Overview returns how the work goes.
func (s *Queries) Overview(ctx context.Context, step Step) (Overview, error) {
	o := Overview{At: s.now(), Step: step}
	today := models.DateOf(o.At, s.Zone)
	monday := today.AddDays(-((int(today.Weekday()) + 6) % 7))
	o.Flow = weeks(monday.AddDays(-7*(flowWeeks-1)), flowWeeks)
	o.Since = o.Flow[0].From
	if step == StepDay {
		o.Flow = days(today.AddDays(1-flowDays), flowDays)
	}
	var err error
	if o.Stats, err = s.Store.Stats(ctx, o.At); err != nil {
		return Overview{}, err
	}
	if err := s.flow(ctx, o.Flow); err != nil {
		return Overview{}, err
	}
	times, err := s.Store.AnswerTimes(ctx, models.Period{From: o.Since.Start(s.Zone)}, s.Zone)
	if err != nil {
		return Overview{}, err
	}
	o.Times = byType(times)
	if o.Load, err = s.load(ctx, o.At, monday); err != nil {
		return Overview{}, err
	}
	o.Tasks, err = s.Store.TaskLoads(ctx, o.At)
	return o, err
}

func weeks(from models.Date, n int) []Flow {
	all := make([]Flow, n)
	for i := range all {
		all[i] = Flow{From: from.AddDays(7 * i), To: from.AddDays(7*i + 6)}
	}
	return all
}

func days(from models.Date, n int) []Flow {
	all := make([]Flow, n)
	for i := range all {
		all[i] = Flow{From: from.AddDays(i), To: from.AddDays(i)}
	}
	return all
}

// flow counts what came and was closed.
func (s *core) flow(ctx context.Context, f []Flow) error {
	periods := make([]models.Period, len(f))
	for i := range f {
		periods[i] = models.Period{From: f[i].From.Start(s.Zone), To: f[i].To.AddDays(1).Start(s.Zone)}
	}
	arrived, err := s.Store.CountReceived(ctx, periods)
	if err != nil {
		return err
	}
	closed, err := s.Store.CountClosed(ctx, periods)
	if err != nil {
		return err
	}
	for i := range f {
		f[i].Arrived, f[i].Closed = arrived[i], closed[i]
	}
	return nil
}

// load counts what is overdue, due in the week that runs and each one after,
// and later.
func (s *core) load(ctx context.Context, now time.Time, monday models.Date) ([]Load, error) {
	all, periods := []Load{{}}, []models.Period{{To: now}}
	from := now
	for i := range loadWeeks {
		l := Load{From: monday.AddDays(7 * i), To: monday.AddDays(7*i + 6)}
		to := l.To.AddDays(1).Start(s.Zone)
		all, periods, from = append(all, l), append(periods, models.Period{From: from, To: to}), to
	}
	all, periods = append(all, Load{From: monday.AddDays(7 * loadWeeks)}), append(periods, models.Period{From: from})
	due, err := s.Store.CountDue(ctx, periods)
	for i := range due {
		all[i].Due = due[i]
	}
	return all, err
}

// byType sums up the times of each type.
func byType(times []models.AnswerTime) []AnswerTimes {
	groups := map[models.RequestType][]models.AnswerTime{}
	for _, t := range times {
		groups[t.Type] = append(groups[t.Type], t)
	}
	var all []AnswerTimes
	for _, kind := range slices.Sorted(maps.Keys(groups)) {
		all = append(all, summary(kind, groups[kind]))
	}
	return all
}

func summary(kind models.RequestType, times []models.AnswerTime) AnswerTimes {
	taken := func(t models.AnswerTime) int { return t.Days }
	a := AnswerTimes{
		Type: kind, Median: percentile(times, 50, taken), Ninth: percentile(times, 90, taken), Longest: percentile(times, 100, taken),
		Allowed: percentile(times, 50, func(t models.AnswerTime) int { return t.Allowed }),
	}
	for _, t := range times {
		a.Answered += t.N
		if t.Late {
			a.Late += t.N
		}
	}
	return a
}

// percentile returns the least number of days that so many per cent of the
// requests do not exceed (the nearest rank).
func percentile(times []models.AnswerTime, share int, days func(models.AnswerTime) int) int {
	times = slices.Clone(times)
	slices.SortFunc(times, func(a, b models.AnswerTime) int { return cmp.Compare(days(a), days(b)) })
	total := 0
	for _, t := range times {
		total += t.N
	}
	rank := (total*share + 99) / 100
	for _, t := range times {
		if rank -= t.N; rank <= 0 {
			return days(t)
		}
	}
	return 0
}

// TaskLoads counts the undone tasks by system and owner, the most first.
func (s *Owners) TaskLoads(ctx context.Context) ([]models.TaskLoad, error) {
	return s.Store.TaskLoads(ctx, s.now())
}
