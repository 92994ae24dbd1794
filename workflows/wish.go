package workflows

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"strings"

	"habeas/models"
)

// stopToken is what a mail to an unproved mailbox carries, so that its owner
// can say that it was not them. It names the mail and nobody, opens nothing,
// and acts on no GET.
func (s *Service) stopToken(messageID string) string {
	return messageID + "." + encodeStop(s.Keys.Indexes("stop mail", []byte(messageID))[0])
}

func encodeStop(mac []byte) string { return base64.RawURLEncoding.EncodeToString(mac) }

// stopped returns the mail that a token names and the request that it is
// about, or CodeNotFound.
func (s *Service) stopped(ctx context.Context, token string) (models.Message, models.Request, error) {
	missing := models.Errorf(models.CodeNotFound, "there is no such mail")
	id, mac, _ := strings.Cut(token, ".")
	known := false
	for _, want := range s.Keys.Indexes("stop mail", []byte(id)) {
		known = known || hmac.Equal([]byte(mac), []byte(encodeStop(want)))
	}
	if !known {
		return models.Message{}, models.Request{}, missing
	}
	m, err := s.Store.Message(ctx, id)
	if err != nil {
		return m, models.Request{}, unlessFound(err, missing)
	}
	r, err := s.Store.FindByID(ctx, m.RequestID)
	if err == nil && r.Mailbox() == "" {
		err = missing // shredded
	}
	return m, r, err
}

// NeverMailed reports whether the mailbox that got the mail of a token wants
// nothing any more; CodeNotFound for a token that is none of ours.
func (s *Service) NeverMailed(ctx context.Context, token string) (bool, error) {
	_, r, err := s.stopped(ctx, token)
	if err != nil {
		return false, err
	}
	return s.Store.NeverMail(ctx, s.Canonical(r.Mailbox()))
}

// WishMail has the mailbox that got the mail of a token never mailed again
// before it is proved, or takes that back. Requests from it are taken all the
// same. CodeNotFound for a token that is none of ours.
func (s *Service) WishMail(ctx context.Context, token string, never bool) error {
	m, r, err := s.stopped(ctx, token)
	if err != nil {
		return err
	}
	was, err := s.Store.NeverMail(ctx, s.Canonical(r.Mailbox()))
	if err != nil || was == never {
		return err
	}
	kind := models.EventMailAllowed
	if never {
		kind = models.EventMailStopped
	}
	d := Decision{
		Events: []models.Event{s.observed(models.Actor{Kind: models.ActorSubject}, r, kind, map[string]string{"message": m.ID})},
		Wish:   &models.MailWish{Mailbox: r.Mailbox(), Never: never},
	}
	s.counted(&d)
	return s.Store.Commit(ctx, Commit{Decision: d})
}
