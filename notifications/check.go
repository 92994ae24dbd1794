package notifications

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"

	"habeas/models"
)

// check returns what is wrong with an organisation's template: what cannot be
// parsed or filled in, a secret or the words of a requester where they do not
// belong, and anything that would load something from elsewhere. It fills in
// every placeholder there is, on every branch, with data that can be recognised.
func check(c Config, file, source string) error {
	if file == layoutFile {
		return checkLayout(source)
	}
	locale, name := path.Split(file)
	locale = strings.TrimSuffix(locale, "/")
	p, err := newParser(c, locale, languages()[locale])
	if err != nil {
		return err
	}
	l, err := p.letter(file, source)
	if err != nil {
		return err
	}
	name = strings.TrimSuffix(name, suffix)
	empty, _ := models.NewLetter(name)
	for _, form := range []piece{l.plain, l.rich} {
		for _, t := range form.Templates() {
			everyBranch(t.Root)
		}
	}
	plain, err := l.plain.execute(filled(empty, ""))
	if err != nil {
		return inFile(file, err)
	}
	rich, err := l.rich.execute(filled(empty, ""))
	if err != nil {
		return inFile(file, err)
	}
	named, err := l.plain.execute(filled(empty, "Maria "+canary+"Name"))
	return errors.Join(err, checkSecrets(file, name, plain), checkName(file, name, plain, named), checkMarkdown(c, file, rich.body))
}

// inFile names the template where an error names only a shared part, or nothing.
func inFile(file string, err error) error {
	if strings.HasPrefix(err.Error(), file) {
		return err
	}
	return fmt.Errorf("%s: %w", file, err)
}

// everyBranch makes a tree execute both ways of each condition.
func everyBranch(list *parse.ListNode) {
	if list == nil {
		return
	}
	var all []parse.Node
	for _, n := range list.Nodes {
		all = append(all, n)
		switch n := n.(type) {
		case *parse.IfNode:
			everyBranch(n.List)
			everyBranch(n.ElseList)
			all = append(all[:len(all)-1], n.List)
			if n.ElseList != nil {
				all = append(all, n.ElseList)
			}
		case *parse.WithNode:
			all = append(all, otherBranch(&n.BranchNode)...)
		case *parse.RangeNode:
			all = append(all, otherBranch(&n.BranchNode)...)
		}
	}
	list.Nodes = all
}

// otherBranch returns what a template does where there is nothing to go into;
// the data of a check has everything.
func otherBranch(n *parse.BranchNode) []parse.Node {
	everyBranch(n.List)
	everyBranch(n.ElseList)
	if n.ElseList == nil {
		return nil
	}
	return []parse.Node{n.ElseList}
}

// canary begins every text that a check fills in; its field follows.
const canary = "zqx"

// filled returns a letter in which every field has a value: each text says
// which field it is. The name is one that nobody may be greeted by, unless one
// is given.
func filled(l models.Letter, name string) models.Letter {
	v := reflect.New(reflect.TypeOf(l).Elem())
	fill(v.Elem(), "")
	if f := v.Elem().FieldByName("Name"); f.IsValid() {
		f.SetString("www." + canary + "Name.example")
		if name != "" {
			f.SetString(name)
		}
	}
	full, _ := reflect.TypeAssert[models.Letter](v)
	return full
}

func fill(v reflect.Value, field string) {
	switch {
	case v.Type() == reflect.TypeFor[models.Date]():
		v.Set(reflect.ValueOf(models.NewDate(2026, time.November, 20)))
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)))
	case v.Kind() == reflect.String:
		v.SetString(canary + field)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(1)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), field)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fill(v.Field(i), f.Name)
			}
		}
	}
}

// checkSecrets refuses a code or the secret of an invitation where lock screens
// and logs would show it.
func checkSecrets(file, name string, s said) error {
	heads := s.subject + s.title
	links := strings.Join(regexp.MustCompile(`https?://\S*`).FindAllString(s.body, -1), " ")
	secret := strings.ReplaceAll(s.body, "/invitation/"+canary+"Secret", "")
	switch {
	case unverified(name) && strings.Contains(heads+links, canary+"Code"):
		return fmt.Errorf("%s: the code belongs neither in a subject, which lock screens show, nor in an address", file)
	case strings.Contains(heads, canary+"Secret"):
		return fmt.Errorf("%s: the link belongs in no subject, which lock screens show", file)
	case strings.Contains(secret, canary+"Secret"):
		return fmt.Errorf("%s: the secret stands in {{invitation .Secret}}, and nowhere else", file)
	}
	return nil
}

