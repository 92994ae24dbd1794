package main

import (
	"context"
	"fmt"

	"habeas/internal/server"
	"habeas/web"
)

func checkPolicy(_ context.Context, c config) finding {
	p, err := loadPolicy(c)
	if err != nil {
		return finding{what: "policy", err: err}
	}
	f := finding{what: "policy", note: "version " + p.Version()[:12]}
	if c.PolicyDir != "" {
		f.note += ", with your own files in " + c.PolicyDir
	}
	if seat, holidays := p.Seat(); seat != "" {
		f.note += "; the holidays of your seat " + seat + " are those of " + holidays
	}
	return f
}

func checkTemplates(_ context.Context, c config) finding {
	f := finding{what: "mail templates", note: "those that come with Habeas"}
	if c.TemplatesDir != "" {
		f.note = "with your own in " + c.TemplatesDir
	}
	_, f.err = newLetters(c)
	return f
}

// checkPortal makes the pages as serve does.
func checkPortal(_ context.Context, c config) finding {
	f := finding{what: "portal", note: "with portal.json of " + c.in("portal") + ", if there is one"}
	site := c.pages()
	var err error
	if site.Policy, err = loadPolicy(c); err != nil {
		f.note = "not looked at: the policy is faulty"
		return f
	}
	if err := web.Mount(server.New(server.Config{}), site); err != nil {
		f.err = fmt.Errorf("%s (below HABEAS_DATA_DIR): %w", c.in("portal"), err)
	}
	return f
}

func checkPasswords(_ context.Context, c config) finding {
	f := finding{what: "passwords", note: "those that are easy to guess are refused"}
	if c.PasswordList != "" {
		f.note += ", and those in " + c.PasswordList
	}
	_, f.err = c.credentials()
	return f
}
