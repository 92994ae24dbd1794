package console

import (
	"context"
	"log/slog"
	"net/http"

	"habeas/accounts"
	"habeas/internal/server"
	"habeas/models"
	"habeas/web/pages"
)

type whoKey struct{}

// who is the member of staff that a page is shown to; zero for nobody.
func who(r *http.Request) accounts.Identity {
	i, _ := r.Context().Value(whoKey{}).(accounts.Identity)
	return i
}

// as is a request with who sent it.
func as(r *http.Request, i accounts.Identity) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), whoKey{}, i))
}

// noteRefusal records that somebody asked for what is not for them. That it
// cannot be recorded lets nobody in.
func (s *Site) noteRefusal(r *http.Request, i accounts.Identity) {
	if err := s.Accounts.People.NoteRefusal(r.Context(), i, r.Pattern); err != nil {
		s.Log.ErrorContext(r.Context(), "a refusal cannot be recorded", slog.String("request_id", models.Trace(r.Context())), slog.Any("error", err))
	}
}

// admitted runs an action for those who may: others are asked to sign in, or
// told that it is not for their role.
func (s *Site) admitted(may models.Permission, do pages.Action) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		i, err := s.Accounts.Sessions.SignedIn(r.Context(), s.secret(r))
		signedOut := models.CodeOf(err) == models.CodeUnauthorized
		switch {
		case err != nil && !signedOut:
			return err
		case signedOut && may != "":
			return s.toSignIn(w, r)
		case may != "" && !models.Permit(i.Role, may):
			err = models.Errorf(models.CodeForbidden, "this is not for the role %s", i.Role)
		default:
			if !signedOut {
				server.Proven(r, "staff "+i.Actor().ID)
			}
			err = do(w, as(r, i))
		}
		if models.CodeOf(err) == models.CodeForbidden && !signedOut {
			s.noteRefusal(r, i)
		}
		return err
	}
}
