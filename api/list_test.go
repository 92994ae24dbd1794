package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
)

type listed struct {
	Items []struct {
		Reference, Type, State, Channel, Assignee string
		ReceivedAt                                time.Time `json:"received_at"`
		RespondBy                                 time.Time `json:"respond_by"`
		Overdue                                   bool
	}
	NextCursor string `json:"next_cursor"`
}

func (b *bed) list(query string) listed {
	b.t.Helper()
	var l listed
	b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests?"+query, nil)).JSON(b.t, &l)
	return l
}

func (l listed) references() []string {
	var all []string
	for _, item := range l.Items {
		all = append(all, item.Reference)
	}
	slices.Sort(all)
	return all
}

// TestPagesMeetEveryRequestOnce walks both orders in small pages.
func TestPagesMeetEveryRequestOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var want []string
	for i := range 12 {
		if i%3 != 0 { // some of one moment
			b.sleep(time.Hour)
		}
		want = append(want, b.submit())
	}
	slices.Sort(want)
	for _, sort := range []string{"", "respond_by", "received_at"} {
		var met []string
		query := url.Values{"limit": {"5"}}
		if sort != "" {
			query.Set("sort", sort)
		}
		for page := 1; ; page++ {
			l := b.list(query.Encode())
			met = append(met, l.references()...)
			if sort == "received_at" && len(l.Items) > 1 && l.Items[0].ReceivedAt.Before(l.Items[1].ReceivedAt) {
				t.Error("received_at is not newest first")
			}
			if l.NextCursor == "" {
				break
			}
			if page > 5 {
				t.Fatalf("sort %q does not end", sort)
			}
			query.Set("cursor", l.NextCursor)
		}
		slices.Sort(met)
		if !slices.Equal(met, want) {
			t.Errorf("sort %q met %d requests, %v", sort, len(met), met)
		}
	}
	first := b.list("limit=5")
	if r := b.as(models.RoleAgent, "GET", "/v1/admin/requests?sort=received_at&cursor="+first.NextCursor, nil); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a cursor of another order: %d", r.StatusCode)
	}
}

// TestFiltersFindWhatTheySay tries each filter on requests that differ.
func TestFiltersFindWhatTheySay(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	old := b.submit(with("type", "access"), with("person.email", "Ada+x@Example.com"), with("person.country", "DE"), with("person.region", ""))
	b.sleep(48 * time.Hour)
	mine, _ := b.session()
	b.do(models.RoleAgent, mine, "assign", object{"assignee": "me"})
	spam := b.submit()
	b.do(models.RoleAgent, spam, "mark-spam", nil)
	tests := map[string][]string{
		"":                                          {old, mine, spam},
		"state=unverified":                          {old},
		"state=unverified,open":                     {old, mine},
		"state=open&state=closed":                   {mine, spam},
		"type=access":                               {old},
		"type=access,deletion":                      {old, mine, spam},
		"regime=us-ca-ccpa":                         {mine, spam},
		"assignee=me":                               {mine},
		"assignee=The%20agent":                      {mine},
		"assignee=none":                             {old, spam},
		"outcome=spam":                              {spam},
		"email=ada%2Bx@example.com":                 {old},
		"email=nobody@example.com":                  nil,
		"reference=" + strings.ToLower(mine):        {mine},
		"received_from=2026-11-21":                  {mine, spam},
		"received_to=2026-11-22":                    {old},
		"received_from=2026-11-22T12:00:00Z":        {mine, spam},
		"received_from=2026-11-22T13:00:00%2B02:00": {mine, spam},
		"due_before=2026-12-21":                     {old},
		"overdue=true":                              nil,
		"overdue=false":                             {old, mine, spam},
		"state=closed&assignee=none&type=deletion":  {spam},
	}
	for query, want := range tests {
		slices.Sort(want)
		if got := b.list(query).references(); !slices.Equal(got, want) {
			t.Errorf("%s found %v, want %v", query, got, want)
		}
	}
	b.sleep(40 * 24 * time.Hour)
	if l := b.list("overdue=true"); len(l.Items) != 2 || !l.Items[0].Overdue {
		t.Errorf("overdue after 40 days: %+v", l)
	}
	r := b.as(models.RoleAuditor, "GET", "/v1/admin/requests", nil)
	for _, personal := range []string{"Robin", "Ada", "example.com", "delete my account"} {
		if strings.Contains(string(r.Content), personal) {
			t.Errorf("the list shows %q", personal)
		}
	}
}

