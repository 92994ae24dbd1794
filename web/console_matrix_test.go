package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/web/console"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// samples fill in the patterns of the console's routes. A route whose parts are
// not here fails the test.
func samples(reference string) *strings.Replacer {
	return strings.NewReplacer("{reference}", reference, "{file}", "none", "{mail}", "none", "{id}", "none",
		"{template}", "reply", "{language}", "en")
}

// send asks for a route and returns the status of its own answer.
func bare(t *testing.T, b *bed, route, cookie string) int {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(url.Values{"text": {"x"}}.Encode()))
	must(t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		req.Header.Set("Cookie", "habeas-staff="+cookie)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(req)
	must(t, err)
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	must(t, err)
	return answer.StatusCode
}

// Every page action of the console is for the roles that the one table says,
// and for nobody who is not signed in.
func TestConsoleRoutesAreForTheirRoles(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r := b.wish(models.TypeAccess)
	members := map[models.Role]*member{}
	for _, role := range models.Roles() {
		members[role] = b.hire("Role"+string(role), role)
	}
	guarded := 0
	for _, route := range console.Routes() {
		if route.May == "" {
			continue
		}
		guarded++
		pattern := samples(r.Reference).Replace(route.Pattern)
		if strings.ContainsAny(pattern, "{}") {
			t.Errorf("%s: say in samples what to ask for", route.Pattern)
			continue
		}
		if got := bare(t, b, pattern, ""); got != http.StatusUnauthorized && got != http.StatusSeeOther {
			t.Errorf("%s answers %d to nobody", route.Pattern, got)
		}
		if got := bare(t, b, pattern, "a-made-up-secret"); got != http.StatusUnauthorized && got != http.StatusSeeOther {
			t.Errorf("%s answers %d to a made-up session", route.Pattern, got)
		}
		for role, m := range members {
			got := bare(t, b, pattern, m.secret)
			if role == models.RoleIntake { // nobody signs in with it: a form waits for somebody who does
				if got != http.StatusSeeOther && got != http.StatusUnauthorized {
					t.Errorf("%s answers %d to a form backend", route.Pattern, got)
				}
				continue
			}
			if allowed := models.Permit(role, route.May); allowed != (got != http.StatusForbidden) || got >= 500 {
				t.Errorf("%s answers %d to %s, who may: %t", route.Pattern, got, role, allowed)
			}
		}
	}
	if guarded < 7 {
		t.Errorf("only %d routes are guarded", guarded)
	}
}

// Who tries what is not theirs is in the log (ASVS 16.3.2), by route, once an
// hour, and with nothing personal.
func TestASVS_16_3_2_ARefusalIsRecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob := b.hire("Canary", models.RoleAgent), b.hire("Bob", models.RoleAuditor)
	for range 3 {
		ann.get("/console/tokens?name=robin.canary%40example.com").want(403)
		ann.get("/console/people/robin.canary").want(403)
		ann.post("/console/people", url.Values{"name": {"Robin Canary"}}).want(403)
		bob.get("/console/tokens").want(403)
	}
	ann.get("/console").want(200)
	b.visitor().get("/console/tokens").want(200, "Sign in") // nobody is known
	if n := b.events(models.EventRefused); n != 4 {
		t.Errorf("%d refusals are recorded, want 4", n)
	}
	b.sleep(time.Hour)
	ann.comeBack(b)
	ann.get("/console/tokens").want(403)
	var body string
	must(t, b.raw.QueryRow("SELECT body FROM events WHERE kind = ? ORDER BY id DESC LIMIT 1", string(models.EventRefused)).Scan(&body))
	if n := b.events(models.EventRefused); n != 5 || !strings.Contains(body, "GET /console/tokens") || !strings.Contains(body, ann.ID) {
		t.Errorf("%d refusals, the last is %s", n, body)
	}
	if strings.Contains(strings.ToLower(body), "canary") {
		t.Errorf("personal data in %s", body)
	}
	_, err := b.raw.Exec("CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END")
	must(t, err)
	ann.get("/console/settings").want(200)
	ann.get("/console/people").want(403)
	if !strings.Contains(b.log.String(), "a refusal cannot be recorded") {
		t.Error("that it could not be recorded is not in the log")
	}
}

