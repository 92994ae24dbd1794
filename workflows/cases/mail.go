package cases

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// StoredMail is a mail that is stored, and may be acknowledged.
type StoredMail struct {
	Mail models.ReceivedMail
	// Job places the mail, unless whoever kept it does so first; "" of one that
	// was delivered before.
	Job string
	// Repeated says that its source delivered it before, under the same name.
	Repeated bool
}

// StoreMail stores a mail before anybody reads it: its bytes, sealed, as a blob,
// then its row together with the job that places it. Of m only how it arrived
// counts. A crash between the two leaves bytes that nothing refers to.
func (s *Inbox) StoreMail(ctx context.Context, m models.ReceivedMail, raw []byte) (StoredMail, error) {
	if first, err := s.Store.MailByDelivery(ctx, m.Source, m.Envelope.EventID); models.CodeOf(err) != models.CodeNotFound {
		return StoredMail{Mail: first, Repeated: true}, err
	}
	now := s.now()
	m.ID, m.State, m.KeptAt, m.Size = s.NewID(), models.MailKept, now, int64(len(raw))
	m.Blob = strings.ToLower(s.crockford(26))
	if m.ReceivedAt = m.ReceivedAt.UTC().Truncate(time.Second); m.ReceivedAt.IsZero() || m.ReceivedAt.After(now) {
		m.ReceivedAt = now
	}
	sealed, wrapped, err := s.Store.SealMail(m.ID, raw)
	if err != nil {
		return StoredMail{}, fmt.Errorf("sealing mail %s: %w", m.ID, err)
	}
	if err := s.Blobs.Put(ctx, m.Blob, bytes.NewReader(sealed), int64(len(sealed))); err != nil {
		return StoredMail{}, fmt.Errorf("storing mail %s: %w", m.ID, err)
	}
	d, err := s.cases.mail(ctx, models.Actor{Kind: models.ActorIntake}, workflows.KeepMail{Mail: m, Key: wrapped}, Option{})
	if models.CodeOf(err) == models.CodeConflict { // another delivered it at the same moment
		if err := s.Blobs.Delete(ctx, m.Blob); err != nil {
			return StoredMail{}, fmt.Errorf("deleting the second copy of mail %s: %w", m.ID, err)
		}
		first, err := s.Store.MailByDelivery(ctx, m.Source, m.Envelope.EventID)
		return StoredMail{Mail: first, Repeated: true}, err
	}
	if err != nil {
		return StoredMail{}, err
	}
	return StoredMail{Mail: m, Job: d.Jobs[0].ID}, nil
}

// MailBytes returns a mail as it came, for whoever places it.
func (s *Inbox) MailBytes(ctx context.Context, m models.ReceivedMail) ([]byte, error) {
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
func (s *Inbox) ClaimMail(ctx context.Context, m models.ReceivedMail, hash, sender string) (models.ReceivedMail, bool, error) {
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
func (s *Inbox) PlaceMail(ctx context.Context, m models.ReceivedMail, job string) error {
	_, err := s.cases.mail(ctx, models.Actor{Kind: models.ActorIntake}, workflows.PlaceMail{Mail: m}, Option{JobDone: job})
	return err
}

// QuarantineUnrouted gives a mail to staff that no run of its job could place, as the
// last effect of that job. It is CodeConflict for a mail that is placed.
func (s *Inbox) QuarantineUnrouted(ctx context.Context, id, job string) error {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return err
	}
	if m.State != models.MailKept {
		return models.Errorf(models.CodeConflict, "the mail is placed")
	}
	m.State, m.Reason = models.MailHeld, workflows.ReasonUnplaced
	return s.PlaceMail(ctx, m, job)
}

// QuarantinedTooLong tells the managers of a mail that waits for more than a day, as
// the effect of its job. It is CodeConflict for a mail that waits no more.
func (s *Inbox) QuarantinedTooLong(ctx context.Context, id, job string) error {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return err
	}
	_, err = s.cases.mail(ctx, models.Actor{Kind: models.ActorSystem}, workflows.RecallMail{Mail: m}, Option{JobDone: job})
	return err
}

// mail runs a command about a mail that is about no request.
func (s *Cases) mail(ctx context.Context, by models.Actor, c workflows.Command, o Option) (workflows.Decision, error) {
	return s.run(ctx, by, c, o, s.from(ctx, models.Request{}))
}
