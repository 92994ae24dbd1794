package console

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// itemLine is one thing that is asked for.
type itemLine struct {
	No                          int
	Kind, Code                  string
	Subject, Current, Requested string
	Outcome                     string
	Reasons                     []models.Reason
	Systems                     []workflows.CorrectedIn // that a field is to be corrected in
	// To decide it: the outcomes and the reasons that there are for it.
	Results []option
	Choices []models.Reason
}

// items are the things asked for, each with what was decided.
func (d *caseView) items() []itemLine {
	q := d.c.Request
	all := d.itemLines(q.Facts.Items, q.ItemTexts)
	for i, item := range q.Facts.Items {
		if d.open {
			all[i].Systems = d.c.Corrected(item)
		}
	}
	return all
}

func (d *caseView) itemLines(facts []models.ItemFacts, texts []models.ItemContent) []itemLine {
	q := d.c.Request
	kind, known := d.policy.TypeOf(q.Facts)
	var all []itemLine
	for _, f := range facts {
		l := itemLine{No: f.No, Kind: word(map[string]string{}, f.Kind), Code: f.Code}
		if known {
			if field, ok := kind.Field(f.Kind); ok {
				l.Kind, l.Code = field.Label.In("en"), choiceName(field, f.Code)
			}
		}
		if f.Outcome != "" {
			l.Outcome = word(outcomeWords(), f.Outcome)
		}
		at := slices.IndexFunc(texts, func(t models.ItemContent) bool { return t.No == f.No })
		words := q.Answer.Explanations
		if d.open && at >= 0 {
			l.Subject, l.Current, l.Requested = texts[at].Subject, texts[at].Current, texts[at].Requested
			if len(texts[at].Explanations) > 0 {
				words = texts[at].Explanations
			}
		}
		l.Reasons = d.reasons(f.Reasons, words)
		all = append(all, l)
	}
	return all
}

// regimes are those that the request falls under; an appeal has a deadline under
// fewer.
func (d *caseView) regimes() []string {
	var keys []string
	for _, r := range d.explained.Regimes {
		keys = append(keys, r.Regime)
	}
	return keys
}

// reasons are reason codes with their title and citation, and our explanation.
func (d *caseView) reasons(codes []string, words map[string]string) []models.Reason {
	q := d.c.Request
	var all []models.Reason
	for _, code := range codes {
		r := models.Reason{Code: code, Title: code}
		for _, right := range q.Asked() {
			if known, ok := d.policy.Reason(right, code, d.regimes(), "en"); ok {
				r = known
				break
			}
		}
		if d.open {
			r.Explanation = words[code]
		}
		all = append(all, r)
	}
	return all
}

// answerView is a decision: proposed, or made.
type answerView struct {
	Proposed       bool
	Outcome        string
	Reasons        []models.Reason
	Items          []itemLine
	Text           string
	By, ApprovedBy string
	On             models.Date
}

// answer is the decision that stands, or waits; nil before there is one.
func (d *caseView) answer() *answerView {
	q := d.c.Request
	switch {
	case q.Proposal.Waits():
		v := d.viewOf(q, q.Proposal)
		v.Proposed = true
		return v
	case q.Decision.Outcome != "":
		return d.viewOf(q, q.Decision)
	}
	return nil
}

func (d *caseView) viewOf(q models.Request, p models.Proposal) *answerView {
	v := &answerView{
		Outcome: d.proposed(p), Reasons: d.reasons(p.Reasons, q.Answer.Explanations), Items: d.itemLines(p.Items, q.ItemTexts),
		By: d.ownerWords(p.By), On: models.DateOf(p.At, d.Zone),
	}
	if p.ApprovedBy != "" {
		v.ApprovedBy = d.ownerWords(p.ApprovedBy)
	}
	if d.open {
		v.Text = q.Answer.Text
		if n := q.NewRequester; p.Requester && n != nil {
			v.Text = strings.TrimSpace(n.Name + " <" + n.Email + ">")
		}
	}
	return v
}

// proposed is what a decision comes to, in words.
func (d *caseView) proposed(p models.Proposal) string {
	switch {
	case p.Type != "":
		return "To be treated as: " + d.askedName(models.Facts{Type: p.Type, Rights: p.Rights})
	case p.Requester:
		return "To be the request of somebody else"
	case p.Into != "":
		return word(outcomeWords(), p.Outcome) + " of " + p.Into
	}
	return word(outcomeWords(), p.Outcome)
}

// reviewed adds the letter of the decision that waits, as it will be read, and
// what to think of before it is approved.
func (d *caseView) reviewed(p *casePage) error {
	q := d.c.Request
	after, err := d.Staff.Try(d.r.Context(), anotherPerson(), q, workflows.Approve{Version: q.Version})
	if err != nil {
		if models.CodeOf(err) == models.CodeInternal {
			return err
		}
		p.Warnings = append(p.Warnings, "This cannot be approved now: "+err.Error()+".")
		return nil
	}
	if p.Letter, err = d.letterIn(after); err != nil {
		return err
	}
	if p.Letter == nil {
		p.Warnings = append(p.Warnings, "The requester is told nothing.")
	}
	p.Warnings = append(p.Warnings, missingFiles(q, q.Proposal)...)
	return nil
}

// missingFiles warns of an answer that should come with something, and does not.
func missingFiles(q models.Request, p models.Proposal) []string {
	gives := slices.Contains(q.Asked(), models.TypeAccess) || slices.Contains(q.Asked(), models.TypePortability)
	if !gives || !p.Outcome.Releases() || len(p.Files) > 0 {
		return nil
	}
	return []string{"No file goes out with this answer: is everything that was asked for in its words?"}
}

// anotherPerson approves a decision that is only looked at beforehand.
func anotherPerson() models.Actor {
	return models.Actor{Kind: models.ActorStaff, ID: "another person", Role: models.RoleManager}
}

// letterView is what the requester will get, word for word.
type letterView struct {
	To            string // the mailbox; "" is by post
	Language      string // of the words
	Subject, Text string
}

// letterOf renders the letter that a decision leads to, as it would go out
// today, and says whether another person has to approve it first. Nothing of it
// is stored.
func (s *Site) letterOf(ctx context.Context, after workflows.Decision) (v *letterView, review bool, err error) {
	if review = after.Request.State == models.StateInReview; review {
		after, err = s.Staff.Try(ctx, anotherPerson(), after.Request, workflows.Approve{Version: after.Request.Version})
		if err != nil {
			return nil, review, err
		}
	}
	v, err = s.letterIn(after)
	return v, review, err
}

// letterIn renders what a decision mails to the requester; nil for nothing.
func (s *Site) letterIn(after workflows.Decision) (*letterView, error) {
	for _, m := range after.Messages {
		if m.Audience != models.ToRequester || m.Letter == nil {
			continue
		}
		l, err := s.Letters.Render(m.Letter)
		if err != nil {
			return nil, fmt.Errorf("rendering the letter of a decision: %w", err)
		}
		return &letterView{To: after.Request.Mailbox(), Language: s.languageOf(after.Request.Locale), Subject: l.Subject, Text: l.Text}, nil
	}
	return nil, nil //nolint:nilnil // some decisions tell nobody
}

// languageOf is the language that letters to a locale are written in.
func (s *Site) languageOf(locale string) string {
	tag, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	for _, l := range s.Letters.Languages() {
		if l.Tag == tag {
			return tag
		}
	}
	return locales()[0]
}
