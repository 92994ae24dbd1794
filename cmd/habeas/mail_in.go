package main

import (
	"cmp"
	"context"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"habeas/intake"
	"habeas/notifications"
	"habeas/workflows/cases"
)

// lookupLimit bounds how long a key of DKIM is looked for; those of one message
// are looked for at the same time. Whoever hands it in is waiting. Without it a
// message counts as unsigned.
const lookupLimit = 1500 * time.Millisecond

// newIngester returns what takes mail in.
func (a *app) newIngester() *intake.Ingester {
	c := a.conf
	return intake.NewIngester(intake.IngesterConfig{
		Service: a.service, Tokens: newTokens(a.keys, cmp.Or(c.replies(), c.MailFrom)), LookupTXT: lookupTXT, Log: a.log,
		PerSource: c.MailPerSource, Budget: a.room,
		Config: intake.Config{
			Own: lower(append([]string{c.MailFrom, c.MailBounce}, c.MailIn...)), MessageDomain: strings.ToLower(domain(c.MailFrom)),
			Instance: notifications.Instance(c.MailFrom), Authserv: lower(c.MailAuthserv), Hosts: lower(c.MailHosts), Forms: lower(c.MailForms),
		},
	})
}

func lookupTXT(name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
	defer cancel()
	return net.DefaultResolver.LookupTXT(ctx, name)
}

// mailFiles returns the files of a mail that are of a type we take.
func mailFiles(raw []byte) []cases.MailFile {
	var files []cases.MailFile
	for _, f := range intake.Read(raw, intake.Envelope{}, intake.Config{}).Attachments {
		if f.Taken {
			files = append(files, cases.MailFile{Name: f.Name, Content: f.Content()})
		}
	}
	return files
}

// lower returns the values in lower case, each once.
func lower(values []string) []string {
	var all []string
	for _, v := range values {
		if v = strings.ToLower(strings.TrimSpace(v)); v != "" && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// areHosts reports whether every value could be the name of a server.
func areHosts(names []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return !hostName.MatchString(strings.TrimSpace(n)) })
}
