package certificate_test

import (
	"strings"
	"testing"
	"time"

	"habeas/fulfilment/certificate"
	"habeas/models"
)

func sample() models.Certificate {
	at := time.Date(2026, time.November, 27, 10, 0, 0, 0, time.UTC)
	return models.Certificate{
		Reference: "HB-7K3M-Q9TX-2D", No: 2, Type: models.TypeDeletion, ReceivedOn: models.NewDate(2026, time.November, 20), ConfirmedAt: at, ConfirmedBy: models.ActorSubject, IssuedAt: at, Suppressed: true, Informed: []string{"Mail house"},
		Systems: []models.CertifiedSystem{
			{
				Name: "Shop database", Kind: models.SystemSQL, Outcome: models.TaskPartly, At: at, ApprovedBy: models.RoleManager, Deleted: 2, Changed: 1, Receipt: "cafe",
				Erased: []models.CategoryCount{{Category: "user.name", Verdict: models.VerdictErased, Count: 3}, {Category: "user.contact.email", Verdict: models.VerdictMasked, Count: 1}},
				Kept: []models.CertifiedKept{
					{Category: "user.financial", Reason: "legal_obligation", Citation: "§ 147 AO", Until: models.NewDate(2036, time.December, 31), Count: 4},
					{Category: "user.unique_id", Reason: models.KeptJoins, Citation: "GDPR Recital 26", Count: 1},
				},
				Backups: &models.CertifiedBackup{Days: 35, Until: models.NewDate(2027, time.January, 1)},
				Looked:  []models.Look{{At: at}, {At: at, Records: 1}, {At: at, Records: 2, Remaining: 5}},
			},
			{Name: "Paper files", Kind: models.SystemManual, Outcome: models.TaskRefused, At: at, Reasons: []string{"legal_claims"}},
		},
	}
}

// A certificate says all that it knows in every language, and leaves no word out.
func TestACertificateIsWordedInEveryLanguage(t *testing.T) {
	t.Parallel()
	texts := map[string]bool{}
	for _, locale := range []string{"en", "de-AT", "fr", "es", "xx"} {
		d := certificate.In(locale, sample(), certificate.Words{Type: "Erasure", Reason: func(code string) string { return "because of " + code }})
		text := d.Text()
		for _, want := range []string{
			"HB-7K3M-Q9TX-2D", "Erasure", "Shop database", "because of legal_obligation", "GDPR Recital 26", "Mail house", "35", "cafe", "10:00", "5", "Paper files", "because of legal_claims", sample().Hash(),
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", locale, want, text)
			}
		}
		for _, want := range map[string][]string{
			"en": {"name: 3", "email address: 1", "financial data: 4", "20 November 2026", "31 December 2036", "1 January 2027"},
			"de": {"Name: 3", "E-Mail-Adresse: 1", "Finanzdaten: 4", "20. November 2026", "31. Dezember 2036", "27. November 2026, 10:00 Uhr"},
			"fr": {"nom: 3", "adresse e-mail: 1", "20 novembre 2026", "27 novembre 2026 à 10:00"},
			"es": {"nombre: 3", "correo electrónico: 1", "20 de noviembre de 2026", "31 de diciembre de 2036"},
		}[d.Locale] {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", locale, want, text)
			}
		}
		for _, bad := range []string{"user.", "2026-", "T10:00", "%!", "\n: ", ": \n", "()"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s has %q:\n%s", locale, bad, text)
			}
		}
		texts[text] = true
	}
	if len(texts) != 4 {
		t.Errorf("there are %d texts in four languages", len(texts))
	}
}
