package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"habeas/models"
)

const (
	queueName  = "habeas"       // so that Redis may be shared with other users of Asynq
	callsQueue = "habeas-calls" // of the jobs that call systems
	taskType   = "job"          // the row says what kind of job; the payload is its id
)

// tasks is the queue as the relay sees it.
type tasks struct {
	queue     string
	limit     time.Duration // of one run
	redis     redis.UniversalClient
	client    *asynq.Client
	inspector *asynq.Inspector
}

func newTasks(c redis.UniversalClient, lane models.JobLane) *tasks {
	return &tasks{queue: queueOf(lane), limit: limitOf(lane), redis: c, client: asynq.NewClientFromRedisClient(c), inspector: asynq.NewInspectorFromRedisClient(c)}
}

// count returns how many tasks wait or run. Asynq's own statistics cost a
// script that samples memory, too much for every pass.
func (t *tasks) count(ctx context.Context) (int, error) {
	p := t.redis.Pipeline()
	// Asynq's client adds the queue to this list once only. After a flush
	// nobody could delete a task from it or see it in a monitor.
	p.SAdd(ctx, "asynq:queues", t.queue)
	pending := p.LLen(ctx, "asynq:{"+t.queue+"}:pending")
	active := p.LLen(ctx, "asynq:{"+t.queue+"}:active")
	retry := p.ZCard(ctx, "asynq:{"+t.queue+"}:retry")
	if _, err := p.Exec(ctx); err != nil {
		return 0, fmt.Errorf("asking the queue for its length: %w", err)
	}
	return int(pending.Val() + active.Val() + retry.Val()), nil
}

// parallel enqueues hide the round trips: three times as fast as one by one.
const parallel = 16

// enqueue hands over the ids and returns those it could not, with one reason.
// After the first failure it tries no more: a dead Redis costs one timeout.
func (t *tasks) enqueue(ctx context.Context, ids []string) (refused []string, err error) {
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	next := make(chan string)
	for range min(parallel, len(ids)) {
		wg.Go(func() {
			for id := range next {
				mu.Lock()
				failed := err != nil
				mu.Unlock()
				var e error
				if !failed {
					e = t.put(ctx, id)
				}
				if failed || e != nil {
					mu.Lock()
					refused = append(refused, id)
					err = errors.Join(err, e)
					mu.Unlock()
				}
			}
		})
	}
	for _, id := range ids {
		next <- id
	}
	close(next)
	wg.Wait()
	return refused, err
}

// put hands over one id. That it is there already is as good, unless it lies
// in Asynq's archive: there it would block its id for good.
func (t *tasks) put(ctx context.Context, id string) error {
	err := t.add(ctx, id)
	if !errors.Is(err, asynq.ErrTaskIDConflict) {
		return err
	}
	info, err := t.inspector.GetTaskInfo(t.queue, id)
	if errors.Is(err, asynq.ErrTaskNotFound) {
		return nil // it has just ended; if the row still wants it, the lease brings it back
	}
	if err != nil {
		return fmt.Errorf("looking for a task: %w", err)
	}
	if info.State != asynq.TaskStateArchived && info.State != asynq.TaskStateCompleted {
		return nil
	}
	if err := t.inspector.DeleteTask(t.queue, id); err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
		return fmt.Errorf("deleting an archived task: %w", err)
	}
	if err := t.add(ctx, id); !errors.Is(err, asynq.ErrTaskIDConflict) {
		return err
	}
	return nil
}

// Asynq retries only what could not be recorded in the row, and a worker that
// was killed counts as such: with no retry at all a crash would archive it.
const (
	asynqRetries = 3
	asynqPause   = 5 * time.Second
)

// queueOf names the queue of a lane.
func queueOf(lane models.JobLane) string {
	if lane == models.LaneCalls {
		return callsQueue
	}
	return queueName
}

// limitOf bounds one run. Calls of systems are bounded by the time limits of
// those.
func limitOf(lane models.JobLane) time.Duration {
	if lane == models.LaneCalls {
		return time.Hour
	}
	return sendHold
}

func (t *tasks) add(ctx context.Context, id string) error {
	_, err := t.client.EnqueueContext(ctx, asynq.NewTask(taskType, []byte(id)),
		asynq.TaskID(id), asynq.Queue(t.queue), asynq.MaxRetry(asynqRetries), asynq.Timeout(t.limit), asynq.Retention(0))
	if err != nil {
		return fmt.Errorf("enqueuing: %w", err)
	}
	return nil
}
