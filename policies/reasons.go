package policies

import (
	"slices"
	"strings"

	"habeas/models"
)

// reason is why a request may be refused in whole or in part.
type reason struct {
	Code  string    `json:"code"`
	Title Localized `json:"title"`
	// Source is of the organisation's own rules. It counts where no statute
	// applies to what is asked for, or Anywhere.
	Source
	// Anywhere: the reason rests on a fact and on no exemption, so it counts
	// beside a statute, too.
	Anywhere bool         `json:"anywhere,omitempty"`
	Rules    []reasonRule `json:"rules,omitempty"`
	Needs    need         `json:"needs,omitempty"`
	// Complies: an answer with this reason is compliance, not a denial.
	Complies bool `json:"complies,omitempty"`
	// Ground is what the yearly figures count a denial with this reason under;
	// "" is other.
	Ground models.DenialGround `json:"ground,omitempty"`
}

// reasonRule is the provision that allows the reason under some regimes.
type reasonRule struct {
	Regimes []string             `json:"regimes"`
	Types   []models.RequestType `json:"types,omitempty"` // empty: all of the regime
	Source
}

// need is what must hold before a reason is offered.
type need string

// needCopies: the answers that a regime owes are used up (see copies).
const needCopies need = "copies"

// Ground is a rule that allows a reason.
type Ground struct {
	Regime string `json:"regime"`
	Source
}

// Reason returns a reason as the person reads it, in the locale's language and
// with the citations of the applicable regimes that know it for the type. It
// reports false where none does, and for a type that cannot be refused for it.
func (p *Policy) Reason(t models.RequestType, code string, regimes []string, locale string) (models.Reason, bool) {
	of, known := p.types[t]
	if !known {
		return models.Reason{}, false
	}
	return p.ReasonFor(of, code, regimes, locale)
}

// Knows reports whether a type can be refused for a reason, under some regime.
func (p *Policy) Knows(code string, t models.RequestType) bool {
	of, known := p.types[t]
	return known && p.reasons[code] != nil && slices.Contains(of.Reasons, code)
}

// ReasonTitle returns what a reason is called in the locale's language, or its
// code where the policy does not know it.
func (p *Policy) ReasonTitle(code, locale string) string {
	if r, ok := p.reasons[code]; ok {
		return r.Title.In(locale)
	}
	return code
}

// ReasonFor is Reason for a type that may stand for several rights.
func (p *Policy) ReasonFor(t *Type, code string, regimes []string, locale string) (models.Reason, bool) {
	found, ok := p.reasons[code]
	if !ok || !slices.Contains(t.Reasons, code) {
		return models.Reason{}, false
	}
	grounds := p.grounds(t, found, regimes)
	if len(grounds) == 0 {
		return models.Reason{}, false
	}
	sure := make([]Certainty, len(grounds))
	for i, g := range grounds {
		sure[i] = g.Certainty
	}
	return models.Reason{
		Code: code, Title: found.Title.In(locale), Citation: p.Cited(citations(grounds), locale), Certainty: string(mostInDoubt(sure)),
	}, true
}

// ReasonsFor returns every reason that a type may be refused for under the
// regimes, in its own order, to choose from. Answered is how many answers the
// person has had under each regime in the period that counts: a reason that
// needs a number is left out below it.
func (p *Policy) ReasonsFor(t *Type, regimes []string, answered Answered, locale string) []models.Reason {
	var all []models.Reason
	for _, code := range t.Reasons {
		r, ok := p.ReasonFor(t, code, regimes, locale)
		if ok && p.NeedsMet(t, code, regimes, answered) {
			all = append(all, r)
		}
	}
	return all
}

// NeedsMet reports whether what a reason needs holds: that one of the regimes
// owes no further answer.
func (p *Policy) NeedsMet(t *Type, code string, regimes []string, answered Answered) bool {
	r, ok := p.reasons[code]
	if !ok || r.Needs != needCopies {
		return ok
	}
	return slices.ContainsFunc(p.grounds(t, r, regimes), func(g Ground) bool {
		limit := p.regimes[g.Regime].Copies
		return limit != nil && answered[g.Regime] >= limit.Free
	})
}

// grounds returns the rules that allow the reason for all that the type stands
// for; none if one of the rights has none.
func (p *Policy) grounds(t *Type, r *reason, regimes []string) []Ground {
	var all []Ground
	for _, key := range t.rights() {
		found := p.groundsFor(key, r, regimes)
		if len(found) == 0 {
			return nil
		}
		for _, g := range found {
			if !slices.Contains(all, g) {
				all = append(all, g)
			}
		}
	}
	return all
}

func (p *Policy) groundsFor(t models.RequestType, r *reason, regimes []string) []Ground {
	var all []Ground
	own, statute := "", false
	for _, of := range p.named(regimes) {
		if !of.covers(t) {
			continue
		}
		if of.Promise {
			own = of.Key
			continue
		}
		statute = true
		for _, rule := range r.Rules {
			if slices.Contains(rule.Regimes, of.Key) && (len(rule.Types) == 0 || slices.Contains(rule.Types, t)) {
				all = append(all, Ground{of.Key, rule.Source})
			}
		}
	}
	if len(all) == 0 && own != "" && r.Citation != "" && (r.Anywhere || !statute) {
		all = append(all, Ground{own, r.Source})
	}
	return all
}

func citations(grounds []Ground) string {
	var cited []string
	for _, g := range grounds {
		if !slices.Contains(cited, g.Citation) {
			cited = append(cited, g.Citation)
		}
	}
	return strings.Join(cited, "; ")
}

// ReasonInfo is a reason to refuse, to be read.
type ReasonInfo struct {
	Code, Title string
	Grounds     []Ground // every rule that allows it for the type, under any regime
	NeedsCopies bool     // offered only once a regime owes no further answer
}

// ReasonsOf returns the reasons for which a type may be refused, with every
// rule that allows them.
func (p *Policy) ReasonsOf(t models.RequestType, locale string) []ReasonInfo {
	of, ok := p.types[t]
	if !ok {
		return nil
	}
	var all []ReasonInfo
	for _, code := range of.Reasons {
		r := p.reasons[code]
		info := ReasonInfo{Code: code, Title: r.Title.In(locale), NeedsCopies: r.Needs == needCopies}
		for _, key := range p.Regimes() {
			for _, g := range p.groundsFor(t, r, []string{key}) {
				g.Citation = p.Cited(g.Citation, locale)
				info.Grounds = append(info.Grounds, g)
			}
		}
		all = append(all, info)
	}
	return all
}
