package policies

import (
	"fmt"
	"strings"

	"habeas/models"
)

// plural returns "1 day", "2 days".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// String returns the length of the term: "45 calendar days".
func (t term) String() string {
	word := strings.ReplaceAll(strings.TrimSuffix(string(t.Unit), "s"), "_", " ")
	return plural(t.Within, word)
}

// space returns a sentence ready to follow another.
func space(sentence string) string {
	if sentence == "" {
		return ""
	}
	return " " + sentence
}

func earlier(a, b models.Date) models.Date {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b models.Date) models.Date {
	if b.After(a) {
		return b
	}
	return a
}
