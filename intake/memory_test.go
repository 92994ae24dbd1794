package intake_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"habeas/intake"
	"habeas/models"
)

// over is a context that has ended: whoever has to wait for room gets none.
func over(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func wantRoom(t *testing.T, err error, want bool) {
	t.Helper()
	if (err == nil) != want || err != nil && models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("room: %v, want %v", err, want)
	}
}

// Guests give way, the oldest first, and to each other as well.
func TestGuestsGiveWay(t *testing.T) {
	t.Parallel()
	room := intake.NewMemoryBudget(10)
	var left []string
	guest := func(name string) *intake.Reservation { return room.Evictable(func() { left = append(left, name) }) }
	a, b, c := guest("a"), guest("b"), guest("c")
	wantRoom(t, a.Grow(4), true)
	wantRoom(t, b.Grow(4), true)
	wantRoom(t, c.Grow(2), true)
	wantRoom(t, c.Grow(1), true)
	wantRoom(t, a.Grow(1), false)
	wantRoom(t, a.Settle(), false)
	a.Release()
	if len(left) != 1 || left[0] != "a" {
		t.Fatalf("%q left", left)
	}
	wantRoom(t, c.Settle(), true) // from now on it stays
	known, err := room.Reserve(over(t), 7)
	wantRoom(t, err, true)
	_, err = room.Reserve(over(t), 1)
	wantRoom(t, err, false)
	d := guest("d")
	wantRoom(t, d.Grow(1), false) // there is nobody to send away but itself
	known.Release()
	c.Release()
	c.Release()
	if len(left) != 3 || left[1] != "b" || left[2] != "d" {
		t.Errorf("%q left", left)
	}
	_, err = room.Reserve(over(t), 11) // larger than the room: alone in it
	wantRoom(t, err, true)
}

// While somebody known waits no guest gets the room that becomes free.
func TestGuestsLetOthersGoFirst(t *testing.T) {
	t.Parallel()
	room := intake.NewMemoryBudget(10)
	first, err := room.Reserve(t.Context(), 10)
	wantRoom(t, err, true)
	entered := make(chan error)
	go func() {
		s, err := room.Reserve(t.Context(), 10)
		entered <- err
		s.Release()
		entered <- nil
	}()
	for range 1000 {
		g := room.Evictable(func() {})
		wantRoom(t, g.Grow(1), false)
		g.Release()
	}
	wantRoom(t, first.Resize(over(t), 5), true)
	first.Release()
	wantRoom(t, <-entered, true)
	<-entered
	wantRoom(t, room.Evictable(func() {}).Grow(1), true)
}

// Whatever comes and goes at once, there are never more bytes than the room
// has, nobody waits for ever, and in the end it is empty.
func TestRoomIsNeverExceeded(t *testing.T) {
	t.Parallel()
	const size = 100
	room := intake.NewMemoryBudget(size)
	var inside atomic.Int64
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range int64(500) {
				n := 10 + (int64(i)*31+j*17)%70
				s, err := room.Reserve(t.Context(), n/2)
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Resize(t.Context(), n); err != nil {
					t.Error(err)
					return
				}
				if inside.Add(n) > size {
					t.Error("there are more than have room")
				}
				inside.Add(-n)
				s.Release()
			}
		})
		all.Go(func() {
			for range 500 {
				g := room.Evictable(func() {})
				if errors.Join(g.Grow(30), g.Grow(30), g.Settle()) == nil {
					if inside.Add(60) > size {
						t.Error("there are more than have room")
					}
					inside.Add(-60)
				}
				g.Release()
			}
		})
	}
	all.Wait()
	_, err := room.Reserve(over(t), size)
	wantRoom(t, err, true)
}
