package cases

import (
	"context"
	"time"

	"habeas/models"
)

// JobList returns a page of the jobs in a state, soonest due first. The cursor
// is zero on the last page.
func (s *JobsAdmin) JobList(ctx context.Context, state models.JobState, after models.Cursor, limit int) ([]models.Job, models.Cursor, error) {
	return s.JobStore.Jobs(ctx, state, after, limit)
}

// OutgoingMail returns a page of our mails in a delivery state, the newest
// first, without their words.
func (s *JobsAdmin) OutgoingMail(ctx context.Context, d models.Delivery, after models.Cursor, limit int) ([]models.OutgoingMail, models.Cursor, error) {
	return s.Store.OutgoingMail(ctx, d, after, limit)
}

// OpenSent returns a mail of ours with its words, after recording who looked:
// if that cannot be recorded, nothing is shown.
func (s *JobsAdmin) OpenSent(ctx context.Context, by models.Actor, id string) (models.Message, error) {
	m, err := s.Store.Message(ctx, id)
	if err != nil {
		return models.Message{}, err
	}
	if m.Direction != models.Outgoing {
		return models.Message{}, models.Errorf(models.CodeNotFound, "there is no such mail of ours")
	}
	var about models.Request
	if m.RequestID != "" {
		if about, err = s.Store.FindByID(ctx, m.RequestID); err != nil {
			return models.Message{}, err
		}
	}
	return m, s.Store.Record(ctx, s.observed(by, about, models.EventMailOpened, map[string]string{"message": m.ID}))
}

// JobCounts counts the jobs in each state, to most+1 and no further.
func (s *JobsAdmin) JobCounts(ctx context.Context, most int) (map[models.JobState]int, error) {
	return s.JobStore.JobCounts(ctx, most)
}

// MailCounts counts our mails in each delivery state, to most+1 and no further.
func (s *JobsAdmin) MailCounts(ctx context.Context, most int) (map[models.Delivery]int, error) {
	return s.JobStore.MailCounts(ctx, most)
}

// QuarantinedMail counts the mails that wait for staff, to most+1 and no further, and
// says since when the oldest does.
func (s *Inbox) QuarantinedMail(ctx context.Context, most int) (int, time.Time, error) {
	return s.Store.QuarantinedMail(ctx, most)
}

// Backlog is what waits, and for how long.
type Backlog struct {
	Jobs      map[models.JobState]int
	Mail      map[models.Delivery]int
	Held      int       // mails that wait for staff
	HeldSince time.Time // when the one came that waits longest; zero for none
	Mailboxes []models.Mailbox
}

// Backlog counts what waits, each to most+1 and no further.
func (s *JobsAdmin) Backlog(ctx context.Context, most int) (Backlog, error) {
	var b Backlog
	var err error
	if b.Jobs, err = s.JobStore.JobCounts(ctx, most); err != nil {
		return Backlog{}, err
	}
	if b.Mail, err = s.JobStore.MailCounts(ctx, most); err != nil {
		return Backlog{}, err
	}
	if b.Held, b.HeldSince, err = s.Store.QuarantinedMail(ctx, most); err != nil {
		return Backlog{}, err
	}
	b.Mailboxes, err = s.Store.Mailboxes(ctx, s.now())
	return b, err
}