// An auditor sees facts, dates and the log, and nothing personal; what the role
// may not do is not there.
func TestAnAuditorSeesNoPersonalData(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, eve := b.hire("Ann", models.RoleAgent), b.hire("Eve", models.RoleAuditor)
	r := b.wish(models.TypeCorrection)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login", Note: "canarynote"})
	b.do(r.Reference, ann.ID, workflows.Start{})
	b.do(r.Reference, ann.ID, workflows.Reply{Message: "canaryreply"})
	b.do(r.Reference, ann.ID, workflows.Conclude{Message: "canaryanswer", Items: []workflows.ItemGiven{
		{No: 1, Outcome: models.OutcomeFulfilled}, {No: 2, Outcome: models.OutcomeFulfilled},
	}})
	_, err := b.service.Cases.AddFile(t.Context(), staff(ann.ID), r.Reference, "canaryfile.txt", []byte("a text"), true, cases.Option{})
	must(t, err)
	p := eve.open(r.Reference).want(200, "Correction of my data", "Answer by", "Identity verified", "Your role sees facts, dates and the log")
	lower := strings.ToLower(p.body)
	for _, canary := range []string{"canary", "robin", "new &amp; co", "old co", "oslo", "as i ask", "ann<"} {
		if strings.Contains(lower, canary) {
			t.Errorf("an auditor sees %q", canary)
		}
	}
	for _, command := range append(workflows.StaffCommands(), "files") {
		if p.offers(string(command)) {
			t.Errorf("an auditor is offered %s", command)
		}
	}
	if n := b.events(models.EventOpened); n != 0 {
		t.Errorf("%d openings were recorded of somebody who opened nothing", n)
	}
	list := eve.get("/console?view=closed").want(200, r.Reference)
	if list.offers("bulk") && len(find(list, func(n *html.Node) bool { return attr(n, "name") == "row" })) > 0 {
		t.Error("an auditor can tick requests")
	}
}

// Opening is recorded each time, and where it cannot be nothing is shown.
func TestOpeningIsRecordedOrRefused(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	ann.open(r.Reference)
	ann.open(r.Reference)
	if n := b.events(models.EventOpened); n != 2 {
		t.Errorf("%d openings recorded", n)
	}
	_, err := b.raw.Exec("CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END")
	must(t, err)
	p := ann.get("/console/requests/" + r.Reference)
	if p.StatusCode < 500 || strings.Contains(strings.ToLower(p.body), "canary") {
		t.Errorf("shown although it could not be recorded: %d", p.StatusCode)
	}
}

