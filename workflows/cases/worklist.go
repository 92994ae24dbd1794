package cases

import (
	"context"
	"slices"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// List returns the facts of the requests that a filter selects, a page of
// them. The cursor is zero on the last page. That somebody filed is personal:
// who looks for the requests of a mailbox is recorded first.
func (s *Queries) List(ctx context.Context, by models.Actor, f models.Filter) ([]models.Request, models.Cursor, error) {
	if f.Email != "" || f.SimilarTo != "" {
		how := map[string]string{"by": "email"}
		if f.SimilarTo != "" {
			how = map[string]string{"by": "similar", "reference": f.SimilarTo}
		}
		if err := s.Store.Record(ctx, s.observed(by, models.Request{}, models.EventSearched, how)); err != nil {
			return nil, models.Cursor{}, err
		}
	}
	return s.Store.List(ctx, f)
}

// Counts returns how many requests each filter selects, counted to most+1 and
// no further.
func (s *Queries) Counts(ctx context.Context, filters []models.Filter, most int) ([]int, error) {
	return s.Store.Counts(ctx, filters, most)
}

// SimilarOpen returns, by id, how many open requests are like those of one page: of
// the same type, and of a mailbox that only spelling sets apart.
func (s *Queries) SimilarOpen(ctx context.Context, page []models.Request, most int) (map[string]int, error) {
	ids := make([]string, len(page))
	for i, r := range page {
		ids[i] = r.ID
	}
	return s.Store.SimilarOpen(ctx, ids, most)
}

// MayEach asks the gate which of some commands somebody may give to each request
// of a list. Facts are enough for it. Who made what they signed in with matters
// only where somebody is barred: none of these commands approves.
func (s *Queries) MayEach(ctx context.Context, by models.Actor, list []models.Request, commands ...workflows.CommandName) ([][]workflows.CommandName, error) {
	may, at := make([][]workflows.CommandName, len(list)), s.now()
	for i, r := range list {
		rules, err := s.rulesOf(ctx, r.Policy)
		if err != nil {
			return nil, err
		}
		who := by
		if len(r.Appeal.Barred) > 0 {
			if who, err = s.tied(ctx, by, workflows.Case{Request: r}); err != nil {
				return nil, err
			}
		}
		for _, c := range commands {
			if workflows.Gate(rules, workflows.Case{Request: r}, who, workflows.Act{Command: c, At: at}).Verdict != workflows.Refused {
				may[i] = append(may[i], c)
			}
		}
	}
	return may, nil
}

// FactsOf returns the facts of one request, without its personal data.
func (s *Queries) FactsOf(ctx context.Context, reference string) (models.Request, error) {
	found, _, err := s.Store.List(ctx, models.Filter{Reference: reference, Limit: 1})
	if err != nil {
		return models.Request{}, err
	}
	if len(found) == 0 {
		return models.Request{}, models.Errorf(models.CodeNotFound, "there is no such request")
	}
	return found[0], nil
}

// mostRelated bounds how many requests are shown beside another.
const mostRelated = 50

// Related returns the facts of the other requests that came from the mailbox of
// r, the newest first. Those with the Mail of r were in the same mail.
func (s *Queries) Related(ctx context.Context, r models.Request) ([]models.Request, error) {
	if r.Mailbox() == "" {
		return nil, nil
	}
	all, _, err := s.Store.List(ctx, models.Filter{Email: r.Mailbox(), Sort: models.SortReceivedAt, Limit: mostRelated})
	return slices.DeleteFunc(all, func(o models.Request) bool { return o.ID == r.ID }), err
}

// Try decides on a command without running it: what would follow, or why not.
// The request is as the caller read it.
func (s *Queries) Try(ctx context.Context, by models.Actor, r models.Request, c workflows.Command) (workflows.Decision, error) {
	return s.decide(ctx, by, r, c, Option{})
}

// PolicyOf returns the policy that a request was received under.
func (s *Queries) PolicyOf(ctx context.Context, r models.Request) (*policies.Policy, error) {
	rules, err := s.rulesOf(ctx, r.Policy)
	return rules.Policy, err
}
