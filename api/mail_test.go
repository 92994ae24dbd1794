package api_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/intake"
	"habeas/models"
)

// take delivers a message to the desk of the service.
func (b *bed) take(from, subject, body string) intake.Receipt {
	b.t.Helper()
	desk := intake.NewIngester(intake.IngesterConfig{Service: b.service, Log: slog.New(slog.DiscardHandler)})
	r, err := desk.Take(b.t.Context(), []byte("From: "+from+"\r\nSubject: "+subject+"\r\n\r\n"+body+"\r\n"),
		intake.Envelope{Source: "test", ReceivedAt: b.clock()})
	must(b.t, err)
	return r
}

// hold delivers a message that nobody can place by itself, and returns its id.
func (b *bed) hold(from, subject string) string {
	b.t.Helper()
	r := b.take(from, subject, "Please delete my account. "+subject)
	if r.Outcome != intake.OutcomeHeld {
		b.t.Fatalf("it is not held: %+v", r)
	}
	return r.ID
}

func TestHeldMailIsListedWithoutPersonalData(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	id := b.hold("a@canary.example, b@canary.example", "canary")
	r := b.want(200, b.as(models.RoleAuditor, http.MethodGet, "/v1/admin/mail", nil))
	for _, want := range []string{id, `"held"`, "several-from", `"suggested_type":"deletion"`} {
		if !strings.Contains(string(r.Content), want) {
			t.Errorf("the list lacks %s: %s", want, r.Content)
		}
	}
	if strings.Contains(string(r.Content), "canary") {
		t.Errorf("the list shows personal data: %s", r.Content)
	}
	if r = b.want(200, b.as(models.RoleAdmin, http.MethodGet, "/v1/admin/mail?state=placed,dismissed", nil)); strings.Contains(string(r.Content), id) {
		t.Errorf("the filter lets it through: %s", r.Content)
	}
}

func TestAHeldMailIsReadAndRecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	id := b.hold("nobody", "canary")
	r := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/mail/"+id, nil))
	if !strings.Contains(string(r.Content), "canary") || b.kinds()["mail_opened"] != 1 {
		t.Errorf("%s, %d events", r.Content, b.kinds()["mail_opened"])
	}
	r = b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/mail/"+id+"/raw", nil))
	if !strings.HasPrefix(string(r.Content), "From: nobody\r\n") || r.Header.Get("Content-Type") != "message/rfc822" ||
		!strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") || b.kinds()["mail_opened"] != 2 {
		t.Errorf("%s %v", r.Content, r.Header)
	}
	// What cannot be recorded is not shown.
	_, err := b.raw.Exec("CREATE TRIGGER shut BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'shut'); END")
	must(t, err)
	if r = b.as(models.RoleAgent, http.MethodGet, "/v1/admin/mail/"+id, nil); r.StatusCode != http.StatusInternalServerError || strings.Contains(string(r.Content), "canary") {
		t.Errorf("%d: %s", r.StatusCode, r.Content)
	}
}

func TestAHeldMailBecomesARequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	id := b.hold("a@example.org, b@example.org", "Hello")
	b.now = b.now.Add(48 * time.Hour)
	body := object{"type": "deletion", "person": object{"name": "Ana", "email": "a@example.org"}}
	var placed struct{ State, Reference string }
	r := b.want(201, b.Send(http.MethodPost, "/v1/admin/mail/"+id+"/request", body, apitest.Bearer(b.tokens[models.RoleAgent]), apitest.Header("Idempotency-Key", "k1")))
	r.JSON(t, &placed)
	again := b.want(201, b.Send(http.MethodPost, "/v1/admin/mail/"+id+"/request", body, apitest.Bearer(b.tokens[models.RoleAgent]), apitest.Header("Idempotency-Key", "k1")))
	if !bytes.Equal(again.Content, r.Content) {
		t.Errorf("the same key is answered %s", again.Content)
	}
	q, err := b.store.Find(t.Context(), placed.Reference)
	must(t, err)
	if q.Type != models.TypeDeletion || q.ReceivedOn.String() != models.DateOf(b.now.Add(-48*time.Hour), time.UTC).String() || q.Mail != id || q.Channel != models.ChannelEmail {
		t.Errorf("request %+v", q.Facts)
	}
	for _, path := range []string{"request", "attach", "dismiss"} {
		in := map[string]object{"request": body, "attach": {"reference": placed.Reference}, "dismiss": {"reason": "spam"}}[path]
		b.want(409, b.as(models.RoleManager, http.MethodPost, "/v1/admin/mail/"+id+"/"+path, in))
	}
}

