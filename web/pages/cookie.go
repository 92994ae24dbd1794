package pages

import (
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// Cookie is the name of a secret that the browser keeps for us, without its
// prefix. A browser takes __Host- from nobody but this host, over TLS; plain
// HTTP on the loopback interface goes without. It comes along when a link leads
// here (SameSite=Lax), never with another site's form.
type Cookie string

// The cookies of staff: their session, and what a browser is known by in which
// they signed in before.
const (
	StaffSession Cookie = "habeas-staff"
	StaffDevice  Cookie = "habeas-device"
)

// DeviceLife is how long a browser is known.
const DeviceLife = 180 * 24 * time.Hour

func (s Stage) nameOf(c Cookie) string {
	if s.loopback() {
		return string(c)
	}
	return "__Host-" + string(c)
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
	given := &http.Cookie{Name: s.nameOf(c), Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	given.Secure = !s.loopback()
	http.SetCookie(w, given)
}

// loopback reports whether people reach the pages by plain HTTP on the machine
// they run on, where browsers take no Secure cookie.
func (s Stage) loopback() bool {
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
