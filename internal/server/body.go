package server

import (
	"bytes"
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

// How many times what a client sends or fetches is in memory.
const (
	heldBody     = 2 // as it came, and as what was read from it
	heldUpload   = 1 // the sealed copy of a file is there for a moment only
	heldDownload = 2 // sealed and open
)

// ReadBody reads a body of at most so many bytes within the memory budget. It is
// an *http.MaxBytesError where there are more, and ErrMemory.
func ReadBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	reserved := Reserved(r)
	reserved.Transfer(stopReading(w))
	content, err := readAll(r.Context(), reserved, http.MaxBytesReader(w, r.Body, most), most, heldBody)
	return content, errors.Join(reserved.Settle(), err)
}

// readAll reads up to so many bytes within the memory budget, which the whole
// buffer counts against.
func readAll(ctx context.Context, reserved *Reservation, in io.Reader, most, held int64) ([]byte, error) {
	const least = 4 << 10
	var buffer []byte
	for {
		if len(buffer) == cap(buffer) {
			size := min(max(2*int64(cap(buffer)), least), most+1) // behind the last byte comes io.EOF
			if err := reserved.Grow(ctx, held*(size-int64(cap(buffer)))); err != nil {
				return nil, err
			}
			buffer = append(make([]byte, 0, size), buffer...)
		}
		n, err := in.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if errors.Is(err, io.EOF) {
			return fitted(ctx, reserved, buffer, held)
		}
		if err != nil {
			return nil, err //nolint:wrapcheck // the caller says what it was about
		}
	}
}

// fitted gives back what a buffer does not use.
func fitted(ctx context.Context, reserved *Reservation, buffer []byte, held int64) ([]byte, error) {
	spare := int64(cap(buffer) - len(buffer))
	if spare < 64<<10 {
		return buffer, nil
	}
	return bytes.Clone(buffer), reserved.Grow(ctx, -held*spare)
}

// stopReading ends what is read from a connection.
func stopReading(w http.ResponseWriter) func() {
	control := http.NewResponseController(w)
	return func() { _ = control.SetReadDeadline(time.Unix(1, 0)) }
}

// ReserveFile reserves the memory for a file that goes out.
func ReserveFile(r *http.Request) func(size int64) error {
	return func(size int64) error { return Reserved(r).Grow(r.Context(), heldDownload*size) }
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

// SendStream writes a file of any size from where the client wants it, in constant
// memory: as long as the client takes some of it every minute.
func SendStream(w http.ResponseWriter, r *http.Request, content io.ReadSeeker) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // the answer may take longer than anything else
	http.ServeContent(&steady{w, control}, r, "", time.Time{}, content)
}

// stall is how long a client may take nothing of a stream.
const stall = time.Minute

// steady gives a client time anew with everything that it takes.
type steady struct {
	http.ResponseWriter
	control *http.ResponseController
}

// Write implements io.Writer.
func (s *steady) Write(p []byte) (int, error) {
	_ = s.control.SetWriteDeadline(time.Now().Add(stall)) //nolint:forbidigo // a deadline of the network, by the clock of the machine; a test's recorder has none
	return s.ResponseWriter.Write(p)                      //nolint:wrapcheck // it passes through
}
