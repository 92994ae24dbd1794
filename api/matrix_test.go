package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/models"
)

// who asks, in the order of the letters below.
var askers = []string{"nobody", "admin", "manager", "agent", "auditor", "intake", "subject", "other subject"}

// matrix says who may use each route: y yes, - no, in the order of askers. A
// route that is missing here fails the test.
var matrix = map[string]string{
	"GET /healthz":          "yyyyyyyy",
	"GET /readyz":           "yyyyyyyy",
	"GET /v1/request-types": "yyyyyyyy",
	// A token that may not submit is refused, so that a form backend notices.
	"POST /v1/requests":                   "yyyy-y--",
	"POST /v1/challenges":                 "yyyyyyyy",
	"POST /v1/requests/:reference/codes":  "yyyyyyyy",
	"POST /v1/requests/:reference/verify": "yyyyyyyy",

	"GET /v1/requests/:reference":           "------y-",
	"GET /v1/requests/:reference/messages":  "------y-",
	"POST /v1/requests/:reference/messages": "------y-",
	"GET /v1/requests/:reference/files":     "------y-",
	"POST /v1/requests/:reference/files":    "------y-",
	"GET /v1/requests/:reference/files/:id": "------y-",
	"POST /v1/requests/:reference/withdraw": "------y-",
	"POST /v1/requests/:reference/appeal":   "------y-",

	"POST /v1/requests/:reference/confirm":                  "------y-",
	"GET /v1/requests/:reference/certificate":               "------y-",
	"GET /v1/admin/requests/:reference/certificate":         "-yyy----",
	"GET /v1/admin/requests/:reference/erasure":             "-yyy----",
	"POST /v1/admin/requests/:reference/erasure/preview":    "-yyy----",
	"POST /v1/admin/requests/:reference/erasure/approve":    "-yyy----",
	"POST /v1/admin/requests/:reference/erasure/confirm":    "-yyy----",
	"POST /v1/admin/requests/:reference/erasure/look-again": "-yyy----",

	"GET /v1/admin/types":                          "-yyyy---",
	"GET /v1/admin/requests":                       "-yyyy---",
	"POST /v1/admin/requests":                      "-yyy----",
	"GET /v1/admin/requests/:reference":            "-yyy----",
	"GET /v1/admin/requests/:reference/events":     "-yyyy---",
	"GET /v1/admin/requests/:reference/deadlines":  "-yyyy---",
	"GET /v1/admin/requests/:reference/messages":   "-yyy----",
	"GET /v1/admin/requests/:reference/files":      "-yyy----",
	"POST /v1/admin/requests/:reference/files":     "-yyy----",
	"GET /v1/admin/requests/:reference/files/:id":  "-yyy----",
	"POST /v1/admin/requests/:reference/verify":    "-yyy----",
	"POST /v1/admin/requests/:reference/assign":    "-yyy----",
	"POST /v1/admin/requests/:reference/start":     "-yyy----",
	"POST /v1/admin/requests/:reference/ask":       "-yyy----",
	"POST /v1/admin/requests/:reference/resume":    "-yyy----",
	"POST /v1/admin/requests/:reference/note":      "-yyy----",
	"POST /v1/admin/requests/:reference/reply":     "-yyy----",
	"POST /v1/admin/requests/:reference/extend":    "-yyy----",
	"POST /v1/admin/requests/:reference/decide":    "-yyy----",
	"POST /v1/admin/requests/:reference/approve":   "-yyy----",
	"POST /v1/admin/requests/:reference/return":    "-yyy----",
	"POST /v1/admin/requests/:reference/reopen":    "-yyy----",
	"POST /v1/admin/requests/:reference/merge":     "-yyy----",
	"POST /v1/admin/requests/:reference/mark-spam": "-yyy----",
	"POST /v1/admin/requests/:reference/classify":  "-yyy----",
	"POST /v1/admin/requests/:reference/requester": "-yyy----",
	"POST /v1/admin/requests/:reference/move":      "-yyy----",
	"POST /v1/admin/requests/:reference/rights":    "-yyy----",
	"GET /v1/admin/mail":                           "-yyyy---",
	"GET /v1/admin/requests/:reference/tasks":      "-yyy----",
	"POST /v1/admin/requests/:reference/tasks":     "-yyy----",
	"GET /v1/admin/requests/:reference/package":    "-yyy----",
	"POST /v1/admin/requests/:reference/package":   "-yyy----",
	"GET /v1/admin/tasks":                          "-yyyy---",
	"POST /v1/admin/tasks/:id/run":                 "-yyy----",
	"POST /v1/admin/tasks/:id/approve-preview":     "-yyy----",
	"POST /v1/admin/tasks/:id/complete":            "-yyy----",
	"POST /v1/admin/tasks/:id/reassign":            "-yyy----",
	"POST /v1/admin/tasks/:id/retry":               "-yyy----",
	"GET /v1/admin/tasks/:id/preview":              "-yyy----",
	"GET /v1/admin/tasks/:id/findings":             "-yyy----",
	"GET /v1/admin/holds":                          "-yy-y---",
	"POST /v1/admin/holds":                         "-yy-----",
	"GET /v1/admin/holds/:id":                      "-yy-----",
	"POST /v1/admin/holds/:id/review":              "-yy-----",
	"POST /v1/admin/holds/:id/lift":                "-yy-----",
	"GET /v1/admin/systems":                        "-yyyy---",
	"POST /v1/admin/systems":                       "-yy-----",
	"POST /v1/admin/systems/:id":                   "-yy-----",
	"POST /v1/admin/systems/:id/retire":            "-yy-----",
	"POST /v1/admin/systems/:id/reuse":             "-yy-----",
	"GET /v1/admin/mail/:id":                       "-yyy----",
	"GET /v1/admin/mail/:id/raw":                   "-yyy----",
	"POST /v1/admin/mail/:id/request":              "-yyy----",
	"POST /v1/admin/mail/:id/attach":               "-yyy----",
	"POST /v1/admin/mail/:id/dismiss":              "-yyy----",
	"GET /v1/admin/stats":                          "-yyyy---",
	"GET /v1/admin/metrics":                        "-yyyy---",
	"GET /v1/admin/exports/metrics":                "-yyyy---",
	"GET /v1/admin/law-calendar":                   "-yyyy---",
	"GET /v1/admin/exports/requests":               "-yy-y---",
	"GET /v1/admin/exports/events":                 "-yy-y---",
	"GET /v1/admin/users":                          "-yyy----",
	"POST /v1/admin/users":                         "-y------",
	"GET /v1/admin/tokens":                         "-y------",
	"POST /v1/admin/tokens":                        "-y------",
	"DELETE /v1/admin/tokens/:id":                  "-y------",

	"POST /v1/admin/requests/:reference/package/void":    "-yyy----",
	"POST /v1/admin/requests/:reference/package/reissue": "-yyy----",
	"GET /v1/requests/:reference/package":                "------y-",

	// Only what is signed gets in, whoever sends it.
	"POST /v1/hooks/email/raw":          "--------",
	"POST /v1/hooks/email/postmark":     "--------",
	"POST /v1/hooks/email/mailgun":      "--------",
	"POST /v1/hooks/email/mailgun/mime": "--------",
	"POST /v1/hooks/email/ses":          "--------",
	"POST /v1/hooks/tasks/:id":          "--------",
	"GET /v1/admin/jobs":                "-yy-y---",
	"POST /v1/admin/jobs/:id/retry":     "-yy-----",

	"POST /v1/admin/requests/:reference/delete-file": "-yyy----",
}

