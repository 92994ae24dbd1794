package intake

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlText turns HTML into text. Elements that are hidden from the reader are
// left out of it: text nobody was meant to see must reach neither staff nor the
// rules. The first of their words are the second result, for a message that
// has no others. It reads tokens and builds no tree, so it takes time in
// proportion to the length.
func htmlText(s string) (shown, concealed string, seen bool) {
	w := htmlWriter{z: html.NewTokenizer(strings.NewReader(s)), quirks: true}
	for {
		switch w.z.Next() {
		case html.ErrorToken:
			return w.out.String(), w.concealed.String(), w.seen
		case html.TextToken:
			w.text(string(w.z.Text()))
		case html.StartTagToken:
			w.start(w.z.Token(), false)
		case html.SelfClosingTagToken:
			w.start(w.z.Token(), true)
		case html.EndTagToken:
			w.end(w.z.Token())
		case html.DoctypeToken:
			w.quirks = false
		case html.CommentToken:
		}
	}
}

// mostConcealed is how many bytes of hidden words are kept.
const mostConcealed = 16 << 10

type htmlWriter struct {
	z         *html.Tokenizer
	out       strings.Builder
	concealed strings.Builder // words that are hidden
	seen      bool            // there is any visible character, counting hidden ones
	skip      atom.Atom       // inside an element that is never text: style, script, title
	head      bool            // inside the head
	open      openElements
	quirks    bool // no type of document was named
	quote     int  // blockquotes deep
	fresh     bool // the line is begun and empty
}

func (w *htmlWriter) text(s string) {
	if w.skip != 0 || w.head {
		return
	}
	s = html.UnescapeString(s)
	w.seen = w.seen || visible(s)
	words := strings.Join(strings.Fields(s), " ")
	if w.open.hides() {
		if words != "" && w.concealed.Len() < mostConcealed {
			w.concealed.WriteString(clip(words, mostConcealed) + "\n")
		}
		return
	}
	if words == "" {
		if s != "" && w.out.Len() > 0 && !w.fresh {
			w.out.WriteByte(' ')
		}
		return
	}
	if w.fresh || w.out.Len() == 0 {
		w.out.WriteString(strings.Repeat("> ", min(w.quote, 9)))
	} else if startsBlank(s) {
		w.out.WriteByte(' ')
	}
	w.out.WriteString(words)
	w.fresh = false
	if last := []rune(s[max(0, len(s)-4):]); unicode.IsSpace(last[len(last)-1]) {
		w.out.WriteByte(' ')
	}
}

func startsBlank(s string) bool {
	for _, r := range s {
		return unicode.IsSpace(r)
	}
	return false
}

func (w *htmlWriter) start(t html.Token, closed bool) {
	a := t.DataAtom
	switch {
	case w.skip != 0:
		return
	case a == atom.Style, a == atom.Script, a == atom.Title, a == atom.Template:
		if !closed {
			w.skip = a
		}
		return
	case a == atom.Head:
		w.head = !closed
		return
	case a != 0 && !ofHead(a):
		w.head = false // it was never closed
	}
	if !void(a) {
		w.open.start(w.open.named(a, t.Data), hidden(t), w.quirks)
	}
	if w.open.hides() {
		return
	}
	switch {
	case a == atom.Br:
		w.newline()
		w.fresh = true
	case a == atom.Blockquote:
		w.breakLine()
		w.quote++
	case a == atom.Td || a == atom.Th:
		w.out.WriteByte(' ')
	case block(a):
		w.breakLine()
		if a == atom.Li {
			w.text("- ")
		}
	}
}

func (w *htmlWriter) end(t html.Token) {
	a := t.DataAtom
	if w.skip != 0 {
		if a == w.skip {
			w.skip = 0
		}
		return
	}
	if a == atom.Head {
		w.head = false
	}
	hid := w.open.hides()
	w.open.end(w.open.named(a, t.Data))
	switch {
	case hid:
	case a == atom.Blockquote:
		w.breakLine()
		w.quote = max(0, w.quote-1)
	case block(a):
		w.breakLine()
		if a == atom.P {
			w.newline()
		}
	}
}

func (w *htmlWriter) newline() { w.out.WriteByte('\n') }

func (w *htmlWriter) breakLine() {
	if w.out.Len() > 0 && !w.fresh {
		w.newline()
	}
	w.fresh = true
}

func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Tr, atom.Table, atom.Ul, atom.Ol, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4,
		atom.H5, atom.H6, atom.Hr, atom.Pre, atom.Dl, atom.Dt, atom.Dd, atom.Address, atom.Section, atom.Article:
		return true
	}
	return false
}

func void(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Img, atom.Hr, atom.Input, atom.Meta, atom.Link, atom.Base, atom.Area, atom.Col, atom.Wbr, atom.Embed:
		return true
	}
	return false
}

// ofHead reports whether an element may stand in the head.
func ofHead(a atom.Atom) bool {
	switch a {
	case atom.Base, atom.Basefont, atom.Bgsound, atom.Html, atom.Link, atom.Meta, atom.Noframes, atom.Noscript:
		return true
	}
	return false
}

// hidden reports whether an element's own attributes keep it from being seen.
func hidden(t html.Token) bool {
	for _, a := range t.Attr {
		switch strings.ToLower(a.Key) {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			for _, s := range []string{
				"display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px", "font-size:0pt",
				"opacity:0;", "max-height:0;", "max-height:0px", "text-indent:-9999",
			} {
				if strings.Contains(style+";", s) {
					return true
				}
			}
		}
	}
	return false
}

// visible reports whether s holds a character that a person can see.
func visible(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			return true
		}
	}
	return false
}
