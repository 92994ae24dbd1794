package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/models"
)

// The requester confirms an erasure with a fresh code, staff record what was done,
// and both read the certificate: the requester once the request is answered.
func TestAnErasureByTheAPI(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, session := b.session()
	b.service.Config.Systems = []models.System{{Key: "paper", Name: "Paper files", Kind: models.SystemManual, Actions: []models.Action{models.ActionErase}}}
	admin, own := "/v1/admin/requests/"+reference, "/v1/requests/"+reference
	as := apitest.Bearer(session)
	b.want(200, b.as(models.RoleAgent, http.MethodPost, admin+"/verify", object{"level": "high", "method": "staff_check"}))
	if r := b.want(200, b.Send(http.MethodGet, own, nil, as)); !strings.Contains(string(r.Content), "confirm-erasure") {
		t.Errorf("it cannot be confirmed: %s", r.Content)
	}
	b.want(422, b.Send(http.MethodPost, own+"/confirm", object{"code": "AAAA2222"}, as))
	b.want(404, b.Send(http.MethodGet, own+"/certificate", nil, as))
	b.want(202, b.Send(http.MethodPost, own+"/codes", object{}))
	jobs, err := b.store.Claim(t.Context(), b.now.Add(time.Second), time.Minute, 1000)
	must(t, err)
	for _, j := range jobs {
		if j.Kind == models.JobIssueCode {
			must(t, b.service.Cases.IssueCode(t.Context(), reference, j.ID))
		}
	}
	b.want(200, b.Send(http.MethodPost, own+"/confirm", object{"code": b.code(reference)}, as))
	b.want(409, b.as(models.RoleAgent, http.MethodPost, admin+"/erasure/confirm", object{"note": "Rang."}))
	var page struct {
		Waits   string
		From    time.Time
		Systems []struct{ Task struct{ ID, State string } }
	}
	b.want(200, b.as(models.RoleAgent, http.MethodGet, admin+"/erasure", nil)).JSON(t, &page)
	if page.Waits != "cooling_off" || len(page.Systems) != 1 || page.Systems[0].Task.State != "waiting" {
		t.Fatalf("the erasure is %+v", page)
	}
	done := "/v1/admin/tasks/" + page.Systems[0].Task.ID + "/complete"
	b.want(409, b.as(models.RoleAgent, http.MethodPost, done, object{"outcome": "completed"}))
	b.want(409, b.as(models.RoleAgent, http.MethodPost, admin+"/erasure/preview", nil))
	b.want(409, b.as(models.RoleAgent, http.MethodPost, admin+"/erasure/look-again", nil))
	b.want(409, b.as(models.RoleManager, http.MethodPost, admin+"/erasure/approve", object{"hash": "x"}))
	b.now = page.From.Add(time.Second)
	b.want(200, b.as(models.RoleAgent, http.MethodPost, done, object{"outcome": "completed"}))
	var certificate struct {
		Hash, Text  string
		Certificate models.Certificate
	}
	b.want(200, b.as(models.RoleAgent, http.MethodGet, admin+"/certificate", nil)).JSON(t, &certificate)
	if certificate.Hash != certificate.Certificate.Hash() || !strings.Contains(certificate.Text, "Paper files") || strings.Contains(certificate.Text, "@") {
		t.Errorf("the certificate is %+v", certificate)
	}
}
