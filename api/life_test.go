package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/models"
)

// TestALifeOverHTTP walks one request from the form to the appeal.
func TestALifeOverHTTP(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var receipt struct {
		Reference, Type, State string
		RespondOn              string `json:"respond_on"`
		RespondBy              string `json:"respond_by"`
		Regimes                []string
	}
	filed := b.want(201, b.Send("POST", "/v1/requests", wish(func(o object) {
		o["type"], o["fields"] = "deletion", object{"categories": []string{"account", "photo"}}
	})))
	filed.JSON(t, &receipt)
	if receipt.State != "unverified" || receipt.RespondOn != "2026-12-20" || receipt.RespondBy != "2026-12-20T23:59:59Z" || !slices.Contains(receipt.Regimes, "house") {
		t.Errorf("the receipt is %s", filed.Content)
	}
	if got, want := filed.Header.Get("Location"), "/v1/requests/"+receipt.Reference; got != want {
		t.Errorf("Location is %q, want %q", got, want)
	}
	own := "/v1/requests/" + receipt.Reference
	token := b.prove(receipt.Reference)
	mine := b.want(200, b.Send("GET", own, nil, apitest.Bearer(token)))
	if !strings.Contains(string(mine.Content), "Robin Vale") || mine.Header.Get("ETag") != `"2"` {
		t.Errorf("one's own request is %s with ETag %s", mine.Content, mine.Header.Get("ETag"))
	}
	b.want(201, b.Send("POST", own+"/messages", object{"text": "Anything else you need?"}, apitest.Bearer(token)))
	b.want(201, b.form(own+"/files", token, "note.txt", []byte("a plain note"), nil))

	b.work(receipt.Reference)
	admin := "/v1/admin/requests/" + receipt.Reference
	b.do(models.RoleAgent, receipt.Reference, "note", object{"text": "internal words"})
	b.do(models.RoleAgent, receipt.Reference, "ask", object{"message": "Which account?"})
	b.want(201, b.Send("POST", own+"/messages", object{"text": "The older one."}, apitest.Bearer(token)))
	b.do(models.RoleAgent, receipt.Reference, "extend", object{"reason": "Four systems."})
	decided := b.do(models.RoleAgent, receipt.Reference, "decide", object{"message": "Partly done.", "items": []object{
		{"no": 1, "outcome": "denied", "reasons": []object{{"code": "legal_obligation", "explanation": "Tax law."}}},
		{"no": 2, "outcome": "fulfilled"},
	}})
	if !strings.Contains(string(decided.Content), `"state":"in_review"`) {
		t.Errorf("after a decision that needs approval: %s", decided.Content)
	}
	b.want(403, b.as(models.RoleAgent, "POST", admin+"/approve", nil))
	b.want(422, b.as(models.RoleManager, "POST", admin+"/approve", nil))
	b.want(412, b.as(models.RoleManager, "POST", admin+"/approve", object{"version": 2}))
	b.do(models.RoleManager, receipt.Reference, "approve", object{"version": version(t, decided)})

	mine = b.want(200, b.Send("GET", own, nil, apitest.Bearer(token)))
	var seen struct {
		State, Outcome string
		Items          []struct {
			Outcome string
			Reasons []struct{ Code, Citation, Explanation string }
		}
		Answer struct {
			Text        string
			AppealUntil string `json:"appeal_until"`
			Complain    []string
		}
		Allowed []string
	}
	mine.JSON(t, &seen)
	if seen.Outcome != "partly_fulfilled" || seen.Answer.Text != "Partly done." || len(seen.Items) != 2 ||
		len(seen.Items[0].Reasons) != 1 || seen.Items[0].Reasons[0].Explanation != "Tax law." || seen.Items[0].Reasons[0].Citation == "" {
		t.Errorf("the answer is %s", mine.Content)
	}
	if strings.Contains(string(mine.Content), "internal words") {
		t.Error("the requester sees a note")
	}
	said := b.want(200, b.Send("GET", own+"/messages", nil, apitest.Bearer(token)))
	for _, text := range []string{"Which account?", "The older one.", "Partly done."} {
		if !strings.Contains(string(said.Content), text) {
			t.Errorf("the correspondence lacks %q: %s", text, said.Content)
		}
	}
	if strings.Contains(string(said.Content), "internal words") {
		t.Error("the correspondence has a note")
	}
	if seen.Answer.AppealUntil != "" {
		b.want(200, b.Send("POST", own+"/appeal", object{"text": "I disagree."}, apitest.Bearer(token)))
	}

	for _, path := range []string{"", "/events", "/deadlines", "/messages", "/files"} {
		got := b.want(200, b.as(models.RoleAgent, "GET", admin+path, nil))
		if strings.Contains(string(got.Content), b.code(receipt.Reference)) {
			t.Errorf("%s shows staff the requester's code", path)
		}
	}
	for _, path := range []string{"/v1/admin/requests", "/v1/admin/stats", "/v1/admin/types", "/v1/admin/users", "/v1/admin/tokens", "/v1/admin/jobs"} {
		b.want(200, b.as(models.RoleAdmin, "GET", path, nil))
	}
}

// TestExports takes the log away in both formats.
func TestExports(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference := b.submit()
	for _, what := range []string{"requests", "events"} {
		for format, media := range map[string]string{"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"} {
			r := b.want(http.StatusOK, b.as(models.RoleAuditor, "GET", "/v1/admin/exports/"+what+"?format="+format+"&from=2026-01-01&type=deletion", nil))
			if r.Header.Get("Content-Type") != media || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%s as %s: %v", what, format, r.Header)
			}
			if !strings.Contains(string(r.Content), reference) || strings.Contains(string(r.Content), "Robin") {
				t.Errorf("%s as %s: %s", what, format, r.Content)
			}
		}
	}
	var exported int
	must(t, b.raw.QueryRow("SELECT count(*) FROM events WHERE kind = 'exported'").Scan(&exported))
	if exported != 4 {
		t.Errorf("%d exports are recorded, want 4", exported)
	}
}

// A program is told when its session ends, and lying idle does not end it before.
func TestASessionOfAProgramLastsAsLongAsItSays(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	b.sleep(59 * time.Minute)
	b.want(200, b.Send("GET", "/v1/requests/"+reference, nil, apitest.Bearer(token)))
	b.sleep(time.Minute)
	b.want(404, b.Send("GET", "/v1/requests/"+reference, nil, apitest.Bearer(token)))
}
