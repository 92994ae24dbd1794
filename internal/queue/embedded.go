// Package queue reaches the Redis that Asynq works with: one inside this
// process or one outside it. What goes through it, and that nothing may depend
// on it being kept, is the business of others.
package queue

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Embedded starts a Redis inside this process and returns a client of it,
// which the caller closes. It listens on no port, so that nobody else can
// reach it; keeps nothing over a restart; and ends with ctx, after which every
// call on the client fails.
//
// Its commands take time in proportion to what is queued. Hand it due tasks
// only, some hundreds at a time.
func Embedded(ctx context.Context) (redis.UniversalClient, error) {
	m := miniredis.NewMiniRedis()
	client := redis.NewClient(&redis.Options{
		Addr: "embedded",
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			// To dial a server that is closed would start it again.
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("embedded redis has stopped: %w", err)
			}
			return m.Dial()
		},
	})
	if err := client.Ping(ctx).Err(); err != nil {
		m.Close()
		return nil, fmt.Errorf("starting embedded redis: %w", err)
	}
	go func() {
		defer m.Close()
		expire(ctx, m)
	}()
	return client, nil
}

// expire lets keys age, which miniredis leaves to its user, until ctx ends.
// Its option ClockTTL would do so by itself, but walks all keys at every
// command: 16 times slower with 10,000 tasks.
func expire(ctx context.Context, m *miniredis.Miniredis) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			if !last.IsZero() {
				m.FastForward(now.Sub(last))
			}
			last = now
		}
	}
}
