package main_test

import (
	"strings"
	"testing"
	"time"
)

// The command shows what is due and when, and changes nothing unless it is told.
func TestRetentionCommand(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	s := hire(t, p)
	ref := p.as(t, "").call(201, "POST", "/v1/requests", object{"type": "access", "person": object{
		"name": canary("name"), "email": canary("spam") + "@example.net", "country": "DE",
	}}).text("reference")
	s.agent.do(ref, "mark-spam", object{}).want("state", "closed")
	if out := p.run("retention"); strings.Contains(out, ref) || !strings.Contains(out, "requests: 0") {
		t.Errorf("due now:\n%s", out)
	}
	out := p.run("retention", "--until", time.Now().AddDate(0, 2, 0).Format(time.DateOnly))
	if !strings.Contains(out, ref) || !strings.Contains(out, "spam") || !strings.Contains(out, "requests: 1") || !strings.Contains(out, "Nothing was changed.") {
		t.Errorf("due in two months:\n%s", out)
	}
	if out := p.run("retention", "--apply"); !strings.HasPrefix(out, "The personal data of 0 requests was erased.") {
		t.Errorf("applied:\n%s", out)
	}
	s.agent.get("/v1/admin/requests/"+ref).want("state", "closed")
	p.stop()
	p.noCanaries(t)
}
