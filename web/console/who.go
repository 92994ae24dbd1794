package console

import (
	"context"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

type whoKey struct{}

// who is the member of staff that a page is shown to; zero for nobody.
func who(r *http.Request) workflows.Identity {
	i, _ := r.Context().Value(whoKey{}).(workflows.Identity)
	return i
}

// as is a request with who sent it.
func as(r *http.Request, i workflows.Identity) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), whoKey{}, i))
}

// admitted runs an action for those who may: others are asked to sign in, or
// told that it is not for their role.
func (s *Site) admitted(may workflows.Permission, do pages.Action) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		i, err := s.Staff.SignedIn(r.Context(), s.secret(r))
		signedOut := models.CodeOf(err) == models.CodeUnauthorized
		switch {
		case err != nil && !signedOut:
			return err
		case signedOut && may != "":
			return s.toSignIn(w, r)
		case may != "" && !workflows.Permit(i.Role, may):
			return models.Errorf(models.CodeForbidden, "this is not for the role %s", i.Role)
		}
		return s.settling(do)(w, as(r, i))
	}
}
