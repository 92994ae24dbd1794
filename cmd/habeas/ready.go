package main

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"habeas/api"
)

// readiness tells whether this process can do its work now.
type readiness struct {
	database interface {
		Ping(ctx context.Context) error
	}
	queue redis.UniversalClient
	jobs  interface {
		OldestDue(ctx context.Context, now time.Time) (time.Time, error)
	}
	lag time.Duration
}

// state is what readiness found. It holds no words of drivers, since anybody
// may ask for it.
type state struct {
	Ready    bool    `json:"ready"`
	Database bool    `json:"database"`
	Queue    bool    `json:"queue"`
	Jobs     bool    `json:"jobs"` // none has waited for too long
	Lag      float64 `json:"job_lag_seconds"`

	oldest time.Time // when the job longest due was due; zero: none is
}

// check looks at each part, for two seconds at most.
func (r readiness) check(ctx context.Context) state {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	s := state{Database: r.database.Ping(ctx) == nil, Queue: r.queue.Ping(ctx).Err() == nil}
	if s.Database {
		var err error
		at := now()
		s.oldest, err = r.jobs.OldestDue(ctx, at)
		s.Lag = lag(s.oldest, at).Seconds()
		s.Jobs = err == nil && s.Lag <= r.lag.Seconds()
	}
	s.Ready = s.Database && s.Queue && s.Jobs
	return s
}

// lag is how long a job that was due then has been waiting.
func lag(due, at time.Time) time.Duration {
	if due.IsZero() {
		return 0
	}
	return max(0, at.Sub(due))
}

// forAPI is what the public port tells: whether requests can be taken.
func (r readiness) forAPI(ctx context.Context) api.Readiness {
	s := r.check(ctx)
	return api.Readiness{Database: s.Database, Queue: s.Queue, OldestDue: s.oldest}
}
