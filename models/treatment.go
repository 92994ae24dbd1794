package models

import (
	"slices"
	"strings"
)

// Treatment says what an erasure does with the fields of one data category.
type Treatment struct {
	Category string `json:"category"`
	// Do is erase, anonymise or keep.
	Do TreatmentKind `json:"do"`
	// Strategies are tried in their order; the first that fits the column is
	// used.
	Strategies []Strategy `json:"strategies,omitempty"`
	// Kept is why and how long, where Do is keep.
	Kept *Kept `json:"kept,omitempty"`
}

// TreatmentKind is what happens to a category.
type TreatmentKind string

// The treatment kinds.
const (
	TreatErase     TreatmentKind = "erase"
	TreatAnonymise TreatmentKind = "anonymise"
	TreatKeep      TreatmentKind = "keep"
)

// Strategy is a masking strategy by its Fides name.
type Strategy string

// The strategies. hash and aes_encrypt are refused: what they make is still
// personal, or can be turned back.
const (
	StrategyNull         Strategy = "null_rewrite"
	StrategyString       Strategy = "string_rewrite"
	StrategyRandomString Strategy = "random_string_rewrite"
	StrategyHMAC         Strategy = "hmac"
	StrategyPreserve     Strategy = "preserve"
	StrategyDelete       Strategy = "delete" // of the row
)

// Strategies lists every strategy.
func Strategies() []Strategy {
	return []Strategy{StrategyNull, StrategyString, StrategyRandomString, StrategyHMAC, StrategyPreserve, StrategyDelete}
}

// Treatments is what a policy says of all categories.
type Treatments struct {
	List []Treatment `json:"list"`
	// Detach: the person's own reference to a shared row is emptied.
	Detach bool `json:"detach"`
}

// Of returns the treatment of the nearest branch: of user.contact.email before
// user.contact before user.
func (t Treatments) Of(category string) (Treatment, bool) {
	best, found := Treatment{}, false
	for _, one := range t.List {
		if CategoryWithin(category, one.Category) && (!found || len(one.Category) > len(best.Category)) {
			best, found = one, true
		}
	}
	return best, found
}

// CategoryWithin reports whether a data category is a branch or below it, by
// dotted segment: user.device.cookie_id is not within user.device.cookie.
func CategoryWithin(category, branch string) bool {
	return category == branch || strings.HasPrefix(category, branch+".")
}

// PersonalCategory reports whether a category is about the person: user and
// all below it.
func PersonalCategory(category string) bool { return CategoryWithin(category, "user") }

// AnyPersonal reports whether one of the categories is about the person.
func AnyPersonal(categories []string) bool { return slices.ContainsFunc(categories, PersonalCategory) }
