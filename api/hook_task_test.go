package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/fulfilment/kinds"
	"habeas/fulfilment/system"
	"habeas/models"
)

const (
	crmSecret   = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"
	otherSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	foundAda    = `{"step": "find", "records": [{"kind": "contact", "key": "7", "fields": [{"name": "name", "value": "Ada", "categories": ["user.name"]}]}]}`
	wouldErase  = `{"step": "preview", "changes": [{"kind": "contact", "key": "7", "operation": "delete", "fields": [{"name": "name", "verdict": "erased"}]}]}`
	hasErased   = `{"step": "apply", "changes": [{"kind": "contact", "key": "7", "operation": "delete", "fields": [{"name": "name", "verdict": "erased"}]}]}`
)

// newCalledBack is a bed with a webhook system that takes 2,000 bytes.
func newCalledBack(t *testing.T, change ...func(*config)) *bed {
	t.Helper()
	defs, faults := system.Load(fstest.MapFS{"crm.yaml": {Data: []byte(`
system: crm
name: CRM
owner: crm@example.com
kind: webhook
categories: [user.name]
identifiers: [email]
actions: [find, erase]
webhook:
  url: https://crm.example.com/habeas
  secret: ${CRM_SECRET}
  bytes: 2000
`)}}, func(string) string { return crmSecret })
	if system.Bad(faults) {
		t.Fatal(faults)
	}
	set := kinds.NewSet(defs, kinds.Options{Now: time.Now})
	t.Cleanup(func() { _ = set.Close() })
	return newBed(t, append([]func(*config){func(c *config) { c.Callbacks = set }}, change...)...)
}

// called stores a task of the webhook system that is at a step, and returns its id.
func (b *bed) called(reference string, step models.TaskStep, state models.TaskState) string {
	b.t.Helper()
	r, err := b.store.Find(b.t.Context(), reference)
	must(b.t, err)
	one := models.Task{ID: b.service.NewID(), RequestID: r.ID, Version: 1, TaskFacts: models.TaskFacts{
		System: "crm", SystemName: "CRM", Kind: models.SystemWebhook, Action: models.ActionErase, State: state, Step: step, Run: 1, Pending: true,
		DueOn: r.Deadline.RespondOn, DueBy: r.Deadline.RespondBy, CreatedAt: r.ReceivedAt,
	}, TaskContent: models.TaskContent{Key: []byte("0123456789abcdef0123456789abcdef")}}
	if step == models.StepFind {
		one.Action = models.ActionFind
	}
	d := models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}
	if step == models.StepApply {
		body := []byte(`{"system":"crm","action":"erase","hash":"h","rows":[]}`)
		d.With(models.TaskResulted{Result: models.TaskResult{TaskID: one.ID, RequestID: r.ID, Kind: models.ResultPreview, Run: 1, At: r.ReceivedAt, Body: body}})
	}
	must(b.t, b.store.Commit(b.t.Context(), d))
	return one.ID
}

// callBack posts an answer to the task at an address, signed for another or the
// same.
func (b *bed) callBack(at, signedFor, secret, body string, options ...apitest.Option) *apitest.Response {
	b.t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	must(b.t, err)
	now := time.Now()
	signature, err := signer.Sign(signedFor, now, []byte(body))
	must(b.t, err)
	return b.Send(http.MethodPost, "/v1/hooks/tasks/"+at, body, append([]apitest.Option{
		apitest.Header("Content-Type", "application/json"), apitest.Header("Webhook-Id", signedFor),
		apitest.Header("Webhook-Timestamp", fmt.Sprint(now.Unix())), apitest.Header("Webhook-Signature", signature),
	}, options...)...)
}

// wantCalledBack posts a good answer and compares what becomes of the task.
func (b *bed) wantCalledBack(id, body string, state models.TaskState, taken bool) {
	b.t.Helper()
	var got struct {
		Task  string
		State models.TaskState
		Taken bool
	}
	b.want(200, b.callBack(id, id, crmSecret, body)).JSON(b.t, &got)
	if got.Task != id || got.State != state || got.Taken != taken {
		b.t.Errorf("the answer to %s is %+v, want %s, taken %v", body, got, state, taken)
	}
}

