package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// LegalHolds is what the console needs of legal holds. See cases.LegalHolds.
type LegalHolds interface {
	List(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, models.Cursor, error)
	Open(ctx context.Context, by models.Actor, id string) (models.LegalHold, error)
	Set(ctx context.Context, by models.Actor, n workflows.NewLegalHold, o cases.Option) (models.LegalHold, error)
	Review(ctx context.Context, by models.Actor, id, note string, on models.Date, o cases.Option) (models.LegalHold, error)
	Lift(ctx context.Context, by models.Actor, id, note string, o cases.Option) (models.LegalHold, error)
	May(by models.Actor, c workflows.CommandName, h models.LegalHold) bool
}

// pathLegalHolds is the page of all legal holds.
const pathLegalHolds = "/console/legal-holds"

// sortLegalHolds marks the cursors of the list of legal holds.
const sortLegalHolds models.Sort = "legal_holds"

// legalHoldsPage lists the legal holds, and sets more.
type legalHoldsPage struct {
	Holds  []legalHoldLine
	Next   string // the address of the next page
	May    bool   // read and set them
	Seed   string
	Form   legalHoldForm
	Faults mistakes
}

// legalHoldForm is what is typed into the form of a new one.
type legalHoldForm struct {
	Emails, Phones, Numbers, Note, ReviewOn string
	Reasons                                 []option
}

// legalHoldLine is a legal hold in words.
type legalHoldLine struct {
	models.LegalHold
	ReasonWords, KnownBy, SetByName, Standing, Badge string
}

func (s *Site) legalHoldLine(t team, h models.LegalHold) legalHoldLine {
	l := legalHoldLine{LegalHold: h, ReasonWords: s.Policy.ReasonTitle(h.Reason, "en"), SetByName: t.nameOf(h.SetBy()), Standing: "Stands", Badge: "warn"}
	var known []string
	for _, kind := range h.Kinds {
		known = append(known, word(identifierWords(), kind))
	}
	l.KnownBy = strings.Join(known, ", ")
	switch {
	case !h.Stands():
		l.Standing, l.Badge = "Lifted", ""
	case !models.DateOf(s.Now(), s.Zone).Before(h.ReviewOn):
		l.Standing, l.Badge = "To review", "bad"
	}
	return l
}

// SetAt is when it was set.
func (l legalHoldLine) SetAt() time.Time { return l.History[0].At }

func identifierWords() map[models.IdentifierKind]string {
	return map[models.IdentifierKind]string{
		models.IdentifierEmail: "email address", models.IdentifierPhone: "telephone number", models.IdentifierExternal: "customer number",
	}
}

// legalHolds lists the legal holds.
func (s *Site) legalHolds(w http.ResponseWriter, r *http.Request) error {
	return s.showLegalHolds(w, r, http.StatusOK, legalHoldsPage{Seed: pages.NewSeed()}, "legal_claims")
}

func (s *Site) showLegalHolds(w http.ResponseWriter, r *http.Request, status int, page legalHoldsPage, reason string) error {
	t, err := s.team(r)
	if err != nil {
		return err
	}
	f := models.LegalHoldFilter{Limit: 100, After: readCursor(sortLegalHolds, r.URL.Query().Get("after"))}
	holds, next, err := s.Staff.LegalHolds().List(r.Context(), f)
	if err != nil {
		return err
	}
	for _, h := range holds {
		page.Holds = append(page.Holds, s.legalHoldLine(t, h))
	}
	if !next.IsZero() {
		page.Next = pathLegalHolds + "?after=" + writeCursor(sortLegalHolds, next)
	}
	page.May = s.Staff.LegalHolds().May(who(r).Actor(), workflows.CommandSetLegalHold, models.LegalHold{})
	for _, known := range s.Policy.ReasonsOf(models.TypeDeletion, "en") {
		page.Form.Reasons = append(page.Form.Reasons, option{known.Code, known.Title, known.Code == reason})
	}
	return s.show(w, r, status, viewLegalHolds, layout{Title: "Legal holds", Here: "settings", Wrong: len(page.Faults) > 0, Body: page})
}

