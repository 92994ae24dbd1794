package filetype

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is the longest name kept, in bytes.
const maxName = 150

// CleanName makes a name that is safe as data: the last path element after
// both separators, without control and direction characters, leading dots or
// trailing dots and blanks, of 150 bytes at most. Cleaning it again changes
// nothing.
func CleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	// Only now, since what was removed may have kept an accent from its letter.
	name = norm.NFC.String(name)
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimLeft(name, "/. ")
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name = strings.TrimRight(name, ". "); name == "" {
		return "attachment.bin"
	}
	return name
}