func TestACallbackIsAnAnswerOnce(t *testing.T) {
	t.Parallel()
	b := newCalledBack(t)
	reference, _ := b.session()
	find := b.called(reference, models.StepFind, models.TaskRunning)
	b.wantCalledBack(find, foundAda, models.TaskDone, true)
	before := b.rows()
	b.wantCalledBack(find, foundAda, models.TaskDone, false)
	b.wantCalledBack(find, `{"refused": "no"}`, models.TaskDone, false)
	if after := b.rows(); !maps.Equal(before, after) {
		t.Errorf("a second answer changed rows from %v to %v", before, after)
	}
	if n := b.kinds()["task_done"]; n != 1 {
		t.Errorf("%d tasks were done", n)
	}
	shown := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/tasks/"+find+"/findings", nil))
	if !strings.Contains(string(shown.Content), "Ada") {
		t.Errorf("the findings are %s", shown.Content)
	}

	preview := b.called(reference, models.StepPreview, models.TaskRunning)
	b.wantCalledBack(preview, wouldErase, models.TaskNeedsReview, true)
	b.wantCalledBack(preview, wouldErase, models.TaskNeedsReview, false)
	apply := b.called(reference, models.StepApply, models.TaskApproved)
	b.want(422, b.callBack(apply, apply, crmSecret, foundAda)) // the answer to another question
	b.wantCalledBack(apply, hasErased, models.TaskDone, true)

	b.wantCalledBack(b.called(reference, models.StepFind, models.TaskRunning), `{"refused": "We do not know them."}`, models.TaskFailed, true)
	b.wantCalledBack(b.called(reference, models.StepFind, models.TaskCancelled), foundAda, models.TaskCancelled, false)
	garbage := b.called(reference, models.StepFind, models.TaskRunning)
	b.want(422, b.callBack(garbage, garbage, crmSecret, `{"step": "find", "rekords": []}`))
	b.wantCalledBack(garbage, foundAda, models.TaskFailed, false)
	if strings.Contains(b.log.String(), "Ada") || strings.Contains(b.log.String(), "We do not know them") {
		t.Error("the log has what a system said")
	}
}

func TestACallbackThatIsNotProvenIsRefused(t *testing.T) {
	t.Parallel()
	b := newCalledBack(t)
	reference, _ := b.session()
	task, other := b.called(reference, models.StepFind, models.TaskRunning), b.called(reference, models.StepFind, models.TaskRunning)
	const nowhere = "00000000-0000-7000-8000-000000000000"
	before := b.rows()
	want := faceOf(b.want(401, b.Send(http.MethodPost, "/v1/hooks/tasks/"+task, foundAda, apitest.Header("Content-Type", "application/json"))))
	for name, r := range map[string]*apitest.Response{
		"signed by somebody else":    b.callBack(task, task, otherSecret, foundAda),
		"signed for another task":    b.callBack(task, other, crmSecret, foundAda),
		"for a task that is not":     b.callBack(nowhere, nowhere, crmSecret, foundAda),
		"for one of another system":  b.callBack(b.answeredTask(reference), nowhere, crmSecret, foundAda),
		"signed long ago":            b.callBack(task, task, crmSecret, foundAda, apitest.Header("Webhook-Timestamp", "1700000000")),
		"signed, with other content": b.callBack(task, task, crmSecret, foundAda, apitest.Header("Webhook-Signature", "v1,AAAA")),
	} {
		if got := faceOf(b.want(401, r)); got != want {
			t.Errorf("%s is told apart:\n%s\n%s", name, got, want)
		}
	}
	b.want(413, b.callBack(task, task, crmSecret, strings.Repeat(" ", 2001)))
	b.want(415, b.callBack(task, task, crmSecret, foundAda, apitest.Header("Content-Type", "text/plain")))
	after := b.rows()
	for _, table := range []string{"tasks", "task_results"} {
		before[table], after[table] = 0, 0 // of the task of another system, which the test made
	}
	if !maps.Equal(before, after) {
		t.Errorf("rows went from %v to %v", before, after)
	}
	b.wantCalledBack(task, foundAda, models.TaskDone, true)
}

func TestForgedCallbacksAreCounted(t *testing.T) {
	t.Parallel()
	b := newCalledBack(t, func(c *config) { c.Limits.Forged = api.Rate{Calls: 2, Per: time.Hour} })
	reference, _ := b.session()
	task := b.called(reference, models.StepFind, models.TaskRunning)
	for _, want := range []int{401, 401, 429} {
		b.want(want, b.callBack(task, task, otherSecret, foundAda))
	}
	b.wantCalledBack(task, foundAda, models.TaskDone, true) // a right one always passes
}
