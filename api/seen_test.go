package api_test

import (
	"net/http"
	"strings"
	"testing"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/models"
)

// TestNothingPersonalIsSeenUnrecorded calls every route of staff twice, with
// every command such that it changes something and such that it changes nothing,
// and wants an event wherever the answer holds what is personal.
func TestNothingPersonalIsSeenUnrecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	person := func(o object) {
		o["person"] = object{"name": "Zoltan Quill", "email": "zoltan.quill@example.com", "country": "US", "region": "CA"}
		o["details"] = "The violet lamp."
	}
	reference, token := b.session(person)
	b.work(reference)
	var file struct{ ID string }
	b.want(201, b.form("/v1/requests/"+reference+"/files", token, "quill.txt", []byte("The violet lamp."), nil)).JSON(t, &file)
	held := b.hold("nobody", "The violet lamp.")
	bodies := map[string]object{
		"verify": {"level": "high", "method": "staff_check"}, "assign": {"assignee": "me"}, "ask": {"message": "m"}, "note": {"text": "n"},
		"reply": {"message": "m"}, "extend": {"reason": "r"}, "decide": {"outcome": "fulfilled", "message": "m"}, "approve": {"version": 1},
		"return": {"reason": "r"}, "reopen": {"reason": "r"}, "merge": {"into": reference}, "classify": {"type": "access"},
		"request": {"type": "access", "person": object{"name": "Zoltan Quill"}}, "attach": {"reference": reference}, "dismiss": {"reason": "spam"},
	}
	personal := func(r *apitest.Response) bool {
		text := strings.ToLower(string(r.Content))
		return strings.Contains(text, "quill") || strings.Contains(text, "violet lamp")
	}
	shown := 0
	call := func(method, path string, body any) {
		before := b.events()
		r := b.as(models.RoleAdmin, method, path, body)
		if !personal(r) {
			return
		}
		shown++
		if b.events() == before {
			t.Errorf("%s %s answered %d with what is personal, and recorded nothing", method, path, r.StatusCode)
		}
	}
	for range 2 {
		for _, route := range api.Routes() {
			if !strings.HasPrefix(route.Path, "/v1/admin/") || strings.HasSuffix(route.Path, "/dismiss") || strings.Contains(route.Path, "exports") {
				continue
			}
			id := file.ID
			if strings.HasPrefix(route.Path, "/v1/admin/mail/") {
				id = held
			}
			path := strings.NewReplacer(":reference", reference, ":id", id).Replace(route.Path)
			var body any
			if route.Method == http.MethodPost {
				body = bodies[path[strings.LastIndexByte(path, '/')+1:]]
			}
			call(route.Method, path, body)
		}
	}
	if shown < 15 {
		t.Errorf("only %d answers held anything personal: this proves little", shown)
	}
	before := b.events()
	b.do(models.RoleAdmin, reference, "assign", object{"assignee": "me"})
	b.do(models.RoleAdmin, reference, "assign", object{"assignee": "me"})
	if got := b.events() - before; got < 2 {
		t.Errorf("to assign the same again recorded %d events", got)
	}
	for _, query := range []string{"email=zoltan.quill@example.com", "alike=" + reference} {
		before, kinds := b.events(), b.kinds()["searched"]
		b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests?"+query, nil))
		if b.events() != before+1 || b.kinds()["searched"] != kinds+1 {
			t.Errorf("a search by %s is not recorded", query)
		}
	}
}

// events counts the log.
func (b *bed) events() int {
	n := 0
	for _, k := range b.kinds() {
		n += k
	}
	return n
}
