package notifications

import (
	"strings"
	"unicode/utf8"
)

// lineWidth of the plain text, in characters. With it a quoted-printable line
// of ASCII stays below 76 and is not broken again.
const lineWidth = 72

// wrap breaks every line of s at spaces so that it fits, keeps its indentation,
// and hangs the continuation of a list item below its text. A word longer than
// the line, such as a web address, is never broken.
func wrap(s string) string {
	var b strings.Builder
	blank := false
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \n")
		if line == "" && blank {
			continue // templates leave several where a part is absent
		}
		blank = line == ""
		wrapLine(&b, line)
		b.WriteByte('\n')
	}
	return strings.Trim(b.String(), "\n") + "\n"
}

func wrapLine(b *strings.Builder, line string) {
	body := strings.TrimLeft(line, " ")
	first := line[:len(line)-len(body)]
	hang := first
	if strings.HasPrefix(body, "- ") {
		hang += "  "
	}
	width := 0
	// Only a plain space parts words: French has unbreakable ones.
	for i, word := range strings.FieldsFunc(body, func(r rune) bool { return r == ' ' }) {
		switch n := utf8.RuneCountInString(word); {
		case i == 0:
			b.WriteString(first + word)
			width = len(first) + n
		case width+1+n > lineWidth:
			b.WriteString("\n" + hang + word)
			width = len(hang) + n
		default:
			b.WriteString(" " + word)
			width += 1 + n
		}
	}
}