// fingerprint is what all tables hold, but for the log of who looked.
func (b *bed) fingerprint() string {
	b.t.Helper()
	rows, err := b.raw.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' ORDER BY name")
	must(b.t, err)
	var tables []string
	for rows.Next() {
		var name string
		must(b.t, rows.Scan(&name))
		tables = append(tables, name)
	}
	must(b.t, rows.Err())
	sum := sha256.New()
	for _, table := range tables {
		where := ""
		if table == "events" {
			where = " WHERE kind <> 'opened' AND kind <> 'file_read'"
		}
		all, err := b.raw.Query("SELECT * FROM " + table + where + " ORDER BY 1, 2")
		must(b.t, err)
		columns, err := all.Columns()
		must(b.t, err)
		for all.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			must(b.t, all.Scan(values...))
			for _, v := range values {
				_, _ = fmt.Fprintf(sum, "%v|", *v.(*any))
			}
		}
		must(b.t, all.Err())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// No link of the console changes anything.
func TestConsoleLinksChangeNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAdmin)
	for _, kind := range []models.RequestType{models.TypeAccess, models.TypeDeletion, models.TypeMarketingOptOut} {
		r := b.wish(kind)
		_, err := b.service.Cases.AddFile(t.Context(), staff(ann.ID), r.Reference, "notes.txt", []byte("a text"), true, cases.Option{})
		must(t, err)
	}
	before := b.fingerprint()
	seen, queue := map[string]bool{}, []string{"/console"}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		p := ann.get(at)
		if p.StatusCode >= 400 {
			t.Errorf("%s answers %d", at, p.StatusCode)
		}
		if strings.Contains(strings.ToLower(at), "canary") || strings.Contains(at, "%40") || strings.Contains(at, "@") {
			t.Errorf("personal data in the address %s", at)
		}
		if p.doc == nil {
			continue
		}
		for _, a := range nodes(p.doc, "a") {
			to, _, _ := strings.Cut(attr(a, "href"), "#")
			if strings.HasPrefix(to, "/console") && !seen[to] && len(seen) < 200 {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	if len(seen) < 12 {
		t.Errorf("only %d links were followed: %v", len(seen), seen)
	}
	if b.fingerprint() != before {
		t.Error("a link changed something")
	}
	if strings.Contains(strings.ToLower(b.log.String()), "canary") {
		t.Error("personal data in the log")
	}
}

// The list of requests holds nothing of a requester.
func TestTheWorklistHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r := b.wish(models.TypeCorrection)
	for _, role := range []models.Role{models.RoleAdmin, models.RoleManager, models.RoleAgent, models.RoleAuditor} {
		m := b.hire("Staff"+string(role), role)
		for _, view := range []string{"todo", "mine", "unassigned", "week", "overdue", "waiting", "approve", "open", "closed"} {
			p := m.get("/console?view=" + view).want(200)
			if strings.Contains(strings.ToLower(p.body), "canary") || strings.Contains(p.body, "Oslo") {
				t.Errorf("%s sees personal data in %s", role, view)
			}
		}
		m.get("/console?view=open").want(200, r.Reference)
	}
}

// The filters are those of the API, and pages lead on and back.
func TestWorklistFiltersAndPages(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	var all []string
	for i := range 90 {
		kind := models.TypeMarketingOptOut
		if i%3 == 0 {
			kind = models.TypeAccess
		}
		r := b.wish(kind, func(c *workflows.Submit) { c.ReceivedAt = b.clock().Add(-50 * day) })
		all = append(all, r.Reference)
	}
	first := ann.get("/console?view=open").want(200, "days overdue", "!‹ Previous")
	count := func(p *page) (found []string) {
		for _, n := range find(p, func(n *html.Node) bool { return has(n, "data-row") }) {
			found = append(found, anyReference.FindString(textOf(n)))
		}
		return found
	}
	second := first.click("Next ›")
	third := second.click("Next ›").want(200, "!Next ›")
	got := append(append(count(first), count(second)...), count(third)...)
	if len(got) != len(all) || len(count(first)) != 40 {
		t.Errorf("%d of %d requests, %d on the first page", len(got), len(all), len(count(first)))
	}
	if back := count(third.click("‹ Previous")); strings.Join(back, " ") != strings.Join(count(second), " ") {
		t.Errorf("back leads to %v, not %v", back, count(second))
	}
	if back := count(second.click("‹ Previous").want(200, "!‹ Previous")); strings.Join(back, " ") != strings.Join(count(first), " ") {
		t.Errorf("back leads to %v", back)
	}
	for query, want := range map[string]int{
		"type=access": 30, "type=access&state=unverified": 30, "state=closed": 0, "overdue=1": 40, "regime=house": 40, "assignee=none": 40,
		"assignee=me": 0, "outcome=spam": 0, "received_from=2026-11-01": 0, "received_to=2026-11-01&type=access": 30, "due_before=2026-01-01": 0,
		"regime=%00&type=x": 0, "after=nonsense": 40,
	} {
		if n := len(count(ann.get("/console?" + query).want(200))); n != want {
			t.Errorf("%s lists %d, want %d", query, n, want)
		}
	}
	ann.get("/console?due_before=soon").want(200, "must be one such as 2026-12-01")
	ann.get("/console?state=lost").want(200, "The state is not one that there is")
}

