package intake

import (
	"bytes"
	"strings"
)

// field is one header field as it stands in the bytes: the name in lower case,
// the value still folded and undecoded.
type field struct {
	name  string
	value []byte
	// obsolete: there were blanks before the colon. Most readers do not see
	// such a field, so it counts where that makes us more careful only.
	obsolete bool
}

// header is the fields of a message or part in order, doubles included. It is
// scanned by our own hand because every count that decides about trust ("one
// From?") must see what any reader might see: libraries skip "From  :" and
// keep only the first of two.
type header []field

// scanHeader splits a block of bytes into its fields and what follows them. A
// block that does not begin with a field has none and is all body. Lines that
// are no field are skipped while fields still follow before the first blank
// line; after the last field they begin the body. A parameter at the start of
// a line goes on with the field before it, as the writer meant. stop, where
// given, ends the block at a line (a MIME boundary).
func scanHeader(raw []byte, stop func(line []byte) bool) (header, []byte) {
	var h header
	bodyAt, valueAt := 0, 0
	var next int
	for at := 0; at < len(raw); at = next {
		line, end := lineAt(raw, at)
		next = end
		if len(line) == 0 && bodyAt == at {
			bodyAt = end
		}
		if len(line) == 0 || stop != nil && stop(line) {
			break
		}
		if line[0] == ' ' || line[0] == '\t' || bodyAt == at && len(h) > 0 && continues(h[len(h)-1], line) {
			if bodyAt == at && len(h) > 0 {
				h[len(h)-1].value = raw[valueAt:end]
				bodyAt = end
			}
			continue
		}
		name, offset, ok := fieldName(line)
		// A field cannot be the first thing after junk, nor follow what looks like
		// a boundary.
		if !ok && (len(h) == 0 || bytes.HasPrefix(line, []byte("--"))) {
			break
		}
		if ok && len(h) < hardFields {
			valueAt, bodyAt = at+offset, end
			h = append(h, field{name: name, value: raw[valueAt:end], obsolete: line[offset-2] <= ' '})
		}
	}
	return h, raw[bodyAt:]
}

// lineAt returns the line at an offset without its ending, and where the next
// one begins.
func lineAt(raw []byte, at int) ([]byte, int) {
	end := len(raw)
	if i := bytes.IndexByte(raw[at:], '\n'); i >= 0 {
		end = at + i + 1
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(raw[at:end], []byte("\n")), []byte("\r")), end
}

// continues reports whether a line that is not indented is a parameter of the
// field before it.
func continues(last field, line []byte) bool {
	if !bytes.HasSuffix(bytes.TrimRight(last.value, " \t\r\n"), []byte(";")) {
		return false
	}
	name, _, ok := bytes.Cut(line, []byte("="))
	return ok && len(name) > 0 && len(name) < 40 && bytes.IndexFunc(name, func(r rune) bool {
		return r != '-' && r != '*' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	}) < 0
}

// fieldName reads the name of a field line, with the blanks that the obsolete
// syntax allows before the colon, and where its value begins.
func fieldName(line []byte) (string, int, bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || colon > 200 {
		return "", 0, false
	}
	name := bytes.TrimRight(line[:colon], " \t")
	if len(name) == 0 {
		return "", 0, false
	}
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return "", 0, false
		}
	}
	return strings.ToLower(string(name)), colon + 1, true
}

// all returns the values of every field of that name, unfolded, in order.
func (h header) all(name string) []string {
	var values []string
	for _, f := range h {
		if f.name == name {
			values = append(values, unfold(f.value))
		}
	}
	return values
}

// first returns the value of the first field of that name, or "".
func (h header) first(name string) string {
	for _, f := range h {
		if f.name == name && !f.obsolete {
			return unfold(f.value)
		}
	}
	return ""
}

// has reports whether there is a field of that name.
func (h header) has(name string) bool {
	for _, f := range h {
		if f.name == name {
			return true
		}
	}
	return false
}

// unfold joins the lines of a value and takes out the bytes that no header may
// hold. What is not UTF-8 is read as Windows-1252, as mail programs do.
func unfold(value []byte) string {
	value = value[:min(len(value), hardField)]
	s := strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return -1
		}
		return r
	}, validText(value))
	return strings.Trim(s, " \t")
}
