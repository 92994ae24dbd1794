package policies

import (
	"slices"

	"habeas/models"
)

// Period is the time over which answers are counted.
type Period string

// The periods.
const (
	TwelveMonths Period = "twelve_months" // before the day of receipt
	CalendarYear Period = "calendar_year" // of the day of receipt
)

// Answered counts the answers a person has had, by regime.
type Answered map[string]int

// CopyLimit is how many answers a regime owes a person, or owes for nothing.
type CopyLimit struct {
	Regime string
	Types  []models.RequestType // that count together
	Free   int
	Since  models.Date // the first day that counts
	Source
}

// CopyLimits returns the limits of the regimes that a case falls under, for
// what it asks for.
func (p *Policy) CopyLimits(c Case) []CopyLimit {
	c, err := p.clean(c)
	if err != nil {
		return nil
	}
	var all []CopyLimit
	for _, r := range p.applicable(c) {
		asked := func(t models.RequestType) bool { return r.Copies != nil && slices.Contains(r.Copies.Types, t) }
		if slices.ContainsFunc(c.asked(), asked) {
			all = append(all, CopyLimit{r.Key, r.Copies.Types, r.Copies.Free, r.Copies.since(c.ReceivedOn), r.Copies.Source})
		}
	}
	return all
}

// since returns the first day that counts for a request received on the day.
func (l copies) since(on models.Date) models.Date {
	if l.Per == CalendarYear {
		return models.NewDate(on.Year(), 1, 1)
	}
	return on.AddMonths(-12)
}
