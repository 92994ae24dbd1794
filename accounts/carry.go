package accounts

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
)

// carriedFor is how long a form may take through signing in.
const carriedFor = time.Hour

// carried is a form on its way through signing in.
type carried struct {
	SentAt time.Time
	Form   json.RawMessage
}

// Carry seals a form that came after the session of a secret had ended, for the
// browser to carry it through signing in. Only the person whose session it was
// can open it. It returns "" for a secret that nobody has, or had lately.
func (s *Sessions) Carry(ctx context.Context, secret string, form []byte) (string, error) {
	if secret == "" {
		return "", nil
	}
	_, whose, err := s.store.StaffSession(ctx, secrets.Hash(secret))
	if models.CodeOf(err) == models.CodeNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(carried{s.now(), form})
	if err != nil {
		return "", err
	}
	sealed, err := s.keys.Seal(plain, placeCarried+whose.ID)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// Carried opens what Carry sealed. What is somebody else's, too old or no such
// thing at all is CodeNotFound.
func (s *Sessions) Carried(who Identity, sealed string) ([]byte, error) {
	missing := models.Errorf(models.CodeNotFound, "there is no such form, or no longer")
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, missing
	}
	var form carried
	if plain, err := s.keys.Open(b, placeCarried+who.Staff.ID); err != nil || json.Unmarshal(plain, &form) != nil {
		return nil, missing
	}
	if s.now().Sub(form.SentAt) >= carriedFor {
		return nil, missing
	}
	return form.Form, nil
}

// placeCarried, with the id of its owner, is what a carried form is bound to.
const placeCarried = "carried form:"
