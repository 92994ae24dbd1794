package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// Pace is how fast a body has to come.
type Pace struct {
	Piece  int64         // so many bytes
	Within time.Duration // in so much time
	Whole  time.Duration // and all of it
	// Work is how long the server listens, once the body is whole, whether the
	// client is still there.
	Work time.Duration
}

// formPace is that of forms with files: 8 KiB a second, so that nobody holds
// memory by sending nothing, and a quarter of an hour for all.
var formPace = Pace{Piece: 256 << 10, Within: 30 * time.Second, Whole: 15 * time.Minute, Work: 15 * time.Minute} //nolint:gochecknoglobals // read-only

// pacedBody is a body that has to come at a pace. It moves the deadline of the
// connection, which goes by the clock of the machine; a context knows that one.
type pacedBody struct {
	in      io.ReadCloser
	pace    Pace
	control *http.ResponseController
	ctx     context.Context //nolint:containedctx // a reader gets no context
	end     time.Time
	left    int64               // of the piece
	before  func(n int64) error // is asked before each piece
}

// Paced returns the body of a request, of so many bytes at most, as one that
// breaks off when it does not come at a pace. before is asked before every piece,
// once its time runs. A longer body ends with an *http.MaxBytesError.
func Paced(w http.ResponseWriter, r *http.Request, most int64, p Pace, before func(n int64) error) io.ReadCloser {
	b := &pacedBody{
		in: http.MaxBytesReader(w, r.Body, most), pace: p, control: http.NewResponseController(w),
		ctx: context.WithoutCancel(r.Context()), before: before,
	}
	b.end = b.after(p.Whole)
	_ = b.control.SetWriteDeadline(b.after(p.Whole + p.Work))
	return b
}

// Read implements io.Reader.
func (b *pacedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.until(b.after(b.pace.Within))
		if err := b.before(b.pace.Piece); err != nil {
			return 0, err
		}
		b.left = b.pace.Piece
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if errors.Is(err, io.EOF) {
		b.end = b.after(b.pace.Work)
		b.until(b.end)
	}
	return n, err //nolint:wrapcheck // it reads for others
}

func (b *pacedBody) after(d time.Duration) time.Time {
	ctx, cancel := context.WithTimeout(b.ctx, d)
	defer cancel()
	t, _ := ctx.Deadline()
	return t
}

// until sets the deadline of reading, and none behind the end.
func (b *pacedBody) until(t time.Time) {
	if t.After(b.end) {
		t = b.end
	}
	_ = b.control.SetReadDeadline(t) // a test's recorder has none
}

// Close implements io.Closer.
func (b *pacedBody) Close() error { return b.in.Close() } //nolint:wrapcheck // as Read

// held is how many times a body is in memory: as it came, and as what was read
// from it or is stored of it.
const held = 2

// ReadBody reads a body of at most so many bytes within the memory budget. It is
// an *http.MaxBytesError where there are more, and ErrMemory.
func ReadBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	reserved := Reserved(r)
	reserved.Transfer(stopReading(w))
	content, err := io.ReadAll(&budgeted{http.MaxBytesReader(w, r.Body, most), reserved, r.Context()})
	return content, errors.Join(reserved.Settle(), err)
}

// budgeted reads within the memory budget.
type budgeted struct {
	in       io.Reader
	reserved *Reservation
	ctx      context.Context //nolint:containedctx // a reader gets no context
}

func (b *budgeted) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if full := b.reserved.Grow(b.ctx, held*int64(n)); full != nil {
		return 0, full
	}
	return n, err //nolint:wrapcheck // it reads for others
}

// stopReading ends what is read from a connection.
func stopReading(w http.ResponseWriter) func() {
	control := http.NewResponseController(w)
	return func() { _ = control.SetReadDeadline(time.Unix(1, 0)) }
}

// ReserveFile reserves the memory for a file that goes out.
func ReserveFile(r *http.Request) func(size int64) error {
	return func(size int64) error { return Reserved(r).Grow(r.Context(), held*size) }
}

// Patient gives a large answer a quarter of an hour.
func Patient(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), formPace.Whole)
	defer stop()
	until, _ := ctx.Deadline()
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(until) // until then the server listens whether the client is there
	_ = control.SetWriteDeadline(until)
}

// SendFile writes a file that memory was reserved for. Where others have none it
// may be cut short.
func SendFile(w http.ResponseWriter, r *http.Request, content []byte) error {
	Patient(w, r)
	control, reserved := http.NewResponseController(w), Reserved(r)
	reserved.Transfer(func() { _ = control.SetWriteDeadline(time.Unix(1, 0)) })
	_, err := w.Write(content)
	return errors.Join(reserved.Settle(), err)
}