func TestHostileStringsInTheConsoleStayText(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	all := payloads()
	for i, payload := range all {
		inert(t, ann.post("/console/search", url.Values{"q": {payload}}), payload)
		query := url.Values{}
		for _, name := range []string{"view", "state", "type", "regime", "assignee", "outcome", "overdue", "due_before", "received_from", "received_to", "after", "before"} {
			query.Set(name, payload)
		}
		inert(t, ann.get("/console?"+query.Encode()), payload)
		inert(t, ann.get("/console/tasks?"+url.Values{"state": {payload}, "system": {payload}, "owner": {payload}, "overdue": {payload}, "after": {payload}}.Encode()), payload)
		inert(t, ann.get("/console/tasks/"+url.PathEscape(payload)+"/preview"), payload)
		inert(t, ann.get("/console/requests/"+url.PathEscape(payload)), payload)
		inert(t, ann.post("/console/bulk", url.Values{"do": {payload}, "row": {payload}, "seed": {payload}, "back": {payload}, "assignee": {payload}}), payload)
		if i%2 != 0 {
			continue
		}
		both := strings.Join(all[i:min(i+2, len(all))], " ")
		r := b.wish(models.TypeCorrection, func(c *workflows.Submit) {
			c.Person.Name, c.Details = short(both), both
			c.OnBehalf = &models.OnBehalf{Role: models.CapacityAgent, Name: short(both), Email: "agent@example.com", Authority: both}
			c.Fields["corrections"] = []any{map[string]any{"field": "company", "current": short(both), "requested": short(both)}}
		})
		p := ann.open(r.Reference)
		inert(t, p, both)
		for _, command := range workflows.StaffCommands() {
			form := url.Values{"seed": {payload}, "version": {payload}, "seen": {payload}, "do": {payload}, "item": {payload, "1"}}
			for _, name := range []string{"level", "method", "note", "assignee", "message", "purpose", "text", "reason", "into", "outcome", "reasons", "item.1.outcome", "item.1.reasons", "explain." + payload} {
				form.Set(name, both)
			}
			inert(t, ann.post("/console/requests/"+r.Reference+"/"+string(command), form), payload)
		}
		p = ann.open(r.Reference).act("verify").fill("level", "high", "method", "callback", "note", both).send("")
		inert(t, p, both)
		p = p.act("start").send("").act("reply").fill("message", both).send("").want(200)
		inert(t, p, both)
		f := p.act("decide").fill("message", both, "item.1.outcome", "denied")
		code := f.reason("item.1.reasons")
		f.values.Set("item.1.reasons", code)
		f.fill("item.1.explain."+code, short(both))
		inert(t, f.send("preview").want(200), both)
		inert(t, f.send("give").want(200), both)
		up := ann.open(r.Reference).act("files").upload(short(both)+".txt", []byte("a text"))
		inert(t, up, both)
	}
}

// Nor does the list tell an auditor which requests are of one mailbox.
func TestAnAuditorIsNotToldWhatIsAlike(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	agent, auditor := b.hire("Ann", models.RoleAgent), b.hire("Eve", models.RoleAuditor)
	r := b.crowd(2, "mallory@example.net")[0]
	agent.get("/console?view=suppressed").want(200, "2 similar")
	auditor.get("/console?view=suppressed").want(200, r.Reference, "!2 similar")
	for _, reference := range []string{r.Reference, "HB-0000-0000-00", "nonsense"} {
		auditor.get("/console?similar_to=" + reference).want(403)
		auditor.get("/console?state=open&similar_to=" + reference).want(403)
	}
	agent.get("/console?similar_to="+r.Reference).want(200, r.Reference)
	auditor.get("/console?view=open&similar_to=" + r.Reference).want(200) // a view has no filter beside it
}
