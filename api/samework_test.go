package api_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"habeas/internal/testbed"
	"habeas/models"
	"habeas/workflows/cases"
)

// counted is a store that counts what a request costs.
type counted struct {
	cases.Store
	reads, commits int
}

func (c *counted) MailUsage(ctx context.Context, m models.MailCounted, now time.Time) (models.MailUsage, error) {
	c.reads++
	return c.Store.MailUsage(ctx, m, now)
}

func (c *counted) Commit(ctx context.Context, d models.Decision) error {
	c.commits++
	return c.Store.Commit(ctx, d)
}

// A request for a mailbox that gets no further mail takes the same work as any
// other: nobody learns by the time whether we know an address. The soak measures
// it too.
func TestALimitedMailboxTakesTheSameWork(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	store := &counted{Store: b.store}
	b.service.Store = store
	for range models.MailboxMails {
		b.submit(mailbox("full@example.com"))
	}
	times := map[bool][]time.Duration{}
	for i := range testbed.Soak(5, 2000) {
		for _, limited := range []bool{i%2 == 0, i%2 != 0} {
			address := "full@example.com"
			if !limited {
				address = fmt.Sprintf("free%d@example.com", i)
			}
			store.reads, store.commits = 0, 0
			begin := time.Now()
			reference := b.submit(mailbox(address))
			times[limited] = append(times[limited], time.Since(begin))
			if store.reads != 1 || store.commits != 1 {
				t.Fatalf("limited: %t: %d reads of limits, %d commits", limited, store.reads, store.commits)
			}
			if i > 0 {
				continue
			}
			if r, err := b.store.Find(t.Context(), reference); err != nil || (r.Suppressed == models.SuppressedMailbox) != limited {
				t.Fatalf("limited: %t: it is unsent for %q, %v", limited, r.Suppressed, err)
			}
		}
	}
	median := func(limited bool) time.Duration {
		slices.Sort(times[limited])
		return times[limited][len(times[limited])/2]
	}
	difference := (median(true) - median(false)).Abs()
	t.Logf("the medians are %s and %s", median(true), median(false))
	if testbed.Soak(0, 1) == 1 && difference > 2*time.Millisecond {
		t.Errorf("a limited mailbox is told by %s", difference)
	}
}

// The limits on mail come with the case: what they leave no room for is decided
// against at once, and not once the store has refused it.
func TestWhatTheLimitsLeaveNoRoomForIsDecidedOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	store := &counted{Store: b.store}
	b.service.Store = store
	var reference string
	for range models.MailboxMails {
		reference = b.submit(mailbox("full@example.com"))
	}
	store.reads, store.commits = 0, 0
	err := b.service.Cases.IssueCode(t.Context(), reference, "job")
	if models.CodeOf(err) != models.CodeTooMany || store.reads != 1 || store.commits != 0 {
		t.Errorf("a fourth code to an unverified mailbox: %v, after %d reads of limits and %d commits", err, store.reads, store.commits)
	}
}
