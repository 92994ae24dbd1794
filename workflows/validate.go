package workflows

import (
	"fmt"
	"slices"
	"strconv"

	"habeas/models"
	"habeas/policies"
)

// validateDecision checks a decision and returns it as facts and as words.
func (d *decider) validateDecision(c Conclude) (models.Proposal, models.AnswerText, error) {
	j := &decisionValidation{d: d}
	p := models.Proposal{By: d.by.ID, At: d.now, Outcome: c.Outcome}
	words := models.AnswerText{Text: c.Message, Explanations: map[string]string{}}
	if c.Message == "" {
		j.invalid("message", "required", "is required: the person reads it")
	}
	p.Items = j.items(c)
	if len(p.Items) > 0 {
		p.Outcome = j.overall(c, p.Items)
	}
	j.outcome("outcome", p.Outcome)
	p.Reasons = j.reasons("reasons", j.d.rules.TypeOf, c.Reasons, words.Explanations)
	if p.Outcome.NeedsReason() && len(p.Reasons) == 0 && len(p.Items) == 0 {
		j.invalid("reasons", "required", "a denial and a partial answer need at least one reason")
	}
	p.Files = j.files(c)
	p.Package = j.onePackage(c, p.Files)
	if len(j.faults) > 0 {
		return p, words, models.Invalid(j.faults...)
	}
	d.Request.ItemTexts = j.texts()
	return p, words, nil
}

type decisionValidation struct {
	d        *decider
	faults   []models.FieldError
	explains map[int]map[string]string // item number → reason code → words
}

func (j *decisionValidation) invalid(field, code, message string) {
	j.faults = append(j.faults, models.FieldError{Field: field, Code: code, Message: message})
}

func (j *decisionValidation) outcome(field string, o models.Outcome) {
	if !slices.Contains(models.Decidable(), o) {
		j.invalid(field, "oneof", "must be fulfilled, partly_fulfilled, denied or no_data")
	}
}

// Sendable reports whether a file may go out with the answer to a request: it is
// ours, not what a requester sent, and not of whom the request was taken to be from
// before staff put that right.
func Sendable(r models.Request, f models.File) bool {
	ours := f.Author.Kind == models.ActorStaff || f.Author.Kind == models.ActorOwner
	return ours && !f.Former(r)
}

