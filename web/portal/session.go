package portal

import (
	"net/http"
	"time"

	"habeas/internal/server"
	"habeas/models"
	"habeas/web/pages"
)

// sessionLife is how long the browser keeps the session; the service ends it by
// itself, and earlier when nobody looks at it.
const sessionLife = time.Hour

// cookie keeps the session: the only one that the portal sets.
const cookie pages.Cookie = "habeas-case"

// open hands the session to the browser.
func (s *Site) open(w http.ResponseWriter, token string) { s.Give(w, cookie, token, sessionLife) }

// shut takes it back.
func (s *Site) shut(w http.ResponseWriter) { s.Take(w, cookie) }

// token is the session that a request carries, or "".
func (s *Site) token(r *http.Request) string { return s.Given(r, cookie) }

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
	found, err := s.Requests.InSession(r.Context(), reference, s.token(r))
	if err == nil {
		server.Proven(r, "request "+found.ID)
	}
	return found, err
}