// Who may not open requests does not learn from the list whose they are, nor
// who works here: of an address or a name that is known, and of one that is
// not, the answer is the same.
func TestTheListDoesNotTellAnAuditorWhoFiled(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	mine, _ := b.session(with("person.email", "robin.vale@example.com"))
	b.do(models.RoleAgent, mine, "assign", object{"assignee": "me"})
	agent, err := b.store.FindStaff(t.Context(), "The agent")
	must(t, err)
	tests := map[string]int{
		"email=robin.vale@example.com": http.StatusForbidden,
		"email=nobody@example.com":     http.StatusForbidden,
		"similar_to=" + mine:           http.StatusForbidden,
		"similar_to=HB-0000-0000-00":   http.StatusForbidden,
		"assignee=The%20agent":         http.StatusForbidden,
		"assignee=The%20nobody":        http.StatusForbidden,
		"assignee=" + agent.ID:         http.StatusOK,
		"assignee=me":                  http.StatusOK,
		"assignee=none":                http.StatusOK,
		"reference=" + mine:            http.StatusOK,
	}
	b.session(with("person.email", "robin.vale+again@example.com"))
	for role, told := range map[models.Role]bool{models.RoleAgent: true, models.RoleAuditor: false} {
		r := b.as(role, "GET", "/v1/admin/requests", nil)
		if strings.Contains(string(r.Content), `"similar":2`) != told {
			t.Errorf("the role %s sees %s", role, r.Content)
		}
	}
	for query, want := range tests {
		if r := b.as(models.RoleAuditor, "GET", "/v1/admin/requests?"+query, nil); r.StatusCode != want {
			t.Errorf("%s: %d, want %d: %s", query, r.StatusCode, want, r.Content)
		}
	}
}

// TestALetterOfLastWeek is typed in with the day it came.
func TestALetterOfLastWeek(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var receipt struct {
		Reference, State string
		ReceivedAt       string `json:"received_at"`
		RespondOn        string `json:"respond_on"`
	}
	b.want(201, b.as(models.RoleAgent, "POST", "/v1/admin/requests", object{
		"channel": "letter", "received_at": "2026-11-13T10:00:00+01:00", "type": "access", "person": object{"name": "Robin Vale", "country": "DE"},
	})).JSON(t, &receipt)
	if receipt.State != "unverified" || receipt.ReceivedAt != "2026-11-13T09:00:00Z" || receipt.RespondOn != "2026-12-13" {
		t.Errorf("the receipt is %+v", receipt)
	}
	l := b.list("reference=" + receipt.Reference)
	if len(l.Items) != 1 || l.Items[0].Channel != "letter" {
		t.Errorf("it is listed as %+v", l)
	}
	b.want(201, b.as(models.RoleIntake, "POST", "/v1/requests", wish()))
	if l = b.list("sort=received_at"); len(l.Items) != 2 || l.Items[0].Channel != "api" {
		t.Errorf("a form backend's request is listed as %+v", l)
	}
}