// files checks the files that are to go out with the answer.
func (j *decisionValidation) files(c Conclude) []string {
	var ids []string
	for n, id := range c.Files {
		known := slices.ContainsFunc(c.Attached, func(f models.File) bool { return f.ID == id && Sendable(j.d.Request, f) })
		if !known || slices.Contains(ids, id) {
			j.invalid(fmt.Sprintf("files[%d]", n), "unknown", "is not a file that staff or the owner of a system added for this requester, or comes twice")
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

// onePackage is the access package among the files of an answer. There is one at most:
// what the requester fetches has one count and one date.
func (j *decisionValidation) onePackage(c Conclude, ids []string) string {
	var found string
	for n, id := range ids {
		i := slices.IndexFunc(c.Attached, func(f models.File) bool { return f.ID == id })
		switch {
		case !c.Attached[i].Package():
		case found != "":
			j.invalid(fmt.Sprintf("files[%d]", n), "package", "is a second package: an answer has one")
		default:
			found = id
		}
	}
	return found
}

// items checks the decisions on single items: all of them or none.
func (j *decisionValidation) items(c Conclude) []models.ItemFacts {
	if len(c.Items) == 0 {
		return nil
	}
	j.explains = map[int]map[string]string{}
	decided := slices.Clone(j.d.Request.Facts.Items)
	for i := range decided {
		decided[i].Outcome = ""
	}
	for n, given := range c.Items {
		field := fmt.Sprintf("items[%d]", n)
		at := slices.IndexFunc(decided, func(f models.ItemFacts) bool { return f.No == given.No })
		if at < 0 || decided[at].Outcome != "" {
			j.invalid(field+".no", "unknown", "is not the number of an item of this request, or comes twice")
			continue
		}
		j.outcome(field+".outcome", given.Outcome)
		j.explains[given.No] = map[string]string{}
		decided[at].Outcome = given.Outcome
		decided[at].Reasons = j.reasons(field+".reasons", j.d.ofItem(decided[at]), given.Reasons, j.explains[given.No])
		if given.Outcome.NeedsReason() && len(given.Reasons) == 0 {
			j.invalid(field+".reasons", "required", "a denial and a partial answer need at least one reason")
		}
	}
	for _, f := range decided {
		if f.Outcome == "" && len(j.faults) == 0 {
			j.invalid("items", "incomplete", fmt.Sprintf("item %d has no outcome", f.No))
		}
	}
	return decided
}

// overall is what the outcomes of the items come to: their common one; partly
// fulfilled where something was done; denied where nothing was. § 7102 counts
// the second as complied with in part. An outcome that was given too must be
// the same.
func (j *decisionValidation) overall(c Conclude, items []models.ItemFacts) models.Outcome {
	o := items[0].Outcome
	if slices.ContainsFunc(items, func(f models.ItemFacts) bool { return f.Outcome != o }) {
		o = models.OutcomeDenied
		if slices.ContainsFunc(items, func(f models.ItemFacts) bool {
			return f.Outcome == models.OutcomeFulfilled || f.Outcome == models.OutcomePartly
		}) {
			o = models.OutcomePartly
		}
	}
	if c.Outcome != "" && c.Outcome != o {
		j.invalid("outcome", "mismatch", "is not what the outcomes of the items come to: "+string(o))
	}
	return o
}

// typed finds the type that something is decided under.
type typed func(models.Facts) (*policies.Type, bool)

// ofItem finds the type that an item is decided under.
func (d *decider) ofItem(item models.ItemFacts) typed {
	return func(f models.Facts) (*policies.Type, bool) { return d.rules.TypeOfItem(f, item) }
}

// reason returns a reason as the person reads it, if what is decided may be
// refused for it.
func (d *decider) reason(under typed, code string) (models.Reason, bool) {
	t, ok := under(d.Request.Facts)
	if !ok {
		return models.Reason{}, false
	}
	return d.rules.ReasonFor(t, code, d.regimes(), d.Request.Locale)
}

// regimes are those that the request falls under. Its deadline may have fewer:
// an appeal runs under those that give one.
func (d *decider) regimes() []string { return d.rules.RegimesOf(d.rules.CaseOf(d.Request.Facts)) }

func (j *decisionValidation) reasons(field string, under typed, given []ReasonGiven, words map[string]string) []string {
	var codes []string
	for i, r := range given {
		_, ok := j.d.reason(under, r.Code)
		if !ok || slices.Contains(codes, r.Code) {
			j.invalid(fmt.Sprintf("%s[%d].code", field, i), "unknown", "is not a reason that a law or rule of this case knows for this type, or comes twice")
			continue
		}
		if t, _ := under(j.d.Request.Facts); !j.d.rules.NeedsMet(t, r.Code, j.d.regimes(), Answered(j.d.k.Answered)) {
			j.invalid(fmt.Sprintf("%s[%d].code", field, i), "too_few", "does not hold: the person has not had the number of answers that the law names")
			continue
		}
		codes = append(codes, r.Code)
		if r.Explanation != "" {
			words[r.Code] = r.Explanation
		}
	}
	return codes
}

// texts returns the items' words with the new explanations.
func (j *decisionValidation) texts() []models.ItemContent {
	texts := slices.Clone(j.d.Request.ItemTexts)
	for i := range texts {
		texts[i].Explanations = j.explains[texts[i].No]
	}
	return texts
}

// called is what the policy calls an account field or category in the
// requester's language.
func (d *decider) called(item models.ItemFacts) string {
	return d.rules.ItemName(d.Request.Facts, item, d.Request.Locale)
}

// ItemName is what an item is called in the language of a locale.
func (r Rules) ItemName(f models.Facts, item models.ItemFacts, locale string) string {
	kind, ok := r.TypeOf(f)
	if !ok {
		return item.Code
	}
	field, ok := kind.Field(item.Kind)
	if !ok {
		return item.Code
	}
	for _, c := range field.Choices {
		if c.Value == item.Code {
			return c.Label.In(locale)
		}
	}
	return item.Code
}

// label names an item for the person: the words they typed, or only its
// number where the mailbox is unproved.
func (d *decider) label(item models.ItemFacts) string {
	name := strconv.Itoa(item.No)
	if item.Code != "" {
		name += ". " + d.called(item)
	}
	if !d.proved() {
		return name
	}
	for _, t := range d.Request.ItemTexts {
		if t.No != item.No {
			continue
		}
		switch {
		case t.Subject != "":
			return fmt.Sprintf("%d. %s", item.No, t.Subject)
		case t.Requested != "":
			return fmt.Sprintf("%s: %s", name, t.Requested)
		}
	}
	return name
}
