package api_test

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"habeas/api/apitest"
	"habeas/models"
)

func key(k string) apitest.Option { return apitest.Header("Idempotency-Key", k) }

// TestAKeyIsAnsweredOnce repeats each call that creates.
func TestAKeyIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	b.work(reference)
	form, other := wish(), wish()
	entry := wish(with("channel", "letter"), with("person.email", ""))
	tests := map[string]struct {
		send   func(again bool, o ...apitest.Option) *apitest.Response
		status int
		live   bool // the answer is the request as it now is
	}{
		"submit": {func(again bool, o ...apitest.Option) *apitest.Response {
			return b.Send("POST", "/v1/requests", pick(again, form, other), o...)
		}, 201, false},
		"submit under a token": {func(again bool, o ...apitest.Option) *apitest.Response {
			return b.as(models.RoleIntake, "POST", "/v1/requests", pick(again, form, other), o...)
		}, 201, false},
		"enter": {func(again bool, o ...apitest.Option) *apitest.Response {
			return b.as(models.RoleAgent, "POST", "/v1/admin/requests", pick(again, entry, without(entry, "details")), o...)
		}, 201, false},
		"write": {func(again bool, o ...apitest.Option) *apitest.Response {
			return b.Send("POST", "/v1/requests/"+reference+"/messages", pick(again, object{"text": "one"}, object{"text": "two"}), append(o, apitest.Bearer(token))...)
		}, 201, false},
		"file": {func(again bool, o ...apitest.Option) *apitest.Response {
			return b.form("/v1/requests/"+reference+"/files", token, "a.txt", map[bool][]byte{false: []byte("one text"), true: []byte("another text")}[again], nil, o...)
		}, 201, false},
		"reply": {func(again bool, o ...apitest.Option) *apitest.Response {
			return b.as(models.RoleAgent, "POST", "/v1/admin/requests/"+reference+"/reply", pick(again, object{"message": "one"}, object{"message": "two"}), o...)
		}, 200, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			first := b.want(test.status, test.send(false, key("k-"+name)))
			before := b.rows()
			second := b.want(test.status, test.send(false, key("k-"+name)))
			if second.Header.Get("Idempotent-Replayed") != "true" || first.Header.Get("Idempotent-Replayed") != "" {
				t.Errorf("Idempotent-Replayed is %q, then %q", first.Header.Get("Idempotent-Replayed"), second.Header.Get("Idempotent-Replayed"))
			}
			if !bytes.Equal(first.Content, second.Content) || first.Header.Get("Location") != second.Header.Get("Location") || first.Header.Get("ETag") != second.Header.Get("ETag") {
				t.Errorf("the answers differ:\n%v %s\n%v %s", first.Header, first.Content, second.Header, second.Content)
			}
			after := b.rows()
			if test.live {
				after["events"] = before["events"] // it was opened again
				after["event_pending"] = before["event_pending"]
			}
			for table, n := range after {
				if n != before[table] {
					t.Errorf("the second call changed %s from %d to %d rows", table, before[table], n)
				}
			}
			if r := test.send(true, key("k-"+name)); r.StatusCode != http.StatusUnprocessableEntity || !strings.HasSuffix(r.Problem(t).Type, "key_reused") {
				t.Errorf("another body under the same key: %d %s", r.StatusCode, r.Content)
			}
		})
	}
}

func pick(second bool, a, b any) any {
	if second {
		return b
	}
	return a
}

// TestKeysOfOthersAreOthers uses one key for several senders and routes.
func TestKeysOfOthersAreOthers(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	form := wish()
	first := b.want(201, b.Send("POST", "/v1/requests", form, key("shared")))
	second := b.want(201, b.as(models.RoleIntake, "POST", "/v1/requests", form, key("shared")))
	third := b.want(201, b.as(models.RoleAgent, "POST", "/v1/requests", form, key("shared")))
	if bytes.Equal(first.Content, second.Content) || bytes.Equal(second.Content, third.Content) {
		t.Error("a key of one sender answered another")
	}
	if r := b.as(models.RoleAgent, "POST", "/v1/admin/requests", wish(with("channel", "letter")), key("shared")); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the same key on another route: %d", r.StatusCode)
	}
}

// TestARefusalUsesNoKey sends a right body under the key of a wrong one.
func TestARefusalUsesNoKey(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.want(422, b.Send("POST", "/v1/requests", wish(with("person.email", "x")), key("k")))
	b.want(201, b.Send("POST", "/v1/requests", wish(), key("k")))
	for name, k := range map[string]string{"too long": strings.Repeat("k", 256), "not ASCII": "schlüssel"} {
		if r := b.Send("POST", "/v1/requests", wish(), key(k)); r.StatusCode != http.StatusBadRequest {
			t.Errorf("a key that is %s: %d", name, r.StatusCode)
		}
	}
	b.want(201, b.Send("POST", "/v1/requests", wish(), key(strings.Repeat("k", 255))))
}

