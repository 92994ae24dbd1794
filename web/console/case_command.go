package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// What a button of a command's form does.
const (
	doPreview = "preview"
	doText    = "text" // with the number of a ready-made text
)

// caseCommand gives one command of staff to a request. The form says which
// version of the request it was drawn from: where that has changed, nothing is
// done, and the page comes back with what was typed and what changed.
func (s *Site) caseCommand(name workflows.CommandName) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error { return s.command(w, r, name) }
}

func (s *Site) command(w http.ResponseWriter, r *http.Request, name workflows.CommandName) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	typed := typedForm{Command: name, Values: r.PostForm}
	do, number, _ := strings.Cut(r.PostForm.Get("do"), ":")
	if do == doText {
		return s.insertText(w, r, reference, typed, number)
	}
	if name == workflows.CommandClassify {
		return s.classify(w, r, reference, typed)
	}
	c, faults, err := s.readCommand(r, name)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		typed.Faults = faults
		return s.showCase(w, r, http.StatusUnprocessableEntity, reference, typed)
	}
	if do == doPreview {
		return s.previewCommand(w, r, reference, typed, c)
	}
	if err := s.give(r, reference, c); err != nil {
		return s.refuse(w, r, reference, typed, err)
	}
	return see(w, "/console/requests/"+reference+"?done="+url.QueryEscape(string(name))+"#done")
}

// give runs a command once, however often its form is sent.
func (s *Site) give(r *http.Request, reference string, c workflows.Command) error {
	by := who(r).Actor()
	key := pages.OnceFor(by.ID, r.PostForm.Get("seed"), append([]string{"command", string(c.Name()), reference}, content(r.PostForm)...)...)
	o := pages.Stored(key, pages.Nothing)
	if c.Name() != workflows.CommandNote { // a note is welcome whatever happened
		o.IfVersion, _ = strconv.Atoi(r.PostForm.Get("version"))
		o.IfVersion = max(o.IfVersion, 1)
	}
	_, err := pages.Once(r.Context(), s.Staff, key, func() error {
		var err error
		if o.IfLastSeen, err = s.lastSeenMessage(r, reference, c); err != nil {
			return err
		}
		if _, err = s.Staff.Do(r.Context(), by, reference, c, o); models.CodeOf(err) != models.CodeStale {
			return err
		}
		version, fault := s.onlyClock(r, reference, o.IfVersion)
		if fault != nil || version == o.IfVersion {
			return cmp.Or(fault, err)
		}
		o.IfVersion = version
		_, err = s.Staff.Do(r.Context(), by, reference, c, o)
		return err
	})
	return err
}

// content is what makes one form another: all of its fields, in order.
func content(form url.Values) []string {
	var all []string
	for name, values := range form {
		all = append(all, name+"="+strings.Join(values, "\x00"))
	}
	slices.Sort(all)
	return all
}

// lastSeenMessage refuses what is decided upon a conversation whose last message came
// after the form was drawn. It returns how many messages of the requester there
// are: one that comes between this look and the transaction stops that, too.
func (s *Site) lastSeenMessage(r *http.Request, reference string, c workflows.Command) (*int, error) {
	upon := []workflows.CommandName{
		workflows.CommandAsk, workflows.CommandReply, workflows.CommandDecide, workflows.CommandApprove, workflows.CommandExtend,
		workflows.CommandMerge, workflows.CommandMarkSpam, workflows.CommandClassify, workflows.CommandSetRequester, workflows.CommandMoveMail,
	}
	if !slices.Contains(upon, c.Name()) {
		return nil, nil //nolint:nilnil // it does not matter
	}
	q, err := s.Staff.FactsOf(r.Context(), reference)
	if err != nil {
		return nil, err
	}
	messages, err := s.Staff.Messages(r.Context(), q.ID)
	if err != nil {
		return nil, err
	}
	if lastSaid(messages) != r.PostForm.Get("seen") {
		return nil, models.Errorf(models.CodeStale, "there is a message that was not read")
	}
	incoming := 0
	for _, m := range messages {
		if m.Direction == models.Incoming {
			incoming++
		}
	}
	return &incoming, nil
}

// onlyClock returns the version that a request came to from one before by the
// clock alone, which reminds staff of the date. Where anything else happened it
// is the version before.
func (s *Site) onlyClock(r *http.Request, reference string, before int) (int, error) {
	events, err := s.Staff.Events(r.Context(), reference)
	now := before
	for _, e := range events {
		if e.Version > before && !quiet(e.Kind) {
			return before, err
		}
		now = max(now, e.Version)
	}
	return now, err
}

