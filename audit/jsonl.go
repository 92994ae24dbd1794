package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"habeas/models"
)

// jsonTable writes one JSON object a line, every column in every row and
// always in the same order. What does not apply is null.
type jsonTable struct {
	*sink
	inRow bool
}

func (j *jsonTable) endRow() error {
	j.buf = append(j.buf, '}', '\n')
	j.inRow = false
	return j.sink.endRow()
}

func (j *jsonTable) key(name string) {
	if j.inRow {
		j.buf = append(j.buf, ',', '"')
	} else {
		j.buf = append(j.buf, '{', '"')
	}
	j.inRow = true
	j.buf = append(j.buf, name...)
	j.buf = append(j.buf, '"', ':')
}

func (j *jsonTable) nothing(name string) {
	j.key(name)
	j.buf = append(j.buf, "null"...)
}

func (j *jsonTable) text(name, v string) {
	j.key(name)
	j.buf = appendJSON(j.buf, v)
}

func (j *jsonTable) list(name string, v []string) {
	j.key(name)
	j.buf = append(j.buf, '[')
	for i, s := range v {
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.buf = appendJSON(j.buf, s)
	}
	j.buf = append(j.buf, ']')
}

func (j *jsonTable) number(name string, n int) {
	j.key(name)
	j.buf = strconv.AppendInt(j.buf, int64(n), 10)
}

func (j *jsonTable) flag(name string, v bool) {
	j.key(name)
	j.buf = strconv.AppendBool(j.buf, v)
}

func (j *jsonTable) date(name string, d models.Date) {
	if d.IsZero() {
		j.nothing(name)
		return
	}
	j.key(name)
	j.buf = append(j.buf, '"')
	j.buf = appendDate(j.buf, d)
	j.buf = append(j.buf, '"')
}

func (j *jsonTable) instant(name string, t time.Time) {
	if t.IsZero() {
		j.nothing(name)
		return
	}
	j.key(name)
	j.buf = append(j.buf, '"')
	j.buf = appendInstant(j.buf, t)
	j.buf = append(j.buf, '"')
}

// appendJSON writes s as encoding/json does, without its allocation where
// nothing needs an escape.
func appendJSON(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(fmt.Sprintf("a string has no JSON: %v", err)) // encoding/json has none that fails
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
