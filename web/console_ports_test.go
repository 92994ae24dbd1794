package web_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing/fstest"
	"time"

	"habeas/audit"
	"habeas/models"
	"habeas/notifications"
	"habeas/web/console"
)

// ports is what the registers show beside the service. One letter is the
// organisation's own.
func (b *bed) ports() console.Ports {
	b.t.Helper()
	own, err := ownLetters()
	must(b.t, err)
	b.sent, err = notifications.NewDirectory(filepath.Join(b.t.TempDir(), "mail"))
	must(b.t, err)
	b.system = &system{good: true}
	return console.Ports{Letters: letterShow{own}, System: b.system, Exports: &audit.Exports{Store: b.store, Source: b.store, Zone: time.UTC, Now: b.clock, NewID: newID, Log: slog.New(slog.NewJSONHandler(b.log, nil))}, Sent: b.sent}
}

// ownLetters has a template of the organisation's own. It is made once: nobody
// changes it.
var ownLetters = sync.OnceValues(func() (*notifications.Renderer, error) {
	plain, err := notifications.New(letters(nil))
	if err != nil {
		return nil, err
	}
	source, err := plain.Source("reply", "de")
	if err != nil {
		return nil, err
	}
	return notifications.New(letters(fstest.MapFS{"de/reply.md.tmpl": &fstest.MapFile{Data: []byte(source)}}))
})

func letters(own fstest.MapFS) notifications.Config {
	c := notifications.Config{Organisation: "Acme & Sons", BaseURL: "http://127.0.0.1", Contact: "privacy@acme.example", From: "privacy@acme.example", Zone: time.UTC}
	if own != nil {
		c.Overrides = own
	}
	return c
}

// letterShow implements console.Letters, as the command does.
type letterShow struct{ *notifications.Renderer }

func (letterShow) Templates() []string { return notifications.Templates() }

func (letterShow) Languages() (all []console.Language) {
	for _, tag := range notifications.Locales() {
		all = append(all, console.Language{Tag: tag, Name: notifications.LanguageName(tag)})
	}
	return all
}

func (l letterShow) Preview(template, language string) (console.Letter, error) {
	m, err := l.Renderer.Preview(template, language)
	shown := console.Letter{Subject: m.Subject, Text: m.Text, HTML: m.HTML}
	shown.Own = l.Own(template, language)
	return shown, err
}

func (l letterShow) Render(letter models.Letter) (console.Letter, error) {
	m, err := l.Renderer.Render(letter)
	return console.Letter{Subject: m.Subject, Text: m.Text, HTML: m.HTML}, err
}

// system implements console.System.
type system struct{ good bool }

func (s *system) Parts(context.Context) []console.Part {
	return []console.Part{{Name: "Database", Good: s.good, Text: "It answers."}, {Name: "Queue", Good: true, Text: "It answers."}}
}

func (s *system) About() []console.Fact { return []console.Fact{{Name: "Version", Value: "v0.0.0"}} }