// previewCommand shows what a command would lead to.
func (s *Site) previewCommand(w http.ResponseWriter, r *http.Request, reference string, typed typedForm, c workflows.Command) error {
	opened, err := s.Staff.Open(r.Context(), who(r).Actor(), reference)
	if err != nil {
		return err
	}
	after, err := s.Staff.Try(r.Context(), who(r).Actor(), opened.Request, c)
	if err != nil {
		return s.refuse(w, r, reference, typed, err)
	}
	if typed.Preview, typed.Review, err = s.letterOf(r.Context(), after); err != nil {
		return err
	}
	if decided := after.Request.Proposal; decided.Waits() {
		typed.Warnings = missingFiles(after.Request, decided)
	} else {
		typed.Warnings = missingFiles(after.Request, after.Request.Decision)
	}
	return s.showCase(w, r, http.StatusOK, reference, typed)
}

// refuse shows the page again with what was typed, why it was not done, and
// what happened meanwhile.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, reference string, typed typedForm, err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	status := http.StatusConflict
	switch e.Code { //nolint:exhaustive // the rest is not about the form
	case models.CodeInvalid:
		status, typed.Faults = http.StatusUnprocessableEntity, faultsOf(e, typed.Values)
	case models.CodeStale:
		typed.Refused = "Nothing was done: the request has changed since this page was drawn. What you typed is still here. Look at what changed, and send it again if it still fits."
	case models.CodeConflict:
		typed.Refused = "Nothing was done: " + conflictWords(e) + " What you typed is still here."
	case models.CodeOtherPerson:
		typed.Refused = "Nothing was done: another person has to do this. " + sentence(e.Message)
	case models.CodeUnverified:
		typed.Refused = "Nothing was done: the person is not verified well enough for this. Verify them first. What you typed is still here."
	case models.CodeUnavailable, models.CodeInFlight:
		status = http.StatusServiceUnavailable
		typed.Refused = "A part of the service is away just now. What you typed is still here: send it again in a moment."
	default:
		return err
	}
	page, err := s.casePage(r, reference, typed)
	if err != nil {
		return err
	}
	if e.Code == models.CodeStale || e.Code == models.CodeConflict {
		if err := s.tellChanges(r, reference, &page); err != nil {
			return err
		}
	}
	return s.show(w, r, status, viewCase, layout{Title: page.Type + ", " + reference, Here: "worklist", Wrong: true, Body: page})
}

// tellChanges adds what happened since the form was drawn.
func (s *Site) tellChanges(r *http.Request, reference string, page *casePage) error {
	version, _ := strconv.Atoi(r.PostForm.Get("version"))
	q, err := s.Staff.FactsOf(r.Context(), reference)
	if err != nil {
		return err
	}
	d := caseView{Site: s, r: r}
	if d.c.Messages, err = s.Staff.Messages(r.Context(), q.ID); err != nil {
		return err
	}
	if d.events, err = s.Staff.Events(r.Context(), reference); err != nil {
		return err
	}
	if d.team, err = s.team(r); err != nil {
		return err
	}
	if d.policy, err = s.Staff.PolicyOf(r.Context(), q); err != nil {
		return err
	}
	page.Typed.Changed = d.since(version, r.PostForm.Get("seen"))
	return nil
}