// TestAuthorizationMatrix tries every route as everybody. Whoever may not is
// told so before anything else is looked at, and a request of somebody else's
// does not exist.
func TestAuthorizationMatrix(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, subject := b.session()
	_, other := b.session()
	tokens := []string{
		"", b.tokens[models.RoleAdmin], b.tokens[models.RoleManager], b.tokens[models.RoleAgent],
		b.tokens[models.RoleAuditor], b.tokens[models.RoleIntake], subject, other,
	}
	seen := map[string]bool{}
	for _, route := range api.Routes() {
		name := route.Method + " " + route.Path
		seen[name] = true
		expected, ok := matrix[name]
		if !ok {
			t.Errorf("%s is in no row of the matrix", name)
			continue
		}
		path := strings.NewReplacer(":reference", reference, ":id", "00000000-0000-7000-8000-000000000000").Replace(route.Path)
		for i, token := range tokens {
			r := b.Send(route.Method, path, bodyFor(route), apitest.Bearer(token))
			if allowed := !refused(route, r); allowed != (expected[i] == 'y') {
				t.Errorf("%s as %s answered %d: %s", name, askers[i], r.StatusCode, r.Content)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(matrix)) {
		if !seen[name] {
			t.Errorf("%s is in the matrix but not served", name)
		}
	}
}

// Who tries what is not theirs is in the log (ASVS 16.3.2), once an hour.
func TestASVS_16_3_2_ARefusalIsRecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for range 3 {
		b.want(403, b.Send(http.MethodGet, "/v1/admin/tokens", nil, apitest.Bearer(b.tokens[models.RoleAgent])))
		b.want(403, b.Send(http.MethodDelete, "/v1/admin/tokens/robin.canary", nil, apitest.Bearer(b.tokens[models.RoleAgent])))
		b.want(403, b.Send(http.MethodGet, "/v1/admin/requests?email=robin.canary@example.com", nil, apitest.Bearer(b.tokens[models.RoleAuditor])))
		b.want(401, b.Send(http.MethodGet, "/v1/admin/tokens", nil, apitest.Bearer("hbt_nobody")))
	}
	if n := b.kinds()["access_refused"]; n != 3 {
		t.Errorf("%d refusals are recorded, want 3", n)
	}
}

// bodyFor is a body that no route takes: whoever is let in gets 422 for it and
// nothing changes.
func bodyFor(r api.Route) any {
	if r.Method != http.MethodPost {
		return nil
	}
	return object{"no_such_field": true}
}

// refused reports whether an answer says that the asker may not: for a session
// route that it does not exist.
func refused(route api.Route, r *apitest.Response) bool {
	switch r.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusNotFound:
		return route.Access == api.Session && !strings.Contains(string(r.Content), "such file") && !strings.Contains(string(r.Content), "no certificate") && !strings.Contains(string(r.Content), "no package")
	}
	return false
}

