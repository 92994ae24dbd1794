package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/web/portal"
	"habeas/workflows"
)

// entryPage is a request that staff type in.
type entryPage struct {
	Types                          []option // to choose from, where none is chosen
	Kind                           string
	Seed                           string
	Questions                      portal.EntryQuestions
	ForOther                       bool
	Channels, Locales              []option
	ReceivedOn, Today, ChannelHelp string
	WrongDate                      string
	Refused                        string
}

// entryChannels are the ways in which what staff type in has come.
func entryChannels() []models.Channel {
	return []models.Channel{models.ChannelLetter, models.ChannelPhone, models.ChannelPerson, models.ChannelEmail}
}

// entryForm shows the types to choose from, or the empty form of one.
func (s *Site) entryForm(w http.ResponseWriter, r *http.Request) error {
	kind, ok := s.Policy.Type(models.RequestType(r.URL.Query().Get("type")))
	if !ok || kind.Unsorted {
		page := entryPage{}
		for _, t := range s.Policy.Types("", "") {
			page.Types = append(page.Types, option{string(t.Key), t.Name("en"), false})
		}
		return s.show(w, r, http.StatusOK, viewEntry, layout{Title: "Enter a request", Here: "entry", Body: page})
	}
	return s.showEntry(w, r, http.StatusOK, kind, s.entries.Blank(kind, pages.NewSeed()), nil, "")
}

// showEntry shows a form as it was filled in.
func (s *Site) showEntry(w http.ResponseWriter, r *http.Request, status int, kind *policies.Type, e portal.Entry, wrong map[string]string, refused string) error {
	page := entryPage{
		Kind: string(kind.Key), Seed: e.Seed(), Questions: e.Questions(wrong), ForOther: e.ForOther(), Refused: refused,
		ReceivedOn: pages.Clean(r.PostForm.Get("received_on"), false), Today: models.DateOf(s.Now(), s.Zone).String(), WrongDate: wrong["received_on"],
	}
	if page.ReceivedOn == "" {
		page.ReceivedOn = page.Today
	}
	for _, c := range entryChannels() {
		page.Channels = append(page.Channels, option{string(c), word(channelWords(), c), r.PostForm.Get("channel") == string(c)})
	}
	for _, tag := range locales() {
		page.Locales = append(page.Locales, option{tag, word(languageWords(), tag), r.PostForm.Get("locale") == tag})
	}
	return s.show(w, r, status, viewEntry, layout{Title: "Enter: " + kind.Name("en"), Here: "entry", Wrong: len(wrong) > 0 || refused != "", Body: page})
}

func locales() []string { return []string{"en", "de", "fr", "es"} }

// entryFile files the request once, however often its form is sent.
func (s *Site) entryFile(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	kind, ok := s.Policy.Type(models.RequestType(r.PostForm.Get("type")))
	if !ok || kind.Unsorted {
		return models.Errorf(models.CodeMalformed, "the form names no type")
	}
	e, filed, err := s.entries.Read(r, kind)
	if err != nil {
		return err
	}
	if !filed {
		return s.showEntry(w, r, http.StatusOK, kind, e, nil, "")
	}
	channel := models.Channel(r.PostForm.Get("channel"))
	if !slices.Contains(entryChannels(), channel) {
		return models.Errorf(models.CodeMalformed, "the form names no channel")
	}
	wrong := e.Check(channel == models.ChannelEmail, models.DateOf(s.Now(), s.Zone))
	received, fault := s.receivedOn(pages.Clean(r.PostForm.Get("received_on"), false))
	if fault != "" {
		wrong["received_on"] = fault
	}
	if len(wrong) > 0 {
		return s.showEntry(w, r, http.StatusUnprocessableEntity, kind, e, wrong, "")
	}
	reference, err := s.enter(r, e, channel, received)
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is a fault of our own
	case "":
		return see(w, "/console/requests/"+reference+"?done=entered#done")
	case models.CodeInvalid:
		e.Refused(wrong, err)
		if bad, ok := errors.AsType[*models.Error](err); ok && slices.ContainsFunc(bad.Fields, func(f models.FieldError) bool { return f.Field == "received_at" }) {
			wrong["received_on"] = "The day must be past, five years ago at most."
			delete(wrong, "received_at")
		}
		return s.showEntry(w, r, http.StatusUnprocessableEntity, kind, e, wrong, "")
	case models.CodeUnavailable, models.CodeInFlight:
		return s.showEntry(w, r, http.StatusServiceUnavailable, kind, e, nil, "A part of the service is away just now. What you typed is still here: send it again in a moment.")
	}
	return err
}

// receivedOn is the instant a request reached the organisation: now, for
// today, and else noon of that day, since clocks count days.
func (s *Site) receivedOn(text string) (time.Time, string) {
	d, err := models.ParseDate(text)
	today := models.DateOf(s.Now(), s.Zone)
	switch {
	case err != nil:
		return time.Time{}, "Enter the day on which it reached you."
	case d.After(today):
		return time.Time{}, "The day is in the future."
	case d == today:
		return s.Now(), ""
	}
	return d.At(12, s.Zone), ""
}

// entered is what is stored of an entry: the same form again finds it.
type entered struct {
	Reference string `json:"reference"`
}

func (s *Site) enter(r *http.Request, e portal.Entry, channel models.Channel, received time.Time) (string, error) {
	by := who(r).Actor()
	locale := r.PostForm.Get("locale")
	if !slices.Contains(locales(), locale) {
		locale = locales()[0]
	}
	content := append(e.Content(), string(channel), locale, r.PostForm.Get("received_on"))
	key := pages.OnceFor(by.ID, e.Seed(), append([]string{"enter"}, content...)...)
	answer, err := pages.Once(r.Context(), s.Staff, key, func() error { return s.submit(r.Context(), by, e.Command(locale), channel, received, key) })
	if err != nil {
		return "", err
	}
	var done entered
	if err := json.Unmarshal(answer, &done); err != nil {
		return "", fmt.Errorf("reading what was entered: %w", err)
	}
	return done.Reference, nil
}

func (s *Site) submit(ctx context.Context, by models.Actor, c workflows.Submit, channel models.Channel, received time.Time, key *workflows.Once) error {
	c.Channel, c.ReceivedAt = channel, received
	_, err := s.Staff.Submit(ctx, by, c, pages.Stored(key, func(d workflows.Decision) any { return entered{d.Request.Reference} }))
	return err
}
