package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"habeas/internal/queue"
)

func TestEmbeddedCarriesTasks(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client, err := queue.Embedded(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeClient(t, client); cancel() })
	carriesTasks(t, client)
}

// carriesTasks sends a task that is due now, one that is due soon and one that
// fails first.
func carriesTasks(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	done := make(chan string, 10)
	failed := false
	mux := asynq.NewServeMux()
	mux.HandleFunc("greet", func(_ context.Context, task *asynq.Task) error {
		if string(task.Payload()) == "fails first" && !failed {
			failed = true
			return context.DeadlineExceeded
		}
		done <- string(task.Payload())
		return nil
	})
	srv := asynq.NewServerFromRedisClient(client, asynq.Config{
		Concurrency:              1,
		LogLevel:                 asynq.FatalLevel,
		TaskCheckInterval:        20 * time.Millisecond,
		DelayedTaskCheckInterval: 50 * time.Millisecond,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return 0 },
	})
	if err := srv.Start(mux); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Shutdown)
	tasks := asynq.NewClientFromRedisClient(client)
	want := map[string]bool{"now": true, "soon": true, "fails first": true}
	for payload, opt := range map[string]asynq.Option{
		"now": asynq.ProcessIn(0), "soon": asynq.ProcessIn(time.Second), "fails first": asynq.MaxRetry(1),
	} {
		if _, err := tasks.EnqueueContext(t.Context(), asynq.NewTask("greet", []byte(payload)), opt, asynq.TaskID(payload)); err != nil {
			t.Fatal(err)
		}
	}
	timeout := time.After(3 * time.Minute)
	for len(want) > 0 {
		select {
		case payload := <-done:
			if !want[payload] {
				t.Errorf("task %q ran twice", payload)
			}
			delete(want, payload)
		case <-timeout:
			t.Fatalf("tasks did not run: %v", want)
		}
	}
}

func TestEmbeddedKeysExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		client, err := queue.Embedded(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Set(ctx, "lock", "held", 10*time.Second).Err(); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			wait time.Duration
			want int64
		}{{9 * time.Second, 1}, {3 * time.Second, 0}} {
			time.Sleep(step.wait)
			if n, err := client.Exists(ctx, "lock").Result(); err != nil || n != step.want {
				t.Errorf("after %v more: %d keys, %v; want %d", step.wait, n, err, step.want)
			}
		}
		closeClient(t, client)
		cancel()
		synctest.Wait()
	})
}

func TestEmbeddedEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		client, err := queue.Embedded(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Set(ctx, "k", "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		if v, err := client.Get(context.WithoutCancel(ctx), "k").Result(); err == nil {
			t.Errorf("Get after the end = %q, want an error", v)
		}
		closeClient(t, client)
	})
}

func TestEmbeddedServersAreSeparate(t *testing.T) {
	t.Parallel()
	var clients [2]redis.UniversalClient
	for i := range clients {
		c, err := queue.Embedded(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeClient(t, c) })
		clients[i] = c
	}
	if err := clients[0].Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := clients[1].Exists(t.Context(), "k").Result(); err != nil || n != 0 {
		t.Errorf("Exists on the other server = %d, %v", n, err)
	}
}

func closeClient(t *testing.T, c redis.UniversalClient) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
