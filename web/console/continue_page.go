package console

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"habeas/web/pages"
	"habeas/workflows"
)

// draftPage is a form that came when nobody was signed in any more.
type draftPage struct {
	Act    string       // what it does
	Fields []draftField // all, to be sent again
	Words  []draftField // those that people filled in
}

type draftField struct{ Name, Label, Value string }

// continueForm shows the form that waits, to be sent again by who sent it.
func (s *Site) continueForm(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Staff.Draft(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if d == nil {
		return see(w, pathStart)
	}
	page := draftPage{Act: draftAct(d.Path)}
	for _, name := range slices.Sorted(maps.Keys(d.Form)) {
		for _, value := range d.Form[name] {
			f := draftField{name, strings.ReplaceAll(name, "_", " "), value}
			page.Fields = append(page.Fields, f)
			if value != "" && !unseen(name) {
				page.Words = append(page.Words, f)
			}
		}
	}
	return s.show(w, r, http.StatusOK, viewContinue, layout{Title: "You were about to send this", Body: page})
}

// unseen reports whether a field goes along with a form without anybody having
// filled it in.
func unseen(name string) bool {
	return slices.Contains([]string{"seed", "version", "seen", "item", "row", "back", "do", "next", "session", "after"}, name) || strings.HasSuffix(name, ".rows")
}

// draftAct says what the form of an address does.
func draftAct(path string) string {
	part := strings.Split(strings.TrimPrefix(path, "/console/"), "/")
	last := part[len(part)-1]
	if part[0] == "requests" && len(part) == 3 {
		return word(commandWords(), workflows.CommandName(last)) + ", " + part[1]
	}
	acts := map[string]string{
		"requests/new": "File a request", "bulk": "Assign or close the ticked requests", "search": "Search",
		"mail/request": "Make a request of a mail", "mail/attach": "Put a mail into a case", "mail/dismiss": "Do nothing with a mail",
		"exports": "Prepare an export", "exports/file": "Download an export", "jobs/retry": "Run a job again",
		"people": "Invite somebody", "people/role": "Change somebody’s role", "people/disabled": "Lock somebody out, or let them in again",
		"people/invite": "Make a new link", "people/revoke": "End a link", "people/reset": "Reset somebody’s password", "people/sessions": "End all sessions of somebody",
		"tokens": "Make a token", "tokens/revoke": "Revoke a token",
		"account/factor": "Set up another app", "account/recovery": "Make new recovery codes", "account/end": "End a session",
	}
	if len(part) == 1 {
		return word(acts, last)
	}
	return word(acts, part[0]+"/"+last)
}

// goAhead sends the form to where it was meant for: the browser posts it there
// once more. With do=discard it is forgotten.
func (s *Site) goAhead(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	d, err := s.Staff.Draft(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if err := s.Staff.DropDraft(r.Context(), s.secret(r)); err != nil {
		return err
	}
	if d == nil || r.URL.Query().Get("do") == "discard" {
		return see(w, pathStart)
	}
	w.Header().Set("Location", d.Path)
	w.WriteHeader(http.StatusTemporaryRedirect)
	return nil
}
