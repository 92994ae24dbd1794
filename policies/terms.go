package policies

import "habeas/models"

// Certainty says how surely a rule is known.
type Certainty string

// The certainties.
const (
	Verified  Certainty = "verified"  // the legal text, or the regulator's own page, was read
	Secondary Certainty = "secondary" // a law firm, a tracker or a corpus says so
	Memory    Certainty = "memory"    // not checked against any source
)

// Source is what a rule rests on.
type Source struct {
	Citation  string    `json:"citation"`
	Certainty Certainty `json:"certainty"`
}

// unit is what a term counts.
type unit string

const (
	calendarDays unit = "calendar_days"
	businessDays unit = "business_days" // Monday to Friday without the holidays of the regime's calendar
	months       unit = "months"
)

// term is a stretch of time counted from the day of receipt, which is itself
// not counted.
type term struct {
	Within int    `json:"within"`
	Unit   unit   `json:"unit"`
	Note   string `json:"note,omitempty"` // a sentence for the explanation
	Source
}

// terms are the numbers of a regime, or of one type under it. A nil term is
// one the law does not have.
type terms struct {
	Acknowledge  *term `json:"acknowledge,omitempty"`
	Respond      *term `json:"respond,omitempty"`
	Undesignated *term `json:"undesignated,omitempty"` // in place of Respond when it came to another address
	Extended     *term `json:"extended,omitempty"`     // the longest time from receipt, by one extension
}

// all returns every term, nil where there is none.
func (t terms) all() []*term { return []*term{t.Acknowledge, t.Respond, t.Undesignated, t.Extended} }

// regime is one law, or one promise, that sets dates.
type regime struct {
	Key         string               `json:"key"`
	Name        Localized            `json:"name"`
	Promise     bool                 `json:"promise,omitempty"` // not a statute, which governs on a tie
	Where       []string             `json:"where"`             // "DE", "US-CA", or "*" for everywhere
	Types       []models.RequestType `json:"types"`             // or "*" for all
	AppliesFrom models.Date          `json:"applies_from,omitzero"`
	Condition   string               `json:"condition,omitempty"` // whom it binds, where the data cannot tell
	Start       Source               `json:"start"`               // why receipt starts the clock
	terms
	ByType        map[models.RequestType]terms `json:"by_type,omitempty"` // replaces all terms of the regime
	Pauses        []pauseRule                  `json:"pauses,omitempty"`
	Roll          *Source                      `json:"roll,omitempty"`     // a last day off work moves to the next working day
	Calendar      string                       `json:"calendar,omitempty"` // whose holidays; personCountry or a key
	Appeal        *appeal                      `json:"appeal,omitempty"`   // nil: the law gives none
	ComplainTo    []string                     `json:"complain_to,omitempty"`
	NeverDisclose *neverDisclose               `json:"never_disclose,omitempty"`
}

// pauseRule says that the clock stands still while a question of this purpose
// is with the requester.
type pauseRule struct {
	For   models.HoldPurpose   `json:"for"`
	Types []models.RequestType `json:"types,omitempty"` // empty: all
	// Anew: the law lets the period begin anew with the answer. Never later
	// than that, and never by more than the days waited, does the date move.
	Anew bool `json:"anew,omitempty"`
	Source
}

// appeal is the way to have an answer looked at again by the organisation.
type appeal struct {
	File   int `json:"file,omitempty"` // calendar days after the answer; 0: the law sets no number
	Decide int `json:"decide"`         // calendar days after the appeal
	Source
}

// neverDisclose lists what an answer must not contain, not even to the person.
type neverDisclose struct {
	Data []string `json:"data"`
	Source
}