// TestStrangersLearnNothing compares what is there with what is not, byte by
// byte but for the id of the request.
func TestStrangersLearnNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	_, other := b.session()
	const unknown = "HB-0000-0000-00"
	for _, route := range api.Routes() {
		if route.Access != api.Session {
			continue
		}
		path := strings.NewReplacer(":id", "x").Replace(route.Path)
		want := faceOf(b.Send(route.Method, strings.Replace(path, ":reference", unknown, 1), nil))
		for name, r := range map[string]*apitest.Response{
			"an existing reference without a token": b.Send(route.Method, strings.Replace(path, ":reference", reference, 1), nil),
			"a wrong token":                         b.Send(route.Method, strings.Replace(path, ":reference", reference, 1), nil, apitest.Bearer("x")),
			"another request's token":               b.Send(route.Method, strings.Replace(path, ":reference", reference, 1), nil, apitest.Bearer(other)),
			"an admin's token":                      b.as(models.RoleAdmin, route.Method, strings.Replace(path, ":reference", reference, 1), nil),
			"its token on another reference":        b.Send(route.Method, strings.Replace(path, ":reference", unknown, 1), nil, apitest.Bearer(token)),
			"no reference at all":                   b.Send(route.Method, strings.Replace(path, ":reference", "x", 1), nil, apitest.Bearer(token)),
		} {
			if got := faceOf(r); got != want {
				t.Errorf("%s %s: %s is told apart from an unknown reference:\n%s\n%s", route.Method, route.Path, name, got, want)
			}
		}
	}
	for _, path := range []string{"codes", "verify"} {
		body := object{"code": "00000000"}
		if path == "codes" {
			body = object{}
		}
		want := faceOf(b.Send("POST", "/v1/requests/"+unknown+"/"+path, body))
		for _, r := range []string{reference, "x", strings.ToLower(reference)} {
			if got := faceOf(b.Send("POST", "/v1/requests/"+r+"/"+path, body)); got != want {
				t.Errorf("%s tells %s apart from an unknown reference:\n%s\n%s", path, r, got, want)
			}
		}
	}
}

// faceOf is all that a client sees of an answer, without the ids of the request.
func faceOf(r *apitest.Response) string {
	var face strings.Builder
	face.WriteString(r.Status + "\n")
	h := r.Header.Clone()
	id := h.Get("X-Request-Id")
	h.Del("X-Request-Id")
	h.Del("Date")
	_ = h.Write(&face)
	face.WriteString(strings.ReplaceAll(string(r.Content), id, "ID"))
	return face.String()
}

