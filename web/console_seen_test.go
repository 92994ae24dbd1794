package web_test

import (
	"net/url"
	"strings"
	"testing"

	"habeas/models"
	"habeas/web/console"
	"habeas/workflows"
)

// Every page that shows what is personal has recorded that somebody looked, and
// so has every form that comes back with it.
func TestConsoleShowsNothingPersonalUnrecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAdmin)
	r := b.wish(models.TypeAccess)
	shown := 0
	look := func(what string, page func() *page) {
		before := b.count("events")
		p := page()
		text := strings.ToLower(p.text())
		if !strings.Contains(text, "robin canary") && !strings.Contains(text, "please do as i ask") {
			return
		}
		shown++
		if b.count("events") == before {
			t.Errorf("%s shows what is personal, and recorded nothing", what)
		}
	}
	for _, route := range console.Routes() {
		method, _, _ := strings.Cut(route.Pattern, " ")
		path := samples(r.Reference).Replace(strings.TrimPrefix(route.Pattern, method+" "))
		if method == "GET" && route.May != "" {
			look(route.Pattern, func() *page { return ann.get(path) })
		}
	}
	for _, command := range workflows.StaffCommands() {
		for _, form := range []url.Values{
			{}, {"do": {"preview"}}, {"version": {"1"}, "assignee": {"me"}}, {"version": {"99"}, "text": {"x"}, "message": {"x"}, "reason": {"x"}, "outcome": {"no_data"}},
		} {
			look(string(command), func() *page { return ann.post("/console/requests/"+r.Reference+"/"+string(command), form) })
		}
	}
	before := b.events(models.EventSearched)
	ann.post("/console/search", url.Values{"q": {r.Person.Email}}).want(200, r.Reference)
	if b.events(models.EventSearched) != before+1 {
		t.Error("a search by an email address is not recorded")
	}
	if shown < 20 {
		t.Errorf("only %d pages held anything personal: this proves little", shown)
	}
}
