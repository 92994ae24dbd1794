package imap

import (
	"cmp"
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
	implicitTLS transport = iota // TLS from the first byte
	startTLS                     // plain until STARTTLS, which must succeed
	noTLS                        // a server on this machine
)

// Account is a mailbox and how to get at it. It holds a password: do not log
// it.
type Account struct {
	host, port     string
	user, password string
	transport      transport
	tls            *tls.Config

	folder  string // that is read
	done    string // where kept messages go
	refused string // where those go that are never taken
	// trusted says that the server of the mailbox writes Delivered-To or
	// X-Original-To on top of each message, and nobody else above it.
	trusted bool
}

// ParseURL reads imaps://user:password@host/INBOX, or imap:// for STARTTLS,
// which is then required. The folder may be left out. In the query:
//
//	ca=path                   another certificate authority, in PEM
//	tls=none                  no encryption; only with imap, to this machine
//	done=folder               instead of habeas-done
//	refused=folder            instead of habeas-refused
//	delivered_to=trusted      see Account
//
// The errors never repeat the URL: it holds the password.
func ParseURL(raw string) (Account, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Fragment != "" {
		return Account{}, errors.New("want imaps://user:password@host/INBOX")
	}
	a := Account{
		host: u.Hostname(), port: u.Port(), user: u.User.Username(),
		folder: cmp.Or(strings.Trim(u.Path, "/"), "INBOX"), done: "habeas-done", refused: "habeas-refused",
	}
	a.password, _ = u.User.Password()
	switch u.Scheme {
	case "imaps":
		a.transport, a.port = implicitTLS, cmp.Or(a.port, "993")
	case "imap":
		a.transport, a.port = startTLS, cmp.Or(a.port, "143")
	default:
		return Account{}, errors.New("the scheme must be imaps or imap")
	}
	if a.user == "" || a.password == "" {
		return Account{}, errors.New("user and password are missing; write @ in them as %40")
	}
	a.tls = &tls.Config{ServerName: a.host, MinVersion: tls.VersionTLS12}
	err = a.options(u)
	return a, err
}

// options applies the query; an unknown one is an error, so that a misspelt
// setting is not silently another one.
func (a *Account) options(u *url.URL) error {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("the query cannot be read")
	}
	for name := range q {
		switch value := q.Get(name); {
		case name == "ca":
			if a.tls.RootCAs, err = authorities(value); err != nil {
				return err
			}
		case name == "tls" && value == "none" && a.transport == startTLS:
			a.transport = noTLS
		case name == "done" && value != "":
			a.done = value
		case name == "refused" && value != "":
			a.refused = value
		case name == "delivered_to" && value == "trusted":
			a.trusted = true
		default:
			return errors.New("the options are ca=path, done=folder, refused=folder, delivered_to=trusted and, with imap, tls=none")
		}
	}
	switch {
	case a.transport == noTLS && !loopback(a.host):
		return errors.New("a password is never sent without TLS")
	case a.done == a.folder || a.refused == a.folder:
		return errors.New("messages have to leave the folder that is read")
	}
	return nil
}

// Name tells mailboxes apart: user@host/folder, without the password.
func (a Account) Name() string { return a.user + "@" + a.host + "/" + a.folder }

// authorities returns the system's authorities and those in a PEM file.
func authorities(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("the ca file holds no certificate")
	}
	return pool, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}