// TestPeopleAndTokens makes and ends them.
func TestPeopleAndTokens(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.want(201, b.as(models.RoleAdmin, "POST", "/v1/admin/users", object{"name": "Ada Moreno", "email": "ada@example.com", "role": "agent"}))
	b.want(409, b.as(models.RoleAdmin, "POST", "/v1/admin/users", object{"name": "ADA MORENO", "role": "agent"}))
	var made struct{ ID, Token, Role string }
	b.want(201, b.as(models.RoleAdmin, "POST", "/v1/admin/tokens", object{"name": "Ada Moreno", "role": "agent", "expires_in_days": 1})).JSON(t, &made)
	tokens := b.want(200, b.as(models.RoleAdmin, "GET", "/v1/admin/tokens", nil))
	if !strings.Contains(string(tokens.Content), made.ID) || strings.Contains(string(tokens.Content), made.Token) {
		t.Errorf("the tokens are %s", tokens.Content)
	}
	b.tokens["ada"] = made.Token
	b.want(200, b.as("ada", "GET", "/v1/admin/requests", nil))
	b.sleep(25 * time.Hour)
	expired := b.want(401, b.as("ada", "GET", "/v1/admin/requests", nil))
	if expired.Header.Get("WWW-Authenticate") != `Bearer realm="habeas", error="invalid_token"` {
		t.Errorf("WWW-Authenticate is %q", expired.Header.Get("WWW-Authenticate"))
	}
	b.want(201, b.as(models.RoleAdmin, "POST", "/v1/admin/tokens", object{"name": "Ada Moreno", "role": "agent"})).JSON(t, &made)
	b.tokens["ada"] = made.Token
	b.want(200, b.as("ada", "GET", "/v1/admin/requests", nil))
	b.want(204, b.as(models.RoleAdmin, "DELETE", "/v1/admin/tokens/"+made.ID, nil))
	b.want(401, b.as("ada", "GET", "/v1/admin/requests", nil))
	b.want(404, b.as(models.RoleAdmin, "DELETE", "/v1/admin/tokens/nothing", nil))
}

// TestJobsCanBeRetried kills one and runs it again.
func TestJobsCanBeRetried(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.submit()
	var jobs struct{ Items []struct{ ID, State string } }
	b.want(200, b.as(models.RoleManager, "GET", "/v1/admin/jobs?state=pending", nil)).JSON(t, &jobs)
	if len(jobs.Items) == 0 {
		t.Fatal("no job is pending")
	}
	id := jobs.Items[0].ID
	b.want(409, b.as(models.RoleManager, "POST", "/v1/admin/jobs/"+id+"/retry", nil))
	j, err := b.store.Job(t.Context(), id)
	must(t, err)
	j.State, j.LastError = models.JobDead, "550"
	must(t, b.store.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.JobFailed{Job: j}}}))
	b.want(200, b.as(models.RoleManager, "GET", "/v1/admin/jobs?state=dead", nil)).JSON(t, &jobs)
	if len(jobs.Items) != 1 || jobs.Items[0].ID != id {
		t.Errorf("dead jobs are %+v", jobs)
	}
	b.want(200, b.as(models.RoleManager, "POST", "/v1/admin/jobs/"+id+"/retry", object{}))
	b.want(404, b.as(models.RoleManager, "POST", "/v1/admin/jobs/nothing/retry", nil))
}

// TestTooLate gives every call no time at all.
func TestTooLate(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) { c.Limits.Timeout = time.Nanosecond })
	for _, send := range []func() int{
		func() int { return b.as(models.RoleAdmin, "GET", "/v1/admin/requests", nil).StatusCode },
		func() int { return b.Send("POST", "/v1/requests", wish()).StatusCode },
	} {
		if status := send(); status != 503 {
			t.Errorf("without time: %d", status)
		}
	}
	if n := b.rows()["requests"]; n != 0 {
		t.Errorf("%d requests were filed", n)
	}
}

// TestMistypedFormsDoNotCount refuses more forms than an address may file.
func TestMistypedFormsDoNotCount(t *testing.T) {
	t.Parallel()
	b := newBed(t, strict)
	for range 40 {
		b.want(422, b.Send("POST", "/v1/requests", wish(with("person.email", "x"))))
	}
	b.submit()
}
