package api_test

import (
	"bytes"
	"maps"
	"net/http"
	"strings"
	"testing"

	"habeas/api/apitest"
	"habeas/models"
)

func paperBody() object {
	return object{
		"key": "paper", "name": "Paper files", "owner": "archive@example.com", "actions": []string{"find", "erase"}, "categories": []string{"user.name"},
		"instruction": "Room 2.", "register": []object{{"categories": []string{"user.name"}, "purpose": "Contracts", "recipients": []string{"court"}, "retention": "6 years"}},
	}
}

func TestTheLifeOfAManualSystem(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	add := func() *apitest.Response {
		return b.Send("POST", "/v1/admin/systems", paperBody(), apitest.Bearer(b.tokens[models.RoleManager]), apitest.Header("Idempotency-Key", "k"))
	}
	made, again := b.want(201, add()), b.want(201, add())
	if !bytes.Equal(made.Content, again.Content) {
		t.Errorf("added: %s\nagain: %s", made.Content, again.Content)
	}
	listed := func(role models.Role) string {
		return string(b.want(200, b.as(role, "GET", "/v1/admin/systems", nil)).Content)
	}
	for _, part := range []string{`"key":"paper"`, `"kind":"manual"`, `"owner":"archive@example.com"`, `"retention":"6 years"`, `"in_file":false`, `"act":"added"`} {
		if got := listed(models.RoleAgent); !strings.Contains(got, part) {
			t.Errorf("%s is not in %s", part, got)
		}
	}
	if got := listed(models.RoleAuditor); strings.Contains(got, "archive@") || !strings.Contains(got, "Contracts") {
		t.Errorf("an auditor reads %s", got)
	}
	for name, change := range map[string]object{
		"no such action": {"actions": []string{"burn"}}, "a category that is none": {"categories": []string{"Names!"}},
		"an entry without categories": {"register": []object{{"categories": []string{}}}}, "an owner without address": {"owner": "Alan"},
	} {
		body := paperBody()
		maps.Copy(body, change)
		delete(body, "key")
		if r := b.as(models.RoleAdmin, "POST", "/v1/admin/systems/paper", body); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.Content)
		}
	}
	if r := b.as(models.RoleAdmin, "POST", "/v1/admin/systems", paperBody()); r.StatusCode != http.StatusConflict {
		t.Errorf("the same key again: %d %s", r.StatusCode, r.Content)
	}
	b.want(404, b.as(models.RoleAdmin, "POST", "/v1/admin/systems/none/retire", nil))
	if got := string(b.want(200, b.as(models.RoleAdmin, "POST", "/v1/admin/systems/paper/retire", nil)).Content); !strings.Contains(got, `"retired_at":`) || !strings.Contains(got, `"version":2`) {
		t.Errorf("retired it is %s", got)
	}
	if r := b.as(models.RoleAdmin, "POST", "/v1/admin/systems/paper/retire", nil); r.StatusCode != http.StatusConflict {
		t.Errorf("retired again: %d %s", r.StatusCode, r.Content)
	}
	if got := string(b.want(200, b.as(models.RoleAdmin, "POST", "/v1/admin/systems/paper/reuse", nil)).Content); strings.Contains(got, `"retired_at":`) {
		t.Errorf("in use again it is %s", got)
	}
}
