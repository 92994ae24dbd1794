package store_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"habeas/models"
)

// live stores requests whose lives lie around clock changes, midnights and
// leap days.
func live(t testing.TB, b *bed, n int) []models.Request {
	t.Helper()
	rnd := rand.New(rand.NewPCG(3, 4))
	corners := []time.Time{
		time.Date(2026, 3, 8, 10, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), noon,
	}
	some := func() time.Time {
		at := corners[rnd.IntN(len(corners))].Add(time.Duration(rnd.IntN(5)-2) * 24 * time.Hour)
		return at.Add(time.Duration(rnd.IntN(97)-48) * 30 * time.Minute).Add(time.Duration(rnd.IntN(3)-1) * time.Microsecond)
	}
	all := make([]models.Request, n)
	for i := range all {
		all[i] = b.submitted(t, func(r *models.Request) {
			vary(r, rnd)
			r.ReceivedAt, r.Deadline.RespondBy = some(), some()
			if r.State == models.StateClosed || rnd.IntN(2) == 0 {
				r.State, r.Outcome, r.ClosedAt = models.StateClosed, models.Outcomes()[rnd.IntN(8)], some()
			}
		})
	}
	return all
}

func zones(t testing.TB) (all []*time.Location) {
	t.Helper()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		must(t, err)
		all = append(all, zone)
	}
	return all
}

func TestAnswerTimesAreThoseOfEachLife(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		all := live(t, b, 250)
		periods := []models.Period{
			{}, {Type: models.TypeAccess}, {From: noon.AddDate(0, -10, 0), To: noon}, {From: all[4].ClosedAt.Truncate(time.Hour)},
		}
		for _, zone := range zones(t) {
			for _, p := range periods {
				got, err := b.AnswerTimes(t.Context(), p, zone)
				must(t, err)
				slices.SortFunc(got, byAnswer)
				if want := answered(all, p, zone); !slices.Equal(got, want) || len(want) < 3 {
					t.Fatalf("%s, %+v:\n got %v\nwant %v", zone, p, got, want)
				}
			}
		}
	})
}

// answered says what AnswerTimes means, life by life.
func answered(all []models.Request, p models.Period, zone *time.Location) (times []models.AnswerTime) {
	counts := map[models.AnswerTime]int{}
	for _, r := range all {
		if r.State != models.StateClosed || !slices.Contains(models.Decidable(), r.Outcome) || !inside(p, r, r.ClosedAt) {
			continue
		}
		received := models.DateOf(r.ReceivedAt, zone)
		counts[models.AnswerTime{
			Type: r.Type, Days: models.DateOf(r.ClosedAt, zone).DaysSince(received),
			Allowed: models.DateOf(r.Deadline.RespondBy, zone).DaysSince(received), Late: r.ClosedAt.After(r.Deadline.RespondBy),
		}]++
	}
	for a, n := range counts {
		a.N = n
		times = append(times, a)
	}
	slices.SortFunc(times, byAnswer)
	return times
}

func byAnswer(a, b models.AnswerTime) int {
	late := map[bool]int{true: 1}
	return cmp.Or(cmp.Compare(a.Type, b.Type), a.Days-b.Days, a.Allowed-b.Allowed, late[a.Late]-late[b.Late])
}

func inside(p models.Period, r models.Request, at time.Time) bool {
	return (p.From.IsZero() || !at.Before(p.From)) && (p.To.IsZero() || at.Before(p.To)) && (p.Type == "" || slices.Contains(r.Asked(), p.Type))
}

func TestRequestsAreCountedInEachPeriod(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		all := live(t, b, 200)
		periods := []models.Period{{}, {To: noon}, {From: noon}, {Type: models.TypeDeletion}, {From: all[0].ReceivedAt, To: all[0].ReceivedAt.Add(time.Microsecond)}}
		for at := noon.AddDate(-1, 0, 0); at.Before(noon.AddDate(0, 1, 0)); at = at.AddDate(0, 0, 7) {
			periods = append(periods, models.Period{From: at, To: at.AddDate(0, 0, 7)})
		}
		received, err := b.CountReceived(ctx, periods)
		must(t, err)
		closed, err := b.CountClosed(ctx, periods)
		must(t, err)
		due, err := b.CountDue(ctx, periods)
		must(t, err)
		for i, p := range periods {
			var want [3]int
			for _, r := range all {
				want[0] += one(inside(p, r, r.ReceivedAt))
				want[1] += one(r.State == models.StateClosed && inside(p, r, r.ClosedAt))
				want[2] += one(r.State != models.StateClosed && inside(p, r, r.Deadline.RespondBy))
			}
			if got := [3]int{received[i], closed[i], due[i]}; got != want {
				t.Errorf("%+v: received, closed, due are %v, want %v", p, got, want)
			}
		}
		if none, err := b.CountReceived(ctx, nil); err != nil || len(none) != 0 {
			t.Errorf("no period gives %v, %v", none, err)
		}
	})
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
