package notifications

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"
	"text/template"
	"text/template/parse"
)

// A letter is written once, in Markdown, and parsed twice: as it is for HTML,
// and without its marks for plain text. Its first line is the subject of the
// mail and its second the heading of the HTML.
type letter struct{ plain, rich piece }

// piece is a letter in one of its two forms.
type piece struct{ *template.Template }

// said is what a piece says of one set of data.
type said struct{ subject, title, body, foot string }

// parser parses the letters of one language.
type parser struct{ plain, rich form }

// form is one of the two forms of a mail.
type form struct {
	shared *template.Template // the parts that several letters have
	funcs  map[string]any
	marks  func(words string) string // what becomes of the marks in our own words
}

func newParser(c Config, locale string, lang language) (*parser, error) {
	source, err := files.ReadFile("templates/" + locale + "/" + partsFile)
	if err != nil {
		return nil, fmt.Errorf("reading the shared parts: %w", err)
	}
	newForm := func(printing map[string]any, marks func(string) string) (form, error) {
		f := form{funcs: funcs(c, locale, lang), marks: marks}
		maps.Copy(f.funcs, printing)
		f.shared, err = template.New(partsFile).Funcs(f.funcs).Parse(string(source))
		if err != nil {
			return form{}, fmt.Errorf("%s: %w", locale, err)
		}
		for _, part := range f.shared.Templates() {
			f.prepare(part.Tree)
		}
		return f, nil
	}
	var p parser
	if p.plain, err = newForm(plainFuncs(), func(words string) string { return withoutMarks(words, locale) }); err != nil {
		return nil, err
	}
	p.rich, err = newForm(richFuncs(), func(words string) string { return words })
	return &p, err
}

var errHeads = errors.New(`the first line must begin with "Subject: " and the second with "Title: "`)

// letter parses the source of a letter. Line numbers in errors are those of the
// file.
func (p *parser) letter(file, source string) (letter, error) {
	subject, rest, _ := strings.Cut(source, "\n")
	title, body, _ := strings.Cut(rest, "\n")
	subject, ok := strings.CutPrefix(subject, "Subject: ")
	title, titled := strings.CutPrefix(title, "Title: ")
	if !ok || !titled {
		return letter{}, fmt.Errorf("%s:1: %w", file, errHeads)
	}
	sources := map[string]string{
		"subject": subject, "title": "\n" + title, "body": "\n\n" + body,
		"foot": `{{template "` + footOf(strings.TrimSuffix(path.Base(file), suffix)) + `" .}}`,
	}
	plain, err := p.plain.parse(file, sources)
	if err != nil {
		return letter{}, err
	}
	rich, err := p.rich.parse(file, sources)
	return letter{plain, rich}, err
}

func (f form) parse(file string, sources map[string]string) (piece, error) {
	t, err := f.shared.Clone()
	if err != nil {
		return piece{}, fmt.Errorf("%s: %w", file, err)
	}
	for part, source := range sources {
		parsed, err := template.New(file).Funcs(f.funcs).Parse(source)
		if err != nil {
			return piece{}, errors.New(strings.TrimPrefix(err.Error(), "template: "))
		}
		for _, other := range parsed.Templates() {
			if other.Name() != file {
				return piece{}, fmt.Errorf("%s: defines %q; a letter defines no templates", file, other.Name())
			}
		}
		f.prepare(parsed.Tree)
		if _, err := t.AddParseTree(part, parsed.Tree); err != nil {
			return piece{}, fmt.Errorf("%s: %w", file, err)
		}
	}
	return piece{t}, nil
}

// prepare makes every value that a tree prints pass through printFunc, so that
// no data can become Markdown, and sees to the marks in our own words.
func (f form) prepare(tree *parse.Tree) {
	walk(tree.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.TextNode:
			n.Text = []byte(f.marks(string(n.Text)))
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{
					NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier(printFunc).SetPos(n.Pos).SetTree(tree)},
				})
			}
		}
	})
}

// execute fills in the data.
func (t piece) execute(data any) (said, error) {
	var s said
	for part, to := range map[string]*string{"subject": &s.subject, "title": &s.title, "body": &s.body, "foot": &s.foot} {
		b := bounded{left: maxRendered}
		if err := t.ExecuteTemplate(&b, part, data); err != nil {
			return said{}, errors.New(strings.TrimPrefix(err.Error(), "template: "))
		}
		*to = b.String()
	}
	return s, nil
}

// maxRendered bounds what a template may write, in bytes: one of an
// organisation's own may loop.
const maxRendered = 4 << 20

type bounded struct {
	strings.Builder
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the mail becomes too long")
	}
	return b.Builder.Write(p)
}

// walk calls f for a node and everything below it.
func walk(n parse.Node, f func(parse.Node)) {
	branch := func(n *parse.BranchNode) {
		walk(n.List, f)
		if n.ElseList != nil {
			walk(n.ElseList, f)
		}
	}
	f(n)
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, f)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	}
}

// footOf says which foot a letter has: it differs by how much we know of who
// reads it.
func footOf(name string) string {
	switch {
	case strings.HasPrefix(name, "staff_"):
		return "foot_staff"
	case strings.HasPrefix(name, "owner_"):
		return "foot_owner"
	case unverified(name):
		return "foot_unproved"
	}
	return "foot_requester"
}

// unverified reports whether a letter goes to mailboxes that nobody has proved
// to own: it holds no word that a requester chose.
func unverified(name string) bool {
	return name == "code" || name == "verify_reminder" || name == "expired" || name == "named_person"
}
