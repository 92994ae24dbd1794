package console

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// draftPage is a form that came when nobody was signed in any more.
type draftPage struct {
	ID     string
	To     string       // where it is sent again
	Act    string       // what it does
	Fields []draftField // all, to be sent again
	Words  []draftField // those that people filled in
	Beside string       // tells its buttons from those of others; "" where there are none
}

type draftField struct{ Name, Label, Value string }

// continueForm shows the forms that wait, to be sent again by who sent them.
// Each goes to where it was meant for, as its own page would send it: sent
// twice, it is one act.
func (s *Site) continueForm(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Accounts.Sessions.Drafts(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return see(w, pathStart)
	}
	list := make([]draftPage, len(all))
	for i, d := range all {
		if list[i] = draftPageOf(d); len(all) > 1 {
			list[i].Beside = strconv.Itoa(i+1) + ", " + list[i].Act
		}
	}
	title := "You were about to send this"
	if len(all) > 1 {
		title = "You were about to send these"
	}
	return s.show(w, r, http.StatusOK, viewContinue, layout{Title: title, Here: hereContinue, Body: list})
}

// hereContinue is the page that shows what waits, and need not say that it does.
const hereContinue = "continue"

func draftPageOf(d models.Draft) draftPage {
	to := url.URL{Path: d.Path, RawQuery: url.Values{sentAgain: {d.ID}}.Encode()}
	page := draftPage{ID: d.ID, To: to.String(), Act: draftAct(d.Path)}
	for _, name := range slices.Sorted(maps.Keys(d.Form)) {
		for _, value := range d.Form[name] {
			f := draftField{name, strings.ReplaceAll(name, "_", " "), value}
			page.Fields = append(page.Fields, f)
			if value != "" && !unseen(name) {
				page.Words = append(page.Words, f)
			}
		}
	}
	return page
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

// discard forgets a form that waits.
func (s *Site) discard(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	if err := s.Accounts.Sessions.SettleDraft(r.Context(), who(r), r.PostForm.Get("draft"), "", true); err != nil {
		return err
	}
	return see(w, pathContinue)
}

// sentAgain names the form that waits in the address where it is sent again. It
// is no field, so that the form is the one that it was.
const sentAgain = "again"

// settling runs an action and notes what came of a form that waits: it is kept
// until it was done.
func (s *Site) settling(do pages.Action) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		if who(r).Drafts == 0 || r.Method != http.MethodPost {
			return do(w, r)
		}
		seen := &watched{ResponseWriter: w, status: http.StatusOK}
		err := do(seen, r)
		asked := strings.HasPrefix(w.Header().Get("Location"), pathConfirm) // for both factors first
		done := err == nil && !asked && seen.status < http.StatusBadRequest
		if fault := s.Accounts.Sessions.SettleDraft(context.WithoutCancel(r.Context()), who(r), r.URL.Query().Get(sentAgain), r.URL.Path, done); fault != nil {
			s.logFault(r, fault) // then it waits longer than it has to
		}
		return err
	}
}

// watched remembers the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
