package notifications

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"habeas/internal/mailaddr"
)

// Config is what every mail of an organisation has in common.
type Config struct {
	Organisation string         // its name, in the From header and in the text
	BaseURL      string         // of the portal, such as https://privacy.example.org
	Contact      string         // the privacy contact that people may write to
	From         string         // the address in the From header
	Bounce       string         // the envelope sender; "" is From
	MailDomain   string         // the right side of a Message-ID; "" is the domain of From
	Instance     string         // this installation, in X-Loop: mail that has it came from here; "" follows from From
	Zone         *time.Location // of the instants in the text; nil is UTC
	Overrides    fs.FS          // the organisation's own templates, such as de/code.txt.tmpl; nil is none
}

// checked returns the configuration with its defaults filled in, or every
// fault in it at once.
func (c Config) checked() (Config, error) {
	faults := []error{
		checkLine("organisation", c.Organisation),
		checkLine("contact", c.Contact),
		checkBaseURL(c.BaseURL),
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	c.From, c.Bounce = mailaddr.ASCII(c.From), mailaddr.ASCII(cmp.Or(c.Bounce, c.From))
	for what, address := range map[string]string{"from": c.From, "bounce": c.Bounce} {
		if err := checkAddress(address); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", what, err))
		}
	}
	if c.MailDomain == "" {
		_, c.MailDomain, _ = strings.Cut(c.From, "@")
	}
	if !plainToken(c.MailDomain) {
		faults = append(faults, errors.New("mail domain: not a domain name"))
	}
	if c.Instance == "" {
		c.Instance = Instance(c.From)
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	return c, errors.Join(faults...)
}

// Instance is what an installation that mails from an address calls itself in
// X-Loop. It is more than the address, which list programs put there.
func Instance(from string) string { return "habeas/" + strings.ToLower(mailaddr.ASCII(from)) }

// checkLine refuses a text that is empty or that would not stay on one line.
func checkLine(what, s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return fmt.Errorf("%s: missing", what)
	case s != oneLine(s):
		return fmt.Errorf("%s: holds control characters", what)
	}
	return nil
}

// checkBaseURL accepts an absolute web address without query or credentials.
// Every link in every mail starts with it, so that no request header and no
// data can point one elsewhere.
func checkBaseURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("base URL: want http(s)://host[/path]")
	}
	return nil
}
