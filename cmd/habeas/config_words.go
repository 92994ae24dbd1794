package main

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
)

// secret is a text that no log, no error and no dump shows.
type secret string

const redacted = "[redacted]"

func (s secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString redacts %#v.
func (s secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalText redacts JSON and logs.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil } //nolint:unparam // of the interface

// reveal returns the text itself, for whom it opens something.
func (s secret) reveal() string { return string(s) }

// networks is a list of networks, or of single addresses.
type networks []netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *networks) UnmarshalText(b []byte) error {
	for s := range strings.SplitSeq(string(b), ",") {
		s = strings.TrimSpace(s)
		if a, err := netip.ParseAddr(s); err == nil {
			*n = append(*n, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return err
		}
		*n = append(*n, p.Masked())
	}
	return nil
}

// mailboxes is a list of mail addresses, in lower case.
type mailboxes []string

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *mailboxes) UnmarshalText(b []byte) error { //nolint:unparam // the interface wants it
	for s := range strings.SplitSeq(strings.ToLower(string(b)), ",") {
		if s = strings.TrimSpace(s); s != "" {
			*m = append(*m, s)
		}
	}
	return nil
}

// in returns a place in the data directory.
func (c config) in(name string) string { return filepath.Join(c.DataDir, name) }

// isAddress accepts host:port with port 0, which means any free one, and with
// IPv6 in brackets.
func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	n, perr := strconv.Atoi(port)
	return err == nil && perr == nil && n >= 0 && n < 1<<16
}

func isBaseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// isMailbox accepts a bare address; notifications looks closer.
func isMailbox(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && isLine(s)
}

func isLine(s string) bool {
	return strings.TrimSpace(s) != "" && !strings.ContainsFunc(s, unicode.IsControl)
}
