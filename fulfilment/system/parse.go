package system

import (
	"encoding/base64"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"habeas/internal/yamltree"
	"habeas/models"
)

var (
	keyPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	variable   = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
)

type parser struct {
	yamltree.Reader
	getenv func(string) string
}

// named is a name with the line it is on.
type named struct {
	name string
	line int
}

func (p *parser) definition(root *yamltree.Node) (*Definition, []named) {
	d := &Definition{File: p.File}
	var datasets []named
	var kind string
	p.Keys(root, "a system", map[string]func(*yamltree.Node){
		"system": p.key(&d.Key), "name": p.Text(&d.Name, "name"), "owner": p.mailbox(&d.Owner),
		"kind": p.oneOf(&kind, "kind", texts(models.SystemKinds())), "actions": p.actions(&d.Actions),
		"instruction": p.Text(&d.Instruction, "instruction"), "categories": p.Texts(&d.Categories, "categories"),
		"backup_days": p.Number(&d.BackupDays, "backup_days"), "identifiers": p.kinds(&d.Identifiers), "register": p.register(d), "correct": p.correct(d),
		"sql":     func(n *yamltree.Node) { d.SQL = p.sql(n) },
		"webhook": func(n *yamltree.Node) { d.Webhook = p.webhook(n) },
		"datasets": func(n *yamltree.Node) {
			p.List(n, "datasets", func(item *yamltree.Node) { datasets = append(datasets, named{item.Text, item.Line}) })
		},
	})
	d.Kind = models.SystemKind(kind)
	p.whole(root, d, datasets)
	return d, datasets
}

// whole reports what is missing, and what does not belong to the kind.
func (p *parser) whole(root *yamltree.Node, d *Definition, datasets []named) {
	missing := func(name string, is bool) {
		if is {
			p.Bad(root.Line, "a system of kind %s needs %s", d.Kind, name)
		}
	}
	if d.Key == "" || d.Kind == "" {
		p.Bad(root.Line, "a system needs the keys system and kind")
		return
	}
	if d.Name == "" {
		d.Name = d.Key
	}
	missing("an owner", d.Owner == "")
	missing("actions", len(d.Actions) == 0)
	missing("sql", d.Kind == models.SystemSQL && d.SQL == nil)
	missing("datasets", d.Kind == models.SystemSQL && len(datasets) == 0)
	missing("webhook", d.Kind == models.SystemWebhook && d.Webhook == nil)
	missing("categories", d.Kind != models.SystemSQL && len(d.Categories) == 0)
	missing("identifiers", d.Kind == models.SystemWebhook && len(d.Identifiers) == 0)
	if d.Kind != models.SystemSQL && (d.SQL != nil || len(datasets) > 0) || d.Kind != models.SystemWebhook && d.Webhook != nil {
		p.Bad(root.Line, "sql and datasets belong to kind sql, webhook to kind webhook")
	}
	for _, a := range d.Actions {
		if d.Kind == models.SystemSQL && a != models.ActionFind && !a.Changes() {
			p.Bad(root.Line, "a system of kind sql takes find, correct and erase")
		}
	}
}

func (p *parser) key(into *string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		if !keyPattern.MatchString(n.Text) {
			p.Bad(n.Line, "system must be small letters, digits, - and _")
			return
		}
		*into = n.Text
	}
}

func (p *parser) mailbox(into *string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		if a, err := mail.ParseAddress(n.Text); err != nil || a.Address != n.Text {
			p.Bad(n.Line, "owner must be a mail address")
		}
		*into = n.Text
	}
}

func (p *parser) oneOf(into *string, what string, allowed []string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		if !slices.Contains(allowed, n.Text) {
			p.Bad(n.Line, "%s must be one of %s", what, strings.Join(allowed, ", "))
			return
		}
		*into = n.Text
	}
}

func texts[T ~string](all []T) []string {
	var found []string
	for _, one := range all {
		found = append(found, string(one))
	}
	return found
}

func (p *parser) actions(into *[]models.Action) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		p.List(n, "actions", func(item *yamltree.Node) {
			var one string
			p.oneOf(&one, "an action", texts(models.Actions()))(item)
			*into = append(*into, models.Action(one))
		})
	}
}

func (p *parser) kinds(into *[]models.IdentifierKind) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		var found []string
		p.Texts(&found, "identifiers")(n)
		for _, one := range found {
			*into = append(*into, models.IdentifierKind(one))
		}
	}
}

