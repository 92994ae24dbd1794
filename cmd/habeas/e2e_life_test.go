package main_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/internal/testbed"
)

// life is one request of a type from intake to answer.
type life struct {
	region  string // of the United States
	fields  object
	details string

	items   int    // that are decided one by one
	outcome string // of the whole
	reason  string // of a denial, or of the items that are denied
	review  bool   // the policy wants a second person
	fixed   bool   // a law allows no extension
	open    bool   // needs no proof of the mailbox to be worked on
}

func lives() map[string]life {
	return map[string]life{
		"access":              {region: "CA", fields: object{"scope": "specific_pieces", "categories": []string{"account", "orders"}}, outcome: "fulfilled", review: true},
		"correction":          {region: "CA", fields: object{"corrections": []object{{"field": "company", "current": canary("current"), "requested": canary("requested")}, {"field": "position", "requested": canary("position")}}}, items: 2, outcome: "partly_fulfilled", reason: "accurate_data", review: true},
		"deletion":            {region: "CA", fields: object{"categories": []string{"photo", "card"}}, items: 2, outcome: "partly_fulfilled", reason: "legal_obligation", review: true},
		"testimonial_removal": {region: "NY", fixed: true, fields: object{"places": []string{"https://example.org/" + canary("place"), "https://example.org/b"}}, items: 2, outcome: "fulfilled"},
		"disclosure_1798_83":  {region: "CA", fields: object{"customer": true}, outcome: "no_data", fixed: true, review: true},
		"content_removal":     {region: "TX", fixed: true, fields: object{"places": []string{"https://forum.example.org/1"}}, items: 1, outcome: "denied", reason: "cannot_remove_third_party_site", review: true},
		"referral_removal":    {region: "CA", fixed: true, fields: object{"friend": canary("friend")}, outcome: "fulfilled"},
		"marketing_opt_out":   {region: "CA", fixed: true, outcome: "fulfilled", open: true},
		"sharing_opt_out":     {region: "CA", fields: object{"stop": []string{"targeted_advertising"}}, outcome: "fulfilled", fixed: true, open: true},
		"portability":         {region: "CA", fields: object{"recipient": canary("recipient")}, outcome: "denied", reason: "never_disclose", review: true},
		"restriction":         {region: "", fixed: true, fields: object{"grounds": canary("grounds")}, outcome: "fulfilled"},
		"objection":           {region: "CO", fixed: true, fields: object{"grounds": canary("grounds")}, outcome: "no_data", review: true},
		"complaint":           {region: "CA", fixed: true, details: canary("details"), outcome: "denied", reason: "complaint_unfounded"},
		"question":            {region: "", fixed: true, details: canary("details"), outcome: "fulfilled"},
	}
}

// staff are the people of an organisation, with tokens made beside serve.
type staff struct {
	agent, manager, auditor client
	agentID                 string
}

func hire(t *testing.T, p *program) staff {
	t.Helper()
	s := staff{agentID: strings.TrimSpace(p.run("user", "add", "--name", agentName, "--email", agentEmail, "--role", "agent"))}
	p.run("user", "add", "--name", managerName, "--email", managerEmail, "--role", "manager")
	s.agent = p.as(t, p.token("agent", agentName))
	s.manager = p.as(t, p.token("manager", managerName))
	s.auditor = p.as(t, p.token("auditor", canary("auditor")))
	return s
}

// Every type goes the whole way, over the wire and through the mailbox.
func TestEveryType(t *testing.T) {
	t.Parallel()
	p := serveRaced(t, dataDir(t))
	s := hire(t, p)
	var all []string
	for kind, l := range lives() {
		t.Run(kind, func(t *testing.T) { all = append(all, l.live(t, p, s.for_(t), kind)) })
	}
	if len(all) != len(lives()) {
		t.Fatalf("%d of %d requests were carried through", len(all), len(lives()))
	}
	t.Run("exports", func(t *testing.T) { exported(t, p, s.for_(t), all) })
	metrics := p.metrics(t)
	for _, want := range []string{
		`habeas_requests{state="closed",type="access"} 1`, `habeas_requests_overdue 0`, `habeas_jobs{state="dead"} 0`,
		`habeas_http_request_duration_seconds_count{method="POST",route="/v1/requests",status="201"} 14`, "habeas_database_up 1",
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("%s is not in the metrics", want)
		}
	}
	p.stop()
	p.noCanaries(t, metrics)
}

