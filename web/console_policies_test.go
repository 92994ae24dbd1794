package web_test

import (
	"net/url"
	"testing"

	"habeas/models"
	"habeas/policies"
)

func TestAPolicyIsReadAndADateExplained(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleAuditor)
	p := v.get("/console/policies").want(200, "Access to my data", "May be refused because", "Our privacy policy", "a promise, not a statute", "California", "When 50 % of the time is over", b.service.Policy.Version())
	f := p.form("Explain").fill("type", "access", "country", "us", "region", "ca", "received", "2026-11-20")
	shown := f.press("Explain").want(200, "Access to my data, received on Fri 20 Nov 2026", "(governs)")
	e, err := b.service.Policy.Explain(policies.Case{Type: models.TypeAccess, Country: "US", Region: "CA", ReceivedOn: models.NewDate(2026, 11, 20)})
	must(t, err)
	if len(e.Regimes) < 2 {
		t.Fatalf("%d regimes", len(e.Regimes))
	}
	for _, r := range e.Regimes {
		for _, step := range r.Steps {
			shown.want(200, step.Text, step.Citation)
		}
	}
	f.fill("received", "yesterday").press("Explain").want(422, "Enter a date such as")
	f.fill("received", "2026-11-20", "country", "XX").press("Explain").want(422, "There is a problem")
	v.get("/console/policies?type=nothing&received=2026-11-20").want(422, "is not a known request type")
	for _, payload := range payloads() {
		inert(t, v.get("/console/policies?type=access&received="+url.QueryEscape(payload)+"&country="+url.QueryEscape(payload)+"&region="+url.QueryEscape(payload)), payload)
	}
}
