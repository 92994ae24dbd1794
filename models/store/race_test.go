package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"habeas/models"
)

// race runs n copies of f at the same moment and returns their errors.
func race(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// winners counts the errors that are nil; the others must satisfy lost.
func winners(t *testing.T, errs []error, lost func(error) bool) (n int) {
	t.Helper()
	for _, err := range errs {
		switch {
		case err == nil:
			n++
		case !lost(err):
			t.Errorf("a loser got %v", err)
		}
	}
	return n
}

func hasCode(code models.Code) func(error) bool {
	return func(err error) bool { return models.CodeOf(err) == code }
}

func TestOfEightWhoTakeOneStepOneWins(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for range 5 {
			r := b.submitted(t)
			errs := race(8, func(i int) error {
				c := step(r, func(r *models.Request) { r.State, r.Assignee = models.StateInProgress, strconv.Itoa(i) })
				c.Jobs = []models.Job{job("")}
				return b.Commit(context.Background(), c)
			})
			if n := winners(t, errs, hasCode(models.CodeStale)); n != 1 {
				t.Fatalf("%d winners", n)
			}
			got, err := b.FindByID(t.Context(), r.ID)
			must(t, err)
			if want := strconv.Itoa(slices.Index(errs, nil)); got.Assignee != want || got.Version != 2 {
				t.Errorf("the request has the assignee %s at version %d, want %s", got.Assignee, got.Version, want)
			}
			events, err := b.Events(t.Context(), r.ID)
			must(t, err)
			if len(events) != 2 {
				t.Errorf("%d events, want 2", len(events))
			}
		}
		if n := b.count(t, "jobs WHERE unique_key IS NULL"); n != 5 {
			t.Errorf("%d jobs of 5 winners", n)
		}
	})
}

// An answer is stored only if everything that the requester wrote before was
// read, whoever of the two is quicker.
func TestAnAnswerPassesByNoMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for range 5 {
			r := b.submitted(t)
			said := message(r, "Wait.")
			said.Direction, said.Letter, said.Delivery = models.Incoming, nil, models.DeliveryNone
			none := 0
			errs := race(2, func(i int) error {
				c := models.Decision{Request: r, Before: r.Version, Messages: []models.Message{said}}
				if i == 1 {
					c.Messages = []models.Message{message(r, "Done.")}
					c.With(models.LastSeen{Messages: none})
				}
				return b.Commit(context.Background(), c)
			})
			must(t, errs[0])
			if errs[1] != nil {
				wantCode(t, errs[1], models.CodeStale)
			}
			late := models.Decision{Request: r, Before: r.Version, Messages: []models.Message{message(r, "Done.")}, Effects: []models.Effect{models.LastSeen{Messages: none}}}
			wantCode(t, b.Commit(t.Context(), late), models.CodeStale)
			late.Effects = []models.Effect{models.LastSeen{Messages: 1}}
			must(t, b.Commit(t.Context(), late))
		}
	})
}

func TestOfEightUnderOneIdempotencyKeyOneWins(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		errs := race(8, func(i int) error {
			c := submit(newRequest())
			c.With(models.Once{Scope: "public", Key: "k", BodyHash: []byte("h"), Status: 201, Answer: fmt.Append(nil, c.Request.Reference)})
			return b.Commit(context.Background(), c)
		})
		if n := winners(t, errs, hasCode(models.CodeInFlight)); n != 1 {
			t.Fatalf("%d winners", n)
		}
		if n := b.count(t, "requests"); n != 1 {
			t.Errorf("%d requests", n)
		}
		o, err := b.Answered(t.Context(), "public", "k")
		must(t, err)
		if _, err := b.Find(t.Context(), string(o.Answer)); err != nil {
			t.Errorf("the answer is %q: %v", o.Answer, err)
		}
		if o.Status != 201 || string(o.BodyHash) != "h" {
			t.Errorf("stored %+v", o)
		}
		_, err = b.Answered(t.Context(), "somebody else", "k")
		wantCode(t, err, models.CodeNotFound)
	})
}

func TestOfEightRunsOfOneJobOneCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		j := job("one")
		must(t, b.Ensure(t.Context(), j))
		errs := race(8, func(int) error {
			m := message(r, "reminder")
			return b.Commit(context.Background(), models.Decision{
				Request: r, Before: r.Version, Messages: []models.Message{m}, Effects: []models.Effect{models.JobFinished{ID: j.ID}},
			})
		})
		if n := winners(t, errs, func(err error) bool { return errors.Is(err, models.ErrJobDone) }); n != 1 {
			t.Fatalf("%d winners", n)
		}
		if n := b.count(t, "messages"); n != 2 {
			t.Errorf("%d messages", n)
		}
	})
}

// T10: every try counts, and each has a number of its own. Of fifty tries that
// one client makes at once five are compared, and the next client has its own.
func TestFiftyTriesAtACodeAreFiveOfOneClient(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		numbers := make([]int, 50)
		errs := race(50, func(i int) error {
			c, err := b.CountTry(context.Background(), r.ID, []models.Tries{{Key: []byte("stranger"), Most: 5}}, noon)
			numbers[i] = c.Tries
			return err
		})
		slices.Sort(numbers)
		if n := winners(t, errs, hasCode(models.CodeNotFound)); n != 5 || !slices.Equal(numbers[45:], []int{1, 2, 3, 4, 5}) {
			t.Fatalf("%d tries are compared, numbered %v", n, numbers)
		}
		c, err := b.CountTry(t.Context(), r.ID, []models.Tries{{Key: []byte("owner"), Most: 5}}, noon)
		if must(t, err); c.Tries != 6 {
			t.Errorf("the owner's try is number %d", c.Tries)
		}
		must(t, b.ForgetMailCounts(t.Context(), noon))
		if n := b.count(t, "code_tries"); n != 2 {
			t.Errorf("%d clients are counted at a code that is good", n)
		}
		must(t, b.ForgetMailCounts(t.Context(), noon.Add(48*time.Hour)))
		if n := b.count(t, "code_tries"); n != 0 {
			t.Errorf("%d clients are counted at a code that is over", n)
		}
	})
}

func TestACodeIsUsedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		code, err := b.CountTry(t.Context(), r.ID, []models.Tries{{Most: 5}}, noon)
		must(t, err)
		errs := race(8, func(i int) error {
			return b.Commit(context.Background(), models.Decision{Request: r, Before: r.Version, Effects: []models.Effect{
				models.CodeUsed{ID: code.ID},
				models.SessionOpened{Session: models.Session{ID: newID(), RequestID: r.ID, Hash: fmt.Append(nil, "hash", i), ExpiresAt: noon.Add(time.Hour)}},
			}})
		})
		if n := winners(t, errs, hasCode(models.CodeNotFound)); n != 1 {
			t.Fatalf("%d winners", n)
		}
		if n := b.count(t, "sessions"); n != 1 {
			t.Errorf("%d sessions", n)
		}
		_, err = b.CountTry(t.Context(), r.ID, []models.Tries{{Most: 5}}, noon)
		wantCode(t, err, models.CodeNotFound)
	})
}

func TestSeveralRelaysClaimEachJobOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for i := range 100 {
			must(t, b.Ensure(t.Context(), job(strconv.Itoa(i), func(j *models.Job) { j.RunAt = noon.Add(-time.Duration(i) * time.Second) })))
		}
		claimed := make([][]models.Job, 8)
		errs := race(8, func(i int) error {
			for {
				some, err := b.Claim(context.Background(), noon, time.Minute, 7)
				if err != nil || len(some) == 0 {
					return err
				}
				claimed[i] = append(claimed[i], some...)
			}
		})
		must(t, errors.Join(errs...))
		seen := map[string]int{}
		for _, j := range slices.Concat(claimed...) {
			seen[j.ID]++
		}
		if total := len(slices.Concat(claimed...)); total != 100 || len(seen) != 100 {
			t.Errorf("%d claims of %d jobs, want 100 of 100", total, len(seen))
		}
	})
}