// for_ is the same people in a subtest.
func (s staff) for_(t *testing.T) staff {
	t.Helper()
	for _, c := range []*client{&s.agent, &s.manager, &s.auditor} {
		*c = c.p.as(t, c.token)
	}
	return s
}

func (l life) live(t *testing.T, p *program, s staff, kind string) string {
	t.Helper()
	person := object{"name": canary("name"), "email": canary(kind) + "@example.net", "country": "US"}
	if l.region != "" {
		person["region"] = l.region
	}
	body := object{"type": kind, "person": person}
	if l.fields != nil {
		body["fields"] = l.fields
	}
	if l.details != "" {
		body["details"] = l.details
	}
	filed := p.as(t, "").call(201, "POST", "/v1/requests", body)
	ref := filed.text("reference")
	if l.open {
		filed.want("state", "open")
		p.as(t, "").call(202, "POST", "/v1/requests/"+ref+"/codes", nil)
	} else {
		filed.want("state", "unverified")
	}
	me := l.prove(t, p, ref)
	l.work(t, p, s, me, ref)
	l.decide(t, p, s, ref)
	l.answered(t, p, s, me, ref)
	return ref
}

// prove types the mailed code and returns the session it opens.
func (l life) prove(t *testing.T, p *program, ref string) client {
	t.Helper()
	code := p.mail(ref, codeMail).code(t)
	p.as(t, "").call(404, "GET", "/v1/requests/"+ref, nil)
	p.as(t, "").call(422, "POST", "/v1/requests/"+ref+"/verify", object{"code": "00000000"})
	proof := p.as(t, "").call(200, "POST", "/v1/requests/"+ref+"/verify", object{"code": strings.ToLower(code)})
	proof.want("state", "open")
	p.as(t, "").call(422, "POST", "/v1/requests/"+ref+"/verify", object{"code": code})
	p.mail(ref, "We have your privacy request")
	p.mail(ref, "New request")
	me := p.as(t, proof.text("token"))
	me.get("/v1/requests/"+ref).want("reference", ref)
	return me
}

// work does what comes before an answer.
func (l life) work(t *testing.T, p *program, s staff, me client, ref string) {
	t.Helper()
	s.manager.do(ref, "assign", object{"assignee": agentName}).want("assignee", s.agentID)
	if to := p.mail(ref, "Assigned to you").to; !strings.Contains(to, agentEmail) {
		t.Errorf("the agent's mail went to %s", to)
	}
	s.agent.refused(409, ref, "decide", object{"outcome": "no_data", "message": "too early"})
	s.agent.do(ref, "start", object{}).want("state", "in_progress")
	s.agent.do(ref, "ask", object{"message": canary("ask")}).want("state", "on_hold")
	if m := p.mail(ref, "A question about your privacy request"); !strings.Contains(m.text, canary("ask")) {
		t.Errorf("the question is not in the mail: %s", m.text)
	}
	me.call(201, "POST", "/v1/requests/"+ref+"/messages", object{"text": canary("answer")})
	me.get("/v1/requests/"+ref).want("state", "in_progress")
	testbed.Eventually(t, "the agent hears of it", func() bool {
		return slices.ContainsFunc(p.mails(), func(m letter) bool {
			return strings.Contains(m.to, agentEmail) && strings.Contains(m.subject, ref) && !strings.HasPrefix(m.subject, "Assigned")
		})
	})
	s.agent.do(ref, "note", object{"text": canary("note")})
	before := s.agent.get("/v1/admin/requests/" + ref).text("respond_on")
	if l.fixed {
		s.agent.refused(409, ref, "extend", object{"reason": canary("extend")})
		return
	}
	if after := s.agent.do(ref, "extend", object{"reason": canary("extend")}).text("respond_on"); after <= before {
		t.Errorf("extended from %s to %s", before, after)
	}
	p.mail(ref, "We need longer for your privacy request")
	s.agent.refused(409, ref, "extend", object{"reason": "again"})
}

