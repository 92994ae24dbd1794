package main

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"habeas/api"
	"habeas/intake/imap"
	"habeas/models"
)

// readyAge is how long an answer about readiness stands: anybody may ask, and
// asking must not become work for the database.
const readyAge = time.Second

// readiness tells whether this process can do its work now.
type readiness struct {
	database interface {
		Ping(ctx context.Context) error
	}
	queue redis.UniversalClient
	jobs  interface {
		OldestDue(ctx context.Context, now time.Time) (time.Time, error)
	}
	lag       time.Duration
	mailboxes interface {
		Mailbox(ctx context.Context, name string) (models.Mailbox, error)
	}
	mailbox string // that is read by IMAP, or ""

	mu   sync.Mutex
	at   time.Time
	last state
}

// state is what readiness found. It holds no words of drivers, since anybody
// may ask for it.
type state struct {
	Ready    bool    `json:"ready"`
	Database bool    `json:"database"`
	Queue    bool    `json:"queue"`
	Jobs     bool    `json:"jobs"`    // none has waited for too long
	Mailbox  bool    `json:"mailbox"` // none is read by IMAP, or it was not long ago
	Lag      float64 `json:"job_lag_seconds"`

	oldest time.Time // when the job longest due was due; zero: none is
}

// check returns what look found, at most a second ago.
func (r *readiness) check(ctx context.Context) state {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := now(); at.Sub(r.at) >= readyAge {
		r.last, r.at = r.look(context.WithoutCancel(ctx)), at
	}
	return r.last
}

// look looks at each part, for two seconds at most.
func (r *readiness) look(ctx context.Context) state {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	s := state{Database: r.database.Ping(ctx) == nil, Queue: r.queue.Ping(ctx).Err() == nil}
	if s.Database {
		var err error
		at := now()
		s.oldest, err = r.jobs.OldestDue(ctx, at)
		s.Lag = lag(s.oldest, at).Seconds()
		s.Jobs = err == nil && s.Lag <= r.lag.Seconds()
		s.Mailbox = r.reads(ctx, at)
	}
	s.Ready = s.Database && s.Queue && s.Jobs && s.Mailbox
	return s
}

// reads reports whether the mailbox is read. One that nobody looked at yet is
// about to be.
func (r *readiness) reads(ctx context.Context, at time.Time) bool {
	if r.mailbox == "" {
		return true
	}
	box, err := r.mailboxes.Mailbox(ctx, r.mailbox)
	if models.CodeOf(err) == models.CodeNotFound {
		return true
	}
	return err == nil && at.Sub(box.SilentSince()) < imap.Patience
}

// lag is how long a job that was due then has been waiting.
func lag(due, at time.Time) time.Duration {
	if due.IsZero() {
		return 0
	}
	return max(0, at.Sub(due))
}

// forAPI is what the public port tells: whether requests can be taken.
func (r *readiness) forAPI(ctx context.Context) api.Readiness {
	s := r.check(ctx)
	return api.Readiness{Database: s.Database, Queue: s.Queue, OldestDue: s.oldest}
}
