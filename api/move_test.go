package api_test

import (
	"net/http"
	"strings"
	"testing"

	"habeas/api/apitest"
	"habeas/models"
)

// An answer from another address became a request: staff move it into its case.
// A message in the wrong case leaves it with its files, for the right one or for
// the mail that waits.
func TestStaffMoveMailToWhereItBelongs(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	first := b.take("ana@example.org", "Access request", "Please send me a copy of all my personal data.").Reference
	stray := b.take("ana.private@example.net", "My answer", "It is the lamp account.")
	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+stray.Reference+"/move", object{"into": first}))
	if r := b.request(stray.Reference); r.State != models.StateClosed || r.Outcome != models.OutcomeDuplicate || r.MergedInto != first {
		t.Errorf("the stray request is %s, %s, into %s", r.State, r.Outcome, r.MergedInto)
	}
	b.words(first, "It is the lamp account.", true)
	// Its sender may be anybody, and is not told whose case that is.
	token := b.prove(stray.Reference)
	for _, of := range []string{"", "/messages", "/files", "/events"} {
		r := b.Send(http.MethodGet, "/v1/requests/"+stray.Reference+of, nil, apitest.Bearer(token))
		if of == "" {
			b.want(200, r)
		}
		if strings.Contains(string(r.Content), first) {
			t.Errorf("the sender reads at %q: %s", of, r.Content)
		}
	}
	b.want(409, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+stray.Reference+"/move", object{"into": first}))

	// The same mail is a message now, and was put into the wrong case.
	second := b.take("bea@example.org", "Access request", "Please send me a copy of all my personal data, too.").Reference
	path := "/v1/admin/requests/" + first + "/move"
	for name, body := range map[string]object{
		"no mail of it": {"mail": "01979d3e-3b7c-7d4e-9a3e-5e0f1a2b3c4d", "into": second}, "no such case": {"mail": stray.ID, "into": "HB-0000-0000-00"},
		"itself": {"mail": stray.ID, "into": first}, "its own mail, nowhere": {},
	} {
		if r := b.as(models.RoleAgent, http.MethodPost, path, body); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s answered %d: %s", name, r.StatusCode, r.Content)
		}
	}
	hold := b.legalHold("ana@example.org")
	b.want(409, b.as(models.RoleAgent, http.MethodPost, path, object{"mail": stray.ID, "into": second}))
	b.words(first, "It is the lamp account.", true)
	b.want(200, b.as(models.RoleAdmin, http.MethodPost, "/v1/admin/holds/"+hold+"/lift", object{"note": "Settled."}))
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path, object{"mail": stray.ID, "into": second}))
	b.words(first, "It is the lamp account.", false)
	b.words(second, "It is the lamp account.", true)
	b.want(422, b.as(models.RoleAgent, http.MethodPost, path, object{"mail": stray.ID, "into": second}))
	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+second+"/move", object{"mail": stray.ID}))
	b.words(second, "It is the lamp account.", false)
	events := string(b.want(200, b.as(models.RoleAuditor, http.MethodGet, "/v1/admin/requests/"+first+"/events", nil)).Content)
	if !strings.Contains(events, `"mail_moved"`) || strings.Contains(events, "lamp") {
		t.Errorf("the log says %s", events)
	}

	// Whoever proved the mailbox keeps the request.
	own := b.take("cleo@example.org", "Access request", "Please send me a copy of all of my personal data.").Reference
	b.prove(own)
	b.want(409, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+own+"/move", object{"into": first}))
}

// words wants a text among the messages of a case, or not.
func (b *bed) words(reference, text string, there bool) {
	b.t.Helper()
	found := false
	for _, m := range b.mails(reference) {
		found = found || m.Text == text
	}
	if found != there {
		b.t.Errorf("%s has the words %q: %v", reference, text, found)
	}
}