// checkName refuses the name that a requester typed, but as {{greeting .Name}}
// and where somebody has proved to own the mailbox.
func checkName(file, name string, s, named said) error {
	all := func(s said) string { return s.subject + s.title + s.body }
	switch {
	case unverified(name) && strings.Contains(all(named), canary+"Name"):
		return fmt.Errorf("%s: this letter goes to a mailbox that nobody has proved to own, and holds no word of the requester", file)
	case strings.Contains(all(s), canary+"Name"):
		return fmt.Errorf("%s: a requester typed .Name; write {{greeting .Name}}, which takes care of that", file)
	}
	return nil
}

// checkMarkdown refuses pictures, markup, and links that lead elsewhere than
// the template says.
func checkMarkdown(c Config, file, body string) error {
	var faults []error
	source := []byte(body)
	visit := func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			faults = append(faults, fmt.Errorf("%s: a mail loads no pictures", file))
		case *ast.RawHTML, *ast.HTMLBlock:
			faults = append(faults, fmt.Errorf("%s: write Markdown, not HTML", file))
		case *ast.AutoLink:
			faults = append(faults, checkLink(c, file, string(n.URL(source))))
		case *ast.Link:
			faults = append(faults, checkLink(c, file, string(n.Destination)))
		}
		return ast.WalkContinue, nil
	}
	err := ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(source)), visit)
	return errors.Join(append(faults, err)...)
}

func checkLink(c Config, file, to string) error {
	for _, ours := range []string{
		"/requests/" + canary + "Reference", "/requests/" + canary + "Into", "/not-me/" + canary + "StopToken", "/tasks/" + canary + "ID",
		"/console", "/console/requests/" + canary + "Reference", "/console/invitation/" + canary + "Secret",
	} {
		if to == c.BaseURL+ours {
			return nil
		}
	}
	fixed := regexp.MustCompile(`^(https://|mailto:|tel:)[^\x00-\x20]+$`).MatchString(to) && !strings.HasPrefix(to, c.BaseURL)
	if !fixed || strings.Contains(to, canary) {
		return fmt.Errorf("%s: a link leads to {{page .Reference}}, {{task .Reference}}, {{ownertask .ID}}, {{console}}, or a fixed https:, mailto: or tel: address", file)
	}
	return nil
}

// checkLayout refuses what would load or run something, and a layout without
// a place for each piece of a letter.
func checkLayout(source string) error {
	faults := []error{}
	for _, piece := range []string{"{{.Title}}", "{{.Content}}", "{{.Foot}}"} {
		if !strings.Contains(source, piece) {
			faults = append(faults, fmt.Errorf("%s: has no %s", layoutFile, piece))
		}
	}
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return fmt.Errorf("%s: %w", layoutFile, err)
	}
	for n := range doc.Descendants() {
		faults = append(faults, checkElement(n))
	}
	return errors.Join(faults...)
}

func checkElement(n *html.Node) error {
	if n.Type == html.CommentNode {
		return fmt.Errorf("%s: some mail programs run comments; write {{/* … */}}", layoutFile)
	}
	if n.Type == html.TextNode && n.Parent.Data == "style" {
		return checkStyle(n.Data)
	}
	if n.Type != html.ElementNode {
		return nil
	}
	elements := strings.Fields("html head meta title style body a b blockquote br code dd div dl dt em h1 h2 h3 h4 hr i li ol p pre small " +
		"span strong sub sup table tbody td tfoot th thead tr u ul")
	attributes := strings.Fields("align bgcolor border cellpadding cellspacing charset class colspan content dir height id lang name role " +
		"rowspan scope title valign width")
	if !slices.Contains(elements, n.Data) {
		return fmt.Errorf("%s: <%s> is not for mails", layoutFile, n.Data)
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "style":
			if err := checkStyle(a.Val); err != nil {
				return err
			}
		case a.Key == "href" && n.Data == "a" && strings.HasPrefix(a.Val, "https://"):
		case !slices.Contains(attributes, a.Key):
			return fmt.Errorf("%s: the attribute %s is not for mails", layoutFile, a.Key)
		}
	}
	return nil
}

// checkStyle refuses all CSS that can load something, or hide that it does.
func checkStyle(css string) error {
	for _, bad := range []string{"url", "image", "@import", "@font-face", "expression", "src", `\`, "/*", "behavior", "binding", "{{"} {
		if strings.Contains(strings.ToLower(css), bad) {
			return fmt.Errorf("%s: a style may load nothing and hold no placeholder (found %q)", layoutFile, bad)
		}
	}
	return nil
}
