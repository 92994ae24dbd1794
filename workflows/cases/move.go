package cases

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"habeas/models"
	"habeas/workflows"
)

// moving adds to MoveMail what there is of the mail, and the case it belongs in.
func (s *core) moving(ctx context.Context, r models.Request, c workflows.MoveMail) (workflows.MoveMail, error) {
	c.Received, c.Message, c.Files, c.Attached, c.Target = models.ReceivedMail{}, models.Message{}, nil, 0, workflows.Target{}
	id := cmp.Or(c.Mail, r.Mail)
	if id == "" {
		return c, nil
	}
	m, err := s.Store.Mail(ctx, id)
	if models.CodeOf(err) == models.CodeNotFound || err == nil && !placedIn(m, r) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Received = m
	if c.Reference != "" {
		if c.Target, err = s.target(ctx, c.Reference); err != nil {
			return c, err
		}
		if c.In, err = s.inflow(ctx, c.Under, c.Into.ID); err != nil {
			return c, err
		}
	}
	if m.ID == r.Mail {
		return c, nil
	}
	all, err := s.Store.Messages(ctx, r.ID)
	if err != nil {
		return c, err
	}
	for _, one := range all {
		if one.Direction == models.Incoming && one.Mail == m.ID && !slices.Contains(one.Flags, models.FlagMoved) {
			c.Message = one
		}
	}
	files, err := s.Store.Files(ctx, r.ID)
	if err != nil {
		return c, err
	}
	c.Attached = len(files)
	c.Files, err = s.filesOfMail(ctx, r, m, files)
	return c, err
}

// filesOfMail are those of the files of a request that came with a mail, however
// often that was moved.
func (s *core) filesOfMail(ctx context.Context, r models.Request, m models.ReceivedMail, all []models.File) ([]models.File, error) {
	came := map[string]bool{}
	for moves := range m.Moves + 1 {
		m.Moves = moves
		for n := range m.Reading.Attachments {
			once, err := s.Store.Answered(ctx, "mail", fileOfMail(m, n, r.Reference).Key)
			if err != nil && models.CodeOf(err) != models.CodeNotFound {
				return nil, err
			}
			came[string(once.Answer)] = err == nil
		}
	}
	return slices.DeleteFunc(all, func(f models.File) bool { return !came[f.ID] }), nil
}

// fileOfMail is the idempotency key under which the n-th file of a mail is added
// to a request: once, and again where the mail was moved since.
func fileOfMail(m models.ReceivedMail, n int, reference string) *workflows.Once {
	return mailOnce(m.ID, "file/"+strconv.Itoa(n)+"/"+reference+workflows.AfterMoves(m))
}
