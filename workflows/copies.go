package workflows

import (
	"context"

	"habeas/models"
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

// answeredCopies counts the answers of the same mailbox for every limit that
// the request falls under, without its own.
func (s *core) answeredCopies(ctx context.Context, rules Rules, r models.Request) ([]AnsweredCopies, error) {
	var all []AnsweredCopies
	for _, limit := range rules.CopyLimits(rules.CaseOf(r.Facts)) {
		n, err := s.Store.CountAnswered(ctx, r, limit.Types, limit.Since.Start(s.Zone))
		if err != nil {
			return nil, err
		}
		all = append(all, AnsweredCopies{limit, n})
	}
	return all, nil
}

// Answered returns the counts by regime.
func Answered(counts []AnsweredCopies) policies.Answered {
	all := policies.Answered{}
	for _, c := range counts {
		all[c.Regime] = c.N
	}
	return all
}
