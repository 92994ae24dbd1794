package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Unknown is the size of a blob that is not known before it is read.
const Unknown int64 = -1

// exact reads size bytes from r and fails with ErrSize if it holds fewer or
// more, and with the error of ctx once that is over.
type exact struct {
	ctx  context.Context //nolint:containedctx // lives as long as one Put
	r    io.Reader
	left int64
}

func newExact(ctx context.Context, r io.Reader, size int64) (*exact, error) {
	e := &exact{ctx: ctx, r: r, left: size}
	switch {
	case size == Unknown:
	case size < 0:
		return nil, fmt.Errorf("%w: %d bytes", ErrSize, size)
	case size == 0:
		// Nobody reads the body of an empty upload, so look for excess here.
		if _, err := e.Read(nil); !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	return e, nil
}

// Read holds the last bytes back until it has seen that none follow, so that
// no store can take the beginning of a file for the whole.
func (e *exact) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, fmt.Errorf("reading blob: %w", err)
	}
	if e.left == Unknown {
		return e.r.Read(p) //nolint:wrapcheck // io.EOF is the end
	}
	var n int
	var err error
	if e.left > 0 {
		n, err = e.r.Read(p[:min(int64(len(p)), e.left)])
		e.left -= int64(n)
	}
	switch {
	case e.left > 0 && errors.Is(err, io.EOF):
		return n, fmt.Errorf("%w: %d bytes are missing", ErrSize, e.left)
	case e.left > 0:
		return n, err
	}
	more := 0
	if err == nil {
		more, err = io.ReadFull(e.r, make([]byte, 1))
	}
	switch {
	case more > 0:
		return 0, fmt.Errorf("%w: more bytes follow", ErrSize)
	case !errors.Is(err, io.EOF):
		return 0, err
	}
	return n, io.EOF
}
