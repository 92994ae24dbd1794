package policies

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text returns a trimmed text. Control characters are refused: they have no
// place in a line, and line feed and tab none elsewhere either but in prose.
func (r *reader) text(path string, value any, most int, prose bool) string {
	s, ok := value.(string)
	if !ok {
		r.bad(path, "invalid", "must be a text")
		return ""
	}
	s = strings.TrimSpace(s)
	if prose {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	control := func(c rune) bool { return unicode.IsControl(c) && !(prose && (c == '\n' || c == '\t')) }
	switch {
	case s == "":
		r.bad(path, "required", "is empty")
	case utf8.RuneCountInString(s) > most:
		r.bad(path, "too_long", "must be at most %d characters", most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, control):
		r.bad(path, "invalid", "must not hold control characters")
	}
	return s
}

// placed is an entry of a list and its place there, from 0. In a text that is
// its line, blank ones counted, as people see it.
type placed struct {
	at    int
	value any
}

// list reads each entry of a list once; a text is one entry a line.
func (r *reader) list(path string, value any, read func(at string, entry any) any) []any {
	entries, ok := entriesIn(value)
	if !ok {
		r.bad(path, "invalid", "must be a list")
		return nil
	}
	if len(entries) > maxEntries {
		r.bad(path, "too_many", "must have at most %d entries", maxEntries)
		return nil
	}
	var clean []any
	for _, e := range entries {
		read := read(entry(path, e.at), e.value)
		if s, ok := read.(string); !ok || !slices.Contains(clean, any(s)) {
			clean = append(clean, read)
		}
	}
	return clean
}

func entriesIn(value any) ([]placed, bool) {
	var list []placed
	switch v := value.(type) {
	case []any:
		for i, e := range v {
			list = append(list, placed{i, e})
		}
		return list, true
	case []string:
		for i, s := range v {
			list = append(list, placed{i, s})
		}
		return list, true
	case string:
		for i, line := range strings.Split(v, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, placed{i, line})
			}
		}
		return list, true
	}
	return nil, false
}

func limit(f *Field, otherwise int) int {
	if f.MaxLength > 0 {
		return f.MaxLength
	}
	return otherwise
}

func (f *Field) values() []string {
	all := make([]string, len(f.Choices))
	for i, c := range f.Choices {
		all[i] = c.Value
	}
	return all
}