func TestShreddingWinsAgainstACommandUnderWay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for range 20 {
			r := b.submitted(t)
			errs := race(4, func(i int) error {
				if i == 0 {
					return b.Shred(context.Background(), r.ID, noon)
				}
				return b.Commit(context.Background(), step(r, func(r *models.Request) { r.Details = "changed" }))
			})
			must(t, errs[0])
			winners(t, errs[1:], func(err error) bool {
				return models.CodeOf(err) == models.CodeStale || models.CodeOf(err) == models.CodeConflict
			})
			if got, err := b.FindByID(t.Context(), r.ID); err != nil || !got.Shredded || got.Details != "" {
				t.Errorf("the request is %+v, %v", got, err)
			}
		}
		if n := b.count(t, "requests WHERE content IS NOT NULL"); n != 0 {
			t.Errorf("%d shredded requests have content", n)
		}
	})
}

func TestNewCodesOfOneRequestEndEachOther(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		errs := race(8, func(i int) error {
			return b.Commit(context.Background(), models.Decision{Request: r, Before: r.Version, Effects: []models.Effect{
				models.CodeIssued{Code: models.MailedCode{ID: fmt.Sprint("code", i), RequestID: r.ID, Digest: []byte{byte(i)}, ExpiresAt: noon.Add(time.Hour)}},
			}})
		})
		must(t, errors.Join(errs...))
		if n := b.count(t, "codes WHERE live"); n != 1 {
			t.Errorf("%d live codes", n)
		}
		sent, err := b.Codes(t.Context(), r.ID, noon)
		must(t, err)
		if len(sent) != 9 {
			t.Errorf("%d codes since, want 9", len(sent))
		}
		if sent, _ := b.Codes(t.Context(), r.ID, noon.Add(time.Second)); len(sent) != 0 {
			t.Errorf("%d codes since later", len(sent))
		}
	})
}

func TestOfEightRunsThatBeginAMailOneDoes(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		j := job("mail")
		must(t, b.Ensure(t.Context(), j))
		until := noon.Add(time.Minute)
		errs := race(8, func(int) error { return b.Begin(context.Background(), j.ID, 0, noon, until) })
		if n := winners(t, errs, func(err error) bool { return errors.Is(err, models.ErrJobDone) }); n != 1 {
			t.Errorf("%d winners", n)
		}
		got, err := b.Job(t.Context(), j.ID)
		must(t, err)
		if got.Attempts != 1 || !got.RunAt.Equal(until) || got.State != models.JobPending {
			t.Errorf("the job is %+v", got)
		}
		if err := b.Begin(t.Context(), j.ID, 1, noon, until); !errors.Is(err, models.ErrJobDone) {
			t.Errorf("a second try before its time gave %v", err)
		}
		must(t, b.Begin(t.Context(), j.ID, 1, until, until.Add(time.Minute)))
	})
}

// Plans that share a transaction stand or fall alone: what fails, at its last
// statement too, leaves nothing, and takes nobody along.
func TestWhoFailsFailsAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		done := b.submitted(t)
		before, events := b.count(t, "requests"), b.count(t, "events")
		const n = 120
		errs := race(n, func(i int) error {
			c := submit(newRequest())
			ctx := context.Background()
			switch i % 4 {
			case 1: // fails at its first statement
				c.Request.Reference = done.Reference
			case 2: // fails at its last
				c.With(models.CodeUsed{ID: "no such code"})
			case 3: // nobody waits for it any more
				gone, cancel := context.WithCancel(ctx)
				cancel()
				ctx = gone
			}
			return b.Commit(ctx, c)
		})
		for i, err := range errs {
			if (err == nil) != (i%4 == 0) {
				t.Errorf("commit %d: %v", i, err)
			}
		}
		if got := b.count(t, "requests") - before; got != n/4 {
			t.Errorf("%d requests are there, want %d", got, n/4)
		}
		if got := b.count(t, "events") - events; got != n/4 {
			t.Errorf("%d events are there, want %d", got, n/4)
		}
	})
}
