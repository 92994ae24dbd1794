package store_test

import (
	"context"
	"crypto/rand"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"habeas/internal/keyring"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows/cases"
)

// The overview is compared with what each life says, in zones whose days are
// not those of UTC.
func TestAnOverviewIsWhatTheLivesSay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		all := live(t, b, 300)
		for _, zone := range zones(t) {
			for _, at := range []time.Time{noon, time.Date(2026, 3, 30, 3, 0, 0, 0, time.UTC), time.Date(2026, 11, 2, 6, 59, 0, 0, time.UTC)} {
				s := b.service(t, zone, at)
				for _, step := range []cases.Step{cases.StepWeek, cases.StepDay} {
					got, err := s.Queries.Overview(t.Context(), step)
					must(t, err)
					checkFlow(t, got, all, zone, step)
					checkLoad(t, got, all, zone)
					checkTimes(t, got, all, zone)
				}
			}
		}
	})
}

var defaultPolicy = sync.OnceValues(policies.Default)

// service is the real one over the bed's store.
func (b *bed) service(t *testing.T, zone *time.Location, at time.Time) *cases.Service {
	t.Helper()
	policy, err := defaultPolicy()
	must(t, err)
	s, err := cases.New(context.Background(), cases.Config{
		Store: b.Store, JobStore: b.Store, Keys: (*keyring.Ring)(nil), Policy: policy, Zone: zone,
		MailDomain: "habeas.example", Now: func() time.Time { return at }, NewID: newID, Random: rand.Reader,
	})
	must(t, err)
	return s
}

func checkFlow(t *testing.T, o cases.Overview, all []models.Request, zone *time.Location, step cases.Step) {
	t.Helper()
	n, length := 26, 7
	if step == cases.StepDay {
		n, length = 30, 1
	}
	if len(o.Flow) != n {
		t.Fatalf("%d bars by %s", len(o.Flow), step)
	}
	today := models.DateOf(o.At, zone)
	if last := o.Flow[n-1]; today.Before(last.From) || today.After(last.To) {
		t.Errorf("%s is not in the last bar, %s to %s", today, last.From, last.To)
	}
	for i, f := range o.Flow {
		if f.To.DaysSince(f.From) != length-1 || length == 7 && f.From.Weekday() != time.Monday || i > 0 && f.From != o.Flow[i-1].To.AddDays(1) {
			t.Errorf("bar %d is from %s to %s", i, f.From, f.To)
		}
		want := cases.Flow{From: f.From, To: f.To}
		for _, r := range all {
			want.Arrived += one(within(f.From, f.To, r.ReceivedAt, zone))
			want.Closed += one(r.State == models.StateClosed && within(f.From, f.To, r.ClosedAt, zone))
		}
		if f != want {
			t.Errorf("%s: flow is %+v, want %+v", zone, f, want)
		}
	}
}

func within(from, to models.Date, at time.Time, zone *time.Location) bool {
	on := models.DateOf(at, zone)
	return !on.Before(from) && !on.After(to)
}

func checkLoad(t *testing.T, o cases.Overview, all []models.Request, zone *time.Location) {
	t.Helper()
	if len(o.Load) != 14 || !o.Load[0].Overdue() || !o.Load[13].To.IsZero() {
		t.Fatalf("load is %+v", o.Load)
	}
	open, sum := 0, 0
	for i, l := range o.Load {
		due := 0
		for _, r := range all {
			if r.State == models.StateClosed {
				continue
			}
			late, on := r.Deadline.RespondBy.Before(o.At), models.DateOf(r.Deadline.RespondBy, zone)
			due += one(late && i == 0 || !late && i > 0 && !on.Before(l.From) && (l.To.IsZero() || !on.After(l.To)))
		}
		if l.Due != due {
			t.Errorf("%s: %+v, want %d due", zone, l, due)
		}
		sum += l.Due
	}
	for _, r := range all {
		open += one(r.State != models.StateClosed)
	}
	if sum != open || o.Stats.Overdue != o.Load[0].Due {
		t.Errorf("%d of %d are in a week, %d and %d overdue", sum, open, o.Stats.Overdue, o.Load[0].Due)
	}
}

func checkTimes(t *testing.T, o cases.Overview, all []models.Request, zone *time.Location) {
	t.Helper()
	taken, allowed, late := map[models.RequestType][]int{}, map[models.RequestType][]int{}, map[models.RequestType]int{}
	for _, r := range all {
		if r.State != models.StateClosed || !slices.Contains(models.Decidable(), r.Outcome) || models.DateOf(r.ClosedAt, zone).Before(o.Since) {
			continue
		}
		received := models.DateOf(r.ReceivedAt, zone)
		taken[r.Type] = append(taken[r.Type], models.DateOf(r.ClosedAt, zone).DaysSince(received))
		allowed[r.Type] = append(allowed[r.Type], models.DateOf(r.Deadline.RespondBy, zone).DaysSince(received))
		late[r.Type] += one(r.ClosedAt.After(r.Deadline.RespondBy))
	}
	var want []cases.AnswerTimes
	for kind, days := range taken {
		want = append(want, cases.AnswerTimes{
			Type: kind, Answered: len(days), Median: rank(days, .5), Ninth: rank(days, .9), Longest: slices.Max(days),
			Allowed: rank(allowed[kind], .5), Late: late[kind],
		})
	}
	slices.SortFunc(want, func(a, b cases.AnswerTimes) int {
		if a.Type < b.Type {
			return -1
		}
		return 1
	})
	if !reflect.DeepEqual(o.Times, want) || len(want) == 0 {
		t.Errorf("%s: times are %+v\nwant %+v", zone, o.Times, want)
	}
}

// rank is the smallest of the days that a share of them does not exceed, by
// counting.
func rank(days []int, share float64) int {
	for _, d := range slices.Sorted(slices.Values(days)) {
		n := 0
		for _, other := range days {
			n += one(other <= d)
		}
		if float64(n) >= share*float64(len(days)) {
			return d
		}
	}
	return 0
}
