package web

import (
	"net/http"
	"time"

	"habeas/models"
)

// sessionLife is how long the browser keeps the session; the service ends it by
// itself.
const sessionLife = time.Hour

// cookieName is that of the only cookie there is. A browser takes __Host- from
// nobody but this host, over TLS.
func (s *Site) cookieName() string {
	if s.loopback() {
		return "habeas-case"
	}
	return "__Host-habeas-case"
}

// open hands the session to the browser.
func (s *Site) open(w http.ResponseWriter, token string) {
	s.cookie(w, token, int(sessionLife.Seconds()))
}

// shut takes it back.
func (s *Site) shut(w http.ResponseWriter) { s.cookie(w, "", -1) }

func (s *Site) cookie(w http.ResponseWriter, value string, age int) {
	c := &http.Cookie{Name: s.cookieName(), Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	c.Secure = !s.loopback()
	http.SetCookie(w, c)
}

// token is the session that a request carries, or "".
func (s *Site) token(r *http.Request) string {
	if c, err := r.Cookie(s.cookieName()); err == nil {
		return c.Value
	}
	return ""
}

// reference is the one that the address names.
func reference(r *http.Request) (string, error) {
	reference, ok := models.NormaliseReference(r.PathValue("reference"))
	if !ok {
		return "", models.Errorf(models.CodeNotFound, "this cannot be a reference")
	}
	return reference, nil
}

// own returns the request of the address if the session is for it; else it is
// CodeNotFound, whether the reference exists or not.
func (s *Site) own(r *http.Request) (models.Request, error) {
	reference, err := reference(r)
	if err != nil {
		return models.Request{}, err
	}
	return s.Requests.InSession(r.Context(), reference, s.token(r))
}
