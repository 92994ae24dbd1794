package cases

import (
	"cmp"
	"context"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// Submit files a request and returns it with everything that follows. What the
// caller leaves out is filled in: it is received now, by web form, in English.
func (s *Cases) Submit(ctx context.Context, by models.Actor, c workflows.Submit, o Option) (workflows.Decision, error) {
	c.Channel = cmp.Or(c.Channel, models.ChannelWeb)
	c.Locale = cmp.Or(strings.TrimSpace(c.Locale), "en")
	if c.ReceivedAt.IsZero() {
		c.ReceivedAt = s.now()
	}
	for try := 1; ; try++ {
		c.ID, c.Reference = s.NewID(), s.newReference()
		c.Challenge = s.newChallenge(c.ID)
		d, err := s.run(ctx, by, c, o, s.from(ctx, models.Request{}))
		// A reference that exists already: 50 random bits collide some day.
		if models.CodeOf(err) == models.CodeConflict && try < attempts {
			continue
		}
		return d, err
	}
}

// RequestCode has a fresh code mailed to the mailbox on file. It does the same
// for a reference that does not exist: a job row, and nothing an asker could
// tell apart (T06).
func (s *Cases) RequestCode(ctx context.Context, reference string) error {
	return s.ensure(ctx, models.Job{Kind: models.JobIssueCode, Subject: reference, UniqueKey: "code/" + s.NewID(), RunAt: s.now()})
}

// IssueCode mails the code that RequestCode promised, as the effect of a job.
// It sends none beyond the limits of mayMailCode, nor within the hour in which
// too many requests came from the same network address.
func (s *Cases) IssueCode(ctx context.Context, reference, job string) error {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return err
	}
	c := workflows.SendCode{Challenge: s.newChallenge(r.ID)}
	_, err = s.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, r.ID, c, Option{JobDone: job})
	return err
}

// RemindVerify reminds a requester to prove the mailbox, with a fresh code, as
// the effect of a job. It is CodeConflict for a request that waits for the code
// of another: the reminder of that one is enough.
func (s *Cases) RemindVerify(ctx context.Context, requestID, job string) error {
	c := workflows.RemindVerify{Challenge: s.newChallenge(requestID)}
	_, err := s.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, requestID, c, Option{JobDone: job})
	return err
}
