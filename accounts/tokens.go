package accounts

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
)

const (
	tokenPrefix  = "hbt_"
	tokenLife    = 90 * 24 * time.Hour // unless somebody asks for another
	longestToken = 365 * 24 * time.Hour
)

// Authenticate returns who holds an API token, or CodeUnauthorized.
func (s *Tokens) Authenticate(ctx context.Context, secret string) (Identity, error) {
	refused := models.Errorf(models.CodeUnauthorized, "the token is unknown, expired or revoked")
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Identity{}, refused
	}
	t, member, err := s.store.TokenByHash(ctx, secrets.Hash(secret))
	if err != nil {
		return Identity{}, unlessFound(err, refused)
	}
	if !t.Usable(s.now()) || member.Disabled {
		return Identity{}, refused
	}
	return Identity{TokenID: t.ID, Staff: member, Role: t.Role}, nil
}

// NewToken is a fresh token with its secret, which is shown once.
type NewToken struct {
	models.Token
	Secret string
}

// Create makes an API token for the member of staff with the name. Without one
// a program of that name is added; otherwise they get a mail about it. The token
// expires after life, or after 90 days if life is zero; more than 365 days are
// CodeInvalid. What r keeps of it is without the secret.
func (s *Tokens) Create(ctx context.Context, by models.Actor, name string, role models.Role, life time.Duration, r Remembered[NewToken]) (NewToken, error) {
	if life < 0 || life > longestToken {
		return NewToken{}, models.Invalid(models.FieldError{Field: "expires_in_days", Code: "range", Message: "must be 365 at most"})
	}
	c := models.AccountChange{At: s.now()}
	owner, err := s.store.FindStaff(ctx, name)
	if models.CodeOf(err) == models.CodeNotFound || !role.Known() {
		owner, err = s.newStaff(name, "", role)
		c.Add = &owner
	}
	if err != nil {
		return NewToken{}, err
	}
	if c.Add != nil {
		c.Events = append(c.Events, s.added(by, owner))
	}
	secret, t := s.newToken(owner.ID, role, life)
	if err := r.answer(NewToken{Token: t}); err != nil {
		return NewToken{}, err
	}
	c.StaffID, c.Token, c.Once = owner.ID, &t, r.Once
	c.Events = append(c.Events, s.event(by, owner.ID, models.EventTokenCreated, "token", t.ID, "role", string(role)))
	s.warn(&c, by, owner, models.NoticeProgram)
	return NewToken{Token: t, Secret: secret}, s.change(ctx, c)
}

func (s *core) newToken(staffID string, role models.Role, life time.Duration) (string, models.Token) {
	secret, _ := s.secrets.New(tokenPrefix)
	secret += checksum(secret)
	return secret, models.Token{
		ID: s.newID(), StaffID: staffID, Role: role, Hash: secrets.Hash(secret), CreatedAt: s.now(), ExpiresAt: s.now().Add(cmp.Or(life, tokenLife)),
	}
}

// Revoke ends a token at once.
func (s *Tokens) Revoke(ctx context.Context, by models.Actor, id string) error {
	e := s.event(by, "", models.EventTokenRevoked, "token", id)
	return s.store.RevokeToken(ctx, id, s.now(), e)
}

// List returns every API token, without its secret.
func (s *Tokens) List(ctx context.Context) ([]models.Token, error) { return s.store.Tokens(ctx) }

// checksum ends an API token, so that whoever looks for secrets that got out
// knows one when they see it.
func checksum(secret string) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(secret))))
}
