package pages

import (
	"net/http"
	"net/netip"
	"net/url"
)

// policy is what a browser may do with a page: load our own files and post to
// us. No inline code, no frames, no other host.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Secured sets what keeps a page from being framed, scripted, sniffed, cached,
// or named in a Referer, and lets no other site post a form: denied answers
// that. Assets allow caching again.
func (s Stage) Secured(next, denied http.Handler) http.Handler {
	crossing := http.NewCrossOriginProtection()
	crossing.SetDenyHandler(denied)
	next = crossing.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		if s.overTLS() {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

func (s Stage) overTLS() bool {
	u, err := url.Parse(s.BaseURL)
	return err == nil && u.Scheme == "https"
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
