package policies

import (
	"cmp"
	"slices"
	"strings"

	"habeas/models"
)

// mailRules is what is special about requests that come by mail.
type mailRules struct {
	// Together are sets of types; those of one set that a mail asks for become
	// one request. everyType in a set stands for every type.
	Together [][]models.RequestType `json:"together,omitempty"`
}

const everyType models.RequestType = "*"

// Together divides the rights that one mail asks for into those of each
// request that it becomes, in their order. A right that needs no proof of the
// mailbox never waits for one that does (11 CCR § 7060(b)).
func (p *Policy) Together(types []models.RequestType) [][]models.RequestType {
	var groups [][]models.RequestType
	for _, t := range types {
		at := slices.IndexFunc(groups, func(g []models.RequestType) bool { return p.shares(g[0], t) })
		if at < 0 {
			groups = append(groups, []models.RequestType{t})
		} else if !slices.Contains(groups[at], t) {
			groups[at] = append(groups[at], t)
		}
	}
	return groups
}

// TogetherSets returns the sets of types that share a request, as the policy
// has them: "*" stands for every type.
func (p *Policy) TogetherSets() [][]models.RequestType {
	if p.data.Mail == nil {
		return nil
	}
	return slices.Clone(p.data.Mail.Together)
}

// SharesAny reports whether a type may share a request with another.
func (p *Policy) SharesAny(t models.RequestType) bool {
	return slices.ContainsFunc(p.data.Types, func(other *Type) bool { return other.Key != t && p.shares(t, other.Key) })
}

// shares reports whether a and b may be asked for in one request.
func (p *Policy) shares(a, b models.RequestType) bool {
	one, known := p.types[a]
	two, also := p.types[b]
	if !known || !also || one.Unsorted || two.Unsorted || one.proofless() != two.proofless() {
		return false
	}
	return a == b || slices.ContainsFunc(p.TogetherSets(), func(set []models.RequestType) bool {
		return slices.Contains(set, everyType) || slices.Contains(set, a) && slices.Contains(set, b)
	})
}

// proofless reports whether the type may not be verified.
func (t *Type) proofless() bool { return t.Level("") == models.LevelNone }

// TypeOf returns what a request asks for as one type: its own or, where it
// asks for several rights, their Joined.
func (p *Policy) TypeOf(f models.Facts) (*Type, bool) { return p.Joined(f.Asked()) }

// Joined returns a type that stands for several rights in one request: its
// level is their highest, its retention their longest, an outcome that needs
// approval for one of them needs it, and the whole may be refused only for what
// each of them may. Its one field is the rights, each of which is an item. A
// single right is its own type. It reports false if one of them is unknown.
func (p *Policy) Joined(rights []models.RequestType) (*Type, bool) {
	var all []*Type
	for _, key := range rights {
		t, ok := p.types[key]
		if !ok {
			return nil, false
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, false
	}
	if len(all) == 1 {
		return all[0], true
	}
	joined := *all[0]
	joined.joins = slices.Clone(rights)
	joined.Names, joined.Description = listed(all, (*Type).names), listed(all, (*Type).described)
	joined.OfferedIn, joined.OneOf = nil, nil
	joined.Fields = []*Field{{Name: models.ItemRights, Kind: KindChoices, Label: rightsLabel(), Required: true}}
	for _, t := range all {
		joined.Fields[0].Choices = append(joined.Fields[0].Choices, &Choice{Value: string(t.Key), Label: t.Names})
	}
	for _, t := range all[1:] {
		joined.join(t)
	}
	return &joined, true
}

func (t *Type) names() Localized     { return t.Names }
func (t *Type) described() Localized { return t.Description }

// join makes the type stand for other too.
func (t *Type) join(other *Type) {
	if least := other.Level(""); !t.Level("").Covers(least) {
		t.Minimum = other.Minimum
	}
	t.Minimum = levels{Default: t.Level(""), Source: t.Minimum.Source}
	if other.Retention.Months > t.Retention.Months {
		t.Retention = other.Retention
	}
	t.Approval = slices.Clone(t.Approval)
	for _, o := range other.Approval {
		if !slices.Contains(t.Approval, o) {
			t.Approval = append(t.Approval, o)
		}
	}
	t.Reasons = slices.DeleteFunc(slices.Clone(t.Reasons), func(code string) bool { return !slices.Contains(other.Reasons, code) })
}

// TypeOfItem returns the type that an item is decided under: the right that it
// is, or what the whole request asks for.
func (p *Policy) TypeOfItem(f models.Facts, item models.ItemFacts) (*Type, bool) {
	if item.Kind == models.ItemRights && len(f.Rights) > 0 {
		return p.Type(models.RequestType(item.Code))
	}
	return p.TypeOf(f)
}

// NeededFor returns the least verification level for a decision: the highest
// of what it releases. Where the items are rights, those that are refused need
// none.
func (p *Policy) NeededFor(f models.Facts, d models.Proposal) models.Level {
	whole, ok := p.TypeOf(f)
	switch {
	case !ok || !d.Outcome.Releases():
		return models.LevelNone
	case len(f.Rights) == 0 || len(d.Items) == 0:
		return whole.Level(f.DataClass)
	}
	need := models.LevelNone
	for _, item := range d.Items {
		if t, ok := p.TypeOfItem(f, item); ok && item.Outcome.Releases() && !need.Covers(t.Level("")) {
			need = t.Level("")
		}
	}
	return need
}

// NeedsApproval reports whether a second person must approve a decision: its
// outcome, the outcome of one of its items, or files that go out with it, as
// they fulfil something whatever the outcome is called.
func (p *Policy) NeedsApproval(f models.Facts, d models.Proposal) bool {
	whole, ok := p.TypeOf(f)
	if ok && (whole.NeedsApproval(d.Outcome) || len(d.Files) > 0 && whole.NeedsApproval(models.OutcomeFulfilled)) {
		return true
	}
	return slices.ContainsFunc(d.Items, func(item models.ItemFacts) bool {
		t, ok := p.TypeOfItem(f, item)
		return ok && t.NeedsApproval(item.Outcome)
	})
}

func rightsLabel() Localized {
	return Localized{"en": "Asked for", "de": "Verlangt", "fr": "Demandé", "es": "Solicitado"}
}

// listed names several types in every language that one of them has.
func listed(types []*Type, text func(*Type) Localized) Localized {
	all := Localized{}
	for _, t := range types {
		for locale := range text(t) {
			all[locale] = ""
		}
	}
	for locale := range all {
		var parts []string
		for _, t := range types {
			parts = append(parts, text(t).In(locale))
		}
		all[locale] = enumerated(parts, locale)
	}
	return all
}

// enumerated writes parts as a language lists them: "a, b and c".
func enumerated(parts []string, locale string) string {
	and := Localized{"en": " and ", "de": " und ", "fr": " et ", "es": " y "}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + cmp.Or(and.own(locale), ", ") + parts[last]
}
