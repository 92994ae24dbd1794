package policies

import (
	"slices"
	"strings"

	"habeas/models"
)

// Type is a kind of request as a person sees it, and what it takes to carry it
// out.
type Type struct {
	Key         models.RequestType `json:"key"`
	Names       Localized          `json:"name"`
	Description Localized          `json:"description"`       // in plain words
	OfferedIn   []string           `json:"offered,omitempty"` // places; empty: everywhere
	// Unsorted is the type of what nobody has classified yet. It may be any of
	// the others, so every regime of the place counts with its shortest terms;
	// nobody is offered it and nothing is released under it.
	Unsorted bool `json:"unsorted,omitempty"`
	// SwitchedOff is a type that nobody is offered until a policy file switches
	// it on.
	SwitchedOff bool             `json:"switched_off,omitempty"`
	Minimum     levels           `json:"level"`              // of verification
	Fields      []*Field         `json:"fields,omitempty"`   // in the order of the form
	OneOf       []string         `json:"one_of,omitempty"`   // of these fields (or "details") one must be filled
	Reasons     []string         `json:"reasons,omitempty"`  // codes it may be refused for
	Approval    []models.Outcome `json:"approval,omitempty"` // outcomes another person must approve
	Retention   retention        `json:"retention"`
	Tasks       []*TaskRule      `json:"tasks,omitempty"` // what is done once it is verified well enough

	joins []models.RequestType // what a joined type stands for
}

// rights are what the type stands for.
func (t *Type) rights() []models.RequestType {
	if len(t.joins) > 0 {
		return t.joins
	}
	return []models.RequestType{t.Key}
}

// levels is the minimum verification level of a type: by data class where the
// law tells them apart, else the default.
type levels struct {
	Default models.Level            `json:"default"`
	Field   string                  `json:"field,omitempty"` // the choice that names the data class
	Classes map[string]models.Level `json:"classes,omitempty"`
	Source
}

// retention is how long a closed request is kept.
type retention struct {
	Months int `json:"months"`
	Source
}

// Name returns what the type is called in the locale's language.
func (t *Type) Name(locale string) string { return t.Names.In(locale) }

// Level returns the least verification level at which data of the class may be
// released, changed or erased. An unknown or empty class is the default.
func (t *Type) Level(class string) models.Level {
	if l, ok := t.Minimum.Classes[class]; ok {
		return l
	}
	return t.Minimum.Default
}

// NeedsApproval reports whether a second person must approve the outcome. That
// nothing was found ends a request as a denial does, and wants what that wants.
func (t *Type) NeedsApproval(o models.Outcome) bool {
	if o == models.OutcomeNoData && slices.Contains(t.Approval, models.OutcomeDenied) {
		return true
	}
	return slices.Contains(t.Approval, o)
}

// Field returns the field of that name.
func (t *Type) Field(name string) (*Field, bool) {
	i := slices.IndexFunc(t.Fields, func(f *Field) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return t.Fields[i], true
}

// Type returns the request type of that key.
func (p *Policy) Type(t models.RequestType) (*Type, bool) {
	found, ok := p.types[t]
	return found, ok
}

// Types returns the types offered to people living there, in the order of the
// files. Without a country every type is offered.
func (p *Policy) Types(country, region string) []*Type {
	country, region, _ = residence(country, region)
	var offered []*Type
	for _, t := range p.data.Types {
		if t.Unsorted || t.SwitchedOff && !slices.Contains(p.data.SwitchOn, t.Key) {
			continue
		}
		if country == "" || len(t.OfferedIn) == 0 || p.covers(t.OfferedIn, country, region) {
			offered = append(offered, t)
		}
	}
	return offered
}

// Retention returns how many months after closing a request of the type is
// kept. California asks for 24 (11 CCR § 7101). It is 0 for an unknown type.
func (p *Policy) Retention(t models.RequestType) int {
	if found, ok := p.types[t]; ok {
		return found.Retention.Months
	}
	return 0
}

// covers reports whether the place, or the one whose law applies there, is
// among places.
func (p *Policy) covers(places []string, country, region string) bool {
	home := []string{"*"}
	if country != "" {
		home = append(home, country, country+"-"+region)
	}
	if law := p.lawOf(country); law != "" {
		of, _, _ := strings.Cut(law, "-")
		home = append(home, law, of)
	}
	return slices.ContainsFunc(places, func(place string) bool { return slices.Contains(home, place) })
}

// lawOf returns the place whose law applies in a territory, or "".
func (p *Policy) lawOf(country string) string {
	for _, t := range p.data.Territories {
		if t.Code == country {
			return t.LawOf
		}
	}
	return ""
}
