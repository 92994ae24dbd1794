package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"habeas/internal/mailaddr"
	"habeas/internal/server"
	"habeas/models"
	"habeas/web/pages"
	"habeas/web/portal"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// oneMailPage is one received mail with what may be done with it.
type oneMailPage struct {
	mailLine
	Verdicts  []verdictLine
	Words     []piece          // what it says, with what the suggestions come from marked
	Suggested []suggestedRight // what it may ask for
	DecidedBy string
	Size      string

	MayPlace       bool
	Seed           string
	Faults         mistakes
	Types, Locales []option
	Reasons        []option
	Form           mailForm
	Kind           models.RequestType // whose questions are asked; "" for none yet
	Asked          any                // the questions, to be drawn by "inputs"
	Carried        []option           // answers to other questions, by the name of their input
}

// mailForm is what staff fill in to place a mail.
type mailForm struct {
	Type, Name, Email, Country, Region, Details, Locale string
	Reference, Reason                                   string
	entry                                               *portal.Entry // the questions of the type, answered
	wrong                                               map[string]string
}

// mailOne shows a received mail, after recording who looked.
func (s *Site) mailOne(w http.ResponseWriter, r *http.Request) error {
	return s.showMail(w, r, http.StatusOK, nil, nil)
}

// showMail shows a mail with its forms: as they are suggested, or as they were
// filled in.
func (s *Site) showMail(w http.ResponseWriter, r *http.Request, status int, filled *mailForm, faults mistakes) error {
	m, err := s.Staff.OpenMail(r.Context(), who(r).Actor(), r.PathValue("id"))
	if err != nil {
		return err
	}
	t, err := s.team(r)
	if err != nil {
		return err
	}
	page := oneMailPage{
		mailLine: s.mailLine(m), Verdicts: verdicts(m.Reading), Words: marked(m.Reading.Text, m.Reading.Suggestion), DecidedBy: t.nameOf(m.DecidedBy.ID),
		Size: fmt.Sprintf("%d KB", (m.Size+1023)/1024), MayPlace: s.Staff.MayDecide(who(r).Actor(), m), Seed: pages.NewSeed(), Faults: faults, Form: suggestedForm(m.Reading),
	}
	page.Suggested = suggestedRights(m.Reading.Suggestion, s.typeName, func(models.RequestType) bool { return false })
	if filled != nil {
		page.Form, page.Seed = *filled, r.PostForm.Get("seed")
	}
	s.mailChoices(&page)
	s.mailQuestions(&page, r.PostForm)
	title := m.Reading.Subject
	if title == "" {
		title = "Mail without a subject"
	}
	return s.show(w, r, status, viewMail, layout{Title: title, Here: "mail", Wrong: len(faults) > 0, Body: page})
}

// suggestedForm is what the mail says of itself: data to be confirmed.
func suggestedForm(m models.MailReading) mailForm {
	f := mailForm{Type: string(m.Suggestion.First().Type), Name: m.Name, Details: workflows.MailDetails(m), Locale: m.Suggestion.Language, Reference: m.Reference}
	f.Country, f.Region = claimedPlace(m.Suggestion.Jurisdiction)
	if len(m.From) == 1 {
		f.Email = m.From[0]
	}
	return f
}

func (s *Site) mailChoices(p *oneMailPage) {
	for _, kind := range s.Policy.Types("", "") {
		p.Types = append(p.Types, option{string(kind.Key), kind.Name("en"), p.Form.Type == string(kind.Key)})
	}
	if kind, ok := s.Policy.Type(models.TypeUnsorted); ok {
		p.Types = append(p.Types, option{string(kind.Key), kind.Name("en"), p.Form.Type == "" || p.Form.Type == string(kind.Key)})
	}
	for _, tag := range locales() {
		p.Locales = append(p.Locales, option{tag, word(languageWords(), tag), p.Form.Locale == tag})
	}
	for _, reason := range workflows.DismissReasons() {
		p.Reasons = append(p.Reasons, option{reason, word(mailReasonWords(), reason), p.Form.Reason == reason})
	}
}