// decide answers, with a second person where the policy wants one.
func (l life) decide(t *testing.T, p *program, s staff, ref string) {
	t.Helper()
	s.agent.do(ref, "verify", object{"level": "high", "method": "signed_declaration"}).want("level", "high")
	decision := object{"outcome": l.outcome, "message": canary("message")}
	reasons := []object{{"code": l.reason, "explanation": canary("explanation")}}
	if l.items > 0 {
		var items []object
		for no := range l.items {
			item := object{"no": no + 1, "outcome": l.outcome}
			if l.outcome == "partly_fulfilled" {
				item["outcome"] = "fulfilled"
			}
			if l.reason != "" && no == l.items-1 {
				item["outcome"], item["reasons"] = "denied", reasons
			}
			items = append(items, item)
		}
		decision["items"] = items
	} else if l.reason != "" {
		decision["reasons"] = reasons
	}
	decided := s.agent.do(ref, "decide", decision)
	if !l.review {
		decided.want("state", "closed")
		return
	}
	decided.want("state", "in_review")
	p.mail(ref, "Please approve")
	s.agent.refused(403, ref, "approve", object{})
	s.manager.do(ref, "approve", object{"version": decided.body["version"]}).want("state", "closed")
}

// answered looks at what everybody sees afterwards.
func (l life) answered(t *testing.T, p *program, s staff, me client, ref string) {
	t.Helper()
	subject := "Our answer to your privacy request"
	if l.outcome == "fulfilled" {
		subject = "Done: your privacy request"
	}
	if m := p.mail(ref, subject); !strings.Contains(m.text, canary("message")) || l.reason != "" && !strings.Contains(m.text, canary("explanation")) {
		t.Errorf("the answer lacks words: %s", m.text)
	}
	own := me.get("/v1/requests/"+ref).want("state", "closed").want("outcome", l.outcome)
	if !strings.Contains(string(own.raw), canary("message")) {
		t.Errorf("the requester does not see the answer: %s", own.raw)
	}
	if strings.Contains(string(me.get("/v1/requests/"+ref+"/messages").raw), canary("note")) {
		t.Error("the requester sees the staff's notes")
	}
	kinds := p.eventKinds(s.auditor, ref)
	want := []string{"submitted", "mailbox_proved", "session_opened", "assigned", "started", "asked", "answered", "noted", "verified", "opened", "mail_sent"}
	if !l.fixed {
		want = append(want, "extended")
	}
	want = append(want, map[bool]string{true: "approved", false: "decided"}[l.review])
	for _, kind := range want {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no event %s among %v", kind, kinds)
		}
	}
}

func (p *program) eventKinds(c client, ref string) []string {
	var kinds []string
	for _, e := range c.get("/v1/admin/requests/" + ref + "/events").items() {
		kind, _ := e["kind"].(string)
		kinds = append(kinds, kind)
	}
	return kinds
}

// exported compares what the API and the command give away.
func exported(t *testing.T, p *program, s staff, references []string) {
	t.Helper()
	for _, what := range []string{"requests", "events"} {
		for _, format := range []string{"csv", "jsonl"} {
			s.agent.call(403, "GET", "/v1/admin/exports/"+what+"?format="+format, nil)
			byAPI := string(s.auditor.get("/v1/admin/exports/" + what + "?format=" + format).raw)
			byCommand := p.run("export", what, "--format", format)
			for _, ref := range references {
				if !strings.Contains(byAPI, ref) || !strings.Contains(byCommand, ref) {
					t.Errorf("%s is not in both exports of %s as %s", ref, what, format)
				}
			}
			if strings.Contains(byAPI, canaryMark) || strings.Contains(byCommand, canaryMark) {
				t.Errorf("the export of %s as %s holds personal data", what, format)
			}
		}
	}
	year := time.Now().Format("2006")
	if byAPI, byCommand := string(s.agent.get("/v1/admin/exports/metrics?year="+year).raw), p.run("export", "figures", "--year", year); byAPI != byCommand || !strings.Contains(byAPI, `"ccpa"`) {
		t.Errorf("the figures differ:\n%s\n%s", byAPI, byCommand)
	}
}
