package intake

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// toUTF8 converts text from the character set that it claims to be in. Text in
// an unknown set is whatever its bytes can be read as.
func toUTF8(label string, text []byte) string {
	label = strings.ToLower(strings.Trim(label, ` "'`))
	label, _, _ = strings.Cut(strings.TrimPrefix(label, "charset="), "(") // a comment
	label = strings.TrimSpace(label)
	switch {
	case label == "" || label == "us-ascii" || label == "ascii" || label == "utf-8" || label == "utf8":
		return validText(text)
	case strings.Contains(label, "utf-7"):
		return fromUTF7(text)
	}
	if enc := characterSet(label); enc != nil {
		return decode(enc.NewDecoder(), text)
	}
	if page := codePage(label); page >= firstISO2022 && page < firstISO2022+10 {
		return fromISO2022(text)
	}
	return validText(text)
}

// fromUTF7 leaves UTF-7, which browsers rightly no longer speak, to the mail
// library.
func fromUTF7(text []byte) string {
	word := "=?utf-7?B?" + base64.StdEncoding.EncodeToString(text) + "?="
	s := enmime.DecodeRFC2047(word)
	if s == word {
		return validText(text)
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func decode(t transform.Transformer, text []byte) string {
	out, _, err := transform.Bytes(t, text)
	if err != nil {
		return validText(text)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// validText reads bytes of an unnamed set: as UTF-8 if they are, else as
// Windows-1252.
func validText(text []byte) string {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if utf8.Valid(text) {
		return string(text)
	}
	return decode(charmap.Windows1252.NewDecoder(), text)
}
