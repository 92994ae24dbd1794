package policies

import (
	"slices"

	"habeas/models"
)

// Certainty says how surely a rule is known.
type Certainty string

// The certainties.
const (
	Verified  Certainty = "verified"  // the legal text, or the regulator's own page, was read
	Secondary Certainty = "secondary" // a law firm, a tracker or a corpus says so
	Memory    Certainty = "memory"    // not checked against any source
	Own       Certainty = "own"       // a rule the organisation set for itself; neither law nor published promise
)

// Certainties lists every certainty, the surest first.
func Certainties() []Certainty { return []Certainty{Verified, Secondary, Memory, Own} }

// mostInDoubt returns the least sure of several: a rule of our own is in no
// doubt.
func mostInDoubt(all []Certainty) Certainty {
	for _, doubtful := range []Certainty{Memory, Secondary} {
		if slices.Contains(all, doubtful) {
			return doubtful
		}
	}
	return all[0]
}

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
	hours        unit = "hours" // from the instant of receipt
)

// term is a stretch of time counted from the day of receipt, which is itself
// not counted. Hours count from the instant.
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
	// Prompt is the rule of a law that asks for an answer and gives no number
	// of days ("without undue delay").
	Prompt *rule `json:"prompt,omitempty"`
}

// rule is a sentence with its source.
type rule struct {
	Note string `json:"note"`
	Source
}

// all returns every term, nil where there is none.
func (t terms) all() []*term { return []*term{t.Acknowledge, t.Respond, t.Undesignated, t.Extended} }

// regime is one law, or one promise, that sets dates.
type regime struct {
	Key     string               `json:"key"`
	Name    Localized            `json:"name"`
	Promise bool                 `json:"promise,omitempty"` // not a statute, which governs on a tie
	Where   []string             `json:"where"`             // "DE", "US-CA", or "*" for everywhere
	Types   []models.RequestType `json:"types"`             // or "*" for all
	// StrictestOf names a country whose parts have laws of their own. The
	// regime applies there where the part is not known, with the strictest
	// dates of all of them.
	StrictestOf string      `json:"strictest_of,omitempty"`
	AppliesFrom models.Date `json:"applies_from,omitzero"` // the first day of receipt under it
	Until       models.Date `json:"until,omitzero"`        // the last one
	// TypesFrom are types that came to the law later than AppliesFrom.
	TypesFrom map[models.RequestType]models.Date `json:"types_from,omitempty"`
	InForce   *Source                            `json:"in_force,omitempty"`  // of AppliesFrom and Until
	CheckedOn models.Date                        `json:"checked_on,omitzero"` // when somebody last looked at the law
	Changes   []change                           `json:"changes,omitempty"`   // what is known to change, and when
	Displaces []string                           `json:"displaces,omitempty"` // regimes that do not apply where this one does
	Beside    []string                           `json:"beside,omitempty"`    // regimes that apply to the same requests on purpose
	Condition string                             `json:"condition,omitempty"` // whom it binds, where the data cannot tell
	Binds     *duty                              `json:"binds,omitempty"`     // the size from which on it binds an organisation; for staff
	Start     Source                             `json:"start"`               // why receipt starts the clock
	terms
	ByType        map[models.RequestType]terms `json:"by_type,omitempty"` // replaces all terms of the regime
	Pauses        []pauseRule                  `json:"pauses,omitempty"`
	Roll          *Source                      `json:"roll,omitempty"`     // a last day off work moves to the next working day
	Calendar      string                       `json:"calendar,omitempty"` // whose holidays; personCountry, seat or a key
	Appeal        *appeal                      `json:"appeal,omitempty"`   // nil: the law gives none
	Remedies      []*remedy                    `json:"remedies,omitempty"`
	Expiry        *expiry                      `json:"expiry,omitempty"` // of a request nobody could verify
	Copies        *copies                      `json:"copies,omitempty"` // how often an answer is owed, or free
	NeverDisclose *neverDisclose               `json:"never_disclose,omitempty"`
	Duties        []duty                       `json:"duties,omitempty"` // what else staff must do
}

// change is a day on which a law changes, with what is known of it.
type change struct {
	On   models.Date `json:"on"`
	Text string      `json:"text"`
	Source
}

// duty is what a law asks for beside the date. It is said to staff.
type duty struct {
	Types []models.RequestType `json:"types,omitempty"` // empty: all of the regime
	Where []string             `json:"where,omitempty"` // countries; empty: all of the regime
	Text  string               `json:"text"`
	Source
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

// remedy is somebody a person can turn to after an answer.
type remedy struct {
	Kind RemedyKind       `json:"kind"`
	Name Localized        `json:"name"`
	URL  string           `json:"url,omitempty"`
	When Localized        `json:"when,omitempty"` // by when, or after what
	On   []RemedyOccasion `json:"on,omitempty"`   // empty: every occasion
	In   map[string]*body `json:"in,omitempty"`   // the body of a country instead, by its code
	Source
}

// body is the authority of one country.
type body struct {
	Name Localized `json:"name"`
	URL  string    `json:"url,omitempty"`
	Source
}

// expiry is when and how a request ends that nobody could verify.
type expiry struct {
	// At is "respond": on the last day to answer, as a denial with its reasons
	// and remedies.
	At string `json:"at"`
	// Categories: an access that cannot be verified for specific pieces is
	// answered as one for categories.
	Categories bool `json:"categories,omitempty"`
	Source
}

// copies says how many answers a person may ask for, or gets for nothing.
type copies struct {
	Types []models.RequestType `json:"types"`
	Free  int                  `json:"free"`
	Per   Period               `json:"per"`
	Source
}

// neverDisclose lists what an answer must not contain, not even to the person.
type neverDisclose struct {
	Data []string `json:"data"`
	Source
}
