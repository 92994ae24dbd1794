package main

import (
	"cmp"
	"context"
	"time"

	"habeas/models"
	"habeas/notifications"
	"habeas/web/console"
)

// consolePorts is what the console shows of this process.
func (p *process) consolePorts(ready *readiness) (console.Ports, error) {
	letters, err := newLetters(p.conf)
	if err != nil {
		return console.Ports{}, err
	}
	ports := console.Ports{Letters: letterShow{letters}, System: systemShow{p.conf, ready}, Exports: p.app.exports}
	if p.conf.mailOff() {
		if ports.Sent, err = notifications.NewDirectory(p.conf.in("mail")); err != nil {
			return console.Ports{}, err
		}
	}
	return ports, nil
}

// letterShow implements console.Letters.
type letterShow struct{ letters *notifications.Renderer }

// Templates implements console.Letters.
func (letterShow) Templates() []string { return notifications.Templates() }

// Languages implements console.Letters.
func (letterShow) Languages() []console.Language {
	var all []console.Language
	for _, tag := range notifications.Locales() {
		all = append(all, console.Language{Tag: tag, Name: notifications.LanguageName(tag)})
	}
	return all
}

// Preview implements console.Letters.
func (l letterShow) Preview(template, language string) (console.Letter, error) {
	m, err := l.letters.Preview(template, language)
	if err != nil {
		return console.Letter{}, err
	}
	shown := console.Letter{Subject: m.Subject, Text: m.Text, HTML: m.HTML}
	shown.Own = l.letters.Own(template, language)
	return shown, nil
}

// Render implements console.Letters.
func (l letterShow) Render(letter models.Letter) (console.Letter, error) {
	m, err := l.letters.Render(letter)
	return console.Letter{Subject: m.Subject, Text: m.Text, HTML: m.HTML}, err
}

// systemShow implements console.System.
type systemShow struct {
	conf  config
	ready *readiness
}

// Parts implements console.System, with what readiness knows.
func (s systemShow) Parts(ctx context.Context) []console.Part {
	found := s.ready.check(ctx)
	waiting := (time.Duration(found.Lag) * time.Second).String()
	parts := []console.Part{
		{Name: "Database", Good: found.Database, Text: said(found.Database, "It answers.", "It does not answer.")},
		{Name: "Queue", Good: found.Queue, Text: said(found.Queue, "It answers.", "It does not answer. Jobs are kept in the database and run when it is back.")},
	}
	if found.Database {
		parts = append(parts, console.Part{Name: "Job lag", Good: found.Jobs, Text: "The job longest due has waited " + waiting + "; more than " + s.conf.JobLag.String() + " is too long."})
	}
	return parts
}

func said(yes bool, good, bad string) string {
	if yes {
		return good
	}
	return bad
}

// About implements console.System.
func (s systemShow) About() []console.Fact {
	c := s.conf
	return []console.Fact{
		{Name: "Version", Value: version()},
		{Name: "Database", Value: said(c.production(), "PostgreSQL", "SQLite, a file in the data directory")},
		{Name: "Queue", Value: said(c.RedisURL != "", "Redis", "inside this process")},
		{Name: "Mail", Value: said(c.mailOff(), "files in a folder; nothing is sent", "SMTP")},
		{Name: "Files", Value: said(c.S3Endpoint != "", "an S3-compatible store", "a directory")},
		{Name: "Time zone", Value: c.Zone.String()},
		{Name: "Seat", Value: cmp.Or(c.Seat, "not set here: see the policy files")},
	}
}
