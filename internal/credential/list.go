package credential

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// List are passwords that an organisation refuses besides those that are easy
// to guess: of breaches, say. nil is none.
type List struct{ known map[string]struct{} }

// ReadList reads one password a line. What is too short to be chosen is
// refused for that and not kept, so a list of many millions takes little room.
func ReadList(r io.Reader) (*List, error) {
	l := &List{known: map[string]struct{}{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p := spelled(strings.TrimSuffix(lines.Text(), "\r"))
		if n := utf8.RuneCountInString(p); n >= Shortest && n <= Longest {
			l.known[p] = struct{}{}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading a list of passwords: %w", err)
	}
	return l, nil
}

// Has reports whether the password is on the list, in capitals or not.
func (l *List) Has(password string) bool {
	if l == nil {
		return false
	}
	_, ok := l.known[spelled(password)]
	return ok
}

func spelled(password string) string { return strings.ToLower(norm.NFC.String(password)) }
