package intake

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlText turns HTML into text. Elements that are hidden from the reader are
// left out: text nobody was meant to see must reach neither staff nor the
// rules. The second result says whether there is any visible character at all,
// counting hidden ones. It reads tokens and builds no tree, so it takes time
// in proportion to the length.
func htmlText(s string) (string, bool) {
	w := htmlWriter{z: html.NewTokenizer(strings.NewReader(s))}
	for {
		switch w.z.Next() {
		case html.ErrorToken:
			return w.out.String(), w.seen
		case html.TextToken:
			w.text(string(w.z.Text()))
		case html.StartTagToken:
			w.start(w.z.Token(), false)
		case html.SelfClosingTagToken:
			w.start(w.z.Token(), true)
		case html.EndTagToken:
			w.end(w.z.Token().DataAtom)
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

type htmlWriter struct {
	z     *html.Tokenizer
	out   strings.Builder
	seen  bool
	skip  atom.Atom // inside an element that is never text: style, script, head
	hide  atom.Atom // inside a hidden element …
	nest  int       // … this many of its own kind deep
	quote int       // blockquotes deep
	fresh bool      // the line is begun and empty
}

func (w *htmlWriter) text(s string) {
	if w.skip != 0 {
		return
	}
	s = html.UnescapeString(s)
	w.seen = w.seen || visible(s)
	if w.hide != 0 {
		return
	}
	words := strings.Join(strings.Fields(s), " ")
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
	if w.skip != 0 {
		// A head that is never closed ends where the body begins.
		if w.skip == atom.Head && a == atom.Body {
			w.skip = 0
		}
		return
	}
	switch a {
	case atom.Style, atom.Script, atom.Head, atom.Title, atom.Template:
		if !closed {
			w.skip = a
		}
		return
	}
	if w.hide != 0 {
		if a == w.hide && !closed && !implied(a) {
			w.nest++
		}
		return
	}
	if !closed && !void(a) && hidden(t) {
		w.hide, w.nest = a, 1
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
		if a == atom.Li && w.hide == 0 {
			w.text("- ")
		}
	}
}

func (w *htmlWriter) end(a atom.Atom) {
	switch {
	case w.skip != 0:
		if a == w.skip {
			w.skip = 0
		}
	case w.hide != 0:
		if a == w.hide {
			if w.nest--; w.nest == 0 {
				w.hide = 0
			}
		}
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

// implied elements end where the next of their kind begins.
func implied(a atom.Atom) bool {
	return a == atom.P || a == atom.Li || a == atom.Td || a == atom.Th || a == atom.Tr || a == atom.Option
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
