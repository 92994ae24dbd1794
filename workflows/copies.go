package workflows

import (
	"habeas/policies"
)

// AnsweredCopies is how many answers a person has had in the period that a
// regime counts, beside how many it owes.
type AnsweredCopies struct {
	policies.CopyLimit
	N int
}

// Used reports whether the regime owes no further answer.
func (a AnsweredCopies) Used() bool { return a.N >= a.Free }

// Answered returns the counts by regime.
func Answered(counts []AnsweredCopies) policies.Answered {
	all := policies.Answered{}
	for _, c := range counts {
		all[c.Regime] = c.N
	}
	return all
}
