package cases

import (
	"context"

	"habeas/models"
	"habeas/workflows"
)

// answeredCopies counts the answers of the same mailbox for every limit that
// the request falls under, without its own.
func (s *core) answeredCopies(ctx context.Context, rules workflows.Rules, r models.Request) ([]workflows.AnsweredCopies, error) {
	var all []workflows.AnsweredCopies
	for _, limit := range rules.CopyLimits(rules.CaseOf(r.Facts)) {
		n, err := s.Store.CountAnswered(ctx, r, limit.Types, limit.Since.Start(s.Zone))
		if err != nil {
			return nil, err
		}
		all = append(all, workflows.AnsweredCopies{CopyLimit: limit, N: n})
	}
	return all, nil
}
