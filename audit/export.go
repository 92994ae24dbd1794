package audit

import (
	"context"
	"fmt"
	"io"
	"time"

	"habeas/models"
)

// Source streams what is exported, oldest first, and stops at the first error
// of fn, which it returns. A zero bound or type does not restrict; to is
// exclusive.
type Source interface {
	// EachRequest calls fn with every request of the type received in the
	// period, and with the facts of its tasks: a JSON array, empty for none,
	// which is fn's until it returns. Content may be left empty: no export reads
	// it.
	EachRequest(ctx context.Context, from, to time.Time, t models.RequestType, fn func(r models.Request, tasks []byte) error) error
	// EachEvent calls fn with the canonical form of every event of the period on
	// a request of the type, as it is stored: nothing is read and written anew
	// on the way out. The bytes are fn's until it returns.
	EachEvent(ctx context.Context, from, to time.Time, t models.RequestType, fn func(body []byte) error) error
}

// Format is how an export is written; its value is also the file's extension.
type Format string

// The formats.
const (
	FormatCSV   Format = "csv"   // RFC 4180 with a header row, safe to open in a spreadsheet
	FormatJSONL Format = "jsonl" // one JSON object a line
)

// ParseFormat returns the format of that name; any other name, also none, is a
// CodeInvalid error on the field "format".
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case FormatCSV, FormatJSONL:
		return f, nil
	}
	return "", models.Invalid(models.FieldError{
		Field: "format", Code: "unknown", Message: "must be csv or jsonl",
	})
}

// WriteRequests writes one row for each request received in p, as it stands at
// now with days counted in zone (the organisation's), and returns how many
// rows reached w. The columns are explained in docs/exports.md.
//
// Rows leave in chunks of about 32 KiB, whatever their number, so memory stays
// flat; the first chunk leaves when it is full or at the end, so an error with
// 0 rows from a source that fails at once has written nothing. An error of w
// stops the source.
func WriteRequests(ctx context.Context, w io.Writer, src Source, p models.Period, format Format, now time.Time, zone *time.Location) (int, error) {
	out := &sink{w: w, stopped: ctx.Err}
	x := newRequestRows(now, zone)
	var t table
	switch format {
	case FormatCSV:
		c := &csvTable{sink: out}
		c.header(func() { x.write(c, &models.Request{}, taskCounts{}) })
		t = c
	case FormatJSONL:
		t = &jsonTable{sink: out}
	default:
		_, err := ParseFormat(string(format))
		return 0, err
	}
	err := src.EachRequest(ctx, p.From, p.To, p.Type, func(r models.Request, tasks []byte) error {
		counts, err := countTasks(tasks, x.now)
		if err != nil {
			return err
		}
		x.write(t, &r, counts)
		return t.endRow()
	})
	return out.close("requests", err)
}

// WriteEvents writes one row for each event in p and returns how many rows
// reached w. A line of FormatJSONL is the canonical form of the event, byte
// for byte, so that its SHA-256 is the one in the log. Chunks and errors are
// those of WriteRequests.
func WriteEvents(ctx context.Context, w io.Writer, src Source, p models.Period, format Format) (int, error) {
	out := &sink{w: w, stopped: ctx.Err}
	var row func(body []byte) error
	switch format {
	case FormatCSV:
		c := &csvTable{sink: out}
		x := &eventRows{}
		c.header(func() { x.write(c, &models.Event{}, nil) })
		row = func(body []byte) error {
			e, err := models.ParseEvent(body)
			if err != nil {
				return err
			}
			x.write(c, &e, body)
			return c.endRow()
		}
	case FormatJSONL:
		row = func(body []byte) error { return eventLine(out, body) }
	default:
		_, err := ParseFormat(string(format))
		return 0, err
	}
	err := src.EachEvent(ctx, p.From, p.To, p.Type, row)
	return out.close("events", err)
}

// chunk is how many bytes are gathered before they are written.
const chunk = 32 << 10

// sink gathers rows and hands them on in chunks of whole rows.
type sink struct {
	w       io.Writer
	stopped func() error // of the context: why to write no more
	buf     []byte
	pending int   // rows in buf
	written int   // rows that w took
	err     error // the first failure; nothing is written after it
}

// endRow counts the row just gathered.
func (s *sink) endRow() error {
	s.pending++
	if len(s.buf) < chunk {
		return s.err
	}
	return s.flush()
}

func (s *sink) flush() error {
	if s.err == nil {
		s.err = s.stopped()
	}
	if s.err != nil {
		return s.err
	}
	n, err := s.w.Write(s.buf)
	if err == nil && n < len(s.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		s.err = fmt.Errorf("writing: %w", err)
		return s.err
	}
	s.written += s.pending
	s.buf, s.pending = s.buf[:0], 0
	return nil
}

// close writes the rest, unless the source or an earlier chunk failed.
func (s *sink) close(what string, err error) (int, error) {
	if err == nil {
		err = s.flush()
	}
	if err != nil {
		return s.written, fmt.Errorf("exporting %s: %w", what, err)
	}
	return s.written, nil
}
