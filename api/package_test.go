package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
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

// released gives a request a package that went out with its answer.
func (b *bed) released(reference string) string {
	b.t.Helper()
	b.found(reference)
	var file struct{ ID string }
	b.want(201, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/package", object{})).JSON(b.t, &file)
	r := b.request(reference)
	before := r.Version
	r.State, r.Released, r.Version = models.StateClosed, []string{file.ID}, before+1
	r.Package = models.Package{File: file.ID, Until: b.clock().AddDate(0, 0, 14), Left: 2}
	must(b.t, b.store.Commit(b.t.Context(), models.Decision{Request: r, Before: before}))
	return file.ID
}

// The requester fetches the package after a fresh code. It is counted when it was
// whole, with ranges for a line that broke, and ends with its count.
func TestAPackageIsFetchedAfterAFreshCodeAndCounted(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	path := "/v1/requests/" + reference + "/package"
	b.want(404, b.Send(http.MethodGet, path, nil, apitest.Bearer(token)))
	file := b.released(reference)
	b.want(404, b.Send(http.MethodGet, path, nil))
	b.want(404, b.Send(http.MethodGet, "/v1/requests/"+reference+"/files/"+file, nil, apitest.Bearer(token)))
	left := func() int { return b.request(reference).Package.Left }

	head := b.want(206, b.Send(http.MethodGet, path, nil, apitest.Bearer(token), apitest.Header("Range", "bytes=0-99"))).Content
	if left() != 2 {
		t.Error("a part is counted as the whole")
	}
	rest := b.want(206, b.Send(http.MethodGet, path, nil, apitest.Bearer(token), apitest.Header("Range", "bytes=100-"))).Content
	if left() != 1 {
		t.Errorf("after both parts it can be fetched %d times", left())
	}
	if packed := unzipped(t, append(head, rest...)); !strings.Contains(packed["index.html"], "Canary") {
		t.Error("the parts are not the whole")
	}
	whole := b.want(200, b.Send(http.MethodGet, path, nil, apitest.Bearer(token)))
	if left() != 0 || !bytes.Equal(whole.Content, append(head, rest...)) {
		t.Errorf("fetched whole it can be fetched %d times", left())
	}
	b.want(409, b.Send(http.MethodGet, path, nil, apitest.Bearer(token)))

	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/package/reissue", nil))
	b.want(200, b.Send(http.MethodGet, path, nil, apitest.Bearer(token)))
	b.sleep(16 * time.Minute)
	b.want(200, b.Send(http.MethodGet, "/v1/requests/"+reference, nil, apitest.Bearer(token)))
	b.want(403, b.Send(http.MethodGet, path, nil, apitest.Bearer(token))) // the session lives, its code is old

	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/package/void", nil))
	b.want(409, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/package/reissue", nil))
	b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests/"+reference+"/files/"+file, nil)) // staff see what went out
}

// A table or a data category is left out as a whole, and what the review says of
// nothing that is there is a fault.
func TestAReviewInBulk(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, _ := b.session()
	b.found(reference)
	path := "/v1/admin/requests/" + reference + "/package"
	b.want(422, b.as(models.RoleAgent, http.MethodPost, path, object{"withhold": []object{{"table": "nowhere", "reason": "others_rights"}}}))
	b.want(422, b.as(models.RoleAgent, http.MethodPost, path, object{"withhold": []object{{"reason": "others_rights"}}}))
	var review struct{ Reasons []models.Reason }
	b.want(200, b.as(models.RoleAgent, http.MethodGet, path, nil)).JSON(t, &review)
	var file struct{ ID string }
	b.want(201, b.as(models.RoleAgent, http.MethodPost, path, object{"withhold": []object{{"system": "shop", "table": "note", "reason": review.Reasons[0].Code}}})).JSON(t, &file)
	packed := unzipped(t, b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests/"+reference+"/files/"+file.ID, nil)).Content)
	if strings.Contains(packed["data.json"], "knows") || strings.Contains(packed["data.json"], "a secret of") || !strings.Contains(packed["data.json"], "Canary") {
		t.Errorf("the package holds %s", packed["data.json"])
	}
}

// planted finds a value of every data category that nobody may disclose in a request:
// alone, with another category beside it, as the key of a record, and in a boundary
// record. It says how many there are.
func (b *bed) planted(reference string) int {
	b.t.Helper()
	known, err := os.ReadFile("../fulfilment/dataset/categories.txt")
	must(b.t, err)
	r := b.request(reference)
	one := models.Task{ID: newID(), RequestID: r.ID, Version: 1, TaskFacts: models.TaskFacts{
		System: "vault", SystemName: "Vault", Kind: models.SystemSQL, Action: models.ActionFind, State: models.TaskDone, Outcome: models.TaskCompleted, Run: 1, Found: 1,
		DueOn: r.Deadline.RespondOn, DueBy: r.Deadline.RespondBy, CreatedAt: r.ReceivedAt,
	}}
	n, found := 0, models.Findings{System: "vault"}
	for line := range strings.Lines(string(known)) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), ",")
		if _, never := b.service.Policy.NeverDisclosed(key); !never {
			continue
		}
		n++
		value := func(where string) *string { return new(fmt.Sprintf("planted-%s-%d", where, n)) }
		found.Records = append(found.Records,
			models.Finding{Table: fmt.Sprint("table_", n), Key: []models.Field{{Name: "id", Value: value("key"), Categories: []string{key}, Personal: true}}, Fields: []models.Field{
				{Name: "alone", Value: value("alone"), Categories: []string{key}, Personal: true},
				{Name: "mixed", Value: value("mixed"), Categories: []string{"user.name", key}, Personal: true},
				{Name: "below", Value: value("below"), Categories: []string{key + ".more"}, Personal: true},
				{Name: "fine", Value: new("shown"), Categories: []string{"user.name"}, Personal: true},
			}},
			models.Finding{Table: "boundary", Boundary: true, Fields: []models.Field{{Name: "other", Value: value("other"), Categories: []string{key}, Withheld: models.WithheldOther}}},
		)
	}
	body, err := json.Marshal(found)
	must(b.t, err)
	d := models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}
	d.With(models.TaskResulted{Result: models.TaskResult{TaskID: one.ID, RequestID: r.ID, Kind: models.ResultFindings, Run: 1, At: r.ReceivedAt, Body: body}})
	must(b.t, b.store.Commit(b.t.Context(), d))
	return n
}

