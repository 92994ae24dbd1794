package jobs_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/notifications"
	"habeas/workflows/jobs"
)

// Redis is emptied while two processes send 300 mails. A minute later all of
// them are sent, each once.
func TestAFlushedRedisLosesAndDoublesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		const mails = 300
		for i := range mails {
			b.submit(fmt.Sprintf("person%d@example.org", i))
		}
		started, gate := atomic.Int64{}, make(chan struct{})
		b.post.answers(func(notifications.Outgoing) error {
			if started.Add(1) > 100 {
				<-gate // some are in the middle while Redis is emptied
			}
			return nil
		})
		clients := b.onRedis()
		c := clients()
		for range 2 {
			b.fleet(clients(), false)
		}
		testbed.Eventually(t, "some mails are being sent", func() bool { return started.Load() > 110 })
		b.must(c.FlushDB(t.Context()).Err())
		b.pass(jobs.Lease)
		testbed.Eventually(t, "the queue is filled again", func() bool {
			n, err := c.LLen(t.Context(), "asynq:{habeas}:pending").Result()
			return err == nil && n > 0
		})
		close(gate)
		checks := 0
		testbed.Eventually(t, "all mails are sent", func() bool {
			// What a run was at when its task came again waits for another lease.
			if checks++; checks%200 == 0 {
				b.pass(jobs.Lease)
			}
			return len(b.ofKind(models.JobDone, models.JobSendMail)) == mails
		})
		if n := b.post.took(t); n != mails {
			t.Errorf("%d mails were sent, want %d", n, mails)
		}
	})
}

// The process dies in the middle of a mail. The next one sends it, under the
// same Message-ID, and what the dead one was about to record has no effect.
func TestAKilledWorkerLeavesNothingUndone(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		gate, hangs := make(chan struct{}), atomic.Bool{}
		b.post.answers(func(notifications.Outgoing) error {
			if hangs.CompareAndSwap(false, true) {
				<-gate
			}
			return nil
		})
		stop := b.fleet(b.onRedis()(), true)
		testbed.Eventually(t, "the first process is at it", hangs.Load)
		stop()
		// What a process that is killed leaves: the row, and an empty Redis.
		b.pass(2 * time.Minute)
		b.fleet(b.onRedis()(), true)
		testbed.Eventually(t, "the mail is sent", func() bool { return len(b.ofKind(models.JobDone, models.JobSendMail)) == 1 })
		close(gate)
		testbed.Eventually(t, "the dead one has woken", func() bool {
			b.post.mu.Lock()
			defer b.post.mu.Unlock()
			return len(b.post.sent) == 2
		})
		if len(b.post.tries) != 1 {
			t.Errorf("%d Message-IDs, want one", len(b.post.tries))
		}
		b.wantEvent(r, models.EventMailSent)
	})
}

// With the process its queue is gone, so that what it had taken is free.
func TestAnEmbeddedServiceGoesOnAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.submit("ana@example.org")
		b.wantClaimable(1)
		b.wantClaimable(0)
		b.fleet(b.onRedis()(), true)
		testbed.Eventually(t, "the mail is sent", func() bool { return b.post.took(t) == 1 })
	})
}

func TestAPoisonousJobDoesNotBlockOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.post.answers(func(o notifications.Outgoing) error {
			if strings.HasPrefix(o.To[0], "poison") {
				panic("poison")
			}
			return nil
		})
		for i := range 5 {
			b.nonsense()
			b.submit(fmt.Sprintf("poison%d@example.org", i))
		}
		for i := range 20 {
			b.submit(fmt.Sprintf("person%d@example.org", i))
		}
		b.fleet(b.onRedis()(), true)
		testbed.Eventually(t, "the other 20 mails arrive", func() bool { return b.post.took(t) == 20 })
	})
}

func TestTheRelayClaimsNothingWhileRedisIsDown(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.submit("ana@example.org")
		down := redis.NewClient(&redis.Options{MaxRetries: -1, Dialer: func(context.Context, string, string) (net.Conn, error) {
			return nil, errDown
		}})
		defer down.Close()
		relay := jobs.NewRelay(jobs.RelayConfig{Jobs: b.store, Redis: down, Now: b.now, Log: b.logger()})
		if _, err := relay.Pass(t.Context()); err == nil {
			t.Error("no error")
		}
		b.wantClaimable(1)
	})
}

func (b *bed) wantClaimable(want int) {
	b.t.Helper()
	due, err := b.store.Claim(b.t.Context(), b.now(), jobs.Lease, 500)
	b.must(err)
	if len(due) != want {
		b.t.Errorf("%d jobs can be claimed at once, want %d", len(due), want)
	}
}

// failing is a Redis that dies between being asked and being given tasks.
type failing struct{ after atomic.Int64 }

func (*failing) DialHook(next redis.DialHook) redis.DialHook { return next }

func (f *failing) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if strings.HasPrefix(cmd.Name(), "eval") && f.after.Add(-1) < 0 {
			cmd.SetErr(errDown)
			return errDown
		}
		return next(ctx, cmd)
	}
}

