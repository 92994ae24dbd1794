package audit

import (
	"time"

	"habeas/models"
)

// table is a row being written, cell by cell and in the same order every time.
// Each method takes the name of the column and its value.
type table interface {
	text(name, v string)
	list(name string, v []string)
	number(name string, n int)
	flag(name string, v bool)
	date(name string, d models.Date)  // nothing for the zero date
	instant(name string, t time.Time) // UTC; nothing for the zero time
	nothing(name string)              // the column does not apply to this row
	endRow() error
}

// appendDate writes YYYY-MM-DD. Date.String does the same, but allocates, and
// an export has five dates a row.
func appendDate(b []byte, d models.Date) []byte {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).AppendFormat(b, time.DateOnly)
}

func appendInstant(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, time.RFC3339Nano)
}
