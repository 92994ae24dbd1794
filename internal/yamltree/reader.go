package yamltree

import (
	"fmt"
	"strconv"
)

// Reader takes values out of the nodes of one file and collects what is wrong.
type Reader struct {
	File   string
	Faults []Fault
}

// Bad notes a fault.
func (r *Reader) Bad(line int, format string, args ...any) {
	r.Faults = append(r.Faults, Fault{File: r.File, Line: line, Text: fmt.Sprintf(format, args...)})
}

// Advise notes something that may stay as it is.
func (r *Reader) Advise(line int, format string, args ...any) {
	r.Faults = append(r.Faults, Fault{File: r.File, Line: line, Text: fmt.Sprintf(format, args...), Advice: true})
}

// Keys calls the function of each key of a mapping. A key without one is a
// fault; what names the mapping.
func (r *Reader) Keys(n *Node, what string, take map[string]func(*Node)) {
	if n.Kind != Map {
		r.Bad(n.Line, "%s must be a mapping", what)
		return
	}
	for _, p := range n.Pairs {
		if f, ok := take[p.Key]; ok {
			if p.Value.Kind != Null {
				f(p.Value)
			}
			continue
		}
		r.Bad(p.Line, "%s has no key %s", what, p.Key)
	}
}

// List calls a function for each entry of a list.
func (r *Reader) List(n *Node, what string, take func(*Node)) {
	if n.Kind != List {
		r.Bad(n.Line, "%s must be a list", what)
		return
	}
	for _, item := range n.Items {
		take(item)
	}
}

// Text returns a function that takes a text. A number or a truth value is
// taken as it is written.
func (r *Reader) Text(into *string, what string) func(*Node) {
	return func(n *Node) {
		if n.Kind == List || n.Kind == Map || n.Kind == Null {
			r.Bad(n.Line, "%s must be a text", what)
			return
		}
		*into = n.Text
	}
}

// Texts returns a function that takes a list of texts.
func (r *Reader) Texts(into *[]string, what string) func(*Node) {
	return func(n *Node) {
		r.List(n, what, func(item *Node) {
			var s string
			r.Text(&s, what)(item)
			*into = append(*into, s)
		})
	}
}

// Bool returns a function that takes true or false.
func (r *Reader) Bool(into *bool, what string) func(*Node) {
	return func(n *Node) {
		if n.Kind != Bool {
			r.Bad(n.Line, "%s must be true or false", what)
			return
		}
		*into = n.Text == "true"
	}
}

// Number returns a function that takes a whole number above 0.
func (r *Reader) Number(into *int, what string) func(*Node) {
	return func(n *Node) {
		i, err := strconv.Atoi(n.Text)
		if n.Kind != Int || err != nil || i < 1 {
			r.Bad(n.Line, "%s must be a whole number above 0", what)
			return
		}
		*into = i
	}
}
