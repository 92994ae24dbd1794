package policies

// Kind says what a field takes.
type Kind string

// The field kinds. Those that take a list make one item of each entry.
const (
	KindText        Kind = "text"      // one line
	KindLongText    Kind = "long_text" // several lines
	KindChoice      Kind = "choice"    // one of Choices
	KindChoices     Kind = "choices"   // a list of Choices
	KindURL         Kind = "url"       // http or https
	KindURLs        Kind = "urls"      // a list of them
	KindDate        Kind = "date"      // YYYY-MM-DD
	KindYear        Kind = "year"      // four digits
	KindBoolean     Kind = "boolean"
	KindEmail       Kind = "email"
	KindCorrections Kind = "corrections" // a list of {field, current, requested}; field is one of Choices
)

// Field is one thing a type asks for.
type Field struct {
	Name      string    `json:"name"`
	Kind      Kind      `json:"kind"`
	Label     Localized `json:"label"`
	Help      Localized `json:"help,omitempty"`
	Required  bool      `json:"required,omitempty"`
	MaxLength int       `json:"max_length,omitempty"` // characters; 0: the limit of the kind
	// Past takes no year or day that is still to come.
	Past bool `json:"past,omitempty"`
	// NotBefore names the day before which this one cannot be.
	NotBefore string    `json:"not_before,omitempty"`
	Choices   []*Choice `json:"choices,omitempty"`
}

// Choice is one value a field may have.
type Choice struct {
	Value string    `json:"value"`
	Label Localized `json:"label"`
	// Values says what a correction of this account field may contain: a
	// password or a card number must never reach us.
	Values Values `json:"values,omitempty"`
}

// Values says what may be written beside a correction.
type Values string

// The restrictions.
const (
	ValuesAny          Values = ""
	ValuesNone         Values = "none"           // nothing: the person resets it themselves
	ValuesNoCardNumber Values = "no_card_number" // but not the number of a card
)

// makesItems reports whether each entry of the field is decided on its own.
func (k Kind) makesItems() bool {
	return k == KindChoices || k == KindURLs || k == KindCorrections
}

// choice returns the choice with that value.
func (f *Field) choice(value string) (*Choice, bool) {
	for _, c := range f.Choices {
		if c.Value == value {
			return c, true
		}
	}
	return nil, false
}
