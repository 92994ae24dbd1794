package console

import (
	"slices"

	"habeas/models"
)

// itemLine is one thing that is asked for.
type itemLine struct {
	No                          int
	Kind, Code                  string
	Subject, Current, Requested string
	Outcome                     string
	Reasons                     []models.Reason
}

// items are the things asked for, each with what was decided.
func (d *desk) items() []itemLine {
	q := d.c.Request
	return d.itemLines(q.Facts.Items, q.ItemTexts)
}

func (d *desk) itemLines(facts []models.ItemFacts, texts []models.ItemContent) []itemLine {
	q := d.c.Request
	kind, known := d.policy.Type(q.Type)
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

// reasons are reason codes with their title and citation, and our explanation.
func (d *desk) reasons(codes []string, words map[string]string) []models.Reason {
	q := d.c.Request
	var all []models.Reason
	for _, code := range codes {
		r, ok := d.policy.Reason(q.Type, code, q.Deadline.Regimes, "en")
		if !ok {
			r = models.Reason{Code: code, Title: code}
		}
		if d.open {
			r.Explanation = words[code]
		}
		all = append(all, r)
	}
	return all
}

// answerView is a decision: proposed, made, or only looked at beforehand.
type answerView struct {
	Proposed       bool
	Outcome        string
	Reasons        []models.Reason
	Items          []itemLine
	Text           string
	By, ApprovedBy string
	On             models.Date
	AppealUntil    models.Date
	Complain       []string
}

// answer is the decision that stands, or waits; nil before there is one.
func (d *desk) answer() *answerView {
	q := d.c.Request
	switch {
	case q.Proposal.Outcome != "":
		v := d.viewOf(q, q.Proposal)
		v.Proposed = true
		return v
	case q.Decision.Outcome != "":
		return d.viewOf(q, q.Decision)
	}
	return nil
}

func (d *desk) viewOf(q models.Request, p models.Proposal) *answerView {
	v := &answerView{
		Outcome: word(outcomeWords(), p.Outcome), Reasons: d.reasons(p.Reasons, q.Answer.Explanations), Items: d.itemLines(p.Items, q.ItemTexts),
		By: d.ownerWords(p.By), On: models.DateOf(p.At, d.Zone),
	}
	if p.ApprovedBy != "" {
		v.ApprovedBy = d.ownerWords(p.ApprovedBy)
	}
	if d.open {
		v.Text = q.Answer.Text
	}
	return v
}

// preview is what a decision would be: nothing of it is stored.
func (d *desk) preview(after models.Decision) (v *answerView, review bool) {
	q := after.Request
	was := d.c
	defer func() { d.c = was }()
	d.c.Request = q
	if q.State == models.StateInReview {
		return d.viewOf(q, q.Proposal), true
	}
	v = d.viewOf(q, q.Decision)
	remedy := d.policy.Remedy(q.Deadline.Regimes, q.Outcome, models.DateOf(d.Now(), d.Zone))
	v.Complain = remedy.Complain
	if q.Appeal.No == 0 {
		v.AppealUntil = remedy.AppealUntil
	}
	return v, false
}