// mailQuestions adds the questions of the type that is chosen.
func (s *Site) mailQuestions(p *oneMailPage, form url.Values) {
	if p.Form.Type == "" {
		p.Form.Type = string(models.TypeUnsorted)
	}
	kind, ok := s.Policy.Type(models.RequestType(p.Form.Type))
	if !ok {
		return
	}
	p.Kind = kind.Key
	entry := s.entries.Blank(kind, "")
	if p.Form.entry != nil {
		entry = *p.Form.entry
	}
	p.Asked, p.Carried = entry.Asked(p.Form.wrong).Questions, carried(form, kind)
}

// mailRaw hands out a mail as it came, after recording who looked.
func (s *Site) mailRaw(w http.ResponseWriter, r *http.Request) error {
	_, raw, err := s.Staff.RawMail(r.Context(), who(r).Actor(), r.PathValue("id"), server.ReserveFile(r))
	if err != nil {
		return err
	}
	return pages.Download(w, r, "mail.eml", raw)
}

// readMailForm reads a form about a mail.
func readMailForm(w http.ResponseWriter, r *http.Request) (mailForm, mistakes, error) {
	if err := pages.Form(w, r); err != nil {
		return mailForm{}, nil, err
	}
	var faults mistakes
	line := func(name string, most int) string {
		value := pages.Clean(r.PostForm.Get(name), name == "details")
		if len([]rune(value)) > most {
			faults = append(faults, faultLine{name, fmt.Sprintf("This is too long: %d characters at most.", most)})
		}
		return value
	}
	f := mailForm{
		Type: line("type", longestLine), Name: line("name", longestLine), Email: mailaddr.Clean(line("email", longestEmail)), Country: strings.ToUpper(line("country", 2)),
		Region: strings.ToUpper(line("region", 3)), Details: line("details", longestText), Locale: line("locale", 2),
		Reference: line("reference", longestLine), Reason: line("reason", longestLine),
	}
	return f, faults, nil
}

// placed is what is stored of an act on a mail: the same form again finds it.
type placed struct {
	Reference string `json:"reference"`
}

// mailRequest turns a held mail into a request, with what the mail says as the
// answers to the questions of its type.
func (s *Site) mailRequest(w http.ResponseWriter, r *http.Request) error {
	f, faults, err := readMailForm(w, r)
	if err != nil {
		return err
	}
	c := workflows.Submit{
		Type: models.RequestType(f.Type), Details: f.Details, Locale: f.Locale,
		Person: models.Person{Name: f.Name, Email: f.Email, Country: f.Country, Region: f.Region},
	}
	ready := true
	if kind, ok := s.Policy.Type(c.Type); ok {
		if f.entry, ready, err = s.answers(r, kind); err != nil {
			return err
		}
	}
	switch {
	case len(faults) > 0:
		return s.showMail(w, r, http.StatusUnprocessableEntity, &f, faults)
	case !ready:
		return s.showMail(w, r, http.StatusOK, &f, nil)
	case f.entry != nil:
		c.Fields = f.entry.Fields()
	}
	return s.place(w, r, f, "request", func(ctx context.Context, by models.Actor, o cases.Option) error {
		_, err := s.Staff.RequestFromMail(ctx, by, r.PathValue("id"), c, o)
		return err
	})
}

// mailAttach puts a held mail into a case.
func (s *Site) mailAttach(w http.ResponseWriter, r *http.Request) error {
	f, faults, err := readMailForm(w, r)
	if err != nil {
		return err
	}
	reference, ok := models.NormaliseReference(f.Reference)
	if !ok {
		faults = append(faults, faultLine{"reference", "This is not a reference such as HB-7K3M-Q9TX-2D."})
	}
	if len(faults) > 0 {
		return s.showMail(w, r, http.StatusUnprocessableEntity, &f, faults)
	}
	if _, err := s.Staff.FactsOf(r.Context(), reference); err != nil {
		if models.CodeOf(err) != models.CodeNotFound {
			return err
		}
		return s.showMail(w, r, http.StatusUnprocessableEntity, &f, mistakes{{"reference", "There is no request with this reference."}})
	}
	return s.place(w, r, f, "attach", func(ctx context.Context, by models.Actor, o cases.Option) error {
		_, err := s.Staff.AttachMail(ctx, by, r.PathValue("id"), reference, o)
		return err
	})
}

