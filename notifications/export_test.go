package notifications

import (
	"crypto/x509"
	"time"

	"habeas/models"
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
func Redact(said string, known ...string) string { return words(said, known...) }

// Fallbacks is fallbacks.
func Fallbacks(locale string) []string { return fallbacks(locale) }

// HasWord reports whether a language has a word for a code.
func HasWord(locale, kind, code string) bool {
	_, ok := languages()[locale].words[kind+" "+code]
	return ok
}

// Words returns the codes that a language has words for.
func Words(locale string) map[string]string { return languages()[locale].words }

// DateWords is a date in a language.
func DateWords(locale string, d models.Date) string { return languages()[locale].dateWords(d) }

// List is an enumeration in a language.
func List(locale string, items ...string) string { return languages()[locale].list(items) }

// Rehearse rehearses all mails of r.
func (r *Renderer) Rehearse() error {
	return r.rehearse(func(string, string) bool { return true })
}

// Unsaid returns what every mail of r leaves out, whoever wrote its template.
func (r *Renderer) Unsaid() error {
	all := overrides{}
	for _, locale := range Locales() {
		for _, name := range Templates() {
			all[locale+"/"+name+suffix] = ""
		}
	}
	return (&Renderer{config: r.config, own: all, catalogs: r.catalogs}).rehearse(all.touched)
}