// TestOneKeyManyTimesAtOnce races for one key: one request is filed, and every
// answer is it, or 409.
func TestOneKeyManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	form := wish()
	answers := make([]*apitest.Response, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = b.Send("POST", "/v1/requests", form, key("race")) })
	}
	all.Wait()
	receipt := ""
	for _, r := range answers {
		switch r.StatusCode {
		case http.StatusCreated:
			if receipt != "" && receipt != string(r.Content) {
				t.Errorf("two answers: %s and %s", receipt, r.Content)
			}
			receipt = string(r.Content)
		case http.StatusConflict:
			if !strings.HasSuffix(r.Problem(t).Type, "in_flight") || r.Header.Get("Retry-After") == "" {
				t.Errorf("409 with %s and Retry-After %q", r.Content, r.Header.Get("Retry-After"))
			}
		default:
			t.Errorf("%d %s", r.StatusCode, r.Content)
		}
	}
	if n := b.rows()["requests"]; n != 1 || receipt == "" {
		t.Errorf("%d requests were filed, the receipt is %q", n, receipt)
	}
}

// TestIfMatch gives a command to a version that is past.
func TestIfMatch(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, _ := b.session()
	at := "/v1/admin/requests/" + reference
	tag := b.want(200, b.as(models.RoleAgent, "GET", at, nil)).Header.Get("ETag")
	if tag != `"2"` {
		t.Fatalf("ETag is %s", tag)
	}
	match := func(tag string) apitest.Option { return apitest.Header("If-Match", tag) }
	started := b.do(models.RoleAgent, reference, "start", nil, match(tag))
	if started.Header.Get("ETag") != `"3"` {
		t.Errorf("ETag after a command is %s", started.Header.Get("ETag"))
	}
	for _, old := range []string{tag, `W/"3"`, `"x"`, `3`, `"2", "3"`} {
		r := b.as(models.RoleAgent, "POST", at+"/note", object{"text": "n"}, match(old))
		if r.StatusCode != http.StatusPreconditionFailed || !strings.HasSuffix(r.Problem(t).Type, "stale") {
			t.Errorf("If-Match %s: %d %s", old, r.StatusCode, r.Content)
		}
	}
	b.do(models.RoleAgent, reference, "note", object{"text": "n"}, match("*"))
	b.do(models.RoleAgent, reference, "note", object{"text": "n"}, match(`"3"`))
}

// TestAConflictSaysWhatIsAllowed gives a command that the state does not have.
func TestAConflictSaysWhatIsAllowed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, _ := b.session()
	r := b.want(409, b.as(models.RoleAgent, "POST", "/v1/admin/requests/"+reference+"/approve", nil))
	p := r.Problem(t)
	if !strings.HasSuffix(p.Type, ":conflict") || !strings.Contains(strings.Join(p.Allowed, " "), "start") {
		t.Errorf("%s", r.Content)
	}
	b.do(models.RoleAgent, reference, "start", nil)
	r = b.want(409, b.as(models.RoleAgent, "POST", "/v1/admin/requests/"+reference+"/decide", object{"outcome": "fulfilled", "message": "Done."}))
	if !strings.HasSuffix(r.Problem(t).Type, ":unverified") {
		t.Errorf("releasing below the level: %s", r.Content)
	}
}

func TestKeysMakeUsersAndTokensOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	withoutSecret := regexp.MustCompile(`,?"token":"[^"]+"`)
	for path, body := range map[string]object{
		"/v1/admin/users":  {"name": "Zoe", "email": "zoe@example.org", "role": "agent"},
		"/v1/admin/tokens": {"name": "A form", "role": "intake"},
	} {
		first := b.want(http.StatusCreated, b.as(models.RoleAdmin, http.MethodPost, path, body, key("k"+path)))
		again := b.want(http.StatusCreated, b.as(models.RoleAdmin, http.MethodPost, path, body, key("k"+path)))
		if want := withoutSecret.ReplaceAll(first.Content, nil); !bytes.Equal(bytes.TrimSpace(want), bytes.TrimSpace(again.Content)) {
			t.Errorf("%s: %s, then %s", path, first.Content, again.Content)
		}
		if secret := withoutSecret.Match(first.Content); secret != (path == "/v1/admin/tokens") {
			t.Errorf("%s has a secret: %v", path, secret)
		}
		body["role"] = "auditor"
		b.want(http.StatusUnprocessableEntity, b.as(models.RoleAdmin, http.MethodPost, path, body, key("k"+path)))
	}
}
