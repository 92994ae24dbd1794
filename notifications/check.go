package notifications

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"

	"habeas/models"
)

// check returns everything in an organisation's template that is not text, a
// placeholder of its letter, one of our words or functions, or a choice or a
// list made of these.
func check(name, source string) []error {
	if name == layoutFile {
		return checkLayout(source)
	}
	locale, file := path.Split(name)
	f := formText
	if strings.HasSuffix(file, formHTML.suffix) {
		f = formHTML
	}
	letter, _ := models.NewLetter(strings.TrimSuffix(file, f.suffix))
	head, body, ok := f.cut(source)
	if !ok {
		return []error{fmt.Errorf("%s:1: the first line must begin with %q", name, f.head)}
	}
	parts, err := partsOf(strings.TrimSuffix(locale, "/"), f)
	if err != nil {
		return []error{err}
	}
	rules := rules{file: name, letter: letter.Template(), root: reflect.TypeOf(letter).Elem(), parts: parts}
	rules.head = true
	faults := rules.source(head)
	rules.head = false
	faults = append(faults, rules.source(body)...)
	if f == formHTML {
		faults = append(faults, checkMarkup(name, head, false)...)
		faults = append(faults, checkMarkup(name, body, false)...)
	}
	return faults
}

// partsOf returns our shared parts in one language, which a letter may include.
func partsOf(locale string, f form) (map[string]*parse.Tree, error) {
	b := binder{locale: locale}
	trees, err := parseTrees("parts", b.read(locale+"/parts"+f.suffix))
	return trees, errors.Join(b.err, err)
}

func parseTrees(name, source string) (map[string]*parse.Tree, error) {
	trees := map[string]*parse.Tree{}
	t := parse.New(name)
	t.Mode = parse.SkipFuncCheck // rules reports unknown ones with the rest
	t, err := t.Parse(source, "", "", trees)
	if err != nil {
		return nil, err
	}
	trees[name] = t // also where it is empty
	return trees, nil
}

// rules is what one template is held to.
type rules struct {
	file   string
	letter string
	root   reflect.Type // of the letter
	parts  map[string]*parse.Tree
	head   bool // the first line: the subject, or the heading
	layout bool
}

// source returns the faults in one source.
func (r rules) source(source string) []error {
	trees, err := parseTrees(r.file, source)
	if err != nil {
		return []error{errors.New(strings.TrimPrefix(err.Error(), "template: "))}
	}
	var faults []error
	for name, t := range trees {
		if name != r.file {
			line := 1 + strings.Count(source[:min(int(t.Root.Pos), len(source))], "\n")
			faults = append(faults, fmt.Errorf("%s:%d: defines %q; a template of your own defines nothing", r.file, line, name))
		}
	}
	w := &walker{rules: r, tree: trees[r.file], vars: map[string]reflect.Type{"$": r.root}}
	w.list(w.tree.Root, r.root)
	return append(faults, w.faults...)
}

// walker walks one template with the type of dot in hand.
type walker struct {
	rules
	tree   *parse.Tree
	vars   map[string]reflect.Type
	ours   bool // one of our parts, which may do more
	faults []error
}

func (w *walker) fault(n parse.Node, format string, args ...any) {
	at, _ := w.tree.ErrorContext(n)
	parts := strings.Split(at, ":") // file, line, column
	w.faults = append(w.faults, fmt.Errorf("%s:%s: "+format, append([]any{w.file, parts[max(len(parts)-2, 0)]}, args...)...))
}

func (w *walker) list(l *parse.ListNode, dot reflect.Type) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		w.node(n, dot)
	}
}

func (w *walker) node(n parse.Node, dot reflect.Type) {
	switch n := n.(type) {
	case *parse.TextNode, *parse.CommentNode:
	case *parse.ActionNode:
		w.output(n, dot)
	case *parse.IfNode:
		w.pipe(n.Pipe, dot, useCondition)
		w.list(n.List, dot)
		w.list(n.ElseList, dot)
	case *parse.WithNode:
		inner := w.pipe(n.Pipe, dot, useValue)
		w.list(n.List, inner)
		w.list(n.ElseList, dot)
	case *parse.RangeNode:
		w.each(n, dot)
	case *parse.TemplateNode:
		w.include(n, dot)
	default:
		w.fault(n, "%s is not for templates", n)
	}
}

// output is a placeholder on its own: it must be something for people to read.
func (w *walker) output(n *parse.ActionNode, dot reflect.Type) {
	t := w.pipe(n.Pipe, dot, useValue)
	if t == nil || t == reflect.TypeFor[string]() || t.Kind() == reflect.Int {
		return
	}
	hint := "it is no text"
	if f := wordFor(t); f != "" {
		hint = "write {{" + f + " …}}"
	}
	w.fault(n, "%s cannot be printed as it is; %s", n, hint)
}

// wordFor names the function that puts a type into words.
func wordFor(t reflect.Type) string {
	for name, f := range funcs(Config{}, "", language{}) {
		if ft := reflect.TypeOf(f); ft.NumIn() == 1 && ft.In(0) == t && t.PkgPath() != "" {
			return name
		}
	}
	return ""
}

func (w *walker) each(n *parse.RangeNode, dot reflect.Type) {
	t := w.pipe(n.Pipe, dot, useValue)
	if t != nil && t.Kind() != reflect.Slice {
		w.fault(n.Pipe, "range goes over a list, and %s is none", n.Pipe)
		t = nil
	}
	if t != nil {
		t = t.Elem()
	}
	if w.ours {
		for i, v := range n.Pipe.Decl { // $i, $line
			w.vars[v.Ident[0]] = []reflect.Type{reflect.TypeFor[int](), t}[i]
		}
	}
	w.list(n.List, t)
	w.list(n.ElseList, dot)
}

// include is {{template "about" .}}: one of our parts, as far as it fits.
func (w *walker) include(n *parse.TemplateNode, dot reflect.Type) {
	if w.layout {
		if !slices.Contains([]string{"title", "content", "foot"}, n.Name) {
			w.fault(n, "the layout holds title, content and foot, and no %q", n.Name)
		}
		return
	}
	part, ok := w.parts[n.Name]
	if !ok || n.Name == "parts" {
		w.fault(n, "there is no part %q", n.Name)
		return
	}
	if n.Pipe == nil {
		w.fault(n, "write {{template %q .}}", n.Name)
		return
	}
	t := w.pipe(n.Pipe, dot, useValue)
	if t == nil {
		return
	}
	inner := &walker{rules: w.rules, tree: part, vars: map[string]reflect.Type{"$": t}, ours: true}
	inner.list(part.Root, t)
	if len(inner.faults) > 0 {
		_, why, _ := strings.Cut(inner.faults[0].Error(), ": ")
		w.fault(n, "the part %q does not fit here: %s", n.Name, why)
	}
}

// checkLayout is check for what is around every mail: no letter's placeholders,
// and a place for each of a letter's pieces.
func checkLayout(source string) []error {
	faults := rules{file: layoutFile, root: reflect.TypeFor[struct{}](), layout: true}.source(source)
	for _, piece := range []string{"title", "content", "foot"} {
		if !strings.Contains(source, `{{template "`+piece+`" .}}`) {
			faults = append(faults, fmt.Errorf(`%s: has no {{template %q .}}`, layoutFile, piece))
		}
	}
	return append(faults, checkMarkup(layoutFile, source, true)...)
}
