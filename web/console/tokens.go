package console

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
)

// tokensPage lists the API tokens, and makes more.
type tokensPage struct {
	Tokens []tokenLine
	Seed   string
	Name   string
	Roles  []option
	Lives  []option
	Faults mistakes
	Done   string
	// Endless says that some token opens until it is revoked.
	Endless bool
}

// tokenLine is a token in words.
type tokenLine struct {
	models.Token
	Owner, RoleWords, Standing, Badge string
	Usable                            bool
}

// Endless reports whether the token opens until it is revoked, as those do that
// were made before all had an end.
func (l tokenLine) Endless() bool { return l.Usable && l.ExpiresAt.IsZero() }

func (s *Site) tokenLine(t models.Token, owner string) tokenLine {
	l := tokenLine{Token: t, Owner: owner, RoleWords: roleName(t.Role), Usable: t.Usable(s.Now()), Standing: "Good", Badge: "good"}
	switch {
	case !t.RevokedAt.IsZero():
		l.Standing, l.Badge = "Revoked", "bad"
	case !l.Usable:
		l.Standing, l.Badge = "Expired", ""
	case l.Endless():
		l.Standing, l.Badge = "Never ends", "warn"
	}
	return l
}

// lives are how long a token may be good.
func lives() map[string]time.Duration {
	const day = 24 * time.Hour
	return map[string]time.Duration{"30": 30 * day, "90": 90 * day, "365": 365 * day}
}

// tokens lists the API tokens.
func (s *Site) tokens(w http.ResponseWriter, r *http.Request) error {
	done := map[string]string{"revoked": "The token opens nothing any more."}[r.URL.Query().Get("done")]
	return s.showTokens(w, r, http.StatusOK, tokensPage{Done: done, Seed: pages.NewSeed()}, models.RoleAgent, "90")
}

func (s *Site) showTokens(w http.ResponseWriter, r *http.Request, status int, page tokensPage, role models.Role, life string) error {
	t, err := s.team(r)
	if err != nil {
		return err
	}
	all, err := s.Accounts.Tokens.List(r.Context())
	if err != nil {
		return err
	}
	for _, each := range all {
		l := s.tokenLine(each, t.nameOf(each.StaffID))
		page.Tokens, page.Endless = append(page.Tokens, l), page.Endless || l.Endless()
	}
	page.Roles = roleOptions(role, models.Roles())
	page.Lives = []option{{"30", "30 days", life == "30"}, {"90", "90 days", life == "90"}, {"365", "A year", life == "365"}}
	return s.show(w, r, status, viewTokens, layout{Title: "API tokens", Here: "settings", Wrong: len(page.Faults) > 0, Body: page})
}

// tokenCreate makes a token and shows its secret once.
func (s *Site) tokenCreate(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	form := r.PostForm
	page := tokensPage{Seed: form.Get("seed"), Name: pages.Clean(form.Get("name"), false)}
	role, life := models.Role(form.Get("role")), form.Get("life")
	long, known := lives()[life]
	if !known || !role.Known() {
		return models.Errorf(models.CodeMalformed, "the form has no such choice")
	}
	if page.Name == "" || len([]rune(page.Name)) > longestLine {
		page.Faults = mistakes{{"name", "Enter a name."}}
		return s.showTokens(w, r, http.StatusUnprocessableEntity, page, role, life)
	}
	by := who(r).Actor()
	key := pages.OnceFor(by.ID, page.Seed, "token", page.Name, string(role), life)
	var made accounts.NewToken
	_, err := pages.Once(r.Context(), s.Staff, key, func() (err error) {
		key.Status = http.StatusOK
		made, err = s.Accounts.Tokens.Create(r.Context(), by, page.Name, role, long, accounts.Remembered[accounts.NewToken]{Once: key})
		return err
	})
	bad, ok := errors.AsType[*models.Error](err)
	switch {
	case ok && bad.Code == models.CodeInvalid:
		page.Faults = mistakesOf(bad)
		return s.showTokens(w, r, http.StatusUnprocessableEntity, page, role, life)
	case err != nil:
		return err
	}
	return s.showSecret(w, r, secretOf(page.Name, made.Secret))
}

// secretOf shows the secret of a token that was just made. The same form again
// has none: it is not kept.
func secretOf(name, secret string) secretPage {
	page := secretPage{Secret: secret, Back: "/console/tokens", BackName: "API tokens"}
	if secret == "" {
		page.Lead = "The token of " + name + " was made before."
		page.Note = "Its secret was in the first answer. If you did not see it, revoke it and make another: only a hash of it is kept."
		return page
	}
	page.Lead = "The new token of " + name + ". Programs send it as a bearer token."
	page.Note = "It is not shown again: only a hash of it is kept."
	return page
}

// tokenRevoke ends a token. Sent twice it is one act.
func (s *Site) tokenRevoke(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	err := s.Accounts.Tokens.Revoke(r.Context(), who(r).Actor(), id)
	if models.CodeOf(err) == models.CodeNotFound { // or ended before
		all, fault := s.Accounts.Tokens.List(r.Context())
		if fault != nil {
			return fault
		}
		if slices.ContainsFunc(all, func(t models.Token) bool { return t.ID == id }) {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	return see(w, "/console/tokens?done=revoked")
}