func TestAHeldMailIsAttachedOrDismissed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, _ := b.session()
	id := b.hold("nobody", "One")
	b.want(422, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/"+id+"/attach", object{"reference": "HB-0000-0000-00"}))
	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/"+id+"/attach", object{"reference": reference}))
	r := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests/"+reference+"/messages", nil))
	if !strings.Contains(string(r.Content), id) || !strings.Contains(string(r.Content), "other_sender") {
		t.Errorf("messages %s", r.Content)
	}
	id = b.hold("nobody", "Two")
	b.want(422, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/"+id+"/dismiss", object{"reason": "because"}))
	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/"+id+"/dismiss", object{"reason": "not_a_request"}))
	m, err := b.store.Mail(t.Context(), id)
	must(t, err)
	if m.State != models.MailDismissed || m.Reason != "not_a_request" || b.kinds()["mail_dismissed"] != 1 {
		t.Errorf("mail %s %s", m.State, m.Reason)
	}
	b.want(404, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/x/dismiss", object{"reason": "spam"}))
}

func TestAMailedRequestIsClassified(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := b.take("ana@example.org", "Hello", "It is about the thing we talked about.")
	path := "/v1/admin/requests/" + got.Reference
	r := b.want(200, b.as(models.RoleAgent, http.MethodGet, path, nil))
	if !strings.Contains(string(r.Content), `"type":"unsorted"`) || !strings.Contains(string(r.Content), `"classify"`) {
		t.Errorf("case %s", r.Content)
	}
	b.want(422, b.as(models.RoleAgent, http.MethodPost, path+"/classify", object{"type": "unsorted"}))
	r = b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/classify", object{"type": "access"}))
	if !strings.Contains(string(r.Content), `"type":"access"`) {
		t.Errorf("case %s", r.Content)
	}
	// What the mail says is written down as a form would have it; each fault has its path.
	line := object{"field": "company", "current": "Old Co"}
	r = b.want(422, b.as(models.RoleAgent, http.MethodPost, path+"/classify", object{"type": "correction", "fields": object{"corrections": []object{line}}}))
	if !strings.Contains(string(r.Content), `"fields.corrections[0].requested"`) {
		t.Errorf("problem %s", r.Content)
	}
	line["requested"] = "New Co"
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/classify", object{"type": "correction", "fields": object{"corrections": []object{line, line}}}))
	q, err := b.store.Find(t.Context(), got.Reference)
	must(t, err)
	if len(q.Facts.Items) != 2 || q.ItemTexts[1].Requested != "New Co" || q.ItemTexts[1].Current != "Old Co" {
		t.Errorf("items %+v, %+v", q.Facts.Items, q.ItemTexts)
	}
	// What somebody chose on a form is their own word.
	reference, _ := b.session()
	b.want(409, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/classify", object{"type": "access"}))
	// Nobody is offered it.
	if r = b.want(200, b.Send(http.MethodGet, "/v1/request-types", nil)); strings.Contains(string(r.Content), "unsorted") {
		t.Error("unsorted is offered")
	}
}

// Staff see what a mail may ask for, right by right with its sentence, and
// confirm each.
func TestARightThatAMailMayAskForIsConfirmed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	id := b.hold("a@example.org, b@example.org", "Hello")
	body := object{"type": "unsorted", "person": object{"name": "Ana", "email": "a@example.org"}}
	var placed, one, two struct{ Reference, Type string }
	b.want(201, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/"+id+"/request", body)).JSON(t, &placed)
	path := "/v1/admin/requests/" + placed.Reference + "/rights"
	b.want(422, b.as(models.RoleAgent, http.MethodPost, path, object{"type": "nonsense"}))
	b.want(422, b.as(models.RoleAgent, http.MethodPost, path, object{}))
	b.want(404, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/HB-0000-0000-00/rights", object{"type": "access"}))
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path, object{"type": "access"})).JSON(t, &one)
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path, object{"type": "deletion"})).JSON(t, &two)
	if one.Reference != placed.Reference || one.Type != "access" || two.Reference == placed.Reference || two.Type != "deletion" {
		t.Errorf("%+v, then %+v", one, two)
	}
	var again struct{ Reference string }
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path, object{"type": "deletion"})).JSON(t, &again)
	if again.Reference != two.Reference {
		t.Errorf("again it is %s", again.Reference)
	}
}
