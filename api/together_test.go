package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"habeas/api/apitest"
	"habeas/models"
	"habeas/policies"
)

// under puts another policy in force: its mail.yaml has these sets.
func (b *bed) under(sets string) {
	b.t.Helper()
	p, err := policies.Load(fstest.MapFS{"mail.yaml": {Data: []byte("mail:\n  together: " + sets + "\n")}})
	must(b.t, err)
	must(b.t, b.store.SavePolicy(context.Background(), p.Version(), p.Snapshot()))
	b.service.Policy = p
}

// One mail asks for two rights, which the policy makes one request of. It is
// proved once and decided right by right.
func TestALifeForSeveralRights(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.under("[[access, deletion]]")
	r := b.take("Robin Vale <robin@example.org>", "Access and deletion",
		"Please send me a copy of all my personal data. After that please delete my account and all of my data.")
	if len(r.References) != 1 {
		t.Fatalf("receipt %+v", r)
	}
	admin, own := "/v1/admin/requests/"+r.Reference, "/v1/requests/"+r.Reference
	var list struct {
		Items []struct {
			Reference, Type string
			Rights          []string
		}
	}
	b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests", nil)).JSON(t, &list)
	if len(list.Items) != 1 || !slices.Equal(slices.Sorted(slices.Values(list.Items[0].Rights)), []string{"access", "deletion"}) || list.Items[0].Rights[0] != list.Items[0].Type {
		t.Errorf("the list says %+v", list)
	}
	for _, right := range []string{"access", "deletion", "question"} {
		found := b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests?type="+right, nil))
		if strings.Contains(string(found.Content), r.Reference) != (right != "question") {
			t.Errorf("of type %s there is %s", right, found.Content)
		}
	}
	token := b.prove(r.Reference)
	b.work(r.Reference)
	var seen struct {
		Needs  string
		Rights []string
		Items  []struct {
			No         int
			Kind, Code string
		}
	}
	b.want(200, b.as(models.RoleAgent, "GET", admin, nil)).JSON(t, &seen)
	if seen.Needs != "high" || len(seen.Items) != 2 || seen.Items[0].Kind != "rights" || seen.Items[0].Code != seen.Rights[0] {
		t.Fatalf("the case is %+v", seen)
	}
	item := func(code, outcome string, reasons ...object) object {
		no := slices.Index(seen.Rights, code) + 1
		return object{"no": no, "outcome": outcome, "reasons": append([]object{}, reasons...)}
	}
	reason := object{"code": "consent_contract", "explanation": "An order is still open."}
	wrong := b.want(422, b.as(models.RoleAgent, "POST", admin+"/decide", object{"message": "m", "items": []object{
		item("access", "denied", reason), item("deletion", "fulfilled"),
	}}))
	if fields := fieldsOf(wrong.Problem(t)); !strings.Contains(fields, "reasons") {
		t.Errorf("a reason of another right: %s", fields)
	}
	b.do(models.RoleAgent, r.Reference, "decide", object{"message": "Here are your data.", "items": []object{
		item("access", "fulfilled"), item("deletion", "denied", reason),
	}})
	b.do(models.RoleManager, r.Reference, "approve", nil)
	mine := b.want(200, b.Send("GET", own, nil, apitest.Bearer(token)))
	var answered struct {
		Outcome string
		Rights  []string
		Items   []struct {
			Code, Outcome string
			Reasons       []struct{ Title, Citation, Explanation string }
		}
	}
	mine.JSON(t, &answered)
	if answered.Outcome != "partly_fulfilled" || len(answered.Rights) != 2 || len(answered.Items) != 2 {
		t.Fatalf("the answer is %s", mine.Content)
	}
	for _, i := range answered.Items {
		if want := map[string]string{"access": "fulfilled", "deletion": "denied"}[i.Code]; i.Outcome != want {
			t.Errorf("%s is %s", i.Code, i.Outcome)
		}
		if i.Code == "deletion" && (len(i.Reasons) != 1 || i.Reasons[0].Explanation != "An order is still open." || i.Reasons[0].Citation == "") {
			t.Errorf("the deletion is refused for %+v", i.Reasons)
		}
	}
	dates := b.want(200, b.as(models.RoleAgent, "GET", admin+"/deadlines", nil))
	if !strings.Contains(string(dates.Content), `"rights":[`) {
		t.Errorf("the dates are of %s", dates.Content)
	}
	events := b.want(200, b.as(models.RoleAgent, "GET", admin+"/events", nil))
	if !strings.Contains(string(events.Content), `"rights":[`) {
		t.Errorf("the log names no rights: %s", events.Content)
	}
	export := b.want(200, b.as(models.RoleAuditor, "GET", "/v1/admin/exports/requests?format=csv", nil))
	if text := string(export.Content); !strings.Contains(text, "access deletion") && !strings.Contains(text, "deletion access") {
		t.Errorf("the export says %s", text)
	}
}

func TestStaffClassifyAsSeveralRights(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.under("[[access, deletion]]")
	r := b.take("robin@example.org", "Hello", "It is about the thing we talked about. What now?")
	path := "/v1/admin/requests/" + r.Reference + "/classify"
	b.want(422, b.as(models.RoleAgent, "POST", path, object{"type": "access", "also": []string{"question"}}))
	b.want(422, b.as(models.RoleAgent, "POST", path, object{"type": "access", "also": []string{"holiday"}}))
	done := b.want(200, b.as(models.RoleAgent, "POST", path, object{"type": "access", "also": []string{"deletion"}}))
	if !strings.Contains(string(done.Content), `"rights":["access","deletion"]`) {
		t.Errorf("classified as %s", done.Content)
	}
}
