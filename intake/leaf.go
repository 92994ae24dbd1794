package intake

import (
	"bytes"
	"io"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/text/unicode/norm"
)

// decoded undoes the transfer encoding of up to most raw bytes of a body. The
// mail library repairs what is broken in it; where even that fails the bytes
// are returned as they are.
func (l leaf) decoded(most int) []byte {
	body := l.body[:min(len(l.body), most)]
	if l.encoding != "base64" && l.encoding != "quoted-printable" {
		return body
	}
	head := "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: " + l.encoding + "\r\n\r\n"
	parser := enmime.NewParser(enmime.SetReadPartErrorPolicy(func(*enmime.Part, error) bool { return true }))
	part, err := parser.ReadParts(io.MultiReader(strings.NewReader(head), bytes.NewReader(body)))
	if err != nil || len(part.Content) == 0 && len(bytes.TrimSpace(body)) > 0 {
		return body
	}
	return part.Content
}

// text returns what a body leaf says, as text, and whether there is any
// character to see in it. Of HTML the elements that are hidden are left out of
// the text; concealed are their words.
func (l leaf) text(limits Limits) (shown, concealed string, seen bool) {
	s := toUTF8(l.params["charset"], l.decoded(l.mostRead(limits)))
	if l.media == "text/html" {
		shown, concealed, seen = htmlText(s)
		return tidy(shown, limits.Text), concealed, seen
	}
	if strings.EqualFold(l.params["format"], "flowed") {
		s = unflow(s, strings.EqualFold(l.params["delsp"], "yes"))
	}
	return tidy(s, limits.Text), "", visible(s)
}

// mostRead is how many bytes of a body leaf are decoded. Quoted-printable takes
// up to three bytes for one.
func (l leaf) mostRead(limits Limits) int {
	if l.media == "text/html" {
		return 4 * limits.HTML
	}
	return 4 * limits.Text
}

// cutMark ends a text that was longer than the limit.
const cutMark = "\n[…]"

// tidy normalises line ends and characters, drops controls and cuts the text.
func tidy(s string, most int) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, s)
	s = norm.NFC.String(s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + cutMark
	}
	return s
}

// unflow joins the soft line breaks of RFC 3676.
func unflow(s string, delsp bool) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	var out strings.Builder
	for i, line := range lines {
		quoted := strings.HasPrefix(line, ">")
		soft := strings.HasSuffix(line, " ") && line != "-- " && i+1 < len(lines) && !quoted
		if !quoted {
			line = strings.TrimPrefix(line, " ") // space-stuffing
		}
		if soft && delsp {
			line = strings.TrimSuffix(line, " ")
		}
		out.WriteString(line)
		if !soft && i+1 < len(lines) {
			out.WriteByte('\n')
		}
	}
	return out.String()
}
