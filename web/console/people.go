package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
)

// peoplePage lists who works here, and invites more.
type peoplePage struct {
	Members []memberLine
	Roles   []option
	Seed    string
	Form    newcomerForm
	Link    bool // the link is to be shown, not mailed
	Faults  mistakes
	Done    string
}

// newcomerForm is who is invited.
type newcomerForm struct{ Name, Email, Role string }

// memberLine is a member of staff in words.
type memberLine struct {
	accounts.Member
	RoleWords string
	Standing  string
	Badge     string
	Self      bool
}

func roleWords() map[models.Role]string {
	return map[models.Role]string{
		models.RoleAdmin:   "Administrator: everything, people and tokens too",
		models.RoleManager: "Manager: the whole work, jobs and exports",
		models.RoleAgent:   "Agent: works on requests",
		models.RoleAuditor: "Auditor: the log and the figures, nothing personal",
		models.RoleIntake:  "Intake: a form backend that files requests",
	}
}

// roleName is the first word of a role.
func roleName(role models.Role) string {
	name, _, _ := strings.Cut(word(roleWords(), role), ":")
	return name
}

func roleOptions(chosen models.Role, roles []models.Role) []option {
	var all []option
	for _, role := range roles {
		all = append(all, option{string(role), word(roleWords(), role), role == chosen})
	}
	return all
}

// consoleRoles are those that sign in here.
func consoleRoles() []models.Role {
	return slices.DeleteFunc(models.Roles(), func(r models.Role) bool { return r == models.RoleIntake })
}

func memberOf(m accounts.Member, self string) memberLine {
	l := memberLine{Member: m, RoleWords: roleName(m.Role), Self: m.ID == self}
	switch {
	case m.Disabled:
		l.Standing, l.Badge = "Disabled", "bad"
	case m.Role == models.RoleIntake:
		l.Standing = "By token only"
	case !m.InvitedUntil.IsZero():
		l.Standing, l.Badge = "Invited", "warn"
	case m.PasswordAt.IsZero():
		l.Standing = "Has no password"
	case m.FactorAt.IsZero():
		l.Standing, l.Badge = "Has no second factor yet", "warn"
	default:
		l.Standing, l.Badge = "Active", "good"
	}
	return l
}

// people lists who works here.
func (s *Site) people(w http.ResponseWriter, r *http.Request) error {
	done := map[string]string{"invited": "The invitation is on its way. Its link is good for 24 hours, once."}[r.URL.Query().Get("done")]
	return s.showPeople(w, r, http.StatusOK, peoplePage{Done: done, Seed: pages.NewSeed(), Form: newcomerForm{Role: string(models.RoleAgent)}})
}

func (s *Site) showPeople(w http.ResponseWriter, r *http.Request, status int, page peoplePage) error {
	all, err := s.Accounts.People.Members(r.Context())
	if err != nil {
		return err
	}
	for _, m := range all {
		page.Members = append(page.Members, memberOf(m, who(r).Staff.ID))
	}
	page.Roles = roleOptions(models.Role(page.Form.Role), consoleRoles())
	return s.show(w, r, status, viewPeople, layout{Title: "People", Here: "settings", Wrong: len(page.Faults) > 0, Body: page})
}

// invitation is what is stored of one, for the same form again.
type invitation struct{ ID, Name string }

// invite invites somebody by mail, or shows the link to hand to them. Sent
// twice it is one invitation.
func (s *Site) invite(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	f := newcomerForm{pages.Clean(r.PostForm.Get("name"), false), pages.Clean(r.PostForm.Get("email"), false), r.PostForm.Get("role")}
	page := peoplePage{Form: f, Seed: r.PostForm.Get("seed"), Link: r.PostForm.Get("by") == "link"}
	if len([]rune(f.Name)) > longestLine || len([]rune(f.Email)) > longestEmail {
		page.Faults = mistakes{{"email", "Enter a shorter name or address."}}
		return s.showPeople(w, r, http.StatusUnprocessableEntity, page)
	}
	done, secret, err := s.inviteOnce(r, f)
	bad, ok := errors.AsType[*models.Error](err)
	switch {
	case err == nil && !page.Link:
		return see(w, "/console/people?done=invited")
	case err == nil:
		return s.showSecret(w, r, s.linkFor(models.Staff{ID: done.ID, Name: done.Name}, secret))
	case ok && bad.Code == models.CodeConflict:
		page.Faults = mistakes{{"email", "Somebody has this name or this address already."}}
		return s.showPeople(w, r, http.StatusConflict, page)
	case ok && bad.Code == models.CodeInvalid:
		page.Faults = mistakesOf(bad)
		return s.showPeople(w, r, http.StatusUnprocessableEntity, page)
	}
	return err
}

// inviteOnce invites once, however often the form is sent. The secret of the
// link is there the first time: it is not kept.
func (s *Site) inviteOnce(r *http.Request, f newcomerForm) (done invitation, secret string, err error) {
	by, mailed := who(r).Actor(), r.PostForm.Get("by") != "link"
	key := pages.OnceFor(by.ID, r.PostForm.Get("seed"), "invite", f.Name, f.Email, f.Role, strconv.FormatBool(mailed))
	n := accounts.Newcomer{Name: f.Name, Email: f.Email, Role: models.Role(f.Role), Mail: mailed}
	n.Remember = accounts.Remembered[accounts.Invited]{Once: key, Answer: func(i accounts.Invited) (err error) {
		key.Status = http.StatusOK
		key.Answer, err = json.Marshal(invitation{i.ID, i.Name})
		return err
	}}
	answer, err := pages.Once(r.Context(), s.Staff, key, func() error {
		_, secret, err = s.Accounts.People.Invite(r.Context(), by, n)
		return err
	})
	if err != nil {
		return invitation{}, "", err
	}
	if err := json.Unmarshal(answer, &done); err != nil {
		return invitation{}, "", fmt.Errorf("reading an invitation: %w", err)
	}
	return done, secret, nil
}

// mistakesOf is what the service found wrong in a form, in words.
func mistakesOf(bad *models.Error) (all mistakes) {
	for _, field := range bad.Fields {
		all = append(all, faultLine{field.Field, strings.ToUpper(field.Field[:1]) + field.Field[1:] + " " + field.Message + "."})
	}
	return all
}

// secretPage shows something once.
type secretPage struct {
	Lead, Secret, Note, Back, BackName string
}

func (s *Site) showSecret(w http.ResponseWriter, r *http.Request, page secretPage) error {
	return s.show(w, r, http.StatusOK, viewSecret, layout{Title: "Shown once", Here: "settings", Body: page})
}

// linkFor shows the link of an invitation that was just made. The same form
// again has none.
func (s *Site) linkFor(m models.Staff, secret string) secretPage {
	if secret == "" {
		return secretPage{
			Lead: m.Name + " was invited before.", Note: "The link was in the first answer. If you did not see it, make a new one on their page: only a hash of it is kept.",
			Back: "/console/people/" + m.ID, BackName: m.Name,
		}
	}
	return secretPage{
		Lead:   "Hand this link to " + m.Name + ", and to nobody else. Whoever has it chooses the password.",
		Secret: s.BaseURL + "/console/invitation/" + secret, Note: "It works once, for 24 hours, or for 30 minutes where a password was reset. It is not shown again.",
		Back: "/console/people/" + m.ID, BackName: m.Name,
	}
}