// TestReadingChangesNothing crawls every GET and compares the rows of every
// table: only what must be recorded is.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	b.work(reference)
	var file struct{ ID string }
	b.want(201, b.form("/v1/requests/"+reference+"/files", token, "a.txt", []byte("some text"), nil)).JSON(t, &file)
	held, task, legal := b.hold("nobody", "Hello"), b.answeredTask(reference), b.legalHold("ana@example.org")
	certified := b.request(reference)
	certified.State, certified.Certificate = models.StateClosed, &models.Certificate{
		Reference: reference, Type: certified.Type, ReceivedOn: certified.ReceivedOn, Systems: []models.CertifiedSystem{{Task: task, Key: "shop", Name: "Shop database", Kind: models.SystemSQL, Outcome: models.TaskCompleted}},
	}
	certified.Version++
	must(t, b.store.Commit(t.Context(), models.Decision{Request: certified, Before: certified.Version - 1}))
	recorded := map[string]string{
		"/v1/admin/mail/:id": "mail_opened", "/v1/admin/mail/:id/raw": "mail_opened",
		"/v1/admin/requests/:reference": "opened", "/v1/admin/requests/:reference/messages": "opened", "/v1/admin/requests/:reference/files": "opened",
		"/v1/admin/requests/:reference/files/:id": "file_read", "/v1/requests/:reference/files/:id": "file_read",
		"/v1/admin/exports/requests": "exported", "/v1/admin/exports/events": "exported",
		"/v1/admin/holds/:id":                   "legal_hold_opened",
		"/v1/admin/requests/:reference/erasure": "preview_opened", "/v1/admin/requests/:reference/certificate": "certificate_read", "/v1/requests/:reference/certificate": "certificate_read",
		"/v1/admin/requests/:reference/tasks": "opened", "/v1/admin/tasks/:id/preview": "preview_opened", "/v1/admin/tasks/:id/findings": "findings_opened",
	}
	for _, route := range api.Routes() {
		if route.Method != http.MethodGet || route.Path == "/v1/requests/:reference/package" { // which is counted
			continue
		}
		before, kinds := b.rows(), b.kinds()
		sent := token
		if route.Access != api.Session {
			sent = b.tokens[models.RoleAdmin]
		}
		id := file.ID
		if strings.HasPrefix(route.Path, "/v1/admin/mail/") {
			id = held
		}
		if strings.HasPrefix(route.Path, "/v1/admin/tasks/") {
			id = task
		}
		if strings.HasPrefix(route.Path, "/v1/admin/holds/") {
			id = legal
		}
		path := strings.NewReplacer(":reference", reference, ":id", id).Replace(route.Path)
		if strings.HasSuffix(path, "/metrics") {
			path += "?year=2026"
		}
		b.want(200, b.Send(http.MethodGet, path, nil, apitest.Bearer(sent)))
		after := b.rows()
		want := recorded[route.Path]
		for kind, n := range b.kinds() {
			if more := n - kinds[kind]; more != 0 && (kind != want || more != 1) {
				t.Errorf("GET %s recorded %d %s", route.Path, more, kind)
			}
		}
		for table, n := range after {
			if n != before[table] && want == "" {
				t.Errorf("GET %s changed %s from %d to %d rows", route.Path, table, before[table], n)
			}
		}
		if want != "" && b.kinds()[want] != kinds[want]+1 {
			t.Errorf("GET %s recorded no %s", route.Path, want)
		}
	}
}

// kinds counts the events of each kind.
func (b *bed) kinds() map[string]int {
	b.t.Helper()
	rows, err := b.raw.Query("SELECT kind, count(*) FROM events GROUP BY kind")
	must(b.t, err)
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var kind string
		var n int
		must(b.t, rows.Scan(&kind, &n))
		counts[kind] = n
	}
	must(b.t, rows.Err())
	return counts
}

// TestEveryMethodElseIsRefused sends what no route takes.
func TestEveryMethodElseIsRefused(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for _, route := range api.Routes() {
		path := strings.NewReplacer(":reference", "HB-0000-0000-00", ":id", "x").Replace(route.Path)
		for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodTrace} {
			r := b.as(models.RoleAdmin, method, path, nil)
			if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") == "" || !strings.HasSuffix(r.Problem(t).Type, "method_not_allowed") {
				t.Errorf("%s %s answered %d with Allow %q: %s", method, path, r.StatusCode, r.Header.Get("Allow"), r.Content)
			}
		}
		r := b.as(models.RoleAdmin, http.MethodOptions, path, nil, apitest.Header("Origin", "https://evil.example"))
		if r.StatusCode != http.StatusNoContent || r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("OPTIONS %s answered %d with %v", path, r.StatusCode, r.Header)
		}
	}
}
