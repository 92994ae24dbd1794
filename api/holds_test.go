package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/models"
)

func holdBody(email string) object {
	return object{
		"identifiers": []object{{"kind": "email", "value": email}, {"kind": "external_id", "value": "K-40721"}},
		"reason":      "legal_claims", "note": "The violet lamp against us.", "review_on": models.DateOf(noon, time.UTC).AddDays(90).String(),
	}
}

// legalHold sets a legal hold and returns its id.
func (b *bed) legalHold(email string) string {
	b.t.Helper()
	var made struct{ ID string }
	b.want(201, b.as(models.RoleManager, "POST", "/v1/admin/holds", holdBody(email))).JSON(b.t, &made)
	return made.ID
}

func TestTheLifeOfALegalHold(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r := b.want(201, b.Send("POST", "/v1/admin/holds", holdBody("Ana@Example.org"), apitest.Bearer(b.tokens[models.RoleManager]), apitest.Header("Idempotency-Key", "k")))
	again := b.want(201, b.Send("POST", "/v1/admin/holds", holdBody("Ana@Example.org"), apitest.Bearer(b.tokens[models.RoleManager]), apitest.Header("Idempotency-Key", "k")))
	var made struct{ ID string }
	r.JSON(t, &made)
	if !bytes.Equal(again.Content, r.Content) || strings.Contains(string(r.Content), "xample.org") || strings.Contains(string(r.Content), "lamp") {
		t.Errorf("set: %s\nagain: %s", r.Content, again.Content)
	}
	path := "/v1/admin/holds/" + made.ID
	if list := string(b.want(200, b.as(models.RoleAuditor, "GET", "/v1/admin/holds?standing=true", nil)).Content); !strings.Contains(list, made.ID) || strings.Contains(list, "lamp") {
		t.Errorf("an auditor reads %s", list)
	}
	read := string(b.want(200, b.as(models.RoleAdmin, "GET", path, nil)).Content)
	for _, part := range []string{`"value":"Ana@Example.org"`, "violet lamp", `"act":"set"`, `"reason":"legal_claims"`} {
		if !strings.Contains(read, part) {
			t.Errorf("%s is not in %s", part, read)
		}
	}
	for name, body := range map[string]object{
		"nobody":             {"identifiers": []object{}, "reason": "legal_claims", "note": "n", "review_on": "2027-01-01"},
		"no address":         {"identifiers": []object{{"kind": "email", "value": "ana"}}, "reason": "legal_claims", "note": "n", "review_on": "2027-01-01"},
		"no such reason":     {"identifiers": []object{{"kind": "email", "value": "a@b.example"}}, "reason": "because", "note": "n", "review_on": "2027-01-01"},
		"a day that is past": {"identifiers": []object{{"kind": "email", "value": "a@b.example"}}, "reason": "legal_claims", "note": "n", "review_on": "2020-01-01"},
		"no day":             {"identifiers": []object{{"kind": "email", "value": "a@b.example"}}, "reason": "legal_claims", "note": "n", "review_on": "soon"},
	} {
		if r := b.as(models.RoleAdmin, "POST", "/v1/admin/holds", body); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.Content)
		}
	}
	b.want(200, b.as(models.RoleAdmin, "POST", path+"/review", object{"note": "Still pending.", "review_on": models.DateOf(noon, time.UTC).AddDays(200).String()}))
	lifted := string(b.want(200, b.as(models.RoleAdmin, "POST", path+"/lift", object{"note": "Settled."})).Content)
	if !strings.Contains(lifted, "lifted_at") || strings.Contains(lifted, "Settled") {
		t.Errorf("lifted: %s", lifted)
	}
	b.want(409, b.as(models.RoleAdmin, "POST", path+"/lift", object{"note": "Settled."}))
	b.want(404, b.as(models.RoleAdmin, "POST", "/v1/admin/holds/none/lift", object{"note": "Settled."}))
	if list := string(b.want(200, b.as(models.RoleAdmin, "GET", "/v1/admin/holds?standing=true", nil)).Content); strings.Contains(list, made.ID) {
		t.Errorf("it stands still: %s", list)
	}
}
