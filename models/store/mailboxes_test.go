package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"habeas/models"
)

func TestOneProcessReadsAMailbox(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx, until := t.Context(), noon.Add(5*time.Minute)
		must(t, b.HoldMailbox(ctx, "box", "a", noon, until))
		must(t, b.HoldMailbox(ctx, "box", "a", noon, until))
		wantCode(t, b.HoldMailbox(ctx, "box", "b", noon.Add(time.Minute), until), models.CodeConflict)
		must(t, b.HoldMailbox(ctx, "other", "b", noon, until))
		// Only who has it can give it back.
		must(t, b.ReleaseMailbox(ctx, "box", "b", noon))
		wantCode(t, b.HoldMailbox(ctx, "box", "b", noon, until), models.CodeConflict)
		must(t, b.ReleaseMailbox(ctx, "box", "a", noon))
		must(t, b.HoldMailbox(ctx, "box", "b", noon, until))
		// A process that died has it until its time is over.
		wantCode(t, b.HoldMailbox(ctx, "box", "c", until.Add(-time.Second), until.Add(time.Hour)), models.CodeConflict)
		must(t, b.HoldMailbox(ctx, "box", "c", until, until.Add(time.Hour)))
	})
}

func TestOfManyProcessesOneReadsAMailbox(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		var all sync.WaitGroup
		won := make(chan string, 8)
		for i := range 8 {
			all.Go(func() {
				who := fmt.Sprint(i)
				if err := b.HoldMailbox(t.Context(), "box", who, noon, noon.Add(time.Minute)); err == nil {
					won <- who
				} else if models.CodeOf(err) != models.CodeConflict {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Errorf("%d processes have it", len(won))
		}
	})
}

func TestAMailboxIsSilentSinceItWasLastRead(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		_, err := b.Mailbox(ctx, "box")
		wantCode(t, err, models.CodeNotFound)
		must(t, b.HoldMailbox(ctx, "box", "a", noon, noon.Add(time.Minute)))
		must(t, b.RecordMailbox(ctx, "box", noon.Add(time.Minute), models.MailboxLogin))
		is := func(since time.Time, fault models.MailboxFault) {
			t.Helper()
			m, err := b.Mailbox(ctx, "box")
			must(t, err)
			if !m.SilentSince().Equal(since) || m.Fault != fault || !m.Since.Equal(noon) {
				t.Errorf("%+v, want silence since %s, %q", m, since, fault)
			}
		}
		is(noon, models.MailboxLogin)
		must(t, b.RecordMailbox(ctx, "box", noon.Add(2*time.Minute), ""))
		is(noon.Add(2*time.Minute), "")
		must(t, b.HoldMailbox(ctx, "box", "b", noon.Add(3*time.Hour), noon.Add(4*time.Hour)))
		must(t, b.RecordMailbox(ctx, "box", noon.Add(3*time.Hour), models.MailboxMessages))
		is(noon.Add(2*time.Minute), models.MailboxMessages)
	})
}