func conflictWords(e *models.Error) string {
	if len(e.Allowed) > 0 {
		return "this is not possible in the state that the request is in now."
	}
	return sentence(e.Message)
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// faultsOf puts what the service finds wrong beside the inputs.
func faultsOf(e *models.Error, form url.Values) map[string]string {
	faults := map[string]string{}
	for _, f := range e.Fields {
		faults[inputOf(f.Field, form)] = sentence(f.Message)
	}
	if len(faults) == 0 {
		faults[""] = sentence(e.Message)
	}
	return faults
}

// inputOf is the input that a path of the command is about.
func inputOf(path string, form url.Values) string {
	rest, ok := strings.CutPrefix(path, "items[")
	if !ok {
		name, _, _ := strings.Cut(path, "[")
		return name
	}
	number, part, _ := strings.Cut(rest, "]")
	part, _, _ = strings.Cut(strings.TrimPrefix(part, "."), "[")
	n, _ := strconv.Atoi(number)
	if nos := form["item"]; n < len(nos) {
		return "item." + nos[n] + "." + part
	}
	return "items"
}

// words reads texts and notes what is wrong with them.
type words struct {
	form   url.Values
	faults map[string]string
}

func (t *words) need(name, missing string, longest int) string {
	text := t.may(name, longest)
	if text == "" {
		t.faults[name] = missing
	}
	return text
}

func (t *words) may(name string, longest int) string {
	text := pages.Clean(t.form.Get(name), true)
	if utf8.RuneCountInString(text) > longest {
		t.faults[name] = fmt.Sprintf("This is too long: %d characters at most.", longest)
	}
	return text
}

// line is may for a text of one line.
func (t *words) line(name string, longest int) string {
	text := pages.Clean(t.form.Get(name), false)
	if utf8.RuneCountInString(text) > longest {
		t.faults[name] = fmt.Sprintf("This is too long: %d characters at most.", longest)
	}
	return text
}

// readCommand makes a command of a form.
func (s *Site) readCommand(r *http.Request, name workflows.CommandName) (workflows.Command, map[string]string, error) {
	t := &words{r.PostForm, map[string]string{}}
	var c workflows.Command
	var err error
	switch name { //nolint:exhaustive // the rest is not for staff
	case workflows.CommandVerify:
		method := pages.Clean(t.form.Get("method"), false)
		if !slices.Contains(methods(), method) {
			t.faults["method"] = "Choose how you made sure."
		}
		c = workflows.Verify{
			Level: models.Level(t.form.Get("level")), Method: method, Note: t.may("note", longestReason), Of: workflows.Proven(t.form.Get("of")),
		}
	case workflows.CommandAssign:
		var id string
		id, err = s.Accounts.People.Resolve(r.Context(), who(r).Actor(), pages.Clean(t.form.Get("assignee"), false))
		if models.CodeOf(err) == models.CodeInvalid {
			t.faults["assignee"], err = "This person cannot be given requests.", nil
		}
		c = workflows.Assign{Assignee: id}
	case workflows.CommandStart:
		c = workflows.Start{}
	case workflows.CommandAsk:
		c = workflows.Ask{Message: t.need("message", "Write what you want to know.", longestText), Purpose: models.HoldPurpose(t.form.Get("purpose"))}
	case workflows.CommandResume:
		c = workflows.Resume{}
	case workflows.CommandNote:
		c = workflows.Note{Text: t.need("text", "Write the note.", longestText)}
	case workflows.CommandReply:
		c = workflows.Reply{Message: t.need("message", "Write the message.", longestText)}
	case workflows.CommandExtend:
		c = workflows.Extend{Reason: t.need("reason", "Write why more time is needed: the person reads it.", longestReason)}
	case workflows.CommandDecide:
		c = readDecision(t)
	case workflows.CommandApprove:
		version, _ := strconv.Atoi(t.form.Get("version"))
		c = workflows.Approve{Version: version}
	case workflows.CommandReturn:
		c = workflows.Return{Reason: t.need("reason", "Write what is to be done otherwise.", longestReason)}
	case workflows.CommandReopen:
		c = workflows.Reopen{Reason: t.need("reason", "Write why.", longestReason)}
	case workflows.CommandMerge:
		c = workflows.Merge{Reference: pages.Clean(t.form.Get("into"), false)}
	case workflows.CommandMarkSpam:
		c = workflows.MarkSpam{}
	case workflows.CommandDeleteFile:
		if t.form.Get("sure") == "" {
			t.faults["sure"] = "Confirm that it is to be deleted for good."
		}
		c = workflows.DeleteFile{File: pages.Clean(t.form.Get("file"), false), Reason: t.form.Get("reason")}
	case workflows.CommandMoveMail:
		c = workflows.MoveMail{Mail: pages.Clean(t.form.Get("mail"), false), Reference: pages.Clean(t.form.Get("into"), false)}
	case workflows.CommandSetRequester:
		c = workflows.SetRequester{PersonName: t.line("name", longestName), Email: mailaddr.Clean(t.line("email", longestAddress))}
	default:
		err = models.Errorf(models.CodeNotFound, "there is no such command")
	}
	return c, t.faults, err
}

// readDecision reads an outcome for the whole, or one for each item.
func readDecision(t *words) workflows.Command {
	c := workflows.Conclude{Message: t.need("message", "Write the answer: the person reads it.", longestText), Files: t.form["files"]}
	for _, no := range t.form["item"] {
		at := "item." + no + "."
		n, err := strconv.Atoi(no)
		if err != nil {
			t.faults["items"] = "The form cannot be read."
			continue
		}
		item := workflows.ItemGiven{No: n, Outcome: models.Outcome(t.form.Get(at + "outcome")), Reasons: readReasons(t, at)}
		if item.Outcome == "" {
			t.faults[at+"outcome"] = "Choose an outcome."
		}
		c.Items = append(c.Items, item)
	}
	if len(c.Items) > 0 {
		return c
	}
	if c.Outcome = models.Outcome(t.form.Get("outcome")); c.Outcome == "" {
		t.faults["outcome"] = "Choose an outcome."
	}
	c.Reasons = readReasons(t, "")
	return c
}

func readReasons(t *words, at string) []workflows.ReasonGiven {
	var all []workflows.ReasonGiven
	for _, code := range t.form[at+"reasons"] {
		all = append(all, workflows.ReasonGiven{Code: code, Explanation: t.may(at+"explain."+code, longestReason)})
	}
	return all
}
