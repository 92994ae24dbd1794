package policies

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"habeas/models"
)

// Case is what the dates of a request depend on.
type Case struct {
	Type         models.RequestType
	Rights       []models.RequestType // all that is asked for, where that is several rights
	Country      string               // ISO 3166-1 alpha-2; "" where unknown
	Region       string               // ISO 3166-2 without the country
	ReceivedOn   models.Date
	ReceivedAt   time.Time // for what the law counts in hours; zero where only the day is known
	Undesignated bool      // see models.Facts
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
	// StatuteKnown is false where the policy knows no law for the case, and the
	// dates are the organisation's own.
	StatuteKnown bool     `json:"statute_known"`
	Notices      []Notice `json:"notices"` // what staff must know before they rely on the dates

	broken models.Date // see Extension
}

// Notice warns of something that no single regime says.
type Notice struct {
	Code NoticeCode `json:"code"`
	Text string     `json:"text"`
}

// NoticeCode names a notice.
type NoticeCode string

// The notices.
const (
	NoStatute     NoticeCode = "no_statute"     // the policy knows no law for the case
	StateUnknown  NoticeCode = "state_unknown"  // the dates are the strictest of the states in which the person may live
	PromiseBroken NoticeCode = "promise_broken" // the extension is later than the organisation's own date
)

// RegimeDates is what one regime asks for.
type RegimeDates struct {
	Regime        string `json:"regime"`
	AcknowledgeOn Day    `json:"acknowledge_on"`
	RespondOn     Day    `json:"respond_on"`  // before any extension
	ExtendedOn    Day    `json:"extended_on"` // the last day an extension can give; none if the regime has none
	Steps         []Step `json:"steps"`
	Basis         Basis  `json:"basis"`
	Duties        []Step `json:"duties,omitempty"`   // what else the law asks for; for staff
	Remedies      []Step `json:"remedies,omitempty"` // whom the person can turn to, and after what; for staff
}

// Basis says what a date rests on.
type Basis string

// The bases.
const (
	BasisStatute Basis = "statute"
	BasisPromise Basis = "promise"  // what the organisation published
	BasisOwnRule Basis = "own_rule" // what it set for itself and promised to nobody
)

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
	e := Explanation{Type: c.Type, Rights: c.Rights, ReceivedOn: c.ReceivedOn, Notices: []Notice{}}
	for _, r := range p.applicable(c) {
		dates := p.under(r, c, in)
		e.Regimes = append(e.Regimes, dates)
		e.StatuteKnown = e.StatuteKnown || !r.Promise
		e.AcknowledgeOn = sooner(e.AcknowledgeOn, dates.AcknowledgeOn)
		if r.StrictestOf != "" {
			e.notice(StateUnknown, in.notice(StateUnknown))
		}
	}
	e.broken = p.govern(&e, c.Extended, c.Extended && p.lawExtends(c))
	if !e.StatuteKnown {
		e.notice(NoStatute, in.notice(NoStatute))
	}
	if !e.broken.IsZero() {
		e.notice(PromiseBroken, in.notice(PromiseBroken, "date", in.long(e.broken)))
	}
	return e, nil
}

func (e *Explanation) notice(code NoticeCode, text string) {
	e.Notices = append(e.Notices, Notice{code, text})
}

// Notice returns the notice of that code, if the explanation has it.
func (e Explanation) Notice(code NoticeCode) (Notice, bool) {
	i := slices.IndexFunc(e.Notices, func(n Notice) bool { return n.Code == code })
	if i < 0 {
		return Notice{}, false
	}
	return e.Notices[i], true
}

// lawExtends reports whether a statute allows an extension of each right that
// the case asks for; where the state is not known, the strictest of them.
func (p *Policy) lawExtends(c Case) bool {
	return !slices.ContainsFunc(c.asked(), func(t models.RequestType) bool {
		one := c
		one.Type, one.Rights = t, nil
		return !slices.ContainsFunc(p.applicable(one), func(r *regime) bool {
			return !r.Promise && !p.under(r, one, p.staffPrinter()).ExtendedOn.IsZero()
		})
	})
}

