package notifications

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
)

// What stands for a placeholder while markup is checked. Sources hold no
// control characters, so nothing else can.
const (
	markOther  = "\x01"
	markLink   = "\x02" // page, task, console
	markLocale = "\x03"
)

// checkMarkup returns every piece of HTML in a source that could load
// something, run something, or be read in two ways. Every stretch between two
// choices must be whole by itself, so no choice can change what the next means.
func checkMarkup(name, source string, layout bool) []error {
	trees, err := parseTrees(name, source)
	if err != nil {
		return nil // told by rules
	}
	m := &markup{file: name, layout: layout}
	m.list(trees[name].Root, source)
	return m.faults
}

type markup struct {
	file   string
	layout bool
	run    strings.Builder // the stretch so far
	line   int             // its first one
	faults []error
}

func (m *markup) list(l *parse.ListNode, source string) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		if m.run.Len() == 0 {
			m.line = 1 + strings.Count(source[:n.Position()], "\n")
		}
		switch n := n.(type) {
		case *parse.TextNode:
			m.run.Write(n.Text)
		case *parse.ActionNode:
			m.run.WriteString(mark(n))
		case *parse.IfNode:
			m.branch(&n.BranchNode, source)
		case *parse.WithNode:
			m.branch(&n.BranchNode, source)
		case *parse.RangeNode:
			m.branch(&n.BranchNode, source)
		default:
			m.end()
		}
	}
	m.end()
}

func (m *markup) branch(n *parse.BranchNode, source string) {
	m.end()
	m.list(n.List, source)
	m.list(n.ElseList, source)
}

func mark(n *parse.ActionNode) string {
	if len(n.Pipe.Cmds) == 1 {
		if f, ok := n.Pipe.Cmds[0].Args[0].(*parse.IdentifierNode); ok {
			switch f.Ident {
			case "page", "task", "console", "invitation":
				return markLink
			case "locale":
				return markLocale
			}
		}
	}
	return markOther
}

func (m *markup) fault(at int, format string, args ...any) {
	line := m.line + strings.Count(m.run.String()[:at], "\n")
	m.faults = append(m.faults, fmt.Errorf("%s:%d: "+format, append([]any{m.file, line}, args...)...))
}

// end checks the stretch.
func (m *markup) end() {
	run, tag := m.run.String(), regexp.MustCompile(`^<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"<>]*")*)\s*/?>`)
	for i := 0; i < len(run); i++ {
		if run[i] != '<' {
			continue
		}
		if m.layout && strings.HasPrefix(run[i:], "<!DOCTYPE html>") {
			continue
		}
		found := tag.FindStringSubmatch(run[i:])
		if found == nil {
			m.fault(i, "a tag has small letters and attributes in double quotes, and ends where it began; "+
				"for a less-than sign write &lt;, for a comment {{/* … */}}")
			break
		}
		m.element(i, found[2], found[3])
		i += len(found[0]) - 1
		if found[2] == "style" && found[1] == "" {
			css, _, _ := strings.Cut(run[i+1:], "</")
			m.style(i, css)
			i += len(css)
		}
	}
	m.run.Reset()
}

func (m *markup) element(at int, name, attributes string) {
	allowed := strings.Fields("a b blockquote br code dd div dl dt em h1 h2 h3 h4 hr i li ol p pre small span strong " +
		"sub sup table tbody td tfoot th thead tr u ul")
	if m.layout {
		allowed = append(allowed, "html", "head", "meta", "title", "style", "body")
	}
	if !slices.Contains(allowed, name) {
		m.fault(at, "<%s> is not for mails", name)
	}
	for _, a := range regexp.MustCompile(`([a-z-]+)="([^"]*)"`).FindAllStringSubmatch(attributes, -1) {
		m.attribute(at, name, a[1], html.UnescapeString(a[2]))
	}
}

func (m *markup) attribute(at int, element, name, value string) {
	switch {
	case name == "href" && element == "a":
		fixed := regexp.MustCompile(`^(https://|mailto:|tel:)[^\x00-\x20]+$`).MatchString(value)
		if value != markLink && !fixed {
			m.fault(at, "a link leads to {{page .Reference}}, {{task .Reference}}, {{console}}, or a fixed https:, mailto: or tel: address")
		}
	case name == "lang" && value == markLocale:
	case strings.ContainsAny(value, markOther+markLink+markLocale):
		m.fault(at, "no placeholder may stand in the attribute %s", name)
	case name == "style":
		m.style(at, value)
	case element == "meta" && slices.Contains([]string{"charset", "name", "content"}, name):
	case !slices.Contains(strings.Fields("align bgcolor border cellpadding cellspacing class colspan dir height id lang "+
		"role rowspan scope title valign width"), name):
		m.fault(at, "the attribute %s is not for mails", name)
	}
}

// style refuses all in CSS that can load something, or hide that it does.
func (m *markup) style(at int, css string) {
	lower := strings.ToLower(css)
	for _, bad := range []string{
		"url", "image", "@import", "@font-face", "expression", "src", "\\", "/*", "behavior", "binding",
		markOther, markLink, markLocale,
	} {
		if strings.Contains(lower, bad) {
			m.fault(at, "a style may load nothing and hold no placeholder (found %q)", bad)
			return
		}
	}
}
