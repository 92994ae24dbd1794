package cases

import (
	"context"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// Notify stores what follows from a notification about a mail of ours, and
// returns the reference of the request that it is about, or "" for a mail to
// staff about none. A notification about no mail of ours is a CodeNotFound
// error. The same one again changes nothing.
func (s *Cases) Notify(ctx context.Context, n workflows.DeliveryNotification) (reference string, err error) {
	c := workflows.RecordNotification{Notification: n}
	if c.Message, err = s.about(ctx, n); err != nil {
		return "", err
	}
	var r models.Request
	if c.Message.RequestID != "" {
		if r, err = s.Store.FindByID(ctx, c.Message.RequestID); err != nil {
			return "", err
		}
	}
	_, err = s.run(ctx, models.Actor{Kind: models.ActorSystem}, c, Option{Once: notificationOnce(c)}, s.from(ctx, r))
	if models.CodeOf(err) == models.CodeInFlight {
		err = nil // such a notification came before
	}
	return r.Reference, err
}

// notificationOnce makes one of all notifications of a kind about a mail: anybody
// can send a thousand, and a run after a crash stores none twice.
func notificationOnce(c workflows.RecordNotification) *workflows.Once {
	return mailOnce(c.Message.ID, "notice/"+string(c.Notification.Kind))
}

// about finds the mail of ours that a notification is about: by its token, which
// only the address that we sent from has, or, of what is only a note in the log,
// by its Message-ID.
func (s *core) about(ctx context.Context, n workflows.DeliveryNotification) (models.Message, error) {
	if n.Reference != "" && n.Message != "" {
		m, err := s.tokened(ctx, n)
		if models.CodeOf(err) != models.CodeNotFound {
			return m, err
		}
	}
	missing := models.Errorf(models.CodeNotFound, "no mail of ours is meant")
	if n.Kind == workflows.NotificationFailed || n.Kind == workflows.NotificationComplaint {
		return models.Message{}, missing // they silence a mailbox: a Message-ID is not enough
	}
	for _, id := range n.MailIDs {
		m, err := s.Store.MessageByMailID(ctx, id)
		if models.CodeOf(err) == models.CodeNotFound || err == nil && m.Direction != models.Outgoing {
			continue
		}
		return m, err
	}
	return models.Message{}, missing
}

// tokened finds the message that a token names.
func (s *core) tokened(ctx context.Context, n workflows.DeliveryNotification) (models.Message, error) {
	r, err := s.Store.Find(ctx, n.Reference)
	if err != nil {
		return models.Message{}, err
	}
	all, err := s.Store.Messages(ctx, r.ID)
	if err != nil {
		return models.Message{}, err
	}
	for _, m := range all {
		if m.Direction == models.Outgoing && strings.HasSuffix(m.ID, n.Message) {
			return m, nil
		}
	}
	return models.Message{}, models.Errorf(models.CodeNotFound, "no mail of ours is meant")
}