func (p *parser) register(d *Definition) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		p.List(n, "register", func(item *yamltree.Node) {
			var r models.Processing
			p.Keys(item, "an entry of register", map[string]func(*yamltree.Node){
				"categories": p.Texts(&r.Categories, "categories"), "purpose": p.Text(&r.Purpose, "purpose"),
				"recipients": p.Texts(&r.Recipients, "recipients"), "retention": p.Text(&r.Retention, "retention"),
				"source": p.Text(&r.Source, "source"), "transfers": p.Text(&r.Transfers, "transfers"),
				"automated_decisions": p.Text(&r.AutomatedDecisions, "automated_decisions"),
			})
			if len(r.Categories) == 0 {
				p.Bad(item.Line, "an entry of register needs categories")
			}
			d.Register = append(d.Register, r)
		})
	}
}

func (p *parser) correct(d *Definition) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		if n.Kind != yamltree.Map {
			p.Bad(n.Line, "correct must be a mapping of fields to table.column")
			return
		}
		d.Correct = map[string]string{}
		for _, pair := range n.Pairs {
			var column string
			p.Text(&column, "correct")(pair.Value)
			if !strings.Contains(column, ".") {
				p.Bad(pair.Line, "correct maps a field to table.column")
			}
			d.Correct[pair.Key] = column
		}
	}
}

func (p *parser) sql(n *yamltree.Node) *SQL {
	s := &SQL{Rows: defaultRows, Timeout: defaultTimeout, LockTimeout: defaultLockTimeout, Line: n.Line}
	p.Keys(n, "sql", map[string]func(*yamltree.Node){
		"driver": p.oneOf(&s.Driver, "driver", []string{"postgres", "mysql", "sqlite"}),
		"url":    p.location(&s.URL, "url"), "password": p.secret(&s.Password, "password"),
		"rows": p.Number(&s.Rows, "rows"), "timeout": p.duration(&s.Timeout, "timeout"),
		"lock_timeout": p.duration(&s.LockTimeout, "lock_timeout"),
	})
	if s.Driver == "" || s.URL == "" {
		p.Bad(n.Line, "sql needs a driver and a url")
	}
	return s
}

func (p *parser) webhook(n *yamltree.Node) *Webhook {
	w := &Webhook{Timeout: defaultTimeout, Bytes: defaultBytes, Line: n.Line}
	p.Keys(n, "webhook", map[string]func(*yamltree.Node){
		"url": p.location(&w.URL, "url"), "secret": p.secret(&w.Secret, "secret"),
		"timeout": p.duration(&w.Timeout, "timeout"), "bytes": p.Number(&w.Bytes, "bytes"),
	})
	if w.URL == "" || w.Secret == "" {
		p.Bad(n.Line, "webhook needs a url and a secret")
	}
	if p.getenv == nil {
		return w
	}
	if u, err := url.Parse(w.URL); w.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		p.Bad(n.Line, "the url of a webhook begins with https://")
	}
	if key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(w.Secret, "whsec_")); w.Secret != "" && (err != nil || len(key) < 24) {
		p.Bad(n.Line, "the secret of a webhook is whsec_ and at least 24 bytes in base64")
	}
	return w
}

func (p *parser) duration(into *time.Duration, what string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		d, err := time.ParseDuration(n.Text)
		if err != nil || d < 10*time.Millisecond || d > 10*time.Minute {
			p.Bad(n.Line, "%s must be a time such as 30s, of at most 10m", what)
			return
		}
		*into = d
	}
}

// secret takes a value that must be named by a variable.
func (p *parser) secret(into *string, what string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		if !variable.MatchString(n.Text) || variable.ReplaceAllString(n.Text, "") != "" {
			p.Bad(n.Line, "%s is a secret: name a variable, as ${NAME}, instead of writing it here", what)
			return
		}
		p.expand(into, n)
	}
}

// location takes an address, whose password must be named by a variable.
func (p *parser) location(into *string, what string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		if u, err := url.Parse(variable.ReplaceAllString(n.Text, "x")); err == nil && u.User != nil {
			if password, ok := u.User.Password(); ok && password != "x" {
				p.Bad(n.Line, "the password in %s is a secret: name a variable, as ${NAME}, instead of writing it here", what)
				return
			}
		}
		p.expand(into, n)
	}
}

// expand fills in the variables; NAME_FILE may name a file that holds the
// value.
func (p *parser) expand(into *string, n *yamltree.Node) {
	if p.getenv == nil {
		*into = n.Text
		return
	}
	*into = variable.ReplaceAllStringFunc(n.Text, func(match string) string {
		name := variable.FindStringSubmatch(match)[1]
		if value := p.getenv(name); value != "" {
			return value
		}
		file := p.getenv(name + "_FILE")
		if file == "" {
			p.Bad(n.Line, "the variable %s is not set, nor is %s_FILE", name, name)
			return ""
		}
		content, err := os.ReadFile(file)
		if err != nil {
			p.Bad(n.Line, "the file of %s_FILE cannot be read: %s", name, reason(err))
			return ""
		}
		return strings.TrimRight(string(content), "\r\n")
	})
}