// legalHoldSet sets a legal hold. Sent twice it is one.
func (s *Site) legalHoldSet(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	t := &words{r.PostForm, map[string]string{}}
	page := legalHoldsPage{Seed: r.PostForm.Get("seed"), Form: legalHoldForm{
		Emails: t.may("emails", longestText), Phones: t.may("phones", longestText), Numbers: t.may("numbers", longestText),
		Note: t.need("note", "Say why nothing may be erased.", 4000), ReviewOn: pages.Clean(r.PostForm.Get("review_on"), false),
	}}
	n := workflows.NewLegalHold{Reason: r.PostForm.Get("reason"), Note: page.Form.Note}
	n.Identifiers = append(n.Identifiers, identifiersOf(models.IdentifierEmail, page.Form.Emails)...)
	n.Identifiers = append(n.Identifiers, identifiersOf(models.IdentifierPhone, page.Form.Phones)...)
	n.Identifiers = append(n.Identifiers, identifiersOf(models.IdentifierExternal, page.Form.Numbers)...)
	var err error
	if n.ReviewOn, err = models.ParseDate(page.Form.ReviewOn); err != nil {
		t.faults["review_on"] = "Enter the day of the review."
	}
	if len(n.Identifiers) == 0 {
		t.faults["emails"] = "Enter what the person is known by: an address, a telephone number or a customer number."
	}
	for _, field := range []string{"emails", "phones", "numbers", "note", "review_on"} {
		if fault := t.faults[field]; fault != "" {
			page.Faults = append(page.Faults, faultLine{field, fault})
		}
	}
	if len(page.Faults) > 0 {
		return s.showLegalHolds(w, r, http.StatusUnprocessableEntity, page, n.Reason)
	}
	id := ""
	key := pages.OnceFor(who(r).Staff.ID, page.Seed, append([]string{"legal hold"}, content(r.PostForm)...)...)
	answer, err := pages.Once(r.Context(), s.Staff, key, func() error {
		h, err := s.Staff.LegalHolds().Set(r.Context(), who(r).Actor(), n, pages.Stored(key, pages.Nothing))
		id = h.ID
		return err
	})
	bad, ok := errors.AsType[*models.Error](err)
	switch {
	case ok && bad.Code == models.CodeInvalid:
		page.Faults = legalHoldFaults(bad)
		return s.showLegalHolds(w, r, http.StatusUnprocessableEntity, page, n.Reason)
	case err != nil:
		return err
	case id == "" || len(answer) == 0: // the same form again
		return see(w, pathLegalHolds)
	}
	return see(w, pathLegalHolds+"/"+id+"?done=set")
}

// legalHoldFaults leads each fault to its field of the form.
func legalHoldFaults(bad *models.Error) (all mistakes) {
	for _, f := range bad.Fields {
		target, text := f.Field, strings.ToUpper(f.Field[:1])+f.Field[1:]+" "+f.Message+"."
		switch f.Field {
		case "identifiers":
			target, text = "emails", "An address, a telephone number or a customer number is not written as one, or there are more than 20."
		case "review_on":
			text = "The day of the review is after today, within two years."
		}
		all = append(all, faultLine{target, text})
	}
	return all
}

// identifiersOf are those of one kind that were typed, one a line.
func identifiersOf(kind models.IdentifierKind, text string) (all []models.Identifier) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, models.Identifier{Kind: kind, Value: line})
		}
	}
	return all
}

// legalHoldPage is one legal hold with its history.
type legalHoldPage struct {
	legalHoldLine
	Known  []identifierLine
	Steps  []legalHoldStepLine
	Seed   string
	Note   string // as typed
	Review string
	Faults mistakes
	Done   string
}

type identifierLine struct{ Kind, Value string }

type legalHoldStepLine struct {
	models.LegalHoldStep
	Words, Who, Note string
}

// legalHold shows one legal hold. That it was read is recorded.
func (s *Site) legalHold(w http.ResponseWriter, r *http.Request) error {
	done := map[string]string{
		"set": "The legal hold stands. Tasks that erase wait for it.", "review": "The legal hold was reviewed.",
		"lift": "The legal hold is lifted. What waited for it goes on.",
	}[r.URL.Query().Get("done")]
	return s.showLegalHold(w, r, http.StatusOK, legalHoldPage{Done: done, Seed: pages.NewSeed()})
}

