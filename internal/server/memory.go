package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"
)

// DefaultMemory is the memory budget of a process for what clients send and
// fetch. One half has to hold the largest form, which has 25 MiB of files.
const DefaultMemory = 54 << 20

// memoryWait is how long a request waits for memory of others that is about to
// be released.
const memoryWait = 5 * time.Second

// ErrMemory refuses what is more than the memory budget has left.
var ErrMemory = errors.New("too many bodies and files are under way")

// Memory is the memory budget of everything that clients send and fetch: JSON
// bodies, forms, uploads and downloads. One half is reserved for requests with
// a session or a token. When it is used up, the transfer of the client that has
// most is cancelled, not that of a newcomer. It is safe for concurrent use.
type Memory struct {
	most int64

	mu       sync.Mutex
	used     int64
	unproven int64          // of used, without a session or a token
	all      []*Reservation // the oldest first
	freed    chan struct{}  // closed when memory is released
}

// NewMemory returns a budget of so many bytes.
func NewMemory(most int64) *Memory { return &Memory{most: most, freed: make(chan struct{})} }

// Reservation is the memory that one request uses.
type Reservation struct {
	memory *Memory
	client string
	proven bool
	n      int64
	cancel func() // ends the transfer that is under way; nil: there is none
	lost   bool   // to another client
}

// Reserve begins the reservation of a client of whom nothing is proven. It has
// no bytes yet.
func (m *Memory) Reserve(client string) *Reservation {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := &Reservation{memory: m, client: client}
	m.all = append(m.all, r)
	return r
}

// prove says whose session or token the request has.
func (r *Reservation) prove(client string) {
	m := r.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if !r.proven {
		m.unproven -= r.n
	}
	r.client, r.proven = client, true
}

// Transfer says that bytes come from the client, or go there, as fast as the
// client likes. Until Settle, cancel may be called to end that for want of
// memory; it must not wait.
func (r *Reservation) Transfer(cancel func()) {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	r.cancel = cancel
}

// Settle ends a transfer. It is ErrMemory for one that was cancelled.
func (r *Reservation) Settle() error {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	r.cancel = nil
	return r.fault()
}

// check is ErrMemory once the transfer was cancelled.
func (r *Reservation) check() error {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	return r.fault()
}

func (r *Reservation) fault() error {
	if r.lost {
		return ErrMemory
	}
	return nil
}

// Grow reserves n more bytes, or is ErrMemory.
func (r *Reservation) Grow(ctx context.Context, n int64) error {
	ctx, stop := context.WithTimeout(ctx, memoryWait)
	defer stop()
	for {
		freed, err := r.grow(n)
		if freed == nil {
			return err
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return ErrMemory
		}
	}
}

// grow reserves n more bytes, or returns what tells that it is worth trying
// again.
func (r *Reservation) grow(n int64) (freed <-chan struct{}, err error) {
	m := r.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	for !r.lost && !m.fits(r, n) {
		victim := m.victim(r, n)
		if victim == nil && m.working(r) {
			return m.freed, nil
		}
		if victim == nil {
			return nil, ErrMemory
		}
		victim.lost = true
		victim.cancel()
		victim.release()
	}
	if r.lost {
		return nil, ErrMemory
	}
	m.add(r, n)
	return nil, nil
}

func (m *Memory) add(r *Reservation, n int64) {
	r.n += n
	m.used += n
	if !r.proven {
		m.unproven += n
	}
}

func (m *Memory) fits(r *Reservation, n int64) bool {
	return m.used+n <= m.most && (r.proven || m.unproven+n <= m.most/2)
}

// victim returns the transfer to cancel for n more bytes of r: the oldest one of
// the client that has most, first of those without a session or a token. It is
// nil where that would be r itself.
func (m *Memory) victim(r *Reservation, n int64) *Reservation {
	if r.proven {
		if v := m.oldestOfBiggest(r, false, 0); v != nil {
			return v
		}
	}
	return m.oldestOfBiggest(r, r.proven, n)
}

// oldestOfBiggest looks among the proven or the others, at clients that have at
// least as much as that of r will have with n more bytes.
func (m *Memory) oldestOfBiggest(r *Reservation, proven bool, n int64) *Reservation {
	total := map[string]int64{}
	for _, one := range m.all {
		if one.proven == proven {
			total[one.client] += one.n
		}
	}
	if n > 0 {
		total[r.client] += n
	}
	var found *Reservation
	for _, one := range m.all {
		if one == r || one.proven != proven || one.cancel == nil || one.n == 0 {
			continue
		}
		if total[one.client] >= total[r.client] && (found == nil || total[one.client] > total[found.client]) {
			found = one
		}
	}
	return found
}

// working reports whether others hold memory that they release by themselves.
func (m *Memory) working(r *Reservation) bool {
	return slices.ContainsFunc(m.all, func(one *Reservation) bool { return one != r && one.n > 0 && one.cancel == nil })
}

// Release ends the reservation.
func (r *Reservation) Release() {
	m := r.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	r.release()
	m.all = slices.DeleteFunc(m.all, func(one *Reservation) bool { return one == r })
}

func (r *Reservation) release() {
	r.memory.add(r, -r.n)
	r.cancel = nil
	close(r.memory.freed)
	r.memory.freed = make(chan struct{})
}

type reservationKey struct{}

// Reserved returns the reservation of a request. It ends with the request.
func Reserved(r *http.Request) *Reservation {
	if one, ok := r.Context().Value(reservationKey{}).(*Reservation); ok {
		return one
	}
	return NewMemory(DefaultMemory).Reserve("") // in a test without a server
}

// WithReservation returns a request that has this reservation.
func WithReservation(r *http.Request, one *Reservation) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), reservationKey{}, one))
}

// Proven says that a request has a session or a token, and whose. Its memory and
// its connection are taken from nobody for the sake of those who have none.
func Proven(r *http.Request, client string) {
	if one, ok := r.Context().Value(reservationKey{}).(*Reservation); ok {
		one.prove(client)
	}
	if c, ok := r.Context().Value(connectionKey{}).(*connection); ok {
		c.proven.Store(true)
	}
}
