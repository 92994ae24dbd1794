package api

import (
	"context"
	"time"

	"habeas/accounts"
	"habeas/models"
)

// userView is a member of staff.
type userView struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	Email     string      `json:"email,omitempty"`
	Role      models.Role `json:"role"`
	Disabled  bool        `json:"disabled"`
	CreatedAt time.Time   `json:"created_at"`
}

type userList struct {
	Items []userView `json:"items"`
}

func viewUser(m models.Staff) userView {
	return userView{ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, Disabled: m.Disabled, CreatedAt: m.CreatedAt.UTC()}
}

func (a *API) users(ctx context.Context, _ *call, _ nothing) (userList, error) {
	staff, err := a.Accounts.People.Staff(ctx)
	if err != nil {
		return userList{}, err
	}
	list := userList{Items: []userView{}}
	for _, m := range staff {
		list.Items = append(list.Items, viewUser(m))
	}
	return list, nil
}

type userInput struct {
	Name  string `json:"name" validate:"required,filled,max=200,line" description:"Unique, without regard to case."`
	Email string `json:"email" validate:"omitempty,max=254,mailbox" format:"email" description:"Left out for a program."`
	Role  string `json:"role" validate:"required,oneof=admin manager agent auditor intake"`
}

func (a *API) addUser(ctx context.Context, c *call, in userInput) (userView, error) {
	m, err := a.Accounts.People.Add(ctx, c.actor(), in.Name, in.Email, models.Role(in.Role), remembered(c, viewUser))
	return viewUser(m), err
}

// tokenView is an API token without its secret.
type tokenView struct {
	ID        string      `json:"id"`
	UserID    string      `json:"user_id"`
	Role      models.Role `json:"role"`
	CreatedAt time.Time   `json:"created_at"`
	ExpiresAt time.Time   `json:"expires_at,omitzero" description:"Left out where it never does, as of tokens from before all had an end: make another and end such a one."`
	RevokedAt time.Time   `json:"revoked_at,omitzero"`
}

type tokenList struct {
	Items []tokenView `json:"items"`
}

// newTokenView is a fresh token, with its secret this once.
type newTokenView struct {
	tokenView
	Token string `json:"token,omitempty" description:"The secret, to be sent as Bearer. It is shown this once: only a hash of it is kept, so it is left out where the call is repeated under its Idempotency-Key."`
}

func viewNewToken(t accounts.NewToken) newTokenView {
	return newTokenView{tokenView: viewToken(t.Token), Token: t.Secret}
}

func viewToken(t models.Token) tokenView {
	return tokenView{
		ID: t.ID, UserID: t.StaffID, Role: t.Role, CreatedAt: t.CreatedAt.UTC(), ExpiresAt: t.ExpiresAt.UTC(), RevokedAt: t.RevokedAt.UTC(),
	}
}

func (a *API) tokens(ctx context.Context, _ *call, _ nothing) (tokenList, error) {
	tokens, err := a.Accounts.Tokens.List(ctx)
	if err != nil {
		return tokenList{}, err
	}
	list := tokenList{Items: []tokenView{}}
	for _, t := range tokens {
		list.Items = append(list.Items, viewToken(t))
	}
	return list, nil
}

type tokenInput struct {
	Name          string `json:"name" validate:"required,filled,max=254,line" description:"Of a member of staff, or of a program."`
	Role          string `json:"role" validate:"required,oneof=admin manager agent auditor intake"`
	ExpiresInDays int    `json:"expires_in_days" validate:"min=0,max=365" description:"0 or left out: 90."`
}

func (a *API) createToken(ctx context.Context, c *call, in tokenInput) (newTokenView, error) {
	life := time.Duration(in.ExpiresInDays) * 24 * time.Hour
	t, err := a.Accounts.Tokens.Create(ctx, c.actor(), in.Name, models.Role(in.Role), life, remembered(c, viewNewToken))
	c.once = nil // what is stored lacks the secret, which belongs in this answer
	return viewNewToken(t), err
}

type tokenIDInput struct {
	ID string `path:"id" json:"-" description:"As listed."`
}

func (a *API) revokeToken(ctx context.Context, c *call, in tokenIDInput) (nothing, error) {
	return nothing{}, a.Accounts.Tokens.Revoke(ctx, c.actor(), in.ID)
}
