package server

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
)

// partHeader is how many bytes may come between two parts of a form: the
// boundary, the header of the next part, and what is read ahead.
const partHeader = 32 << 10

// ErrPartHeader is the error of a form whose part has a header of over 32 KiB.
var ErrPartHeader = errors.New("the header of a part of the form is too long")

// FormReader reads the parts of a multipart form. The standard library lets the
// header of one part have 10 MiB, which cost a stranger nothing; here it has
// 32 KiB, and a form that comes more slowly than 8 KiB a second breaks off.
type FormReader struct {
	*multipart.Reader
	body     *formBody
	reserved *Reservation
	ctx      context.Context //nolint:containedctx // a reader gets no context
}

// MultipartForm returns the parts of a request whose body may have so many
// bytes. A longer one ends with an *http.MaxBytesError, and one for which there
// is no memory with ErrMemory.
func MultipartForm(w http.ResponseWriter, r *http.Request, most int64) (FormReader, error) {
	reserved := Reserved(r)
	body := &formBody{ReadCloser: Paced(w, r, most, formPace, func(int64) error { return reserved.check() })}
	r.Body = body
	parts, err := r.MultipartReader()
	if err == nil {
		reserved.Transfer(stopReading(w)) // until the last part, also between two of them
	}
	return FormReader{parts, body, reserved, r.Context()}, err //nolint:wrapcheck // the caller says what it was about
}

// NextPart is that of a multipart.Reader.
func (f FormReader) NextPart() (*multipart.Part, error) {
	f.body.between, f.body.header = true, partHeader
	defer func() { f.body.between = false }()
	part, err := f.Reader.NextPart()
	if err != nil {
		err = errors.Join(f.reserved.Settle(), err)
	}
	return part, err //nolint:wrapcheck // io.EOF says that it is over
}

// Content reads up to so many bytes of a part within the memory budget.
func (f FormReader) Content(part *multipart.Part, most int64) ([]byte, error) {
	content, err := readAll(f.ctx, f.reserved, io.LimitReader(part, most), most, heldUpload)
	return content, errors.Join(f.reserved.check(), err)
}

// formBody bounds what comes between two parts.
type formBody struct {
	io.ReadCloser
	between bool
	header  int // bytes that may still come between them
}

// Read implements io.Reader.
func (b *formBody) Read(p []byte) (int, error) {
	if b.between {
		if b.header == 0 {
			return 0, ErrPartHeader
		}
		p = p[:min(len(p), b.header)]
	}
	n, err := b.ReadCloser.Read(p)
	if b.between {
		b.header -= n
	}
	return n, err //nolint:wrapcheck // it reads for others
}
