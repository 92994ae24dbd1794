package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/models"
)

// A colleague forwards what a customer wrote and proves their own mailbox. Then
// staff say whose it is: all that the colleague had of it ends, and the customer
// begins anew.
func TestStaffPutTheRequesterOfAMailRight(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := b.take("Colleague <support@acme.example>", "Fwd: Access request", "Please send me a copy of all my personal data.")
	path := "/v1/admin/requests/" + got.Reference
	code := b.code(got.Reference)
	customer := object{"name": "Bea Canary", "email": "bea@example.com"}
	for _, role := range []models.Role{models.RoleAuditor, models.RoleIntake} {
		b.want(403, b.as(role, http.MethodPost, path+"/requester", customer))
	}
	for _, wrong := range []string{"", "bea", `"b ea"@example.com`, "a@example.com, b@example.com"} {
		b.want(422, b.as(models.RoleAgent, http.MethodPost, path+"/requester", object{"email": wrong}))
	}
	b.sleep(time.Minute)
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/requester", customer))
	b.want(422, b.Send(http.MethodPost, "/v1/requests/"+got.Reference+"/verify", object{"code": code})) // the colleague's
	r := b.request(got.Reference)
	if r.Person.Email != "bea@example.com" || r.State != models.StateUnverified {
		t.Errorf("it is %+v of %+v", r.State, r.Person)
	}
	if old := b.mails(got.Reference)[0]; old.Delivery != models.DeliveryNone || old.Letter != nil {
		t.Errorf("the colleague's letter is still to be sent: %s", old.Delivery)
	}
	token := b.prove(got.Reference)
	b.do(models.RoleAgent, got.Reference, "reply", object{"message": "We have begun."})
	list := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests?email=bea@example.com", nil))
	former := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests?email=support@acme.example", nil))
	if !strings.Contains(string(list.Content), got.Reference) || strings.Contains(string(former.Content), got.Reference) {
		t.Error("the list does not find it under the new requester alone")
	}

	// Whoever proved the mailbox is not pushed out by one person alone.
	b.sleep(time.Minute)
	other := object{"name": "Cleo", "email": "cleo@example.com"}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/requester", other))
	if r := b.request(got.Reference); r.State != models.StateInReview || r.Person.Email != "bea@example.com" {
		t.Errorf("one person alone made it %s of %+v", r.State, r.Person)
	}
	b.want(200, b.as(models.RoleManager, http.MethodPost, path+"/approve", object{"version": b.version(got.Reference)}))
	b.want(404, b.Send(http.MethodGet, "/v1/requests/"+got.Reference, nil, apitest.Bearer(token)))
	token = b.prove(got.Reference)
	said := b.want(200, b.Send(http.MethodGet, "/v1/requests/"+got.Reference+"/messages", nil, apitest.Bearer(token)))
	if strings.Contains(string(said.Content), "We have begun") {
		t.Error("the new requester reads what was said to the former one")
	}
	events := string(b.want(200, b.as(models.RoleAuditor, http.MethodGet, path+"/events", nil)).Content)
	if !strings.Contains(events, `"requester_set"`) || strings.Contains(strings.ToLower(events), "canary") || strings.Contains(events, "cleo") {
		t.Errorf("the log says %s", events)
	}
}
