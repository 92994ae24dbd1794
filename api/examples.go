package api

import (
	"time"

	"habeas/models"
)

// What the document shows for the larger bodies.
var (
	exampleSubmit = submitInput{ //nolint:gochecknoglobals // read-only
		Type:    "correction",
		Person:  personInput{Name: "Robin Vale", Email: "robin@example.com", Country: "US", Region: "CA"},
		Details: "My name changed last year.",
		Fields: map[string]any{"corrections": []any{
			map[string]any{"field": "name", "current": "Robin Hill", "requested": "Robin Vale"},
		}},
		Locale: "en",
	}
	exampleSubmitted = submitted{ //nolint:gochecknoglobals // read-only
		Reference: "HB-7K3M-9QXD-2F", Type: "correction", State: models.StateUnverified,
		ReceivedAt: time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC), AcknowledgeOn: models.NewDate(2026, 12, 7),
		RespondOn: models.NewDate(2026, 12, 20), RespondBy: time.Date(2026, 12, 20, 23, 59, 59, 0, time.UTC),
		Regimes: []string{"house", "us-ca-ccpa"},
	}
	exampleEnter = enterInput{ //nolint:gochecknoglobals // read-only
		Channel: "letter", ReceivedAt: "2026-11-16T08:00:00Z", Type: "access",
		Person: enterPersonInput{Name: "Robin Vale", Country: "DE"}, Details: "Asks for everything we hold.", Fields: map[string]any{}, Locale: "de",
	}
	exampleDecide = decideInput{ //nolint:gochecknoglobals // read-only
		Outcome: "denied", Message: "We may not delete the invoices of the last ten years.",
		Reasons: []givenReasonInput{{Code: "legal_obligation", Explanation: "Tax law wants them kept."}},
	}
)
