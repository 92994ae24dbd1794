package intake

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"habeas/models"
)

// RoomSize is how many bytes of messages a process has in memory at once: two
// of the largest, or many small ones.
const RoomSize = 64 << 20

// Room bounds how many bytes of messages are in memory at once, by whatever way
// they come. What to read a message takes besides grows with it, so this bounds
// that as well. It is safe for concurrent use.
type Room struct {
	size  int64
	bytes *semaphore.Weighted

	mu      sync.Mutex
	guests  []*Stay // the oldest first
	waiting int     // for room; no guest gets any before them
}

// NewRoom returns a Room of so many bytes.
func NewRoom(size int64) *Room {
	return &Room{size: size, bytes: semaphore.NewWeighted(size)}
}

// Stay is the room that one message has. Its methods are for one goroutine.
type Stay struct {
	room  *Room
	n     int64
	yield func()
	gone  bool
}

// Enter takes room for n bytes and sends guests away for it, or waits until ctx
// ends: then it is CodeUnavailable, and the message is to come again. A message
// larger than the room has it alone.
func (r *Room) Enter(ctx context.Context, n int64) (*Stay, error) {
	s := &Stay{room: r}
	err := s.enter(ctx, n)
	return s, err
}

func (s *Stay) enter(ctx context.Context, n int64) error {
	r := s.room
	n = min(n, r.size)
	r.mu.Lock()
	for !r.bytes.TryAcquire(n) {
		if len(r.guests) > 0 {
			r.guests[0].evict()
			continue
		}
		r.waiting++
		r.mu.Unlock()
		err := r.bytes.Acquire(ctx, n)
		r.mu.Lock()
		r.waiting--
		if err != nil {
			r.mu.Unlock()
			return noRoom()
		}
		break
	}
	s.n = n
	r.mu.Unlock()
	return nil
}

func noRoom() error {
	return models.Errorf(models.CodeUnavailable, "too much mail at once; send it again")
}

// Guest is the stay of a message while nobody knows whose it is. It has no room
// until it grows. It is sent away, the oldest guest first, when another message
// needs its room: so whoever fills the room slowly, with promises, keeps out
// nobody who comes with a message. yield then makes the reading of it end; it
// must not wait, and is not called any more once the guest stayed or left.
func (r *Room) Guest(yield func()) *Stay {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &Stay{room: r, yield: yield}
	r.guests = append(r.guests, s)
	return s
}

// Grow takes room for n more bytes of a guest, or is CodeUnavailable: others
// need it.
func (s *Stay) Grow(n int64) error {
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	for !s.gone && (r.waiting > 0 || !r.bytes.TryAcquire(n)) {
		r.guests[0].evict() // in the end the guest itself
	}
	if s.gone {
		return noRoom()
	}
	s.n += n
	return nil
}

// Settle makes a guest's stay one like any other, once the message is there. It
// is CodeUnavailable where the guest was sent away before.
func (s *Stay) Settle() error {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	if s.gone {
		return noRoom()
	}
	s.room.forget(s)
	return nil
}

// Resize makes it a stay of n bytes. Who wants more gives back first what there
// is, so that nobody waits for somebody who waits.
func (s *Stay) Resize(ctx context.Context, n int64) error {
	if n = min(n, s.room.size); n > s.n {
		s.Leave()
		return s.enter(ctx, n)
	}
	s.room.bytes.Release(s.n - n)
	s.n = n
	return nil
}

// Leave gives the room back. It may be called again.
func (s *Stay) Leave() {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	s.leave()
}

func (s *Stay) leave() {
	s.room.forget(s)
	s.room.bytes.Release(s.n)
	s.n = 0
}

// evict sends a guest away. Its bytes are garbage in a moment.
func (s *Stay) evict() {
	s.gone = true
	s.leave()
	s.yield()
}

// forget takes a stay off the guests, if it is one.
func (r *Room) forget(s *Stay) {
	r.guests = slices.DeleteFunc(r.guests, func(g *Stay) bool { return g == s })
}
