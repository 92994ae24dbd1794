package api

import (
	"golang.org/x/sync/semaphore"

	"habeas/models"
)

// hookRooms bound how many bytes the bodies of each hook take in memory at once.
// The raw hook reads a body before it can know whose it is, so whoever posts
// forty of 25 MiB would have a gigabyte otherwise. Each hook has a room of its
// own: who fills that of one keeps no mail from another.
type hookRooms struct {
	size  int64
	rooms map[string]*semaphore.Weighted // by provider
}

func newHookRooms(size int64) hookRooms {
	h := hookRooms{size, map[string]*semaphore.Weighted{}}
	for _, provider := range []string{hookRaw, hookPostmark, hookMailgun, hookSES} {
		h.rooms[provider] = semaphore.NewWeighted(size)
	}
	return h
}

// enter takes room for a body of so many bytes (-1: unknown, so as many as it
// may have), or is CodeUnavailable: the message is to come again. leave gives it
// back. A body larger than the room has it alone.
func (h hookRooms) enter(provider string, size, most int64) (leave func(), err error) {
	if size < 0 || size > most {
		size = most
	}
	size = min(size, h.size)
	if !h.rooms[provider].TryAcquire(size) {
		return nil, models.Errorf(models.CodeUnavailable, "too much mail at once; send it again")
	}
	return func() { h.rooms[provider].Release(size) }, nil
}
