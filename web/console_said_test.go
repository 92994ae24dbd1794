package web_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Every mail stands under the name of who wrote it, whoever put it into the
// case.
func TestMailIsSaidToBeOfWhoWroteIt(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	mailbox, self := models.Actor{Kind: models.ActorIntake}, models.Actor{Kind: models.ActorStaff, ID: ann.ID, Role: ann.Role}
	for _, m := range []struct {
		by    models.Actor
		text  string
		flags []models.MessageFlag
		want  string
	}{
		{mailbox, "my own words", []models.MessageFlag{models.FlagCut}, "the requester, by mail"},
		{mailbox, "a stranger wrote", []models.MessageFlag{models.FlagOtherSender}, "somebody else, by mail"},
		{mailbox, "disowned words", []models.MessageFlag{models.FlagAuthFailed}, "somebody else, by mail"},
		{mailbox, "out of office", []models.MessageFlag{models.FlagAutomatic}, "an automatic answer"},
		{self, "put in by hand", []models.MessageFlag{models.FlagOtherSender}, "somebody else, by mail"},
	} {
		_, err := b.service.Cases.Do(t.Context(), m.by, r.Reference, workflows.Receive{Mail: newID(), Text: m.text, Flags: m.flags}, cases.Option{})
		must(t, err)
		p := ann.open(r.Reference)
		said := find(p, func(n *html.Node) bool { return n.Data == "li" && strings.HasPrefix(attr(n, "id"), "m-") })
		if len(said) == 0 || !strings.Contains(textOf(said[0]), m.text) || !strings.Contains(textOf(said[0]), m.want) {
			t.Errorf("%s: %q", m.text, textOf(said[0]))
		}
		if strings.Contains(textOf(said[0]), "the organisation’s own") || strings.HasPrefix(textOf(said[0]), "you") {
			t.Errorf("%s: %q", m.text, textOf(said[0]))
		}
	}
	p := ann.open(r.Reference)
	_, logged, _ := strings.Cut(p.text(), "The whole log")
	for text, n := range map[string]int{"The requester wrote by mail": 1, "Somebody else wrote by mail": 3, "An automatic answer came": 1, "put in by you": 1} {
		if got := strings.Count(logged, text); got != n {
			t.Errorf("%q is in the log %d times: %s", text, got, logged)
		}
	}
}

// A text in the requester's language has dates of that language.
func TestReadyTextsAreOfOneLanguage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	for locale, want := range map[string]string{
		"en": "will answer by Friday 4 December 2026.", "de": "spätestens am Freitag, 4. Dezember 2026.",
		"fr": "au plus tard le vendredi 4 décembre 2026.", "es": "a más tardar el viernes 4 de diciembre de 2026.", "pt-BR": "by Friday 4 December 2026.",
	} {
		r := b.wish(models.TypeMarketingOptOut, func(c *workflows.Submit) { c.Locale = locale })
		b.do(r.Reference, ann.ID, workflows.Start{})
		ann.open(r.Reference).act("reply").send("text:0").want(200, want)
	}
}