func (*failing) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func TestTheRelayGivesBackWhatRedisDidNotTake(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		c := b.onRedis()()
		relay := jobs.NewRelay(jobs.RelayConfig{Jobs: b.store, Redis: c, Now: b.now, Log: b.logger()})
		b.submit("first@example.org")
		if _, err := relay.Pass(t.Context()); err != nil { // a fresh Redis has to be told the scripts
			t.Fatal(err)
		}
		for i := range 40 {
			b.submit(fmt.Sprintf("person%d@example.org", i))
		}
		f := &failing{}
		f.after.Store(10)
		c.AddHook(f)
		if _, err := relay.Pass(t.Context()); err == nil {
			t.Error("no error")
		}
		queued, err := c.LLen(t.Context(), "asynq:{habeas}:pending").Result()
		b.must(err)
		if queued--; queued == 0 || queued > 10 {
			t.Errorf("%d tasks were taken, want up to 10", queued)
		}
		b.wantClaimable(40 - int(queued))
	})
}

func TestTheRelaySaysOnceThatItStands(t *testing.T) {
	b := newBed(t, migrations.SQLite)
	t.Parallel()
	c := b.onRedis()()
	var down atomic.Bool
	down.Store(true)
	c.AddHook(switchable{&down})
	relay := jobs.NewRelay(jobs.RelayConfig{Jobs: b.store, Redis: c, Now: b.now, Log: b.logger(), Poll: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { relay.Run(ctx); close(done) }()
	testbed.Eventually(t, "it has noticed", func() bool { return strings.Contains(b.log.String(), "jobs wait") })
	b.submit("ana@example.org")
	down.Store(false)
	testbed.Eventually(t, "it goes on", func() bool {
		n, err := c.LLen(ctx, "asynq:{habeas}:pending").Result()
		return err == nil && n == 1
	})
	testbed.Eventually(t, "it says so", func() bool { return strings.Contains(b.log.String(), "jobs run again") })
	cancel()
	<-done
	for _, line := range []string{"jobs wait", "jobs run again"} {
		if n := strings.Count(b.log.String(), line); n != 1 {
			t.Errorf("%q was logged %d times", line, n)
		}
	}
}

type switchable struct{ down *atomic.Bool }

func (switchable) DialHook(next redis.DialHook) redis.DialHook          { return next }
func (switchable) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }
func (s switchable) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if s.down.Load() {
			return errDown
		}
		return next(ctx, cmds)
	}
}

func TestTheRelayKeepsTheQueueShort(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for i := range 30 {
			b.submit(fmt.Sprintf("person%d@example.org", i))
		}
		c := b.onRedis()()
		relay := jobs.NewRelay(jobs.RelayConfig{Jobs: b.store, Redis: c, Now: b.now, Log: b.logger(), Queue: 20})
		for range 3 {
			_, err := relay.Pass(t.Context())
			b.must(err)
			if n, err := c.LLen(t.Context(), "asynq:{habeas}:pending").Result(); err != nil || n != 20 {
				t.Errorf("%d tasks are queued, %v; want 20", n, err)
			}
		}
	})
}

// A task that Asynq gave up lies in its archive and blocks its id, after a
// flush even from being deleted by those who knew the queue before.
func TestAnArchivedTaskDoesNotBlockItsJob(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.submit("ana@example.org")
		c := b.onRedis()()
		relay := jobs.NewRelay(jobs.RelayConfig{Jobs: b.store, Redis: c, Now: b.now, Log: b.logger()})
		_, err := relay.Pass(t.Context())
		b.must(err)
		b.must(c.FlushDB(t.Context()).Err())
		b.pass(jobs.Lease)
		_, err = relay.Pass(t.Context())
		b.must(err)

		var runs atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		worker := jobs.NewWorker(jobs.WorkerConfig{Redis: c, Log: b.logger(), Poll: 10 * time.Millisecond, Run: func(context.Context, string) error {
			if runs.Add(1) == 1 {
				return fmt.Errorf("the database is gone: %w", asynq.SkipRetry)
			}
			return nil
		}})
		go func() { done <- worker.Run(ctx) }()
		testbed.Eventually(t, "the task is in the archive", func() bool {
			n, err := c.ZCard(ctx, "asynq:{habeas}:archived").Result()
			return err == nil && n == 1
		})
		b.pass(jobs.Lease)
		_, err = relay.Pass(t.Context())
		b.must(err)
		testbed.Eventually(t, "it runs again", func() bool { return runs.Load() == 2 })
		cancel()
		b.must(<-done)
	})
}

// What lies in Redis is ids: not even what an error says gets there.
func TestRedisHoldsNoPersonalData(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("canary@example.org")
		c := b.onRedis()()
		relay := jobs.NewRelay(jobs.RelayConfig{Jobs: b.store, Redis: c, Now: b.now, Log: b.logger()})
		_, err := relay.Pass(t.Context())
		b.must(err)
		keys, err := c.Keys(t.Context(), "asynq:{habeas}:t:*").Result()
		b.must(err)
		if len(keys) != 1 {
			t.Fatalf("%d tasks, want 1", len(keys))
		}
		task, err := c.HGetAll(t.Context(), keys[0]).Result()
		b.must(err)
		for _, forbidden := range []string{"canary", "Ana", r.Reference, string(models.JobSendMail)} {
			if strings.Contains(fmt.Sprint(keys, task), forbidden) {
				t.Errorf("Redis holds %q", forbidden)
			}
		}
	})
}
