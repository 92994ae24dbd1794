package intake

import "golang.org/x/net/html/atom"

// openElements are the elements of an HTML text that have not ended, as far as
// that decides what is hidden. Few end tags are written: it knows the ends that
// the HTML standard implies (section 13.2.6), because an element that is hidden
// must hide what a browser hides with it and nothing more.
//
// The library has a parser that builds the whole tree. It is not used, since
// its work is not in proportion to the length of what strangers send; here
// every tag costs the same, however deep it stands.
type openElements struct {
	stack  []element
	at     map[atom.Atom][]int // where in the stack, the innermost last
	others map[string]atom.Atom
	blocks []int // where in the stack elements are that hold the end of others back
	walls  []int // likewise, for the ends of list items
	scopes []int // likewise, for ends that come from outside a table or a cell
	cells  int   // cells of tables that are open
	hidden int   // elements in the stack that are hidden
	kept   []keptStyle
}

type element struct {
	tag    atom.Atom // 0 for one that ended before what it holds
	hidden bool
}

// keptStyle is a hidden element of formatting that ended because what it stood
// in did. The next text stands in such a one again, until its own end tag.
type keptStyle struct {
	tag  atom.Atom
	cell int // how many cells were open
}

const (
	mostKept  = 50    // of them are remembered
	mostOpen  = 2_000 // elements are; browsers stop at 512
	firstName = atom.Atom(1) << 31
)

// named returns what stands for the name of an element: its atom, or a number
// above all atoms for a name that HTML does not know.
func (o *openElements) named(a atom.Atom, name string) atom.Atom {
	if a != 0 {
		return a
	}
	if o.others == nil {
		o.others = map[string]atom.Atom{}
	}
	if _, ok := o.others[name]; !ok {
		o.others[name] = firstName + atom.Atom(len(o.others)) //nolint:gosec // fewer than the text has bytes
	}
	return o.others[name]
}

// hides reports whether text that comes now is hidden.
func (o *openElements) hides() bool {
	return o.hidden > 0 || len(o.kept) > 0 && o.kept[len(o.kept)-1].cell == o.cells
}

// start opens an element, after what its start tag ends. quirks says that the
// text names no type of document: then a table may stand in a paragraph.
func (o *openElements) start(t atom.Atom, hidden, quirks bool) {
	switch {
	case t == atom.Html || t == atom.Body:
		if o.last(t) >= 0 && !hidden {
			return
		}
	case tablePart(t):
		if o.last(atom.Table) < 0 {
			return // browsers do not see it
		}
		o.popTo(o.around(t) + 1)
	case t == atom.A || t == atom.Nobr:
		o.end(t)
	case t == atom.Button:
		o.endWithin(t, -1)
	case t == atom.Li:
		o.endItem(o.last(t))
	case t == atom.Dd || t == atom.Dt:
		o.endItem(max(o.last(atom.Dd), o.last(atom.Dt)))
	case t == atom.Option && o.top() == t:
		o.popTo(len(o.stack) - 1)
	}
	if endsParagraph(t) || t == atom.Table && !quirks {
		o.endWithin(atom.P, o.last(atom.Button))
	}
	if heading(t) && heading(o.top()) {
		o.popTo(len(o.stack) - 1)
	}
	if len(o.stack) < mostOpen {
		o.push(t, hidden)
	}
}

// end closes what an end tag closes.
func (o *openElements) end(t atom.Atom) {
	switch {
	case t == atom.Html || t == atom.Body:
		// What follows is read as if it came before.
	case t == atom.Table || tablePart(t):
		if i := o.last(t); i >= 0 && i >= o.last(atom.Table) {
			o.popTo(i)
		}
	case formatting(t):
		o.endFormatting(t)
	case t == atom.P:
		o.endWithin(t, o.last(atom.Button))
	case t == atom.Li:
		o.endWithin(t, max(o.last(atom.Ul), o.last(atom.Ol)))
	case heading(t):
		i := -1
		for _, h := range []atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6} {
			i = max(i, o.last(h))
		}
		if i >= 0 && i > innermost(o.scopes) {
			o.popTo(i)
		}
	case special(t):
		o.endWithin(t, -1)
	default:
		if i := o.last(t); i >= 0 && i > innermost(o.blocks) {
			o.popTo(i)
		}
	}
}

// endFormatting ends an element of formatting. A block inside it goes on.
func (o *openElements) endFormatting(t atom.Atom) {
	i := o.last(t)
	switch {
	case i < 0:
		for k := len(o.kept) - 1; k >= 0 && o.kept[k].cell == o.cells; k-- {
			if o.kept[k].tag == t {
				o.kept = append(o.kept[:k], o.kept[k+1:]...)
				return
			}
		}
	case i < innermost(o.scopes):
	case i < innermost(o.blocks):
		o.forget(i)
	default:
		o.popTo(i + 1)
		o.forget(i)
		o.stack = o.stack[:i]
	}
}

