package console

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// bulkPage says for each request that was ticked what became of it.
type bulkPage struct {
	What    string // "Assign to Bob"
	Done    int
	Results []bulkResult
	Back    string
}

type bulkResult struct {
	Reference string
	Done      bool
	Text      string
}

// mostBulk bounds how many requests one form is about: more than a page has.
const mostBulk = 200

// bulk gives one command to many requests. Each stands for itself: what is
// possible is done, and the rest says why not. The same form sent again does
// nothing more.
func (s *Site) bulk(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	ticked := r.PostForm["row"]
	page := bulkPage{Back: backTo(r.PostForm.Get("back"))}
	if len(ticked) > mostBulk {
		return models.Errorf(models.CodeInvalid, "too many requests at once")
	}
	command, what, err := s.bulkCommand(r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("whole") != "" {
		return s.wholeList(w, r, command, what)
	}
	page.What = what
	for _, row := range ticked {
		reference, version, ok := readRow(row)
		if !ok {
			return models.Errorf(models.CodeMalformed, "the form cannot be read")
		}
		result := s.bulkOne(r, command, reference, version)
		if result.Done {
			page.Done++
		}
		page.Results = append(page.Results, result)
	}
	return s.show(w, r, http.StatusOK, viewBulk, layout{Title: what, Here: "worklist", Body: page})
}

// bulkCommand is what a button of the list does.
func (s *Site) bulkCommand(r *http.Request) (workflows.Command, string, error) {
	name := map[string]workflows.CommandName{"assign": workflows.CommandAssign, "spam": workflows.CommandMarkSpam}[r.PostForm.Get("do")]
	if role := who(r).Role; name != "" && !models.Permit(role, workflows.Giving(name)) {
		return nil, "", models.Errorf(models.CodeForbidden, "%s is not for the role %s", name, role)
	}
	switch name { //nolint:exhaustive // the rest is not for many at once
	case workflows.CommandAssign:
		id, err := s.Accounts.People.Resolve(r.Context(), who(r).Actor(), pages.Clean(r.PostForm.Get("assignee"), false))
		if err != nil {
			return nil, "", err
		}
		t, err := s.team(r)
		if id == "" {
			return workflows.Assign{}, "Take away from their owners", err
		}
		return workflows.Assign{Assignee: id}, "Assign to " + t.nameOf(id), err
	case workflows.CommandMarkSpam:
		return workflows.MarkSpam{}, "Close as spam", nil
	}
	return nil, "", models.Errorf(models.CodeMalformed, "the form has no such button")
}

func (s *Site) bulkOne(r *http.Request, c workflows.Command, reference string, version int) bulkResult {
	by := who(r).Actor()
	assignee := ""
	if a, ok := c.(workflows.Assign); ok {
		assignee = a.Assignee
	}
	key := pages.OnceFor(by.ID, r.PostForm.Get("seed"), "bulk", string(c.Name()), assignee, reference)
	o := pages.Stored(key, pages.Nothing)
	unread(c, version, &o)
	text := "Done."
	_, err := pages.Once(r.Context(), s.Staff, key, func() error {
		d, err := s.Staff.Do(r.Context(), by, reference, c, o)
		if d.Request.State == models.StateInReview && d.Request.Proposal.Version == d.Request.Version {
			text = "Proposed: another person has to approve it."
		}
		return err
	})
	if err != nil {
		s.logFault(r, err)
		return bulkResult{Reference: reference, Text: refusalOf(err)}
	}
	return bulkResult{Reference: reference, Done: true, Text: text}
}

// unread has a command fail on a request that is not as the list showed it. The
// list shows no words: whoever wrote any is read before it is closed as spam.
func unread(c workflows.Command, version int, o *cases.Option) {
	o.IfVersion = version
	if c.Name() == workflows.CommandMarkSpam {
		o.IfLastSeen = new(0)
	}
}

// logFault notes a fault of our own that a page goes on after.
func (s *Site) logFault(r *http.Request, err error) {
	if models.CodeOf(err) == models.CodeInternal {
		s.Log.ErrorContext(r.Context(), "command failed", slog.String("request_id", models.Trace(r.Context())), slog.Any("error", err))
	}
}

// refusalOf says why a command was not carried out.
func refusalOf(err error) string {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return "Not done: something went wrong on our side. Try again."
	}
	switch e.Code { //nolint:exhaustive // the rest is not for staff to repair
	case models.CodeStale:
		return "Not done: it has changed since the list was drawn, or somebody wrote about it. Look at it first."
	case models.CodeConflict:
		return "Not done: this is not possible in its present state."
	case models.CodeOtherPerson:
		return "Not done: " + e.Message + "."
	case models.CodeUnverified:
		return "Not done: the person is not verified well enough for that."
	case models.CodeNotFound:
		return "Not done: there is no such request."
	case models.CodeForbidden:
		return "Not done: this is not for your role."
	case models.CodeUnavailable, models.CodeInFlight:
		return "Not done: a part of the service is away just now. Try again in a moment."
	}
	return "Not done: something went wrong on our side. Try again."
}

// readRow reads the value of a ticked box: "HB-XXXX-XXXX-XX:3".
func readRow(s string) (reference string, version int, ok bool) {
	text, number, _ := strings.Cut(s, ":")
	reference, ok = models.NormaliseReference(text)
	version, err := strconv.Atoi(number)
	return reference, version, ok && err == nil && version > 0
}

// backTo keeps a way back among our own lists.
func backTo(address string) string {
	if rest, ok := strings.CutPrefix(address, "/console"); ok && (rest == "" || rest[0] == '?') && !slices.ContainsFunc([]byte(rest), func(c byte) bool { return c < ' ' }) {
		return address
	}
	return "/console"
}
