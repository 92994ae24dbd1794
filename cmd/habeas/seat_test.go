package main

import (
	"strings"
	"testing"

	"habeas/models"
	"habeas/policies"
)

// The seat decides whose holidays move a date under the GDPR.
func TestTheSeatIsConfigured(t *testing.T) {
	t.Parallel()
	for seat, want := range map[string]string{"": "2026-12-09", "DE-BY": "2026-12-08", "ES": "2026-12-09"} {
		c, err := readConfig(environment("HABEAS_ORG_SEAT", seat), "")
		if err != nil {
			t.Fatal(err)
		}
		p, err := loadPolicy(c)
		if err != nil {
			t.Fatal(err)
		}
		e, err := p.Explain(policies.Case{Type: "access", Country: "ES", ReceivedOn: models.NewDate(2026, 11, 8)})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range e.Regimes {
			if r.Regime == "eu-gdpr" && r.RespondOn.String() != want {
				t.Errorf("seat %q: %s, want %s", seat, r.RespondOn, want)
			}
		}
		note := checkPolicy(t.Context(), c).note
		if strings.Contains(note, "the holidays of your seat "+seat+" are those of ") != (seat != "") {
			t.Errorf("seat %q: doctor says %q", seat, note)
		}
	}
}