// What nobody may disclose is in no part of a package, whatever the review asks for, on
// no page of staff that shows what was found, in no event and no message.
func TestWhatNobodyMayDiscloseIsNowhere(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	if n := b.planted(reference); n < 10 {
		t.Fatalf("only %d categories are planted", n)
	}
	admin := "/v1/admin/requests/" + reference
	searched := map[string]string{}
	look := func(path string) {
		searched[path] = string(b.want(200, b.as(models.RoleAdmin, http.MethodGet, path, nil)).Content)
	}
	for _, path := range []string{"/package", "/tasks", "/messages", "/events", "/files", ""} {
		look(admin + path)
	}
	var tasks struct{ Items []struct{ ID, System string } }
	must(t, json.Unmarshal([]byte(searched[admin+"/tasks"]), &tasks))
	for _, one := range tasks.Items {
		if one.System == "vault" {
			look("/v1/admin/tasks/" + one.ID + "/findings")
		}
	}
	if strings.Count(searched[admin+"/package"], "never_disclose") < 30 {
		t.Error("the review does not say that they are withheld")
	}
	b.want(422, b.as(models.RoleAgent, http.MethodPost, admin+"/package", object{"include": []object{{"item": "vault/table_1/1", "field": "alone"}}}))
	b.want(422, b.as(models.RoleAgent, http.MethodPost, admin+"/package", object{"include": []object{{"item": "vault/boundary/1", "field": "other"}}}))
	var file struct{ ID string }
	b.want(201, b.as(models.RoleAgent, http.MethodPost, admin+"/package", object{})).JSON(t, &file)
	maps.Copy(searched, unzipped(t, b.want(200, b.as(models.RoleAgent, http.MethodGet, admin+"/files/"+file.ID, nil)).Content))
	searched["own"] = string(b.want(200, b.Send(http.MethodGet, "/v1/requests/"+reference, nil, apitest.Bearer(token))).Content)
	if !strings.Contains(searched["index.html"], "shown") || len(searched) < 10 {
		t.Errorf("searched were %d texts", len(searched))
	}
	for name, text := range searched {
		if i := strings.Index(text, "planted-"); i >= 0 {
			t.Errorf("%s discloses %s", name, text[i:min(len(text), i+40)])
		}
	}
}
