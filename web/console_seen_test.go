package web_test

import (
	"net/url"
	"strings"
	"testing"

	"habeas/models"
	"habeas/notifications"
	"habeas/web/console"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Every page that shows what is personal has recorded that somebody looked, and
// so has every form that comes back with it. It walks every route with the ids
// of what is there, and sends every form in several ways that are refused or
// change nothing, and in some that do.
func TestConsoleShowsNothingPersonalUnrecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAdmin)
	mailed := b.mailed("From: Robin Canary <robin.canary@example.com>\nTo: privacy@acme.example\nSubject: Hello\nMessage-ID: <seen@example.com>\n\nPlease do as I ask.\n")
	held := b.mailIn(twoSenders("Held", "Please do as I ask."))
	r := b.wish(models.TypeAccess)
	file, err := b.service.Cases.AddFile(t.Context(), staff(ann.ID), r.Reference, "robin canary.txt", []byte("Please do as I ask."), true, cases.Option{})
	must(t, err)
	all, err := b.store.Messages(t.Context(), r.ID)
	must(t, err)
	must(t, b.sent.Send(t.Context(), notifications.Outgoing{MailID: all[0].MailID, To: []string{"robin.canary@example.com"}, Raw: []byte(
		"From: privacy@acme.example\r\nTo: robin.canary@example.com\r\nSubject: Robin Canary\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Please do as I ask.</p>\r\n")}))
	_, err = b.raw.Exec("UPDATE messages SET delivery = 'sent', sent_at = created_at WHERE id = ?", all[0].ID)
	must(t, err)

	ids := func(path string) string {
		reference, id := r.Reference, ann.ID
		switch {
		case strings.HasPrefix(path, "/console/mail/"):
			id = held
		case strings.HasPrefix(path, "/console/outgoing/"):
			id = all[0].ID
		case strings.Contains(path, "{mail}"), strings.HasSuffix(path, "/right"):
			reference = mailed.Reference
		}
		return strings.NewReplacer("{reference}", reference, "{file}", file.ID, "{mail}", mailed.Mail, "{id}", id, "{template}", "reply", "{language}", "en").Replace(path)
	}
	forms := []url.Values{
		{},
		{"do": {"preview"}},
		{"version": {"1"}, "assignee": {"me"}},
		{"version": {"99"}, "text": {"x"}, "message": {"x"}, "reason": {"x"}, "outcome": {"no_data"}},
		{"q": {"robin.canary@example.com"}, "reference": {"none"}, "right": {"access"}},
	}
	shown := map[string]bool{}
	look := func(what string, page func() *page) {
		before := b.count("events")
		p := page()
		text := strings.ToLower(p.text() + p.body)
		if !strings.Contains(text, "robin canary") && !strings.Contains(text, "robin.canary@") && !strings.Contains(text, "please do as i ask") {
			return
		}
		shown[what] = true
		if b.count("events") == before {
			t.Errorf("%s shows what is personal, and recorded nothing", what)
		}
	}
	for _, route := range console.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		path := ids(pattern)
		switch {
		case route.May == "", strings.HasPrefix(pattern, "/console/account"), strings.HasPrefix(pattern, "/console/people/"):
			// nobody is signed in, or it is about staff alone
		case method == "GET":
			look(route.Pattern, func() *page { return ann.get(path) })
		default:
			for _, form := range forms {
				look(route.Pattern, func() *page { return ann.post(path, form) })
			}
		}
	}
	for _, pattern := range []string{
		"GET /console/requests/{reference}", "GET /console/requests/{reference}/files/{file}", "GET /console/requests/{reference}/mail/{mail}",
		"GET /console/mail/{id}", "GET /console/mail/{id}/raw", "POST /console/mail/{id}/request", "POST /console/mail/{id}/attach", "POST /console/mail/{id}/dismiss",
		"GET /console/outgoing/{id}", "GET /console/outgoing/{id}/html", "GET /console/outgoing/{id}/raw", "POST /console/search",
		"POST /console/requests/{reference}/files", "POST /console/requests/{reference}/right",
	} {
		if !shown[pattern] {
			t.Errorf("%s held nothing personal: this proves nothing of it", pattern)
		}
	}
	for _, name := range workflows.StaffCommands() {
		if !shown["POST /console/requests/{reference}/"+string(name)] {
			t.Errorf("no form of %s came back with anything personal: this proves nothing of it", name)
		}
	}
	before := b.events(models.EventSearched)
	ann.post("/console/search", url.Values{"q": {r.Person.Email}}).want(200, r.Reference)
	if b.events(models.EventSearched) != before+1 {
		t.Error("a search by an email address is not recorded")
	}
}
