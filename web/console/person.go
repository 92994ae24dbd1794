package console

import (
	"context"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// personPage is one member of staff and what may be done.
type personPage struct {
	memberLine
	Roles  []option
	Tokens []tokenLine
	Link   bool // a link is to be shown, not mailed
	Seed   string
	Done   string
	Wrong  string
}

// personDone says what was done, by its word in the address.
func personDone() map[string]string {
	return map[string]string{
		"role": "The role is changed. Their sessions and tokens have ended.", "disabled": "They are locked out, everywhere, at once.",
		"enabled": "They may sign in again.", "reset": "Their password is gone, and a link for a new one is on its way.",
		"invited": "A new link is on its way. The one before has ended.", "revoked": "The link has ended.", "sessions": "They are signed out everywhere.",
	}
}

// person shows a member of staff.
func (s *Site) person(w http.ResponseWriter, r *http.Request) error {
	return s.showPerson(w, r, http.StatusOK, personPage{Done: personDone()[r.URL.Query().Get("done")]})
}

func (s *Site) showPerson(w http.ResponseWriter, r *http.Request, status int, page personPage) error {
	id := r.PathValue("id")
	m, err := s.Accounts.People.Member(r.Context(), id)
	if err != nil {
		return err
	}
	page.memberLine, page.Seed = memberOf(m, who(r).Staff.ID), pages.NewSeed()
	roles := consoleRoles()
	if page.Role == models.RoleIntake {
		roles = models.Roles()
	}
	page.Roles, page.Link = roleOptions(page.Role, roles), r.PostForm.Get("by") == "link"
	tokens, err := s.Accounts.Tokens.List(r.Context())
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.StaffID == id {
			page.Tokens = append(page.Tokens, s.tokenLine(t, page.Name))
		}
	}
	return s.show(w, r, status, viewPerson, layout{Title: page.Name, Here: "settings", Wrong: page.Wrong != "", Body: page})
}

// personAct runs an act on a member of staff once, however often its form is
// sent, and leads back to them.
func (s *Site) personAct(done func(*http.Request) string, act func(context.Context, models.Actor, *http.Request, *models.Once) error) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := pages.Form(w, r); err != nil {
			return err
		}
		err := s.actOnce(r, func(once *models.Once) error { return act(r.Context(), who(r).Actor(), r, once) })
		switch models.CodeOf(err) { //nolint:exhaustive // the rest is shown as a problem
		case "":
			return see(w, "/console/people/"+r.PathValue("id")+"?done="+done(r))
		case models.CodeOtherPerson:
			return s.showPerson(w, r, http.StatusConflict, personPage{Wrong: "Another administrator has to do this: nobody does it to themselves."})
		case models.CodeConflict:
			return s.showPerson(w, r, http.StatusConflict, personPage{Wrong: "This is not possible as they stand now. Look again."})
		case models.CodeInvalid:
			return s.showPerson(w, r, http.StatusUnprocessableEntity, personPage{Wrong: "This is not possible for them."})
		}
		return err
	}
}

// actOnce runs an act without an answer once, however often its form is sent.
// A form without a seed is of no page of ours, and always another act.
func (s *Site) actOnce(r *http.Request, run func(*models.Once) error) error {
	seed := r.PostForm.Get("seed")
	if seed == "" {
		return run(nil)
	}
	key := pages.OnceFor(who(r).Staff.ID, seed, append([]string{"act", r.URL.Path}, content(r.PostForm)...)...)
	key.Status, key.Answer = http.StatusSeeOther, []byte("{}")
	_, err := pages.Once(r.Context(), s.Staff, key, func() error { return run(key) })
	return err
}

// always is the word of an act that has one.
func always(word string) func(*http.Request) string {
	return func(*http.Request) string { return word }
}

func (s *Site) personRole() pages.Action {
	return s.personAct(always("role"), func(ctx context.Context, by models.Actor, r *http.Request, once *models.Once) error {
		return s.Accounts.People.ChangeRole(ctx, by, r.PathValue("id"), models.Role(r.PostForm.Get("role")), once)
	})
}

func (s *Site) personDisabled() pages.Action {
	disabled := func(r *http.Request) bool { return r.PostForm.Get("disabled") == "true" }
	word := func(r *http.Request) string { return map[bool]string{true: "disabled", false: "enabled"}[disabled(r)] }
	return s.personAct(word, func(ctx context.Context, by models.Actor, r *http.Request, once *models.Once) error {
		return s.Accounts.People.SetDisabled(ctx, by, r.PathValue("id"), disabled(r), once)
	})
}

func (s *Site) personRevoke() pages.Action {
	return s.personAct(always("revoked"), func(ctx context.Context, by models.Actor, r *http.Request, once *models.Once) error {
		return s.Accounts.People.RevokeInvitation(ctx, by, r.PathValue("id"), once)
	})
}

func (s *Site) personSessions() pages.Action {
	return s.personAct(always("sessions"), func(ctx context.Context, by models.Actor, r *http.Request, once *models.Once) error {
		return s.Accounts.Sessions.EndAll(ctx, by, r.PathValue("id"), once)
	})
}

// personLink makes a link for somebody, by invitation or by reset, and mails
// it, or shows it once: it is not kept for the same form again.
func (s *Site) personLink(done string, run func(context.Context, models.Actor, *http.Request, bool, *models.Once) (models.Staff, string, error)) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		var secret string
		back := s.personAct(always(done), func(ctx context.Context, by models.Actor, r *http.Request, once *models.Once) (err error) {
			_, secret, err = run(ctx, by, r, r.PostForm.Get("by") != "link", once)
			return err
		})
		held := &heldBack{ResponseWriter: w}
		if err := back(held, r); err != nil || held.status != http.StatusSeeOther {
			return err
		}
		if r.PostForm.Get("by") == "link" {
			w.Header().Del("Location")
			member, err := s.Accounts.People.Member(r.Context(), r.PathValue("id"))
			if err != nil {
				return err
			}
			return s.showSecret(w, r, s.linkFor(member.Staff, secret))
		}
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
}

// heldBack holds a redirect back, so that something can be shown first.
type heldBack struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (h *heldBack) WriteHeader(status int) {
	h.status = status
	if status != http.StatusSeeOther {
		h.ResponseWriter.WriteHeader(status)
	}
}

func (s *Site) personInvite() pages.Action {
	return s.personLink("invited", func(ctx context.Context, by models.Actor, r *http.Request, mail bool, once *models.Once) (models.Staff, string, error) {
		return s.Accounts.People.InviteAgain(ctx, by, r.PathValue("id"), mail, once)
	})
}

func (s *Site) personReset() pages.Action {
	return s.personLink("reset", func(ctx context.Context, by models.Actor, r *http.Request, mail bool, once *models.Once) (models.Staff, string, error) {
		return s.Accounts.People.Reset(ctx, by, r.PathValue("id"), r.PostForm.Get("factor") == "lost", mail, once)
	})
}
