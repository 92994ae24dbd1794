package notifications

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
)

// transport says how the conversation with the server is protected.
type transport int

const (
	startTLS    transport = iota // plain until STARTTLS, which must succeed
	implicitTLS                  // TLS from the first byte
	noTLS                        // a laboratory
)

// smtpTarget is what a mail URL says.
type smtpTarget struct {
	host, port     string
	user, password string
	transport      transport
	tls            *tls.Config
}

// parseSMTPURL reads smtp://user:password@host:587 (STARTTLS is required) or
// smtps://host:465. ?ca=path adds a certificate authority. ?tls=none gives up
// encryption, and is refused together with a password unless the server is this
// machine. The errors never repeat the URL: it holds the password.
func parseSMTPURL(raw string) (smtpTarget, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || (u.Path != "" && u.Path != "/") || u.Fragment != "" {
		return smtpTarget{}, errors.New("mail URL: want smtp(s)://user:password@host:port")
	}
	t := smtpTarget{host: u.Hostname(), port: u.Port(), user: u.User.Username()}
	t.password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
		t.transport = startTLS
	case "smtps":
		t.transport = implicitTLS
	default:
		return smtpTarget{}, errors.New("mail URL: the scheme must be smtp or smtps")
	}
	if t.port == "" {
		t.port = map[transport]string{startTLS: "587", implicitTLS: "465"}[t.transport]
	}
	t.tls = &tls.Config{ServerName: t.host, MinVersion: tls.VersionTLS12}
	err = t.options(u)
	return t, err
}

// options applies the query; an unknown one is an error, so that a misspelt
// setting is not silently another one.
func (t *smtpTarget) options(u *url.URL) error {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("mail URL: the query cannot be read")
	}
	for name := range q {
		switch value := q.Get(name); {
		case name == "ca":
			if t.tls.RootCAs, err = authorities(value); err != nil {
				return err
			}
		case name == "tls" && value == "none" && t.transport == startTLS:
			t.transport = noTLS
		default:
			return errors.New("mail URL: the options are ca=path and, with smtp, tls=none")
		}
	}
	if t.transport == noTLS && t.user != "" && !loopback(t.host) {
		return errors.New("mail URL: a password is never sent without TLS")
	}
	return nil
}

// authorities returns the system's authorities and those in a PEM file.
func authorities(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("mail URL: reading the certificate authority: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("mail URL: the ca file holds no certificate")
	}
	return pool, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}
