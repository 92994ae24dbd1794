package pages

import (
	"net/http"
	"time"
)

// Cookie is a secret that the browser keeps for us. A browser takes the prefix
// __Host- from nobody but this host, over TLS; plain HTTP on the loopback
// interface goes without.
type Cookie struct {
	Name     string // without prefix
	SameSite http.SameSite
}

func (s Stage) nameOf(c Cookie) string {
	if s.loopback() {
		return c.Name
	}
	return "__Host-" + c.Name
}

// Give hands a secret to the browser for a time; 0 is until it is closed.
func (s Stage) Give(w http.ResponseWriter, c Cookie, secret string, life time.Duration) {
	s.set(w, c, secret, int(life.Seconds()))
}

// Take takes it back.
func (s Stage) Take(w http.ResponseWriter, c Cookie) { s.set(w, c, "", -1) }

// Given is the secret that a request carries, or "".
func (s Stage) Given(r *http.Request, c Cookie) string {
	if given, err := r.Cookie(s.nameOf(c)); err == nil {
		return given.Value
	}
	return ""
}

func (s Stage) set(w http.ResponseWriter, c Cookie, value string, age int) {
	given := &http.Cookie{Name: s.nameOf(c), Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: c.SameSite}
	given.Secure = !s.loopback()
	http.SetCookie(w, given)
}
