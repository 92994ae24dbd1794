package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"habeas/notifications"
)

// checkMail makes a connection as for a mail, up to the point where one would
// be named.
func checkMail(ctx context.Context, c config) finding {
	f := finding{what: "mail", note: "every mail becomes a file in " + c.in("mail")}
	switch {
	case c.mailOff() && c.production():
		f.err = errors.New("verification is on and mail is off: nobody would get a code; set HABEAS_SMTP_URL")
	case !c.mailOff():
		f.note = "the mail server takes mails from " + c.MailFrom
		if err := greet(ctx, c); err != nil {
			f.err = fmt.Errorf("the mail server (HABEAS_SMTP_URL) cannot be used: %w", err)
		}
	}
	if f.err == nil && c.mailOff() {
		f = f.holding("HABEAS_DATA_DIR", c.in("mail"))
	}
	if f.err == nil && !c.mailOff() && strings.HasSuffix(c.MailFrom, "@localhost") {
		f.warn = "mails would come from " + c.MailFrom + ": set HABEAS_MAIL_FROM"
	}
	return f
}

// checkLinks looks at what every link in every mail begins with.
func checkLinks(_ context.Context, c config) finding {
	f := finding{what: "links", note: "begin with " + c.BaseURL}
	u, err := url.Parse(c.BaseURL)
	switch {
	case c.BaseURL == "" && c.production():
		f.warn = "lead to " + c.Listen + ", which nobody else can reach: set HABEAS_BASE_URL"
	case c.BaseURL == "":
		f.note = "lead to " + c.Listen
	case err == nil && u.Scheme == "http" && c.production():
		f.warn = "begin with http://: what people type there can be read on the way"
	}
	return f
}

// greet connects to the mail server as a mail would.
func greet(ctx context.Context, c config) error {
	s, err := notifications.NewSMTP(c.SMTPURL.reveal(), "")
	if err != nil {
		return err
	}
	return errors.Join(s.Check(ctx), s.Close())
}
