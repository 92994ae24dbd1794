package policies

import (
	"slices"

	"habeas/models"
)

// Keeping is how long something of the service's own is kept, in days.
type Keeping struct {
	What models.OwnData `json:"what"`
	Days int            `json:"days"`
	Source
}

// standardDays are the periods of a policy that says nothing of them.
func standardDays(what models.OwnData) int {
	return map[models.OwnData]int{
		models.OwnUnverified: 30, models.OwnSpam: 30, models.OwnMail: 30, models.OwnStaffLetters: 90,
		models.OwnCodes: 7, models.OwnJobs: 30, models.OwnLegalHolds: 1095,
	}[what]
}

// DaysKept returns how many days something of the service's own is kept.
func (p *Policy) DaysKept(what models.OwnData) int {
	for _, k := range p.data.Retention {
		if k.What == what {
			return k.Days
		}
	}
	return standardDays(what)
}

// ShortestRetention returns the fewest months after which a request of any type
// may be erased.
func (p *Policy) ShortestRetention() int {
	return slices.MinFunc(p.data.Types, func(a, b *Type) int { return a.Retention.Months - b.Retention.Months }).Retention.Months
}

func (k *checker) retention(all []*Keeping) {
	seen := map[models.OwnData]bool{}
	for _, one := range all {
		if !slices.Contains(models.AllOwnData(), one.What) {
			k.bad(one, "what", "what must be one of %v", models.AllOwnData())
		}
		if seen[one.What] {
			k.bad(one, "what", "%s is given twice", one.What)
		}
		seen[one.What] = true
		k.between(one, "days", one.Days, 1, 36500)
		k.source(one, "", one.Source)
	}
}