// place runs an act on a mail once, however often its form is sent, and leads
// to the case.
func (s *Site) place(w http.ResponseWriter, r *http.Request, f mailForm, act string, run func(context.Context, models.Actor, cases.Option) error) error {
	by := who(r).Actor()
	key := pages.OnceFor(by.ID, r.PostForm.Get("seed"), append([]string{"mail", act, r.PathValue("id")}, content(r.PostForm)...)...)
	answer, err := pages.Once(r.Context(), s.Staff, key, func() error {
		return run(r.Context(), by, pages.Stored(key, func(d workflows.Decision) any { return placed{d.Request.Reference} }))
	})
	if err != nil {
		return s.notPlaced(w, r, f, err)
	}
	var done placed
	if err := json.Unmarshal(answer, &done); err != nil {
		return fmt.Errorf("reading what became of a mail: %w", err)
	}
	return see(w, "/console/requests/"+done.Reference)
}

// notPlaced shows the form again with what is wrong with it.
func (s *Site) notPlaced(w http.ResponseWriter, r *http.Request, f mailForm, err error) error {
	bad, ok := errors.AsType[*models.Error](err)
	switch {
	case ok && bad.Code == models.CodeConflict:
		return s.showMail(w, r, http.StatusConflict, &f, mistakes{{"", "Somebody else decided meanwhile what becomes of this mail, or the case takes no more mail."}})
	case ok && bad.Code == models.CodeInvalid:
		return s.showMail(w, r, http.StatusUnprocessableEntity, &f, f.faults(err, bad.Fields))
	}
	return err
}

// faults says what is wrong beside the inputs, and returns it in the order of
// the form.
func (f *mailForm) faults(err error, fields []models.FieldError) mistakes {
	all := mailFaults(fields)
	if f.entry == nil {
		return all
	}
	wrong := map[string]string{}
	f.entry.Refused(wrong, err)
	maps.DeleteFunc(wrong, func(input, _ string) bool { return !strings.HasPrefix(input, "f.") })
	f.wrong = wrong
	return append(faultLinesOf(*f.entry, wrong), all...)
}

// mailFaults says what is wrong, at the fields of the form; what the form does
// not ask is said with a way out.
func mailFaults(fields []models.FieldError) mistakes {
	ours := map[string]string{"type": "type", "person.email": "email", "person.name": "name", "country": "country", "person.country": "country", "region": "region", "person.region": "region", "details": "details", "locale": "locale"}
	var all mistakes
	for _, f := range fields {
		if strings.HasPrefix(f.Field, "fields.") {
			continue // said beside the question
		}
		target, known := ours[f.Field]
		if !known {
			all = append(all, faultLine{"type", "This type needs more than a mail has (" + strings.ReplaceAll(f.Field, "_", " ") + " " + f.Message + "). Take it as not sorted yet, and ask the person."})
			continue
		}
		all = append(all, faultLine{target, strings.ToUpper(target[:1]) + target[1:] + " " + f.Message + "."})
	}
	return all
}

// mailDismiss says that nothing is to be done with a held mail, once however
// often its form is sent.
func (s *Site) mailDismiss(w http.ResponseWriter, r *http.Request) error {
	f, _, err := readMailForm(w, r)
	if err != nil {
		return err
	}
	by := who(r).Actor()
	key := pages.OnceFor(by.ID, r.PostForm.Get("seed"), "mail", "dismiss", r.PathValue("id"), f.Reason)
	_, err = pages.Once(r.Context(), s.Staff, key, func() error {
		_, err := s.Staff.DismissMail(r.Context(), by, r.PathValue("id"), f.Reason, pages.Stored(key, pages.Nothing))
		return err
	})
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is shown as a problem
	case "":
		return see(w, "/console/mail?done=dismissed")
	case models.CodeInvalid:
		return s.showMail(w, r, http.StatusUnprocessableEntity, &f, mistakes{{"reason", "Say why."}})
	case models.CodeConflict:
		return s.notPlaced(w, r, f, err)
	}
	return err
}
