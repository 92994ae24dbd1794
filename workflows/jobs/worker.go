package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"habeas/models"
)

// WorkerConfig is what a worker needs. What is zero gets its default.
type WorkerConfig struct {
	Redis redis.UniversalClient
	// Run runs the job with an id: Runner.Run.
	Run func(ctx context.Context, id string) error
	Log *slog.Logger
	// Lane is the jobs that it runs; "" is what a relay of all hands over.
	Lane models.JobLane

	Concurrency int           // jobs at a time; default 10
	Poll        time.Duration // how often to look for work when idle; default 150 ms
	Grace       time.Duration // for jobs at work when it stops; default 8 s
}

// Worker takes ids from Asynq and runs their jobs. It may be killed at any
// time: what it was at runs again.
type Worker struct{ c WorkerConfig }

// NewWorker returns a Worker.
func NewWorker(c WorkerConfig) *Worker {
	if c.Concurrency == 0 {
		c.Concurrency = 10
	}
	if c.Poll == 0 {
		c.Poll = 150 * time.Millisecond
	}
	if c.Grace == 0 {
		c.Grace = 8 * time.Second
	}
	return &Worker{c}
}

// Run works until ctx ends, and then until what is at work has ended or Grace
// is over. Redis may come and go meanwhile.
func (w *Worker) Run(ctx context.Context) error {
	server := asynq.NewServerFromRedisClient(w.c.Redis, asynq.Config{
		Concurrency:              w.c.Concurrency,
		Queues:                   map[string]int{queueOf(w.c.Lane): 1},
		TaskCheckInterval:        w.c.Poll,
		DelayedTaskCheckInterval: w.c.Poll,
		ShutdownTimeout:          w.c.Grace,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return asynqPause },
		Logger:                   quiet{w.c.Log},
		LogLevel:                 asynq.WarnLevel,
	})
	mux := asynq.NewServeMux()
	mux.HandleFunc(taskType, func(ctx context.Context, t *asynq.Task) error { return w.c.Run(ctx, string(t.Payload())) })
	if err := server.Start(mux); err != nil {
		return fmt.Errorf("starting the worker: %w", err)
	}
	<-ctx.Done()
	server.Shutdown()
	return nil
}

// quiet is Asynq's log. Its lines name tasks by their ids only.
type quiet struct{ log *slog.Logger }

func (q quiet) Debug(...any)      {}
func (q quiet) Info(...any)       {}
func (q quiet) Warn(args ...any)  { q.say(slog.LevelWarn, args) }
func (q quiet) Error(args ...any) { q.say(slog.LevelError, args) }
func (q quiet) Fatal(args ...any) { q.say(slog.LevelError, args) }

func (q quiet) say(level slog.Level, args []any) {
	q.log.Log(context.Background(), level, "asynq", slog.String("says", fmt.Sprint(args...)))
}
