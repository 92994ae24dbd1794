package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/models"
)

// answeredTask stores a task of a request with what a connector returned, and
// returns its id.
func (b *bed) answeredTask(reference string) string {
	b.t.Helper()
	r, err := b.store.Find(b.t.Context(), reference)
	must(b.t, err)
	one := models.Task{ID: b.service.NewID(), RequestID: r.ID, Version: 1, TaskFacts: models.TaskFacts{
		System: "shop", SystemName: "Shop database", Kind: models.SystemSQL, Action: models.ActionErase, State: models.TaskNeedsReview, Run: 1, Preview: "h",
		DueOn: r.Deadline.RespondOn, DueBy: r.Deadline.RespondBy, CreatedAt: r.ReceivedAt,
	}}
	d := models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}
	for kind, body := range map[models.TaskResultKind]string{
		models.ResultFindings: `{"system":"shop","records":[{"table":"person","fields":[{"name":"name","value":"Robin Canary"}]}]}`,
		models.ResultPreview:  `{"system":"shop","action":"erase","hash":"h","rows":[]}`,
	} {
		d.With(models.TaskResulted{Result: models.TaskResult{TaskID: one.ID, RequestID: r.ID, Kind: kind, Run: 1, At: r.ReceivedAt, Body: []byte(body)}})
	}
	must(b.t, b.store.Commit(b.t.Context(), d))
	return one.ID
}

func TestTasksByTheAPI(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, _ := b.session()
	b.service.Config.Systems = []models.System{{
		Key: "paper", Name: "Paper files", Kind: models.SystemManual, Owner: "archive@example.com", Actions: []models.Action{models.ActionStop, models.ActionErase},
	}}
	// An erasure is for nobody who is not verified well enough for it.
	b.want(403, b.as(models.RoleAuditor, http.MethodPost, "/v1/admin/requests/"+reference+"/tasks", object{"system": "paper", "action": "erase"}))
	unverified := b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/tasks", object{"system": "paper", "action": "erase"})
	if unverified.StatusCode < 400 {
		t.Fatalf("an erasure for an unverified person: %d %s", unverified.StatusCode, unverified.Content)
	}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/verify", object{"level": "high", "method": "staff_check"}))
	b.want(422, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/erasure/confirm", object{"note": ""}))
	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/erasure/confirm", object{"note": "Rang back."}))
	b.now = b.now.Add(5 * 24 * time.Hour)
	var made struct{ ID, State, Reference, Owner string }
	b.want(201, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/tasks", object{"system": "paper", "action": "erase", "note": "Look twice."})).JSON(t, &made)
	if made.State != "open" || made.Reference != reference || made.Owner != "archive@example.com" {
		t.Errorf("it is %+v", made)
	}
	b.want(422, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/tasks", object{"system": "nowhere", "action": "erase"}))
	path := "/v1/admin/tasks/" + made.ID
	b.want(409, b.as(models.RoleAgent, http.MethodPost, path+"/run", object{}))
	b.want(422, b.as(models.RoleAgent, http.MethodPost, path+"/complete", object{"outcome": "refused"}))
	b.want(404, b.as(models.RoleAgent, http.MethodGet, path+"/preview", nil))
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/reassign", object{"owner": "cellar@example.com"}))
	// Who may not know the staff may not know the owners, nor find out by asking.
	b.want(403, b.as(models.RoleAuditor, http.MethodGet, "/v1/admin/tasks?owner=cellar@example.com", nil))
	if list := b.want(200, b.as(models.RoleAuditor, http.MethodGet, "/v1/admin/tasks", nil)); strings.Contains(string(list.Content), "cellar@") || !strings.Contains(string(list.Content), made.ID) {
		t.Errorf("an auditor sees %s", list.Content)
	}
	for query, want := range map[string]bool{
		"owner=cellar@example.com": true, "owner=archive@example.com": false, "state=open&system=paper": true, "overdue=true": false, "owner=none": false,
	} {
		list := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/tasks?"+query, nil))
		if got := strings.Contains(string(list.Content), made.ID); got != want {
			t.Errorf("%s: listed %v, want %v", query, got, want)
		}
		if strings.Contains(string(list.Content), "Look twice") {
			t.Errorf("%s shows what people wrote", query)
		}
	}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/complete", object{"outcome": "completed", "note": "Shredded."}))
	list := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests/"+reference+"/tasks", nil))
	if !strings.Contains(string(list.Content), `"report":"Shredded."`) {
		t.Errorf("the tasks of the request are %s", list.Content)
	}
}

// No answer says that all is done, or that nothing is there, while a task is undone:
// the refusal names it. Once it is done the same answer is taken.
func TestFulfilledIsRefusedWhileATaskIsUndone(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, _ := b.session()
	b.work(reference)
	task := b.answeredTask(reference)
	decide := "/v1/admin/requests/" + reference + "/decide"
	for _, outcome := range []string{"fulfilled", "no_data"} {
		r := b.want(409, b.as(models.RoleAgent, "POST", decide, object{"outcome": outcome, "message": "Done."}))
		if said := string(r.Content); !strings.Contains(said, "the task Shop database: erase is needs_review") {
			t.Errorf("%s is refused with %s", outcome, said)
		}
	}
	b.want(200, b.as(models.RoleManager, "POST", "/v1/admin/tasks/"+task+"/complete", object{"outcome": "completed"}))
	b.want(200, b.as(models.RoleAgent, "POST", decide, object{"outcome": "fulfilled", "message": "Done."}))
}
