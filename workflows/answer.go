package workflows

import (
	"slices"

	"habeas/models"
)

// conclude is the command "decide". Each item, or the request as a whole, gets
// an outcome with its reasons; the overall outcome and the letter follow.
func (d *decider) conclude(c Conclude) error {
	if err := d.notBarred(d.by.ID); err != nil {
		return err
	}
	p, words, err := d.judge(c)
	if err != nil {
		return err
	}
	if err := d.secureEnough(p); err != nil {
		return err
	}
	d.Request.Answer = words
	if d.rules.NeedsApproval(d.Request.Facts, p) {
		d.record(models.EventProposed, models.Change{State: new(models.StateInReview), Proposal: &p}, outcomeDetail(p))
		d.tellStaff(models.Managers, models.StaffApprovalLetter{About: d.about(), Outcome: p.Outcome, RespondOn: d.respondOn()})
		return nil
	}
	return d.respond(models.EventDecided, p)
}

// approve confirms a proposal. Nobody approves their own.
func (d *decider) approve() error {
	p := d.Request.Proposal
	if d.by.ID == p.By {
		return models.Errorf(models.CodeOtherPerson, "a decision is approved by another person than who proposed it")
	}
	if err := d.notBarred(d.by.ID); err != nil {
		return err
	}
	if err := d.secureEnough(p); err != nil {
		return err
	}
	p.ApprovedBy = d.by.ID
	return d.respond(models.EventApproved, p)
}

func (d *decider) returned(c Return) error {
	if err := required("reason", c.Reason); err != nil {
		return err
	}
	proposer := d.Request.Proposal.By
	d.Request.Answer = models.AnswerText{}
	d.record(models.EventReturned, models.Change{State: new(models.StateInProgress), Proposal: &models.Proposal{}}, nil)
	d.keep(models.Internal, c.Reason)
	d.tellStaff(proposer, models.StaffReturnedLetter{About: d.about(), Reason: c.Reason, RespondOn: d.respondOn()})
	return nil
}

// respond closes the request with an answer and sends it.
func (d *decider) respond(kind models.EventKind, p models.Proposal) error {
	d.close(kind, p.Outcome, models.Change{
		Proposal: &models.Proposal{}, Decision: &p, Items: new(settled(d.Request.Facts.Items, p)),
	})
	remedy := d.rules.Remedy(d.Request.Deadline.Regimes, p.Outcome, d.today(), d.Request.Locale)
	if d.Request.Appeal.No > 0 {
		remedy.AppealUntil = models.Date{} // an appeal is decided once; what is left is outside
	}
	d.say(d.Request.Answer.Text, models.AnswerLetter{
		About: d.dear(), Outcome: p.Outcome, Text: d.Request.Answer.Text,
		Reasons: d.reasons(d.rules.TypeOf, p.Reasons, 0), Items: d.answerItems(), Remedy: remedy,
	})
	return nil
}

// settled returns the items with their outcomes: each its own, or that of the
// whole.
func settled(items []models.ItemFacts, p models.Proposal) []models.ItemFacts {
	if len(p.Items) > 0 {
		return p.Items
	}
	items = slices.Clone(items)
	for i := range items {
		items[i].Outcome, items[i].Reasons = p.Outcome, p.Reasons
	}
	return items
}

// secureEnough refuses to release or erase anything below the verification
// level that the type and its data class name.
func (d *decider) secureEnough(p models.Proposal) error {
	t, err := d.kind()
	if err != nil {
		return err
	}
	if p.Outcome.Releases() && t.Unsorted {
		return models.Errorf(models.CodeConflict, "nobody has said yet what the request asks for: classify it first")
	}
	if need := d.rules.NeededFor(d.Request.Facts, p); !d.Request.Level.Covers(need) {
		return models.Errorf(models.CodeUnverified, "%s needs the verification level %s for this outcome; the request is at %s",
			rightsKey(d.Request.Type, d.Request.Rights), need, d.Request.Level)
	}
	return nil
}

// notBarred refuses staff who made the answer that is under appeal.
func (d *decider) notBarred(staff string) error {
	if staff != "" && slices.Contains(d.Request.Appeal.Barred, staff) {
		return models.Errorf(models.CodeOtherPerson, "an appeal is for another person than who made the answer")
	}
	return nil
}

func outcomeDetail(p models.Proposal) map[string]string {
	return map[string]string{"outcome": string(p.Outcome)}
}

// answerItems lists the items as the person knows them; to an unproved mailbox
// without the words that were typed.
func (d *decider) answerItems() []models.AnswerItem {
	var lines []models.AnswerItem
	for _, item := range d.Request.Facts.Items {
		lines = append(lines, models.AnswerItem{
			Label: d.label(item), Outcome: item.Outcome, Reasons: d.reasons(d.ofItem(item), item.Reasons, item.No),
		})
	}
	return lines
}

// reasons fills in title, citation and explanation of reason codes; those of
// an item if no is its number.
func (d *decider) reasons(under typed, codes []string, no int) []models.Reason {
	var filled []models.Reason
	for _, code := range codes {
		r, ok := d.reason(under, code)
		if !ok {
			continue // judge let no unknown code in
		}
		r.Explanation = d.explanation(code, no)
		filled = append(filled, r)
	}
	return filled
}

func (d *decider) explanation(code string, no int) string {
	for _, text := range d.Request.ItemTexts {
		if e := text.Explanations[code]; text.No == no && e != "" {
			return e
		}
	}
	return d.Request.Answer.Explanations[code]
}
