package server

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"
)

const (
	// partHeader is how many bytes may come between two parts of a form: the
	// boundary, the header of the next part, and what is read ahead.
	partHeader = 32 << 10
	// pace is how many bytes of a form have to come within paceTime: 8 KiB a
	// second, so that nobody holds memory by sending nothing.
	pace     = 256 << 10
	paceTime = 30 * time.Second
	// workTime is how long a form may be worked on once it is whole. Until then
	// the server listens whether the client is still there, by the same deadline.
	workTime = 15 * time.Minute
)

// ErrPartHeader is the error of a form whose part has a header of over 32 KiB.
var ErrPartHeader = errors.New("the header of a part of the form is too long")

// FormReader reads the parts of a multipart form. The standard library lets the
// header of one part have 10 MiB, which cost a stranger nothing; here it has
// 32 KiB, and a form that comes more slowly than 8 KiB a second breaks off.
type FormReader struct {
	*multipart.Reader
	body *formBody
}

// MultipartForm returns the parts of a request whose body may have so many
// bytes. A longer one ends with an *http.MaxBytesError.
func MultipartForm(w http.ResponseWriter, r *http.Request, most int64) (FormReader, error) {
	body := &formBody{in: http.MaxBytesReader(w, r.Body, most), control: http.NewResponseController(w), ctx: r.Context()}
	r.Body = body
	parts, err := r.MultipartReader()
	return FormReader{parts, body}, err //nolint:wrapcheck // the caller says what it was about
}

// NextPart is that of a multipart.Reader.
func (f FormReader) NextPart() (*multipart.Part, error) {
	f.body.between, f.body.header = true, partHeader
	defer func() { f.body.between = false }()
	return f.Reader.NextPart() //nolint:wrapcheck // io.EOF says that it is over
}

type formBody struct {
	in      io.ReadCloser
	control *http.ResponseController
	ctx     context.Context //nolint:containedctx // a reader gets no context
	due     int             // bytes that may come before the deadline moves on
	between bool            // of two parts
	header  int             // bytes that may still come between them
}

// Read implements io.Reader.
func (b *formBody) Read(p []byte) (int, error) {
	if b.between {
		if b.header == 0 {
			return 0, ErrPartHeader
		}
		p = p[:min(len(p), b.header)]
	}
	if b.due <= 0 {
		b.within(paceTime)
		b.due = pace
	}
	n, err := b.in.Read(p)
	b.due -= n
	if errors.Is(err, io.EOF) {
		b.within(workTime)
	}
	if b.between {
		b.header -= n
	}
	return n, err //nolint:wrapcheck // it reads for others
}

// within moves the deadline of the connection, which goes by the clock of the
// machine. A context knows that one.
func (b *formBody) within(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), d)
	defer cancel()
	until, _ := ctx.Deadline()
	_ = b.control.SetReadDeadline(until) // a test's recorder has none
}

// Close implements io.Closer.
func (b *formBody) Close() error { return b.in.Close() } //nolint:wrapcheck // as Read
