package workflows

import (
	"slices"

	"habeas/models"
	"habeas/policies"
)

// conclude is the command "decide". Each item, or the request as a whole, gets
// an outcome with its reasons; the overall outcome and the letter follow.
func (d *decider) conclude(c Conclude) error {
	p, words, err := d.validateDecision(c)
	if err != nil {
		return err
	}
	verdict, err := d.gate(Act{Command: CommandDecide, Proposal: p})
	if err != nil {
		return err
	}
	if len(p.Files) > 0 {
		d.With(models.FilesSeen{RequestID: d.Request.ID, IDs: p.Files})
	}
	d.Request.Answer = words
	if verdict == WantsSecond {
		d.propose(p)
		return nil
	}
	return d.respond(models.EventDecided, p)
}

// propose puts a decision before another person. Whatever was asked is not
// waited for any longer.
func (d *decider) propose(p models.Proposal) {
	p.By, p.At, p.Version = d.by.ID, d.now, d.from.Version+1
	change := models.Change{State: new(models.StateInReview), Proposal: &p}
	if d.Request.State == models.StateOnHold {
		change.Pauses = new(ended(d.Request.Pauses, d.today()))
	}
	d.record(models.EventProposed, change, outcomeDetail(p))
	d.tellStaff(models.Managers, models.StaffApprovalLetter{About: d.about(), Outcome: p.Outcome, RespondOn: d.respondOn()})
}

// approve confirms a proposal that somebody else made, and that is the one they
// have read.
func (d *decider) approve(c Approve) error {
	p := d.Request.Proposal
	if c.Version == 0 {
		return models.Invalid(models.FieldError{Field: "version", Code: "required", Message: "is required: of the request, when you read what you approve"})
	}
	if _, err := d.gate(Act{Command: CommandApprove, Read: c.Version, Into: c.Into}); err != nil {
		return err
	}
	p.ApprovedBy = d.by.ID
	switch {
	case p.Type != "":
		return d.reclassify(p)
	case p.Requester:
		return d.approveRequester(p, c.Challenge)
	case p.Outcome == models.OutcomeDuplicate:
		return d.mergeInto(models.EventApproved, c.Target, models.Change{Proposal: &models.Proposal{}, Decision: &p})
	case p.Outcome == models.OutcomeSpam:
		d.close(models.EventApproved, p.Outcome, models.Change{Proposal: &models.Proposal{}, Decision: &p})
		return nil
	}
	return d.respond(models.EventApproved, p)
}

func (d *decider) returned(c Return) error {
	if err := required("reason", c.Reason); err != nil {
		return err
	}
	proposer := d.Request.Proposal.By
	d.Request.Answer, d.Request.Classify, d.Request.NewRequester = models.AnswerText{}, nil, nil
	d.record(models.EventReturned, models.Change{State: new(models.StateInProgress), Proposal: &models.Proposal{}}, nil)
	d.keep(models.Internal, c.Reason)
	d.tellStaff(proposer, models.StaffReturnedLetter{About: d.about(), Reason: c.Reason, RespondOn: d.respondOn()})
	return nil
}

// respond closes the request with an answer and sends it. Its files are the
// requester's from now on.
func (d *decider) respond(kind models.EventKind, p models.Proposal) error {
	change := models.Change{
		Proposal: &models.Proposal{}, Decision: &p, Items: new(settled(d.Request.Facts.Items, p)),
	}
	if len(p.Files) > 0 {
		change.Released = new(append(slices.Clone(d.Request.Released), p.Files...))
	}
	note := d.releasePackage(&change, p.Package)
	if unerased(d.rules, d.k) {
		d.erasureSeen()
	}
	d.close(kind, p.Outcome, change)
	occasion := policies.OccasionOf(p.Outcome, d.Request.Appeal.No > 0)
	remedy := d.rules.Remedy(d.rules.CaseOf(d.Request.Facts), occasion, d.today(), d.Request.Locale)
	d.say(d.Request.Answer.Text, models.AnswerLetter{
		About: d.dear(), Outcome: p.Outcome, Text: d.Request.Answer.Text,
		Reasons: d.reasons(d.rules.TypeOf, p.Reasons, 0), Items: d.answerItems(), Remedy: remedy, Package: note,
		Suppressed: d.Request.Certificate != nil && d.Request.Certificate.Suppressed,
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

func outcomeDetail(p models.Proposal) map[string]string {
	if p.Type != "" {
		return map[string]string{"type": RightsKey(p.Type, p.Rights)}
	}
	if p.Requester {
		return map[string]string{"requester": "another"}
	}
	return map[string]string{"outcome": string(p.Outcome)}
}

// answerItems lists the items as the person knows them; to an unproved mailbox
// without the words that were typed.
func (d *decider) answerItems() []models.AnswerItem {
	var lines []models.AnswerItem
	for _, item := range d.Request.Facts.Items {
		line := models.AnswerItem{Label: d.label(item), Outcome: item.Outcome, Reasons: d.reasons(d.ofItem(item), item.Reasons, item.No)}
		if d.proved() {
			line.Corrected = d.correctedBy(item)
		}
		lines = append(lines, line)
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
			continue // validateDecision let no unknown code in
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