// govern finds the strictest date. An extension that a law gives goes beyond a
// promise that has none of its own: the promised date no longer binds, and is
// returned if that breaks it.
func (p *Policy) govern(e *Explanation, extended, byLaw bool) (broken models.Date) {
	var governing *regime
	var passed []models.Date
	for _, dates := range e.Regimes {
		r, on := p.regimes[dates.Regime], dates.due(extended)
		switch {
		case on.IsZero():
		case byLaw && r.Promise && dates.ExtendedOn.IsZero():
			passed = append(passed, on)
		case governing == nil || stricter(on, r, e.RespondOn, governing):
			governing, e.Governing, e.RespondOn = r, r.Key, on
		}
	}
	for _, on := range passed {
		if on.Before(e.RespondOn) && (broken.IsZero() || on.Before(broken)) {
			broken = on
		}
	}
	return broken
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
// policy, without those that another one displaces.
func (p *Policy) applicable(c Case) []*regime {
	var found []*regime
	for _, r := range p.data.Regimes {
		switch {
		case len(r.covered(c)) == 0 || !r.inForce(c.ReceivedOn) || !p.covers(r.Where, c.Country, c.Region):
		case slices.Contains(p.data.NotBound, r.Key):
		case r.StrictestOf != "" && (p.partKnown(c) || len(p.parts(r, c)) == 0):
		default:
			found = append(found, r)
		}
	}
	return slices.DeleteFunc(slices.Clone(found), func(r *regime) bool {
		return slices.ContainsFunc(found, func(o *regime) bool { return o.replaces(r, c) })
	})
}

// partKnown reports whether it is known in which part of a country somebody
// lives: a territory such as Puerto Rico is a part itself.
func (p *Policy) partKnown(c Case) bool {
	return c.Region != "" || strings.Contains(p.lawOf(c.Country), "-")
}

// inForce reports whether a request received on the day is under the regime.
func (r *regime) inForce(on models.Date) bool {
	return !on.Before(r.AppliesFrom) && (r.Until.IsZero() || !on.After(r.Until))
}

// replaces reports whether the regime displaces another one for all that the
// case asks for under it.
func (r *regime) replaces(o *regime, c Case) bool {
	return slices.Contains(r.Displaces, o.Key) && len(r.covered(c)) >= len(o.covered(c))
}

// RegimesOf returns the keys of the regimes that the case falls under, in the
// order of the policy; none for a case that cannot be explained.
func (p *Policy) RegimesOf(c Case) []string {
	c, err := p.clean(c)
	if err != nil {
		return nil
	}
	var keys []string
	for _, r := range p.applicable(c) {
		keys = append(keys, r.Key)
	}
	return keys
}

// StatuteKnown reports whether the policy knows a law for the case.
func (p *Policy) StatuteKnown(c Case) bool {
	return slices.ContainsFunc(p.named(p.RegimesOf(c)), func(r *regime) bool { return !r.Promise })
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
	for _, n := range e.Notices {
		fmt.Fprintf(&b, "\nNote: %s\n", n.Text)
	}
	for _, r := range e.Regimes {
		fmt.Fprintf(&b, "\n%s", r.Regime)
		if r.Regime == e.Governing {
			b.WriteString(" (governs)")
		}
		b.WriteString("\n")
		for _, s := range r.Steps {
			s.write(&b)
		}
		writeSteps(&b, "It also asks for:", r.Duties)
		writeSteps(&b, "Whom the person can turn to:", r.Remedies)
	}
	return b.String()
}

// writeSteps writes what there is below a line that announces it.
func writeSteps(b *strings.Builder, title string, steps []Step) {
	if len(steps) > 0 {
		fmt.Fprintf(b, "  %s\n", title)
	}
	for _, s := range steps {
		s.write(b)
	}
}

func (s Step) write(b *strings.Builder) {
	fmt.Fprintf(b, "  - %s\n    [%s; %s]\n", s.Text, s.Citation, s.Certainty)
}
