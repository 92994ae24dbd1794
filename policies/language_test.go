package policies_test

import (
	"testing"

	"habeas/policies"
)

func TestALocaleKeepsALanguageAndNothingElse(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en": "en", "DE": "de", "de-AT": "de-AT", "de_at": "de-AT", "zh-Hant-TW": "zh-TW", "pt-BR": "pt-BR", "es-419": "es", "": "en",
		"en-x-ana-perez": "en", "xx": "en", "Ana Pérez, card 4111": "en", "de-Ana-Perez": "de", "ana": "en", "de-QQ": "de",
	} {
		if got := policies.Locale(tag); got != want {
			t.Errorf("%q is kept as %q, want %q", tag, got, want)
		}
	}
	for tag, want := range map[string]bool{"de": true, "pt-BR": true, "zh-Hant-TW": true, "de_AT": true, "": false, "Ana Pérez": false, "e": false, "en-": false, "my card is 4111111111111111": false} {
		if got := policies.IsLocale(tag); got != want {
			t.Errorf("%q has the form of a tag: %v", tag, got)
		}
	}
}
