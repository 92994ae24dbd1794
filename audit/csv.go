package audit

import (
	"strconv"
	"time"
	"unicode"

	"habeas/models"
)

// csvTable writes RFC 4180: comma, CRLF, text in quotes, numbers bare.
//
// Quotes do not keep a spreadsheet from running a text cell that looks like a
// formula, so such a cell gets an apostrophe in front (see appendText).
// Numbers get none: they are our own digits, and -3 days left must stay a
// number.
type csvTable struct {
	*sink
	inRow   bool
	names   bool // writing the header: names instead of values
	scratch []byte
}

// header writes the names of the columns that row writes.
func (c *csvTable) header(row func()) {
	c.names = true
	row()
	c.names = false
	c.endLine()
}

func (c *csvTable) endLine() {
	c.buf = append(c.buf, '\r', '\n')
	c.inRow = false
}

func (c *csvTable) endRow() error {
	c.endLine()
	return c.sink.endRow()
}

// cell starts a cell and reports whether its value is wanted.
func (c *csvTable) cell(name string) bool {
	if c.inRow {
		c.buf = append(c.buf, ',')
	}
	c.inRow = true
	if c.names {
		c.buf = appendText(c.buf, name)
	}
	return !c.names
}

func (c *csvTable) nothing(name string) { c.cell(name) }

func (c *csvTable) text(name, v string) {
	if c.cell(name) {
		c.buf = appendText(c.buf, v)
	}
}

// bytes is text for what is not a string yet.
func (c *csvTable) bytes(name string, v []byte) {
	if c.cell(name) {
		c.buf = appendText(c.buf, v)
	}
}

// list writes codes with a space between them: a semicolon or a bar would
// split the cell in spreadsheets that take it for the separator of columns.
func (c *csvTable) list(name string, v []string) {
	if !c.cell(name) {
		return
	}
	c.scratch = c.scratch[:0]
	for i, s := range v {
		if i > 0 {
			c.scratch = append(c.scratch, ' ')
		}
		c.scratch = append(c.scratch, s...)
	}
	c.buf = appendText(c.buf, c.scratch)
}

func (c *csvTable) number(name string, n int) {
	if c.cell(name) {
		c.buf = strconv.AppendInt(c.buf, int64(n), 10)
	}
}

// decimal writes a number that may have a fraction; nothing for none.
func (c *csvTable) decimal(name string, v *float64) {
	if c.cell(name) && v != nil {
		c.buf = strconv.AppendFloat(c.buf, *v, 'f', -1, 64)
	}
}

func (c *csvTable) flag(name string, v bool) {
	if c.cell(name) {
		c.buf = append(c.buf, '"')
		c.buf = strconv.AppendBool(c.buf, v)
		c.buf = append(c.buf, '"')
	}
}

func (c *csvTable) date(name string, d models.Date) {
	if c.cell(name) && !d.IsZero() {
		c.buf = append(c.buf, '"')
		c.buf = appendDate(c.buf, d)
		c.buf = append(c.buf, '"')
	}
}

func (c *csvTable) instant(name string, t time.Time) {
	if c.cell(name) && !t.IsZero() {
		c.buf = append(c.buf, '"')
		c.buf = appendInstant(c.buf, t)
		c.buf = append(c.buf, '"')
	}
}

// appendText writes a text cell in quotes that no spreadsheet takes for a
// formula (CWE-1236): where its first rune after white space, invisible runes
// and quotes is one of = + - @, their full-width twins or a control character,
// an apostrophe goes in front.
//
// The same holds after a semicolon, tab or line break inside the cell: a
// spreadsheet set to another separator (Excel in half of Europe) honours our
// quotes in the first column only and starts a new cell there.
func appendText[T string | []byte](b []byte, v T) []byte {
	b = append(b, '"')
	if plain(v) {
		b = append(b, v...)
	} else {
		b = appendNeutral(b, string(v))
	}
	return append(b, '"')
}

// plain reports whether v needs no care: printable ASCII without quote and
// semicolon that begins with a letter or digit, as nearly every cell does.
func plain[T string | []byte](v T) bool {
	for i := range len(v) {
		c := v[i]
		switch {
		case c < ' ' || c > '~' || c == '"' || c == ';':
			return false
		case i == 0 && !alphanumeric(c):
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func appendNeutral(b []byte, v string) []byte {
	first, start := true, true // nothing seen yet in the cell, in what may become one
	for _, r := range v {
		splits := r == ';' || r == '\t' || r == '\r' || r == '\n'
		switch {
		case start && (startsFormula(r) || unicode.IsControl(r) && (first || !splits)):
			b = append(b, '\'')
			first, start = false, false
		case start && !invisible(r):
			first, start = false, false
		}
		if splits {
			start = true
		}
		if r == '"' {
			b = append(b, '"')
		}
		b = append(b, string(r)...) // also turns bytes that are no UTF-8 into U+FFFD
	}
	return b
}

func startsFormula(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠':
		return true
	}
	return false
}

// invisible reports whether a spreadsheet may overlook r before a formula.
func invisible(r rune) bool {
	return r == '"' || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