func (s *Site) showLegalHold(w http.ResponseWriter, r *http.Request, status int, page legalHoldPage) error {
	t, err := s.team(r)
	if err != nil {
		return err
	}
	h, err := s.Staff.LegalHolds().Open(r.Context(), who(r).Actor(), r.PathValue("id"))
	if err != nil {
		return err
	}
	page.legalHoldLine = s.legalHoldLine(t, h)
	for _, id := range h.Identifiers {
		page.Known = append(page.Known, identifierLine{word(identifierWords(), id.Kind), id.Value})
	}
	for i, step := range h.History {
		line := legalHoldStepLine{LegalHoldStep: step, Who: t.nameOf(step.By), Words: map[models.LegalHoldAct]string{
			models.LegalHoldSet: "Set", models.LegalHoldReviewed: "Reviewed", models.LegalHoldLifted: "Lifted",
		}[step.Act]}
		if i < len(h.Notes) {
			line.Note = h.Notes[i]
		}
		page.Steps = append(page.Steps, line)
	}
	return s.show(w, r, status, viewLegalHold, layout{Title: "Legal hold", Here: "settings", Wrong: len(page.Faults) > 0, Body: page})
}

// legalHoldReview keeps a legal hold until another day.
func (s *Site) legalHoldReview(w http.ResponseWriter, r *http.Request) error {
	return s.legalHoldStep(w, r, "review", func(note string, on models.Date, o cases.Option) error {
		_, err := s.Staff.LegalHolds().Review(r.Context(), who(r).Actor(), r.PathValue("id"), note, on, o)
		return err
	})
}

// legalHoldLift ends a legal hold.
func (s *Site) legalHoldLift(w http.ResponseWriter, r *http.Request) error {
	return s.legalHoldStep(w, r, "lift", func(note string, _ models.Date, o cases.Option) error {
		_, err := s.Staff.LegalHolds().Lift(r.Context(), who(r).Actor(), r.PathValue("id"), note, o)
		return err
	})
}

// legalHoldStep takes a step with a legal hold, once for a form.
func (s *Site) legalHoldStep(w http.ResponseWriter, r *http.Request, step string, do func(string, models.Date, cases.Option) error) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	t := &words{r.PostForm, map[string]string{}}
	page := legalHoldPage{Seed: r.PostForm.Get("seed"), Review: pages.Clean(r.PostForm.Get("review_on"), false)}
	page.Note = t.need(step+"-note", "Say why.", 4000)
	on, err := models.ParseDate(page.Review)
	if step == "review" && err != nil {
		t.faults["review_on"] = "Enter the day of the next review."
	}
	for _, field := range []string{step + "-note", "review_on"} {
		if fault := t.faults[field]; fault != "" {
			page.Faults = append(page.Faults, faultLine{field, fault})
		}
	}
	if len(page.Faults) > 0 {
		return s.showLegalHold(w, r, http.StatusUnprocessableEntity, page)
	}
	key := pages.OnceFor(who(r).Staff.ID, page.Seed, append([]string{"legal hold", step, r.PathValue("id")}, content(r.PostForm)...)...)
	_, err = pages.Once(r.Context(), s.Staff, key, func() error { return do(page.Note, on, pages.Stored(key, pages.Nothing)) })
	bad, ok := errors.AsType[*models.Error](err)
	switch {
	case ok && bad.Code == models.CodeInvalid:
		page.Faults = legalHoldFaults(bad)
		return s.showLegalHold(w, r, http.StatusUnprocessableEntity, page)
	case ok && bad.Code == models.CodeConflict:
		page.Faults = mistakes{{"", "The legal hold was lifted before."}}
		return s.showLegalHold(w, r, http.StatusConflict, page)
	case err != nil:
		return err
	}
	return see(w, pathLegalHolds+"/"+r.PathValue("id")+"?done="+step)
}
