package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/models"
)

// found gives a request a finished look through a shop.
func (b *bed) found(reference string) {
	r, err := b.store.Find(b.t.Context(), reference)
	must(b.t, err)
	one := models.Task{ID: newID(), RequestID: r.ID, Version: 1, TaskFacts: models.TaskFacts{
		System: "shop", SystemName: "Shop", Kind: models.SystemSQL, Action: models.ActionFind, State: models.TaskDone, Outcome: models.TaskCompleted, Run: 1, Found: 3,
		DueOn: r.Deadline.RespondOn, DueBy: r.Deadline.RespondBy, CreatedAt: r.ReceivedAt,
	}}
	d := models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}
	d.With(models.TaskResulted{Result: models.TaskResult{TaskID: one.ID, RequestID: r.ID, Kind: models.ResultFindings, Run: 1, At: r.ReceivedAt, Body: []byte(
		`{"system":"shop","derived":[{"kind":"external_id","value":"K-1"}],"records":[
			{"table":"person","key":[{"name":"id","value":"7"}],"fields":[{"name":"name","value":"Robin <b>Canary</b>","personal":true},{"name":"password","value":"hunter2","categories":["user.authorization.password"]}]},
			{"table":"note","fields":[{"name":"text","value":"=Robin knows Alex","personal":true},{"name":"about","value":"Alex","withheld":"other_person"}]},
			{"table":"note","fields":[{"name":"text","value":"a secret of Alex"}]}]}`)}})
	must(b.t, b.store.Commit(b.t.Context(), d))
}

func TestAnAccessPackageIsReviewedAndGoesOutWithTheAnswer(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	path := "/v1/admin/requests/" + reference + "/package"
	b.want(409, b.as(models.RoleAgent, http.MethodPost, path, object{})) // nothing was looked through
	b.found(reference)
	var review struct {
		Items []struct {
			ID     string
			Fields []models.Field
		}
		Reasons []models.Reason
	}
	b.want(200, b.as(models.RoleAgent, http.MethodGet, path, nil)).JSON(t, &review)
	if len(review.Items) != 3 || review.Items[2].ID != "shop/note/2" || len(review.Reasons) == 0 {
		t.Fatalf("the review is %+v", review)
	}
	for what, faulty := range map[string]object{
		"withhold[0].item":   {"withhold": []object{{"item": "shop/note/9", "reason": review.Reasons[0].Code}}},
		"withhold[0].reason": {"withhold": []object{{"item": "shop/note/2", "reason": "whim"}}},
		"redact[0].text":     {"redact": []object{{"item": "shop/note/1", "field": "text", "text": "Zoe"}}},
		"include[0].field":   {"include": []object{{"item": "shop/person/1", "field": "password"}}},
	} {
		if r := b.want(422, b.as(models.RoleAgent, http.MethodPost, path, faulty)); !strings.Contains(string(r.Content), `"`+what+`"`) {
			t.Errorf("%s is not named: %s", what, r.Content)
		}
	}
	var file struct {
		ID       string
		Internal bool
	}
	b.want(201, b.as(models.RoleAgent, http.MethodPost, path, object{
		"withhold": []object{{"item": "shop/note/2", "reason": review.Reasons[0].Code}},
		"redact":   []object{{"item": "shop/note/1", "field": "text", "text": "Alex"}},
	})).JSON(t, &file)
	if r := b.Send(http.MethodGet, "/v1/requests/"+reference+"/files", nil, apitest.Bearer(token)); strings.Contains(string(r.Content), file.ID) {
		t.Errorf("the requester sees it before it is released: %s", r.Content)
	}
	packed := unzipped(t, b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests/"+reference+"/files/"+file.ID, nil)).Content)
	for name, want := range map[string]string{
		"index.html": "Robin &lt;b&gt;Canary&lt;/b&gt;", "data.json": `"value": "Robin <b>Canary</b>"`, "tables/shop-note.csv": "'=Robin knows █████", "tables/shop-person.csv": "Canary",
	} {
		if !strings.Contains(packed[name], want) {
			t.Errorf("%s has no %q:\n%s", name, want, packed[name])
		}
	}
	for name, text := range packed {
		for _, never := range []string{"hunter2", "Alex"} {
			if strings.Contains(text, never) {
				t.Errorf("%s discloses %q", name, never)
			}
		}
	}
	if !json.Valid([]byte(packed["data.json"])) || !strings.Contains(packed["index.html"], review.Reasons[0].Citation) {
		t.Error("what was left out is not said, or the data are no JSON")
	}
}

func unzipped(t *testing.T, content []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	must(t, err)
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		all[f.Name] = string(text)
	}
	return all
}

// What was found of who was taken to be the requester is not the requester's: it
// goes into no package, and leads no system to anybody.
func TestWhatWasFoundOfAFormerRequesterIsNotUsed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := b.take("Colleague <support@acme.example>", "Fwd: Access request", "Please send me a copy of all my personal data.")
	b.found(got.Reference)
	erase := models.Task{RequestID: b.request(got.Reference).ID, TaskFacts: models.TaskFacts{System: "crm", Action: models.ActionErase}}
	if call, err := b.service.Tasks.Call(t.Context(), erase); err != nil || len(call.Identifiers) != 2 {
		t.Fatalf("a system is told %+v, %v", call.Identifiers, err)
	}
	b.sleep(time.Minute)
	path := "/v1/admin/requests/" + got.Reference
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/requester", object{"name": "Bea", "email": "bea@example.com"}))
	if call, err := b.service.Tasks.Call(t.Context(), erase); err != nil || len(call.Identifiers) != 1 || call.Identifiers[0].Value != "bea@example.com" {
		t.Errorf("a system is told %+v, %v", call.Identifiers, err)
	}
	if shown := b.want(200, b.as(models.RoleAgent, http.MethodGet, path+"/package", nil)); strings.Contains(string(shown.Content), "Canary") {
		t.Errorf("the review shows %s", shown.Content)
	}
	b.want(409, b.as(models.RoleAgent, http.MethodPost, path+"/package", object{}))
}
