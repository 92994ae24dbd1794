package intake

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"habeas/models"
)

// MemoryBudgetSize is how many bytes of messages a process has in memory at once:
// two of the largest, or many small ones.
const MemoryBudgetSize = 64 << 20

// MemoryBudget bounds how many bytes of messages are in memory at once, whichever
// way they come. The memory that reading a message takes grows with its size, so
// this bounds that as well. It is safe for concurrent use.
type MemoryBudget struct {
	size  int64
	bytes *semaphore.Weighted

	mu        sync.Mutex
	evictable []*Reservation // the oldest first
	waiting   int            // for memory; nothing evictable gets any before them
}

// NewMemoryBudget returns a budget of so many bytes.
func NewMemoryBudget(size int64) *MemoryBudget {
	return &MemoryBudget{size: size, bytes: semaphore.NewWeighted(size)}
}

// Reservation is the part of the budget that one message has. Its methods are for
// one goroutine.
type Reservation struct {
	budget *MemoryBudget
	n      int64
	yield  func()
	gone   bool
}

// Reserve reserves n bytes and evicts what is evictable for it, or waits until ctx
// ends: then it is CodeUnavailable, and the message is to come again. A message
// larger than the budget has it alone.
func (r *MemoryBudget) Reserve(ctx context.Context, n int64) (*Reservation, error) {
	s := &Reservation{budget: r}
	err := s.reserve(ctx, n)
	return s, err
}

func (s *Reservation) reserve(ctx context.Context, n int64) error {
	r := s.budget
	n = min(n, r.size)
	r.mu.Lock()
	for !r.bytes.TryAcquire(n) {
		if len(r.evictable) > 0 {
			r.evictable[0].evict()
			continue
		}
		r.waiting++
		r.mu.Unlock()
		err := r.bytes.Acquire(ctx, n)
		r.mu.Lock()
		r.waiting--
		if err != nil {
			r.mu.Unlock()
			return overBudget()
		}
		break
	}
	s.n = n
	r.mu.Unlock()
	return nil
}

func overBudget() error {
	return models.Errorf(models.CodeUnavailable, "too much mail at once; send it again")
}

// Evictable is the reservation of a message whose sender is not known yet. It
// holds nothing until it grows, and is evicted, the oldest first, when another
// message needs the memory: whoever sends slowly keeps out nobody who has a whole
// message. yield then ends the reading of it; it must not wait, and is not called
// any more once the reservation is kept or released.
func (r *MemoryBudget) Evictable(yield func()) *Reservation {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &Reservation{budget: r, yield: yield}
	r.evictable = append(r.evictable, s)
	return s
}

// Grow reserves n more bytes for an evictable reservation, or is CodeUnavailable:
// others need them.
func (s *Reservation) Grow(n int64) error {
	r := s.budget
	r.mu.Lock()
	defer r.mu.Unlock()
	for !s.gone && (r.waiting > 0 || !r.bytes.TryAcquire(n)) {
		r.evictable[0].evict() // in the end the reservation itself
	}
	if s.gone {
		return overBudget()
	}
	s.n += n
	return nil
}

// Settle keeps an evictable reservation, once the whole message is there. It is
// CodeUnavailable where it was evicted before.
func (s *Reservation) Settle() error {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	if s.gone {
		return overBudget()
	}
	s.budget.forget(s)
	return nil
}

// Resize changes the reservation to n bytes. To grow it first releases all it has,
// so that nobody waits for somebody who waits.
func (s *Reservation) Resize(ctx context.Context, n int64) error {
	if n = min(n, s.budget.size); n > s.n {
		s.Release()
		return s.reserve(ctx, n)
	}
	s.budget.bytes.Release(s.n - n)
	s.n = n
	return nil
}

// Release gives the memory back. It may be called again.
func (s *Reservation) Release() {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.free()
}

func (s *Reservation) free() {
	s.budget.forget(s)
	s.budget.bytes.Release(s.n)
	s.n = 0
}

// evict ends an evictable reservation. Its bytes are garbage in a moment.
func (s *Reservation) evict() {
	s.gone = true
	s.free()
	s.yield()
}

// forget takes a reservation off the evictable ones, if it is one of them.
func (r *MemoryBudget) forget(s *Reservation) {
	r.evictable = slices.DeleteFunc(r.evictable, func(g *Reservation) bool { return g == s })
}
