package api_test

import (
	"net/http"
	"strings"
	"testing"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/models"
	"habeas/workflows"
)

// TestNothingPersonalIsSeenUnrecorded calls every route twice, with every command
// such that it changes something and such that it changes nothing, and wants an
// event wherever the answer holds what is personal: of staff in the same call, of
// the requester that of their session. Nobody else is told anything personal.
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
	b.do(models.RoleAgent, reference, "reply", object{"message": "The violet lamp."})
	held := b.hold("nobody", "The violet lamp.")
	bodies := map[string]object{
		"verify": {"level": "high", "method": "staff_check"}, "assign": {"assignee": "me"}, "ask": {"message": "m"}, "note": {"text": "n"},
		"reply": {"message": "m"}, "extend": {"reason": "r"}, "decide": {"outcome": "fulfilled", "message": "m"}, "approve": {"version": 1},
		"return": {"reason": "r"}, "reopen": {"reason": "r"}, "merge": {"into": reference}, "classify": {"type": "access"}, "requester": {"name": "Zora Quill", "email": "zora.quill@example.com"},
		"request": {"type": "access", "person": object{"name": "Zoltan Quill"}}, "attach": {"reference": reference}, "dismiss": {"reason": "spam"},
		"rights": {"type": "access"}, "requests": wish(person), "messages": {"text": "The violet lamp."}, "appeal": {"text": "The violet lamp."},
	}
	personal := func(r *apitest.Response) bool {
		text := strings.ToLower(string(r.Content))
		return strings.Contains(text, "quill") || strings.Contains(text, "violet lamp")
	}
	shown := map[string]bool{}
	for range 2 {
		for _, route := range api.Routes() {
			name, id := route.Method+" "+route.Path, file.ID
			if strings.HasPrefix(route.Path, "/v1/admin/mail/") {
				id = held
			}
			path := strings.NewReplacer(":reference", reference, ":id", id).Replace(route.Path)
			var body any
			if route.Method == http.MethodPost {
				body = bodies[path[strings.LastIndexByte(path, '/')+1:]]
			}
			before := b.events()
			var r *apitest.Response
			switch {
			case strings.HasSuffix(path, "/withdraw") || strings.HasSuffix(path, "/dismiss") && !shown["POST /v1/admin/mail/:id/request"]:
				continue // it would be over
			case route.Access == api.Session:
				r = b.Send(route.Method, path, body, apitest.Bearer(token))
				before = 0 // the event of the session
			case route.Access == api.Public || route.Access == api.Signed:
				r = b.Send(route.Method, path, body)
			default:
				r = b.as(models.RoleAdmin, route.Method, path, body)
			}
			switch {
			case !personal(r):
			case route.Access == api.Public || route.Access == api.Signed || strings.Contains(path, "/exports/"):
				t.Errorf("%s tells anybody what is personal: %s", name, r.Content)
			case b.events() == before:
				t.Errorf("%s answered %d with what is personal, and recorded nothing", name, r.StatusCode)
			default:
				shown[name] = true
			}
		}
	}
	if n := b.kinds()["session_opened"]; n == 0 {
		t.Error("that the requester opened their request is not recorded")
	}
	for _, name := range []string{
		"GET /v1/admin/mail/:id", "GET /v1/admin/mail/:id/raw", "GET /v1/admin/requests/:reference", "GET /v1/admin/requests/:reference/files",
		"GET /v1/admin/requests/:reference/files/:id", "GET /v1/admin/requests/:reference/messages", "GET /v1/requests/:reference", "GET /v1/requests/:reference/messages",
		"GET /v1/requests/:reference/files", "GET /v1/requests/:reference/files/:id",
	} {
		if !shown[name] {
			t.Errorf("%s held nothing personal: this proves nothing of it", name)
		}
	}
	b.everyCommandIsRecorded(person, bodies, personal)

	before := b.events()
	b.do(models.RoleAdmin, reference, "assign", object{"assignee": "me"})
	b.do(models.RoleAdmin, reference, "assign", object{"assignee": "me"})
	if got := b.events() - before; got < 2 {
		t.Errorf("to assign the same again recorded %d events", got)
	}
	for _, query := range []string{"email=zoltan.quill@example.com", "similar_to=" + reference} {
		before, kinds := b.events(), b.kinds()["searched"]
		b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests?"+query, nil))
		if b.events() != before+1 || b.kinds()["searched"] != kinds+1 {
			t.Errorf("a search by %s is not recorded", query)
		}
	}
}

// everyCommandIsRecorded gives each command of staff to a request that it can be
// given to.
func (b *bed) everyCommandIsRecorded(person func(object), bodies map[string]object, personal func(*apitest.Response) bool) {
	b.t.Helper()
	filed := func() string { reference, _ := b.session(person); return reference }
	begun := func() string { reference := filed(); b.work(reference); return reference }
	proposed := func() string {
		reference := begun()
		b.do(models.RoleAgent, reference, "decide", denial("m"))
		return reference
	}
	given := map[workflows.CommandName]func() string{
		"verify": filed, "assign": filed, "start": filed, "note": filed, "reply": filed, "extend": filed, "mark-spam": filed, "ask": begun, "decide": begun,
		"approve": proposed, "return": proposed,
		"resume": func() string {
			reference := begun()
			b.do(models.RoleAgent, reference, "ask", object{"message": "m"})
			return reference
		},
		"reopen": func() string {
			reference := proposed()
			b.do(models.RoleManager, reference, "approve", nil)
			return reference
		},
		"merge": func() string {
			bodies["merge"] = object{"into": filed()}
			return b.submit(person)
		},
		"delete-file": func() string {
			reference := filed()
			var f struct{ ID string }
			b.want(201, b.form("/v1/admin/requests/"+reference+"/files", b.tokens[models.RoleAgent], "a.txt", []byte("a text"), nil)).JSON(b.t, &f)
			bodies["delete-file"] = object{"file": f.ID, "reason": "mistake"}
			return reference
		},
		"move": func() string {
			bodies["move"] = object{"into": filed()}
			return b.take("Zoltan Quill <zoltan.quill@example.com>", "Hello", "It is about the violet lamp. What now?").Reference
		},
		"requester": func() string {
			return b.take("Colleague <staff@example.com>", "Hello", "It is about the violet lamp. What now?").Reference
		},
		"classify": func() string {
			return b.take("Zoltan Quill <zoltan.quill@example.com>", "Hello", "It is about the violet lamp. What now?").Reference
		},
	}
	for _, name := range workflows.StaffCommands() {
		reference := given[name]() // a new command needs its request here
		bodies["approve"]["version"] = b.version(reference)
		var body any
		if given, ok := bodies[string(name)]; ok {
			body = given
		}
		before := b.events()
		r := b.do(models.RoleAdmin, reference, string(name), body)
		if !personal(r) || b.events() == before {
			b.t.Errorf("%s recorded %d events for %s", name, b.events()-before, r.Content)
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
