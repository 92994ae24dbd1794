package policies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"habeas/models"
)

// Policy is one version of the whole policy: regimes, request types, reasons,
// calendars, workflow times and what is special about mail. It never changes and may be shared.
type Policy struct {
	data      data
	snapshot  []byte
	version   string
	types     map[models.RequestType]*Type
	regimes   map[string]*regime
	reasons   map[string]*reason
	calendars map[string]*calendar
	texts     map[string]Localized // by their English
	catalogue catalogue
}

// data is what the policy files say, and what a snapshot holds.
type data struct {
	Regimes   []*regime   `json:"regimes,omitempty"`
	Types     []*Type     `json:"types,omitempty"`
	Reasons   []*reason   `json:"reasons,omitempty"`
	Calendars []*calendar `json:"calendars,omitempty"`
	Workflow  *workflow   `json:"workflow,omitempty"`
	Texts     []*saying   `json:"texts,omitempty"`
	Mail      *mailRules  `json:"mail,omitempty"`

	Erasure       *erasure         `json:"erasure,omitempty"`
	NeverDisclose []*NeverDisclose `json:"never_disclose,omitempty"`
	Package       *packageTerms    `json:"package,omitempty"`

	// Retention is how long the service's own data is kept.
	Retention []*Keeping `json:"retention,omitempty"`

	// Territories are countries in which another country's law applies.
	Territories []*territory `json:"territories,omitempty"`
	// Provisions say which rights a provision of a law is about.
	Provisions []*provision `json:"provisions,omitempty"`
	// Reports are the yearly figures that laws and authorities ask for.
	Reports []*report `json:"reports,omitempty"`
	// SwitchOn are the types that are offered although they are switched off.
	SwitchOn []models.RequestType `json:"switch_on,omitempty"`
	// NotBound are the regimes that do not bind the organisation, such as those
	// whose thresholds it does not reach. They apply to nothing.
	NotBound []string `json:"not_bound,omitempty"`
	// Seat is the place where the organisation acts ("DE", "DE-BY"). Its
	// holidays count under a regime with calendar seat.
	Seat string `json:"seat,omitempty"`
}

// territory is a country, by its code, in which the law of another one applies.
type territory struct {
	Code  string `json:"code"`
	LawOf string `json:"law_of"` // "FR", or a part of a country: "US-PR"
	Source
}

// provision is a provision of a law and the rights that it is about: a refusal
// of another right must not cite it.
type provision struct {
	Citation string               `json:"citation"` // "GDPR Art. 17"
	Types    []models.RequestType `json:"types"`
}

// saying is what some other text of the policy says in other languages.
type saying struct {
	Text Localized `json:"text"`
}

// build indexes valid data into a policy with the given snapshot.
func build(d data, snapshot []byte) *Policy {
	sum := sha256.Sum256(snapshot)
	p := &Policy{
		data: d, snapshot: snapshot, version: hex.EncodeToString(sum[:]),
		types: map[models.RequestType]*Type{}, regimes: map[string]*regime{},
		reasons: map[string]*reason{}, calendars: map[string]*calendar{},
		texts: map[string]Localized{}, catalogue: loadCatalogue(),
	}
	for _, t := range d.Types {
		p.types[t.Key] = t
	}
	for _, r := range d.Regimes {
		p.regimes[r.Key] = r
	}
	for _, r := range d.Reasons {
		p.reasons[r.Code] = r
	}
	for _, c := range d.Calendars {
		p.calendars[c.Key] = c
		c.prepare()
	}
	for _, s := range d.Texts {
		p.texts[s.Text["en"]] = s.Text
	}
	return p
}

// Version returns the SHA-256 of Snapshot in hex: two policies that say the
// same have the same version, whatever the layout of their files.
func (p *Policy) Version() string { return p.version }

// Snapshot returns the whole policy as canonical bytes, to keep beside the
// requests received under it. Comments and the layout of the files are not in
// it; nor are the holidays of a library calendar, only its name.
func (p *Policy) Snapshot() []byte { return bytes.Clone(p.snapshot) }

// Restore returns the policy of a snapshot. It keeps the bytes as they are, so
// the version stays the same when a later program knows more fields, and does
// not check again what was valid when the snapshot was taken: rules for policy
// files may get stricter, and an old request must keep its dates.
func Restore(snapshot []byte) (*Policy, error) {
	var d data
	if err := json.Unmarshal(snapshot, &d); err != nil {
		return nil, fmt.Errorf("restoring a policy: %w", err)
	}
	if d.Workflow == nil || len(d.Regimes) == 0 || len(d.Types) == 0 {
		return nil, errors.New("restoring a policy: this is not a snapshot of one")
	}
	return build(d, bytes.Clone(snapshot)), nil
}

// canonical returns the one way of writing d: JSON with fields in the order of
// their types and map keys sorted.
func (d data) canonical() []byte {
	b, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("policies: data that cannot be marshalled: %v", err)) // only texts, numbers, maps
	}
	return b
}
