package workflows

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"habeas/models"
)

// Kept is a mail that is stored, and may be acknowledged.
type Kept struct {
	Mail models.ReceivedMail
	// Job places the mail, unless whoever kept it does so first; "" of one that
	// was delivered before.
	Job string
	// Repeated says that its source delivered it before, under the same name.
	Repeated bool
}

// placeAfter is how long whoever kept a mail has to place it before the job
// does.
const placeAfter = 15 * time.Second

// KeepMail stores a mail before anybody reads it: its bytes, sealed, as a blob,
// then its row together with the job that places it. Of m only how it arrived
// counts. A crash between the two leaves bytes that nothing refers to.
func (s *Service) KeepMail(ctx context.Context, m models.ReceivedMail, raw []byte) (Kept, error) {
	if first, err := s.Store.MailByDelivery(ctx, m.Source, m.Envelope.EventID); models.CodeOf(err) != models.CodeNotFound {
		return Kept{Mail: first, Repeated: true}, err
	}
	now := s.now()
	m.ID, m.State, m.KeptAt, m.Size = s.NewID(), models.MailKept, now, int64(len(raw))
	m.Blob = strings.ToLower(crockford(26))
	if m.ReceivedAt = m.ReceivedAt.UTC().Truncate(time.Second); m.ReceivedAt.IsZero() || m.ReceivedAt.After(now) {
		m.ReceivedAt = now
	}
	sealed, wrapped, err := s.Store.SealMail(m.ID, raw)
	if err != nil {
		return Kept{}, fmt.Errorf("sealing mail %s: %w", m.ID, err)
	}
	if err := s.Blobs.Put(ctx, m.Blob, bytes.NewReader(sealed), int64(len(sealed))); err != nil {
		return Kept{}, fmt.Errorf("storing mail %s: %w", m.ID, err)
	}
	d := Decision{
		Events: []models.Event{s.mailEvent(models.Actor{Kind: models.ActorIntake}, m, models.EventMailKept)},
		Jobs: []models.Job{{
			Kind: models.JobPlaceMail, Subject: m.ID, UniqueKey: "place_mail/" + m.ID, RunAt: now.Add(placeAfter),
		}},
	}
	s.identify(ctx, &d)
	err = s.Store.KeepMail(ctx, m, wrapped, d)
	if models.CodeOf(err) == models.CodeConflict { // another delivered it at the same moment
		if err := s.Blobs.Delete(ctx, m.Blob); err != nil {
			return Kept{}, fmt.Errorf("deleting the second copy of mail %s: %w", m.ID, err)
		}
		first, err := s.Store.MailByDelivery(ctx, m.Source, m.Envelope.EventID)
		return Kept{Mail: first, Repeated: true}, err
	}
	if err != nil {
		return Kept{}, err
	}
	s.Kick()
	return Kept{Mail: m, Job: d.Jobs[0].ID}, nil
}

// mailEvent is an event about a mail.
func (s *Service) mailEvent(by models.Actor, m models.ReceivedMail, kind models.EventKind) models.Event {
	detail := map[string]string{"mail": m.ID, "source": m.Source}
	if m.Reason != "" {
		detail["reason"] = m.Reason
	}
	if m.Repeats != "" {
		detail["repeats"] = m.Repeats
	}
	return models.Event{ID: s.NewID(), At: s.now(), Kind: kind, Actor: by, Detail: detail}
}

// MailBytes returns a mail as it came, for whoever places it.
func (s *Service) MailBytes(ctx context.Context, m models.ReceivedMail) ([]byte, error) {
	blob, err := s.Blobs.Get(ctx, m.Blob)
	if err != nil {
		return nil, fmt.Errorf("fetching mail %s: %w", m.ID, err)
	}
	defer blob.Close() //nolint:errcheck // only read from
	sealed, err := io.ReadAll(blob)
	if err != nil {
		return nil, fmt.Errorf("reading mail %s: %w", m.ID, err)
	}
	return s.Store.OpenMail(ctx, m.ID, sealed)
}

// sameFor is for how long a mail of the same content is the same mail.
const sameFor = 30 * 24 * time.Hour

// ClaimMail stores what a kept mail says. If another of the same content came
// before, it returns that one and true: sources repeat themselves, and people
// write to two of our addresses at once. sender is the mailbox that limits
// count for.
func (s *Service) ClaimMail(ctx context.Context, m models.ReceivedMail, hash, sender string) (models.ReceivedMail, bool, error) {
	since := s.now().Add(-sameFor)
	for try := 1; ; try++ {
		first, err := s.Store.MailByHash(ctx, hash, since, m.ID)
		if err == nil {
			return first, true, nil
		}
		if models.CodeOf(err) != models.CodeNotFound {
			return models.ReceivedMail{}, false, err
		}
		err = s.Store.ClaimMail(ctx, m, hash, sender, since)
		if models.CodeOf(err) != models.CodeConflict || try == attempts {
			return models.ReceivedMail{}, false, err
		}
	}
}

