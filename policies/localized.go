package policies

import (
	"cmp"
	"strings"
)

// Localized is one text in several languages, by locale ("en", "de", "pt-BR").
type Localized map[string]string

// In returns the text for the locale: the exact one, else its language's, else
// English ("de-AT" → "de" → "en").
func (w Localized) In(locale string) string { return cmp.Or(w.own(locale), w["en"]) }

// own is In without English for other languages: "" where there is no text.
func (w Localized) own(locale string) string {
	for locale != "" {
		if s, ok := w[locale]; ok {
			return s
		}
		cut := strings.LastIndexAny(locale, "-_")
		if cut < 0 {
			break
		}
		locale = locale[:cut]
	}
	return ""
}
