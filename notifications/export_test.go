package notifications

import (
	"crypto/x509"
	"time"
)

// Trust makes m trust the certificates of a test server.
func (m *SMTP) Trust(roots *x509.CertPool) { m.target.tls.RootCAs = roots }

// Hurry shortens every wait of m.
func (m *SMTP) Hurry(d time.Duration) { m.timeouts = timeouts{d, d, d, d} }

// Idle returns how many connections m keeps open.
func (m *SMTP) Idle() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.idle)
}

// Redact is redact.
func Redact(words string, known ...string) string { return redact(words, known...) }

// Fallbacks is fallbacks.
func Fallbacks(locale string) []string { return fallbacks(locale) }

// HasWord reports whether English has a word for a code.
func HasWord(kind, code string) bool {
	_, ok := englishWords()[kind+" "+code]
	return ok
}