// PlaceMail stores what became of a kept mail, in one transaction with the job
// that was to place it. m.State and m.Reason say what; CodeConflict or
// ErrJobDone if somebody else did meanwhile.
func (s *Service) PlaceMail(ctx context.Context, m models.ReceivedMail, job string) error {
	by := models.Actor{Kind: models.ActorIntake}
	d := Decision{Mail: &m}
	switch m.State {
	case models.MailHeld:
		d.Events = append(d.Events, s.mailEvent(by, m, models.EventMailHeld))
		if err := s.alarmHeld(ctx, m, &d); err != nil {
			return err
		}
	case models.MailRepeated:
		d.Events = append(d.Events, s.mailEvent(by, m, models.EventMailRepeated))
	case models.MailNoticed:
		d.Events = append(d.Events, s.mailEvent(by, m, models.EventMailNoticed))
	case models.MailPlaced, models.MailKept, models.MailDismissed:
		d.Events = append(d.Events, s.mailEvent(by, m, models.EventMailPlaced))
	}
	s.identify(ctx, &d)
	if err := s.Store.Commit(ctx, Commit{Decision: d, JobDone: job}); err != nil {
		return err
	}
	s.Kick()
	return nil
}

// ReasonUnplaced is that of a mail that is held because placing it failed.
const ReasonUnplaced = "unplaced"

// HoldUnplaced gives a mail to staff that no run of its job could place, as the
// last effect of that job. It is CodeConflict for a mail that is placed.
func (s *Service) HoldUnplaced(ctx context.Context, id, job string) error {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return err
	}
	if m.State != models.MailKept {
		return models.Errorf(models.CodeConflict, "the mail is placed")
	}
	m.State, m.Reason = models.MailHeld, ReasonUnplaced
	return s.PlaceMail(ctx, m, job)
}

// Held mail: staff hear of it within the hour, managers after a day.
const heldTooLong = 24 * time.Hour

// alarmHeld tells staff that mail waits, once an hour, and plans to tell the
// managers if it still does after a day.
func (s *Service) alarmHeld(ctx context.Context, m models.ReceivedMail, d *Decision) error {
	n, oldest, err := s.Store.HeldMail(ctx, 0)
	if err != nil {
		return err
	}
	if oldest.IsZero() || m.ReceivedAt.Before(oldest) {
		oldest = m.ReceivedAt
	}
	now := s.now()
	d.Messages = append(d.Messages, models.Message{
		Direction: models.Outgoing, Audience: models.ToStaff, Author: models.Actor{Kind: models.ActorSystem}, Staff: models.Everyone,
		Letter:    models.StaffMailHeldLetter{Locale: "en", Waiting: n + 1, OldestOn: models.DateOf(oldest, s.Zone)},
		CreatedAt: now, Delivery: models.DeliveryQueued, Key: "held/" + now.Format("2006-01-02T15"),
	})
	d.Jobs = append(d.Jobs, models.Job{
		Kind: models.JobHeldMail, Subject: m.ID, UniqueKey: "held_mail/" + m.ID, RunAt: now.Add(heldTooLong),
	})
	return nil
}

// HeldTooLong tells the managers of a mail that waits for more than a day, as
// the effect of its job: once for each mail, and in one letter for all of a day.
// It is CodeConflict for a mail that waits no more.
func (s *Service) HeldTooLong(ctx context.Context, id, job string) error {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return err
	}
	if m.State != models.MailHeld {
		return models.Errorf(models.CodeConflict, "the mail is placed")
	}
	n, oldest, err := s.Store.HeldMail(ctx, 0)
	if err != nil {
		return err
	}
	now := s.now()
	return s.CommitJob(ctx, job, Decision{Messages: []models.Message{{
		Direction: models.Outgoing, Audience: models.ToStaff, Author: models.Actor{Kind: models.ActorSystem}, Staff: models.Managers,
		Letter:    models.StaffMailHeldLetter{Locale: "en", Waiting: n, OldestOn: models.DateOf(oldest, s.Zone), TooLong: true},
		CreatedAt: now, Delivery: models.DeliveryQueued, Key: "held_too_long/" + now.Format("2006-01-02"),
	}}})
}
