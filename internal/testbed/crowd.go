package testbed

import "sync"

// Crowd counts how many are in one place at once. The zero Crowd is nobody. It is
// safe for concurrent use.
type Crowd struct {
	mu        sync.Mutex
	now, most int
}

// Add notes that n came, or left where n is below zero.
func (c *Crowd) Add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.most = max(c.most, c.now)
}

// Most is how many there were at most.
func (c *Crowd) Most() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}
