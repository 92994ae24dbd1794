package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"habeas/models"
	"habeas/workflows/cases"
)

// Lease is how long a relay leaves a job alone that one of them has taken. So
// much later at most, everything that Redis lost is in it again.
const Lease = time.Minute

// RelayConfig is what a relay needs. What is zero gets its default.
type RelayConfig struct {
	Jobs  cases.JobStore
	Redis redis.UniversalClient
	Now   func() time.Time
	Log   *slog.Logger
	// Lane is the jobs that it hands over; "" is all, in one queue.
	Lane models.JobLane
	// Embedded: Redis lives in this process and was empty when it started, and
	// it is fast with some hundred tasks only.
	Embedded bool

	Lease time.Duration // default Lease
	Poll  time.Duration // how often to look for due jobs; default 1 s, embedded 200 ms
	Queue int           // most tasks in Redis at a time; default 5,000, embedded 500
}

// batch is the most jobs claimed at a time.
const batch = 500

// Relay hands due jobs to Asynq. It may stop at any time: what it claimed and
// did not hand over is claimed again. Several may run at once.
type Relay struct {
	c     RelayConfig
	tasks *tasks
	kick  chan struct{}
	fresh bool // nothing was unclaimed yet
	down  bool // the last pass failed, and was logged
}

// NewRelay returns a Relay.
func NewRelay(c RelayConfig) *Relay {
	if c.Lease == 0 {
		c.Lease = Lease
	}
	if c.Poll == 0 {
		c.Poll = pick(c.Embedded, 200*time.Millisecond, time.Second)
	}
	if c.Queue == 0 {
		c.Queue = pick(c.Embedded, batch, 10*batch)
	}
	return &Relay{c: c, tasks: newTasks(c.Redis, c.Lane), kick: make(chan struct{}, 1), fresh: c.Embedded}
}

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// Kick tells the relay that jobs were committed. It never blocks.
func (r *Relay) Kick() {
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

// Run relays until ctx ends.
func (r *Relay) Run(ctx context.Context) {
	poll := time.NewTicker(r.c.Poll)
	defer poll.Stop()
	for {
		more, err := r.Pass(ctx)
		if ctx.Err() != nil {
			return
		}
		r.report(ctx, err)
		if more {
			continue
		}
		// While something is down, no kick makes it try faster.
		kick := r.kick
		if r.down {
			kick = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-kick:
		case <-poll.C:
		}
	}
}

// report logs that the relay stands still once, and once that it goes on.
func (r *Relay) report(ctx context.Context, err error) {
	switch {
	case err != nil && !r.down:
		r.c.Log.ErrorContext(ctx, "jobs wait: the queue or the database cannot be used", slog.Any("error", err))
	case err == nil && r.down:
		r.c.Log.InfoContext(ctx, "jobs run again")
	}
	r.down = err != nil
}

// Pass claims the jobs that are due and hands them over, as many as there is
// room for. It reports whether more may be due.
func (r *Relay) Pass(ctx context.Context) (more bool, err error) {
	if r.fresh {
		if err := r.c.Jobs.Unclaim(ctx, nil); err != nil {
			return false, err
		}
		r.fresh = false
	}
	// Asking Redis first means that nothing is claimed while it is down.
	queued, err := r.tasks.count(ctx)
	if err != nil {
		return false, err
	}
	limit := min(batch, r.c.Queue-queued)
	if limit <= 0 {
		return false, nil
	}
	var of []models.JobLane
	if r.c.Lane != "" {
		of = append(of, r.c.Lane)
	}
	claimed, err := r.c.Jobs.Claim(ctx, r.c.Now(), r.c.Lease, limit, of...)
	if err != nil || len(claimed) == 0 {
		return false, err
	}
	refused, err := r.tasks.enqueue(ctx, ids(claimed))
	if err != nil {
		return false, r.giveBack(ctx, refused, err)
	}
	return len(claimed) == limit, nil
}

// giveBack lets the jobs be claimed again at once that Redis did not take.
func (r *Relay) giveBack(ctx context.Context, refused []string, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if err := r.c.Jobs.Unclaim(ctx, refused); err != nil {
		r.c.Log.ErrorContext(ctx, "jobs were not given back; they are claimed again after the lease", slog.Any("error", err))
	}
	return cause
}

func ids(jobs []models.Job) []string {
	list := make([]string, len(jobs))
	for i, j := range jobs {
		list[i] = j.ID
	}
	return list
}
