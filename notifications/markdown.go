package notifications

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
)

// printFunc is what every printed value passes through.
const printFunc = "print"

type (
	// address is a web address of ours.
	address string
	// marked is text that needs no escaping.
	marked string
)

// plainFuncs print for plain text.
func plainFuncs() map[string]any {
	return map[string]any{
		printFunc: func(v any) (string, error) { return printed(v, func(s string) string { return s }) },
		"quote": func(s string, indent ...string) marked {
			return marked(prefixed(s, strings.Join(indent, "")+"    ", ""))
		},
		"code": func(s string) marked { return marked(s) },
	}
}

// richFuncs print for Markdown. What they are given can never mark anything.
func richFuncs() map[string]any {
	return map[string]any{
		printFunc: func(v any) (string, error) {
			if a, ok := v.(address); ok {
				return "<" + string(a) + ">", nil
			}
			return printed(v, escape)
		},
		"quote": func(s string, indent ...string) marked {
			return marked(prefixed(escape(s), strings.Join(indent, "")+"> ", `\`))
		},
		// A code is letters and digits, so it cannot end its own span.
		"code": func(s string) marked { return marked("`" + strings.ReplaceAll(s, "`", "") + "`") },
	}
}

// printed is the text of a value that a template may print: text, a number, or
// what a function of ours made of something else.
func printed(v any, escape func(string) string) (string, error) {
	switch v := v.(type) {
	case string:
		return escape(v), nil
	case address:
		return string(v), nil
	case marked:
		return string(v), nil
	case int:
		return strconv.Itoa(v), nil
	}
	if t := reflect.TypeOf(v); t != nil {
		if f := functionFor(t); f != "" {
			return "", fmt.Errorf("cannot be printed as it is; write {{%s …}}", f)
		}
	}
	return "", errors.New("cannot be printed as it is")
}

// functionFor names the function that puts a type into words.
func functionFor(t reflect.Type) string {
	for name, f := range funcs(Config{}, "", language{}) {
		if ft := reflect.TypeOf(f); ft.NumIn() == 1 && ft.In(0) == t && t.PkgPath() != "" {
			return name
		}
	}
	return ""
}

// escape puts a backslash before all that may be a mark in Markdown
// (CommonMark 0.31, section 2.4).
func escape(s string) string { return marks.ReplaceAllString(s, `\$0`) }

var marks = regexp.MustCompile("[!#&()*+.<=>\\[\\\\\\]_`|~{}:-]")

// prefixed puts a prefix before each line of somebody's words, and end after
// each that another follows in the same paragraph.
func prefixed(s, prefix, end string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if line != "" && i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" {
			line += end
		}
		lines[i] = strings.TrimRight(prefix+line, " ")
	}
	return strings.Join(lines, "\n")
}

var (
	headings = regexp.MustCompile(`(?m)^## (\S.*)$`)
	links    = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]*)\)|<((?:https|mailto|tel):[^>\s]*)>`)
	escaped  = regexp.MustCompile(`\\([[:punct:]])`)
)

// withoutMarks is Markdown of ours as plain text.
func withoutMarks(s, locale string) string {
	colon := ":"
	if locale == "fr" {
		colon = "\u00a0:"
	}
	s = headings.ReplaceAllString(s, "$1"+colon)
	s = strings.NewReplacer("**", "", "\\\n", "\n").Replace(s)
	s = links.ReplaceAllStringFunc(s, func(link string) string {
		parts := links.FindStringSubmatch(link)
		if parts[3] != "" {
			return parts[3]
		}
		return parts[1] + " (" + parts[2] + ")"
	})
	return escaped.ReplaceAllString(s, "$1")
}

// toHTML renders Markdown and gives the elements their style: many mail
// programs drop style sheets. Markup in the source is left out.
func toHTML(source string) (template.HTML, error) {
	var b strings.Builder
	if err := goldmark.Convert([]byte(source), &b); err != nil {
		return "", fmt.Errorf("rendering Markdown: %w", err)
	}
	return template.HTML(inlineStyles().Replace(b.String())), nil //nolint:gosec // goldmark escapes all text and passes no markup on
}

// inlineStyles dresses bare tags. What has a border or a ground is a table
// cell: Outlook for Windows gives nothing else a padding.
func inlineStyles() *strings.Replacer {
	const table = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" ` +
		`style="width:100%;margin:0 0 16px 0;border-collapse:separate"><tr>`
	return strings.NewReplacer(
		"<p><code>", table+`<td class="box" align="center" style="padding:14px;border:1px solid #b9c2cc;border-radius:6px;`+
			`font-family:Menlo,Consolas,monospace;font-size:26px;letter-spacing:3px;text-align:center">`,
		"</code></p>", "</td></tr></table>",
		"<p>", `<p style="margin:0 0 16px 0">`,
		"<h2>", `<h2 style="margin:24px 0 8px 0;font-size:17px;line-height:1.4">`,
		"<ul>", `<ul style="margin:0 0 16px 0;padding:0 0 0 20px">`,
		"<li>", `<li style="margin:0 0 8px 0">`,
		"<blockquote>", table+`<td class="quote" style="padding:0 0 0 14px;border-left:3px solid #7a8694">`,
		"</blockquote>", "</td></tr></table>",
	)
}
