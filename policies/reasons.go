package policies

import (
	"slices"
	"strings"

	"habeas/models"
)

// reason is why a request may be refused in whole or in part.
type reason struct {
	Code      string            `json:"code"`
	Title     Localized         `json:"title"`
	Citations map[string]string `json:"citations,omitempty"` // by regime
	Source                      // where no applicable regime has its own
}

// Reason returns a reason as the person reads it, in the locale's language and
// with the citations of those applicable regimes that have their own. It
// reports false for an unknown code and for one the type cannot be refused for.
func (p *Policy) Reason(t models.RequestType, code string, regimes []string, locale string) (models.Reason, bool) {
	of, known := p.types[t]
	if !known {
		return models.Reason{}, false
	}
	return p.ReasonFor(of, code, regimes, locale)
}

// ReasonFor is Reason for a type that may stand for several rights.
func (p *Policy) ReasonFor(t *Type, code string, regimes []string, locale string) (models.Reason, bool) {
	found, ok := p.reasons[code]
	if !ok || !slices.Contains(t.Reasons, code) {
		return models.Reason{}, false
	}
	return models.Reason{Code: code, Title: found.Title.In(locale), Citation: p.Cited(found.citation(regimes), locale)}, true
}

// Reasons returns every reason the type may be refused for, in its own order,
// to choose from.
func (p *Policy) Reasons(t models.RequestType, regimes []string, locale string) []models.Reason {
	of, ok := p.types[t]
	if !ok {
		return nil
	}
	return p.ReasonsFor(of, regimes, locale)
}

// ReasonsFor is Reasons for a type that may stand for several rights.
func (p *Policy) ReasonsFor(t *Type, regimes []string, locale string) []models.Reason {
	var all []models.Reason
	for _, code := range t.Reasons {
		r, _ := p.ReasonFor(t, code, regimes, locale)
		all = append(all, r)
	}
	return all
}

func (r *reason) citation(regimes []string) string {
	var cited []string
	for _, key := range regimes {
		if c, ok := r.Citations[key]; ok && !slices.Contains(cited, c) {
			cited = append(cited, c)
		}
	}
	if len(cited) == 0 {
		return r.Citation
	}
	return strings.Join(cited, "; ")
}
