package policies

import (
	"fmt"
	"slices"
	"strings"

	"habeas/models"
)

// Case is what the dates of a request depend on.
type Case struct {
	Type         models.RequestType
	Rights       []models.RequestType // all that is asked for, where that is several rights
	Country      string               // ISO 3166-1 alpha-2; "" where unknown
	Region       string               // ISO 3166-2 without the country
	ReceivedOn   models.Date
	Undesignated bool // see models.Facts
	Extended     bool
	Pauses       []models.Pause // in the order they began; one that still lasts counts for nothing yet

	unsorted bool // the type may be any: see Type
}

// Explanation is every date of a case under every regime that applies, each
// step with its source.
type Explanation struct {
	Type          models.RequestType   `json:"type"`
	Rights        []models.RequestType `json:"rights,omitempty"` // all that is asked for, where that is several rights
	ReceivedOn    models.Date          `json:"received_on"`
	Governing     string               `json:"governing"`      // the regime of RespondOn
	AcknowledgeOn Day                  `json:"acknowledge_on"` // the earliest any regime asks for
	RespondOn     models.Date          `json:"respond_on"`     // the strictest; after an extension where the case has one
	Regimes       []RegimeDates        `json:"regimes"`        // in the order of the policy
}

// RegimeDates is what one regime asks for.
type RegimeDates struct {
	Regime        string `json:"regime"`
	AcknowledgeOn Day    `json:"acknowledge_on"`
	RespondOn     Day    `json:"respond_on"`  // before any extension
	ExtendedOn    Day    `json:"extended_on"` // the last day an extension can give; none if the regime has none
	Steps         []Step `json:"steps"`
}

// Step is one sentence of the explanation of a date.
type Step struct {
	Text string `json:"text"`
	Source
	// Aside is a step about days off, whose source is for staff.
	Aside bool `json:"-"`
}

// Day is a date or none; none is null in JSON.
type Day struct{ models.Date }

// MarshalJSON writes the date as a string, or null.
func (d Day) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// Explain lists every regime that applies with its dates and how each comes
// about, in English and for staff: a step that rests on no source that was read
// admits it. An unknown type, an impossible country or region and a missing
// date are a CodeInvalid error that names them.
func (p *Policy) Explain(c Case) (Explanation, error) { return p.explain(c, p.staffPrinter()) }

// ExplainIn is Explain for the person, in the locale's language. How sure we
// are of a source is for staff to mend, not for the person to wonder about.
func (p *Policy) ExplainIn(c Case, locale string) (Explanation, error) {
	return p.explain(c, p.printer(locale))
}

func (p *Policy) explain(c Case, in printer) (Explanation, error) {
	c, err := p.clean(c)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Type: c.Type, Rights: c.Rights, ReceivedOn: c.ReceivedOn}
	var governing *regime
	for _, r := range p.applicable(c) {
		dates := p.under(r, c, in)
		e.Regimes = append(e.Regimes, dates)
		if on := dates.AcknowledgeOn; !on.IsZero() && (e.AcknowledgeOn.IsZero() || on.Before(e.AcknowledgeOn.Date)) {
			e.AcknowledgeOn = on
		}
		on := dates.due(c.Extended)
		if !on.IsZero() && (governing == nil || stricter(on, r, e.RespondOn, governing)) {
			governing, e.Governing, e.RespondOn = r, r.Key, on
		}
	}
	return e, nil
}

// clean returns the case with its place in one spelling.
func (p *Policy) clean(c Case) (Case, error) {
	var bad []models.FieldError
	if slices.ContainsFunc(c.asked(), func(t models.RequestType) bool { return p.types[t] == nil }) {
		bad = append(bad, models.FieldError{Field: "type", Code: "unknown", Message: "is not a known request type"})
	}
	country, region, wrong := residence(c.Country, c.Region)
	bad = append(bad, wrong...)
	if c.ReceivedOn.IsZero() {
		bad = append(bad, models.FieldError{Field: "received_on", Code: "required", Message: "is missing"})
	}
	if len(bad) > 0 {
		return c, models.Invalid(bad...)
	}
	c.Country, c.Region = country, region
	c.unsorted = slices.ContainsFunc(c.asked(), func(t models.RequestType) bool { return p.types[t].Unsorted })
	return c, nil
}

// applicable returns the regimes the case falls under, in the order of the
// policy.
func (p *Policy) applicable(c Case) []*regime {
	var found []*regime
	for _, r := range p.data.Regimes {
		if len(r.covered(c)) > 0 && covers(r.Where, c.Country, c.Region) && !c.ReceivedOn.Before(r.AppliesFrom) {
			found = append(found, r)
		}
	}
	return found
}

// due returns the date the regime wants an answer by.
func (d RegimeDates) due(extended bool) models.Date {
	if extended && !d.ExtendedOn.IsZero() {
		return d.ExtendedOn.Date
	}
	return d.RespondOn.Date
}

// asked names what is asked for: "access + deletion".
func (e Explanation) asked() string {
	if len(e.Rights) == 0 {
		return string(e.Type)
	}
	var keys []string
	for _, t := range e.Rights {
		keys = append(keys, string(t))
	}
	return strings.Join(keys, " + ")
}

// String returns the explanation as text for a person, the governing regime
// marked.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s received on %s: answer by %s (%s governs)", e.asked(), e.ReceivedOn, e.RespondOn, e.Governing)
	if !e.AcknowledgeOn.IsZero() {
		fmt.Fprintf(&b, ", acknowledge by %s", e.AcknowledgeOn)
	}
	b.WriteString("\n")
	for _, r := range e.Regimes {
		fmt.Fprintf(&b, "\n%s", r.Regime)
		if r.Regime == e.Governing {
			b.WriteString(" (governs)")
		}
		b.WriteString("\n")
		for _, s := range r.Steps {
			fmt.Fprintf(&b, "  - %s\n    [%s; %s]\n", s.Text, s.Citation, s.Certainty)
		}
	}
	return b.String()
}
