package notifications

import (
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
)

// use is what a pipeline is for.
type use int

const (
	useValue use = iota
	useCondition
	useGreeting // the argument of greeting
	useLink     // the argument of page and task
	useSecret   // the argument of invitation
)

// pipe returns the type of a pipeline, or nil once a fault is told.
func (w *walker) pipe(p *parse.PipeNode, dot reflect.Type, u use) reflect.Type {
	if !w.ours && len(p.Decl) > 0 {
		w.fault(p, "%s: there are no variables", p)
		return nil
	}
	if len(p.Cmds) != 1 {
		w.fault(p, "%s: there are no pipelines; a placeholder stands alone or after one function", p)
		return nil
	}
	args := p.Cmds[0].Args
	if f, ok := args[0].(*parse.IdentifierNode); ok {
		return w.call(f, args[1:], dot)
	}
	if len(args) > 1 {
		w.fault(p, "%s: only our functions take arguments", p)
		return nil
	}
	return w.value(args[0], dot, u)
}

// value returns the type of one placeholder or argument.
func (w *walker) value(n parse.Node, dot reflect.Type, u use) reflect.Type {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.StringNode:
		return reflect.TypeFor[string]()
	case *parse.FieldNode:
		return w.field(n, dot, n.Ident, u)
	case *parse.VariableNode:
		t, ok := w.vars[n.Ident[0]]
		if !ok {
			w.fault(n, "%s: there are no variables", n)
			return nil
		}
		return w.field(n, t, n.Ident[1:], u)
	case *parse.PipeNode: // in parentheses
		return w.pipe(n, dot, u)
	case *parse.IdentifierNode:
		return w.call(n, nil, dot)
	default:
		w.fault(n, "%s is not for templates", n)
		return nil
	}
}

// field follows a placeholder through the fields of a letter, never a method.
func (w *walker) field(n parse.Node, t reflect.Type, path []string, u use) reflect.Type {
	if t == nil {
		return nil // told already
	}
	for _, name := range path {
		f, ok := reflect.StructField{}, false
		if t.Kind() == reflect.Struct {
			f, ok = t.FieldByName(name)
		}
		if !ok || !f.IsExported() || f.Anonymous {
			w.fault(n, "unknown placeholder %s; here there are %s", n, placeholders(t))
			return nil
		}
		t = f.Type
	}
	if len(path) == 0 || w.ours {
		return t
	}
	return w.guarded(n, t, path[len(path)-1], u)
}

// guarded refuses the placeholders that are dangerous in the wrong place.
func (w *walker) guarded(n parse.Node, t reflect.Type, name string, u use) reflect.Type {
	switch {
	case name == "Name" && unproved(w.letter):
		w.fault(n, "%s: this letter goes to a mailbox nobody has proved, and holds no word of the requester", n)
	case name == "Name" && u != useGreeting && u != useCondition:
		w.fault(n, "%s: a requester typed it; write {{greeting .Name}}, which takes care of that", n)
	case name == "Code" && unproved(w.letter) && (w.head || u == useLink):
		w.fault(n, "%s: the code belongs neither in a subject, which lock screens show, nor in an address", n)
	case name == "Secret" != (u == useSecret):
		w.fault(n, "%s: the secret stands in {{invitation .Secret}}, and nothing else does", n)
	case name == "Secret" && w.head:
		w.fault(n, "%s: the link belongs in no subject, which lock screens show", n)
	case u == useLink && name != "Reference" && name != "Into":
		w.fault(n, "%s: an address is made of a reference", n)
	default:
		return t
	}
	return nil
}

// placeholders lists what a value has, for a message.
func placeholders(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return "none"
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous {
			names = append(names, "."+f.Name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// call returns the type that a function gives.
func (w *walker) call(f *parse.IdentifierNode, args []parse.Node, dot reflect.Type) reflect.Type {
	u := map[string]use{"greeting": useGreeting, "page": useLink, "task": useLink, "invitation": useSecret, "not": useCondition}[f.Ident]
	types := make([]reflect.Type, 0, len(args))
	for _, a := range args {
		t := w.value(a, dot, u)
		if t == nil {
			return nil
		}
		types = append(types, t)
	}
	if t, ok := w.builtin(f, types); ok {
		return t
	}
	fn, ok := funcs(Config{}, "", language{})[f.Ident]
	if !ok {
		w.fault(f, "unknown function %s", f.Ident)
		return nil
	}
	ft := reflect.TypeOf(fn)
	if ft.NumIn() != len(types) {
		w.fault(f, "%s takes %d values, not %d", f.Ident, ft.NumIn(), len(types))
		return nil
	}
	for i, t := range types {
		if !t.AssignableTo(ft.In(i)) {
			w.fault(f, "%s cannot take %s", f.Ident, args[i])
			return nil
		}
	}
	return ft.Out(0)
}

// builtin is call for the few functions of the language that are allowed.
func (w *walker) builtin(f *parse.IdentifierNode, types []reflect.Type) (reflect.Type, bool) {
	switch f.Ident {
	case "not":
		if len(types) == 1 {
			return reflect.TypeFor[bool](), true
		}
	case "len":
		if len(types) == 1 && types[0].Kind() == reflect.Slice {
			return reflect.TypeFor[int](), true
		}
	case "or", "and":
		if len(types) > 0 && !slices.ContainsFunc(types, func(t reflect.Type) bool { return t != types[0] }) {
			return types[0], true
		}
	default:
		return nil, false
	}
	w.fault(f, "%s does not take these values", f.Ident)
	return nil, true
}
