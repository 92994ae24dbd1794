package cases

import (
	"context"
	"slices"

	"habeas/models"
	"habeas/workflows"
)

// ConfirmRight says that the mail of a request asks for a right, and returns the
// request that is now for it. One that nobody had sorted becomes a request for
// the right. Another has it as a further item, where the policy lets the two
// share a request; else the right has a request of its own, linked by the mail
// and received when that was. The same again changes nothing.
func (s *Inbox) ConfirmRight(ctx context.Context, by models.Actor, reference string, right models.RequestType, o Option) (models.Request, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return models.Request{}, err
	}
	policy, err := s.queries.PolicyOf(ctx, r)
	if err != nil {
		return models.Request{}, err
	}
	if kind, ok := policy.Type(right); !ok || kind.Unsorted {
		return models.Request{}, workflows.UnknownType()
	}
	rights := append(slices.Clone(r.Asked()), right)
	itemised := len(r.Items) > 0 && len(r.Rights) == 0
	switch kind, _ := policy.Type(r.Type); {
	case slices.Contains(r.Asked(), right):
		return r, nil
	case kind.Unsorted:
		return s.classified(ctx, by, reference, workflows.Classify{Type: right}, o)
	case len(policy.Together(rights)) == 1 && !itemised:
		return s.classified(ctx, by, reference, workflows.Classify{Type: r.Type, Rights: rights}, o)
	}
	return s.linkedRequest(ctx, by, r, right)
}

func (s *Inbox) classified(ctx context.Context, by models.Actor, reference string, c workflows.Classify, o Option) (models.Request, error) {
	d, err := s.cases.Do(ctx, by, reference, c, o)
	return d.Request, err
}

// linkedRequest files a request for a right that the mail of r asks for beside
// it, once, with the files of the mail. One code is enough for both.
func (s *Inbox) linkedRequest(ctx context.Context, by models.Actor, r models.Request, right models.RequestType) (models.Request, error) {
	// What may be said of r now may be said of its mail.
	if _, err := s.queries.Try(ctx, by, r, workflows.Classify{Country: &r.Country}); err != nil {
		return models.Request{}, err
	}
	leads, err := s.cases.Leads(ctx, r)
	if err != nil {
		return models.Request{}, err
	}
	filed, err := s.submitLinked(ctx, by, r, right, leads)
	if err != nil {
		return models.Request{}, err
	}
	if s.MailFiles != nil {
		if err := s.filesInto(ctx, r.Mail, filed); err != nil {
			return models.Request{}, err
		}
	}
	if leads {
		if err := s.cases.ProveLate(ctx, r); err != nil {
			return models.Request{}, err
		}
	}
	return s.Store.FindByID(ctx, filed.ID)
}

func (s *Inbox) submitLinked(ctx context.Context, by models.Actor, r models.Request, right models.RequestType, leads bool) (models.Request, error) {
	once := mailOnce(r.Mail, string(right))
	if made, err := s.made(ctx, once); made.ID != "" || err != nil {
		return made, err
	}
	c := workflows.Submit{
		Type: right, Person: r.Person, OnBehalf: r.OnBehalf, Details: r.Details, Locale: r.Locale, Channel: r.Channel,
		ReceivedAt: r.ReceivedAt, Mail: r.Mail, Follows: leads, Quiet: r.Suppressed == models.SuppressedAutomatic, Suggestion: r.Suggestion,
	}
	o := Option{Once: once, Answer: answerReference}
	d, err := s.cases.Submit(ctx, by, c, o)
	if models.CodeOf(err) == models.CodeInvalid {
		// The type wants more than somebody wrote: it is filled in there.
		c.Type, c.Suggestion = models.TypeUnsorted, onlyRight(r.Suggestion, right)
		d, err = s.cases.Submit(ctx, by, c, o)
	}
	if models.CodeOf(err) == models.CodeInFlight {
		return s.made(ctx, once) // somebody else confirmed it at the same moment
	}
	return d.Request, err
}

// onlyRight leaves one right of a suggestion.
func onlyRight(s *models.Suggestion, right models.RequestType) *models.Suggestion {
	if s == nil {
		s = &models.Suggestion{}
	}
	only := *s
	only.Rights = []models.SuggestedRight{{Type: right, Confidence: 100}}
	for _, r := range s.Rights {
		if r.Type == right {
			only.Rights = []models.SuggestedRight{r}
		}
	}
	return &only
}
