package console

import (
	"net/http"
	"sync"
	"time"
)

// longInComing is how long the first rows of an export may be in coming before
// its answer begins without them. The page that it is fetched from looks again
// after two seconds, which ends what has not begun.
const longInComing = time.Second

// beginning is an answer that begins with its first bytes, or before them when
// they are long in coming. Until then another answer can be given in its place.
type beginning struct {
	http.ResponseWriter
	timer *time.Timer

	mu    sync.Mutex
	begun bool
}

// begin returns the answer; its header is set. Settle it before anything else
// is done with w.
func begin(w http.ResponseWriter) *beginning {
	b := &beginning{ResponseWriter: w}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(longInComing, b.early)
	return b
}

// early begins without a byte.
func (b *beginning) early() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.begun {
		return
	}
	b.begun = true
	b.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(b.ResponseWriter).Flush() // if nobody is there any more, the first rows find out
}

// Write implements http.ResponseWriter.
func (b *beginning) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.begun = true
	return b.ResponseWriter.Write(p) //nolint:wrapcheck // the writer that it stands for
}

// settle reports whether the answer has begun. If not, it never will.
func (b *beginning) settle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	begun := b.begun
	b.begun = true
	b.timer.Stop()
	return begun
}
