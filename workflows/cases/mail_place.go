package cases

import (
	"context"
	"crypto/sha256"
	"net/http"
	"slices"

	"habeas/models"
	"habeas/workflows"
)

// mailOnce is the idempotency key of one effect of a mail, so that placing it
// again after a crash makes nothing twice.
func mailOnce(mailID, effect string) *workflows.Once {
	sum := sha256.Sum256([]byte(mailID + "\x00" + effect))
	return &workflows.Once{Scope: "mail", Key: mailID + "/" + effect, BodyHash: sum[:]}
}

// SubmitFromMail files a request that the mail c.Mail asks for, once: for the
// same rights again it returns the one that was made.
func (s *Inbox) SubmitFromMail(ctx context.Context, c workflows.Submit) (models.Request, error) {
	once := mailOnce(c.Mail, workflows.RightsKey(c.Type, slices.Sorted(slices.Values(c.Rights))))
	if made, err := s.made(ctx, once); made.ID != "" || err != nil {
		return made, err
	}
	d, err := s.cases.Submit(ctx, models.Actor{Kind: models.ActorIntake}, c, Option{Once: once, Answer: answerReference})
	if models.CodeOf(err) == models.CodeInFlight {
		return s.made(ctx, once) // somebody else placed the same mail at the same moment
	}
	return d.Request, err
}

func answerReference(d workflows.Decision) (int, []byte, error) {
	return http.StatusCreated, []byte(d.Request.Reference), nil
}

// answerFile remembers which file a mail brought.
func answerFile(d workflows.Decision) (int, []byte, error) {
	added, _ := models.EffectOf[models.FileAdded](d)
	return http.StatusCreated, []byte(added.File.ID), nil
}

// made returns the request that was made under an idempotency key, or none.
func (s *Inbox) made(ctx context.Context, once *workflows.Once) (models.Request, error) {
	answered, err := s.cases.Answered(ctx, once)
	if answered == nil || err != nil {
		return models.Request{}, err
	}
	return s.Store.Find(ctx, string(answered.Answer))
}

// FileFromMail adds the n-th file of a mail to a request, once. It is CodeConflict
// where the mail was placed there and has left.
func (s *Inbox) FileFromMail(ctx context.Context, m models.ReceivedMail, reference string, n int, name string, content []byte, internal bool) error {
	once := fileOfMail(m, n, reference)
	if answered, err := s.cases.Answered(ctx, once); answered != nil || err != nil {
		return err
	}
	c := workflows.Attach{File: models.File{Name: name, Author: models.Actor{Kind: models.ActorIntake}, Internal: internal}}
	if m.State == models.MailPlaced {
		c.Mail = m.ID
	}
	_, err := s.cases.add(ctx, reference, c, content, Option{Once: once, Answer: answerFile})
	if models.CodeOf(err) == models.CodeInFlight {
		return nil
	}
	return err
}

// ReceiveMail puts a kept mail into the case r, and marks it placed in the
// same transaction, with the job that was to place it.
func (s *Inbox) ReceiveMail(ctx context.Context, r models.Request, m models.ReceivedMail, c workflows.Receive, job string) error {
	m.Requests = []string{r.Reference}
	c.Routed = &m
	_, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorIntake}, r.ID, c, Option{JobDone: job})
	return err
}