// around returns where the innermost element is that a part of a table stands
// in directly.
func (o *openElements) around(part atom.Atom) int {
	i := o.last(atom.Table)
	if part == atom.Tr || part == atom.Td || part == atom.Th {
		i = max(i, o.last(atom.Tbody), o.last(atom.Thead), o.last(atom.Tfoot))
	}
	if part == atom.Td || part == atom.Th {
		i = max(i, o.last(atom.Tr))
	}
	return i
}

// endItem ends the list item at an index, unless something that may hold a
// list stands in it.
func (o *openElements) endItem(i int) {
	if i >= 0 && i >= innermost(o.walls) {
		o.popTo(i)
	}
}

// endWithin ends the innermost element of a name, unless a table, a cell or
// what is at the other index stands in it.
func (o *openElements) endWithin(t atom.Atom, other int) {
	if i := o.last(t); i >= 0 && i >= innermost(o.scopes) && i > other {
		o.popTo(i)
	}
}

func (o *openElements) push(t atom.Atom, hidden bool) {
	if o.at == nil {
		o.at = map[atom.Atom][]int{}
	}
	i := len(o.stack)
	o.stack = append(o.stack, element{t, hidden})
	o.at[t] = append(o.at[t], i)
	if special(t) {
		o.blocks = append(o.blocks, i)
		if t != atom.Address && t != atom.Div && t != atom.P {
			o.walls = append(o.walls, i)
		}
	}
	if bounds(t) {
		o.scopes = append(o.scopes, i)
	}
	if cell(t) {
		o.cells++
	}
	if hidden {
		o.hidden++
	}
}

// popTo ends every element from an index inwards.
func (o *openElements) popTo(to int) {
	for i := len(o.stack) - 1; i >= to; i-- {
		e := o.stack[i]
		o.forget(i)
		if e.hidden && formatting(e.tag) && len(o.kept) < mostKept {
			o.kept = append(o.kept, keptStyle{e.tag, o.cells})
		}
		if cell(e.tag) {
			o.cells--
			for len(o.kept) > 0 && o.kept[len(o.kept)-1].cell > o.cells {
				o.kept = o.kept[:len(o.kept)-1]
			}
		}
	}
	o.stack = o.stack[:min(to, len(o.stack))]
}

// forget takes the innermost element of its name, at an index, out of every
// count and leaves its place empty.
func (o *openElements) forget(i int) {
	e := o.stack[i]
	if e.tag == 0 {
		return
	}
	o.at[e.tag] = without(o.at[e.tag], i)
	o.blocks, o.walls, o.scopes = without(o.blocks, i), without(o.walls, i), without(o.scopes, i)
	if e.hidden {
		o.hidden--
	}
	o.stack[i] = element{}
}

func (o *openElements) top() atom.Atom {
	if len(o.stack) == 0 {
		return 0
	}
	return o.stack[len(o.stack)-1].tag
}

func (o *openElements) last(t atom.Atom) int { return innermost(o.at[t]) }

func innermost(at []int) int {
	if len(at) == 0 {
		return -1
	}
	return at[len(at)-1]
}

// without takes an index off the end of a list, if it is there.
func without(at []int, i int) []int {
	if innermost(at) == i {
		return at[:len(at)-1]
	}
	return at
}

func formatting(t atom.Atom) bool {
	switch t {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}

func heading(t atom.Atom) bool {
	switch t {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

func tablePart(t atom.Atom) bool {
	switch t {
	case atom.Td, atom.Th, atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot, atom.Caption:
		return true
	}
	return false
}

func cell(t atom.Atom) bool { return t == atom.Td || t == atom.Th || t == atom.Caption }

// bounds reports whether what stands in an element is not ended from outside.
func bounds(t atom.Atom) bool {
	switch t {
	case atom.Table, atom.Td, atom.Th, atom.Caption, atom.Object, atom.Marquee, atom.Applet, atom.Template:
		return true
	}
	return false
}

// endsParagraph reports whether an element cannot stand in a paragraph.
func endsParagraph(t atom.Atom) bool {
	switch t {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl,
		atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Header, atom.Hgroup, atom.Hr, atom.Li, atom.Listing, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Plaintext, atom.Pre,
		atom.Section, atom.Summary, atom.Ul, atom.Xmp:
		return true
	}
	return false
}

// special reports whether an element ends only by its own end tag, or by that
// of something around it that is special as well.
func special(t atom.Atom) bool {
	switch t {
	case atom.Address, atom.Applet, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Button, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.Frameset,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hgroup, atom.Html, atom.Iframe, atom.Li, atom.Listing, atom.Main,
		atom.Marquee, atom.Menu, atom.Nav, atom.Noembed, atom.Noframes, atom.Noscript, atom.Object, atom.Ol, atom.P, atom.Plaintext, atom.Pre,
		atom.Section, atom.Select, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Template, atom.Textarea, atom.Tfoot, atom.Th, atom.Thead,
		atom.Tr, atom.Ul, atom.Xmp:
		return true
	}
	return false
}
