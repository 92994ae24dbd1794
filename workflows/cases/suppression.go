package cases

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// stopToken is what a mail to an unproved mailbox carries, so that its owner
// can say that it was not them. It names the mail and nobody, opens nothing,
// and acts on no GET.
func (s *core) stopToken(messageID string) string {
	return messageID + "." + encodeStop(s.Keys.Indexes("stop mail", []byte(messageID))[0])
}

func encodeStop(mac []byte) string { return base64.RawURLEncoding.EncodeToString(mac) }

// stopped returns the mail that a token names and the request that it is
// about, or CodeNotFound.
func (s *core) stopped(ctx context.Context, token string) (models.Message, models.Request, error) {
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
	if err == nil && m.Recipient(r) == "" {
		err = missing // shredded
	}
	return m, r, err
}

// NotMine is what the owner of a mailbox has to know about a request that they
// did not make.
type NotMine struct {
	Never    bool // the mailbox wants nothing any more
	Codeless bool // the mail was a receipt: the request goes on without a code
	Ended    bool // nobody typed the code in time
}

// NotMine says what is to know of the request behind the mail of a token;
// CodeNotFound for a token that is none of ours.
func (s *Cases) NotMine(ctx context.Context, token string) (NotMine, error) {
	m, r, err := s.stopped(ctx, token)
	if err != nil {
		return NotMine{}, err
	}
	never, err := s.Store.Suppressed(ctx, s.rules(s.Policy).CanonicalMailbox(m.Recipient(r)))
	return NotMine{Never: never, Codeless: codeless(m.Letter), Ended: r.Outcome == models.OutcomeExpired}, err
}

// codeless reports whether a letter is about a request that goes on without a
// code.
func codeless(l models.Letter) bool {
	switch l.(type) {
	case *models.AcknowledgementLetter, *models.NewDateLetter, *models.NamedPersonLetter:
		return true
	}
	return false
}

// SetSuppression gives the command for whoever has the token of a mail; CodeNotFound for a
// token that is none of ours.
func (s *Cases) SetSuppression(ctx context.Context, token string, never bool) error {
	m, r, err := s.stopped(ctx, token)
	if err != nil {
		return err
	}
	_, err = s.run(ctx, models.Actor{Kind: models.ActorSubject}, workflows.SetSuppression{Message: m, Never: never}, Option{}, s.from(ctx, r))
	return err
}

// Erased reports whether the owner of an address had their data erased, and has not
// come back by their own act since: nobody should mail them because of an import or a
// restored backup.
func (s *Suppressions) Erased(ctx context.Context, address string) (bool, error) {
	return s.Store.ErasedMailbox(ctx, s.rules(s.Policy).CanonicalMailbox(address))
}

// ErasedAsked records that somebody asked for so many addresses who was erased.
func (s *Suppressions) ErasedAsked(ctx context.Context, by models.Actor, asked, found int) error {
	detail := map[string]string{"asked": strconv.Itoa(asked), "found": strconv.Itoa(found)}
	return s.Store.Record(ctx, s.observed(by, models.Request{}, models.EventSuppressionsAsked, detail))
}
