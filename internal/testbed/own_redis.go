package testbed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisServer is a Redis of one test's own, which may FLUSHALL. It saves
// nothing: started again it is empty.
type RedisServer struct {
	*Server
}

// URL is where it is.
func (r *RedisServer) URL() string { return "redis://127.0.0.1:" + r.port + "/0" }

// OwnRedis starts a Redis that lasts as long as the test.
func OwnRedis(t testing.TB) *RedisServer {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("run scripts/need redis: %v", err)
	}
	r := &RedisServer{}
	r.Server = &Server{
		data:    folder(t, nil),
		signals: map[string]os.Signal{"immediate": syscall.SIGTERM}, // with nothing to save it is
		command: func(port, data string) *exec.Cmd {
			return exec.Command(program, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", data) //nolint:noctx,gosec // Kill ends it
		},
		ready: func() error {
			c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + r.port, MaxRetries: -1})
			defer c.Close() //nolint:errcheck // it answered, or did not
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if err := c.Ping(ctx).Err(); err != nil {
				return fmt.Errorf("asking redis: %w", err)
			}
			return nil
		},
	}
	r.own(t)
	return r
}
