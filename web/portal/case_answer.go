package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"habeas/models"
	"habeas/web/pages"
)

// answer is the answer to a request.
type answer struct {
	Title       string
	Outcome     string // in words
	Text        string
	Reasons     []models.Reason
	Items       []answerItem
	AnsweredOn  models.Date
	AppealUntil models.Date
	Complain    []string
}

type answerItem struct {
	Label, Outcome string
	Reasons        []models.Reason
}

// answerIn returns the newest answer to a request, nil before the first: what
// the letter said, so that page and mail never differ. It stays to be read
// whatever becomes of the request. Once an objection has been made, or the
// request was taken up again, it is an earlier one, which nobody can object to
// any more.
func (s *Site) answerIn(l *catalogue, own models.Request, messages []models.Message) *answer {
	for _, m := range slices.Backward(messages) {
		var letter models.AnswerLetter
		switch is := m.Letter.(type) {
		case models.AnswerLetter:
			letter = is
		case *models.AnswerLetter:
			letter = *is
		default:
			continue
		}
		a := &answer{
			Title: l.words["answer.title"], Outcome: l.words["outcome."+string(letter.Outcome)], Text: letter.Text, Reasons: letter.Reasons,
			AnsweredOn: models.DateOf(m.CreatedAt, s.Zone), AppealUntil: letter.AppealUntil, Complain: letter.Complain,
		}
		if own.State != models.StateClosed || own.Outcome != own.Decision.Outcome {
			a.Title, a.AppealUntil = l.words["answer.earlier"], models.Date{}
		}
		for _, item := range letter.Items {
			a.Items = append(a.Items, answerItem{item.Label, l.words["outcome."+string(item.Outcome)], item.Reasons})
		}
		return a
	}
	return nil
}

// caseAnswer hands the answer out as a text to keep.
func (s *Site) caseAnswer(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusOK, codeForm{})
	}
	if err != nil {
		return err
	}
	messages, err := s.Requests.Conversation(r.Context(), own)
	if err != nil {
		return err
	}
	l := s.catalogue(r)
	a := s.answerIn(l, own, messages)
	if a == nil {
		return models.Errorf(models.CodeNotFound, "there is no answer yet")
	}
	kind, err := s.kindOf(r.Context(), l, own)
	if err != nil {
		return err
	}
	return pages.Download(w, r, own.Reference+".txt", []byte(s.letter(l, own, kind, a)))
}

// letter writes an answer as plain text.
func (s *Site) letter(l *catalogue, own models.Request, kind string, a *answer) string {
	var b strings.Builder
	say := func(format string, parts ...any) { fmt.Fprintf(&b, format, parts...) }
	say("%s\n%s – %s\n%s, %s\n\n%s\n\n%s\n", s.Organisation, kind, own.Reference, a.Title, l.date(a.AnsweredOn), a.Outcome, a.Text)
	reasons := func(all []models.Reason) {
		for _, reason := range all {
			say("- %s (%s)\n", reason.Title, reason.Citation)
			if reason.Explanation != "" {
				say("  %s\n", reason.Explanation)
			}
		}
	}
	if len(a.Reasons) > 0 {
		say("\n%s\n", l.words["answer.reasons"])
		reasons(a.Reasons)
	}
	if len(a.Items) > 0 {
		say("\n%s\n", l.words["answer.items"])
	}
	for _, item := range a.Items {
		text, _ := l.say("answer.item", "label", item.Label, "outcome", item.Outcome)
		say("* %s\n", text)
		reasons(item.Reasons)
	}
	if !a.AppealUntil.IsZero() {
		text, _ := l.say("answer.appeal", "date", l.date(a.AppealUntil))
		say("\n%s\n", text)
	}
	if len(a.Complain) > 0 {
		say("\n%s\n- %s\n", l.words["answer.complain"], strings.Join(a.Complain, "\n- "))
	}
	return b.String()
}
