package policies

import (
	"regexp"
	"slices"

	"habeas/models"
)

// erasure is what an erasure does with each data category.
type erasure struct {
	Detach     bool         `json:"detach,omitempty"`
	LookAgain  []int        `json:"look_again,omitempty"` // days after
	Categories []*treatment `json:"categories"`
}

type treatment struct {
	Category   string   `json:"category"`
	Do         string   `json:"do"`
	Strategies []string `json:"strategies,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Citation   string   `json:"citation,omitempty"`
	Months     int      `json:"months,omitempty"`
}

// NeverDisclose is a data category that no copy of data may hold.
type NeverDisclose struct {
	Category string `json:"category"`
	Kind     string `json:"kind"` // by which it is named to the person
	Citation string `json:"citation"`
}

// packageTerms is how long, and how often, an access package can be fetched.
type packageTerms struct {
	Days      int `json:"days"`
	Downloads int `json:"downloads"`
}

// PackageTerms returns for how many days, and how often, an access package can be
// fetched.
func (p *Policy) PackageTerms() (days, downloads int) {
	if p.data.Package == nil {
		return 14, 10
	}
	return p.data.Package.Days, p.data.Package.Downloads
}

// Treatments returns what an erasure does with each data category.
func (p *Policy) Treatments() models.Treatments {
	if p.data.Erasure == nil {
		return models.Treatments{}
	}
	all := models.Treatments{Detach: p.data.Erasure.Detach}
	for _, t := range p.data.Erasure.Categories {
		one := models.Treatment{Category: t.Category, Do: models.TreatmentKind(t.Do)}
		for _, s := range t.Strategies {
			one.Strategies = append(one.Strategies, models.Strategy(s))
		}
		if one.Do == models.TreatKeep {
			one.Kept = &models.Kept{Reason: models.KeptReason(t.Reason), Citation: t.Citation, Months: t.Months}
		}
		all.List = append(all.List, one)
	}
	return all
}

// LookAgain returns how many days after an erasure the systems are asked again for
// what they hold of the person.
func (p *Policy) LookAgain() []int {
	if p.data.Erasure == nil {
		return nil
	}
	return p.data.Erasure.LookAgain
}

// Confirms returns the rule by which somebody who asks for the rights has to
// confirm an erasure, the one with the longest cooling-off; nil for none.
func (p *Policy) Confirms(rights []models.RequestType) *TaskRule {
	var longest *TaskRule
	for _, t := range p.TasksFor(rights) {
		if t.Confirm && (longest == nil || t.CoolingOff > longest.CoolingOff) {
			longest = t
		}
	}
	return longest
}

// NeverDisclosed returns the entry of the never-disclose list that a data
// category falls under.
func (p *Policy) NeverDisclosed(category string) (NeverDisclose, bool) {
	for _, n := range p.data.NeverDisclose {
		if models.CategoryWithin(category, n.Category) {
			return *n, true
		}
	}
	return NeverDisclose{}, false
}

var categoryName = regexp.MustCompile(`^user(\.[a-z_]+)*$`)

func (k *checker) erasure(e *erasure) {
	seen := map[string]bool{}
	for _, t := range e.Categories {
		k.category(t, t.Category)
		if seen[t.Category] {
			k.bad(t, "category", "category %s is given twice", t.Category)
		}
		seen[t.Category] = true
		k.treatment(t)
	}
	for i, days := range e.LookAgain {
		k.between(e, "look_again", days, 1, 365)
		if slices.Contains(e.LookAgain[:i], days) {
			k.bad(e, "look_again", "look_again has %d twice", days)
		}
	}
	if !seen["user"] {
		k.bad(e, "categories", "categories has no entry for user, so that some would have none")
	}
}

func (k *checker) category(of any, name string) {
	if !categoryName.MatchString(name) {
		k.bad(of, "category", "category must be user or below it, as in fideslang 3")
	}
}

func (k *checker) treatment(t *treatment) {
	keep := t.Do == string(models.TreatKeep)
	if !keep && t.Do != string(models.TreatErase) && t.Do != string(models.TreatAnonymise) {
		k.bad(t, "do", "do must be erase, anonymise or keep")
	}
	if keep == (len(t.Strategies) > 0) {
		k.bad(t, "strategies", "strategies belong to erase and anonymise, which need one")
	}
	for _, s := range t.Strategies {
		if s == "hash" || s == "aes_encrypt" {
			k.bad(t, "strategies", "%s is refused: what it makes is still personal, or can be turned back", s)
		} else if !slices.Contains(models.Strategies(), models.Strategy(s)) {
			k.bad(t, "strategies", "there is no strategy %q", s)
		}
	}
	if _, ok := k.reasons[t.Reason]; keep && (!ok || t.Citation == "") {
		k.bad(t, "reason", "what is kept needs a reason that the policy has, and a citation")
	}
}

func (k *checker) neverDisclose(n *NeverDisclose) {
	k.category(n, n.Category)
	if n.Kind == "" || n.Citation == "" {
		k.bad(n, "kind", "an entry of never_disclose needs a kind and a citation")
	}
}
