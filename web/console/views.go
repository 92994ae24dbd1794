package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"sync"
	"time"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/console/chart"
	"habeas/web/pages"
	"habeas/web/portal"
)

//go:embed templates/*.html
var templates embed.FS

// view is the name of a template file.
type view = string

// The views. Each must be there when the service starts.
const (
	viewWorklist    view = "worklist"
	viewBulk        view = "bulk"
	viewWhole       view = "whole"
	viewCase        view = "case"
	viewEntry       view = "entry"
	viewTasks       view = "tasks"
	viewFindings    view = "findings"
	viewPackage     view = "package"
	viewErasure     view = "erasure"
	viewCertificate view = "certificate"
	viewPreview     view = "preview"
	viewProblem     view = "problem"

	viewOverview  view = "overview"
	viewSettings  view = "settings"
	viewJobs      view = "jobs"
	viewOutgoing  view = "outgoing"
	viewSent      view = "sent"
	viewTemplates view = "templates"
	viewTemplate  view = "template"
	viewHealth    view = "health"
	viewExports   view = "exports"
	viewExport    view = "export"
	viewMails     view = "mails"
	viewMail      view = "mail"
	viewPeople    view = "people"
	viewPerson    view = "person"
	viewSecret    view = "secret"
	viewTokens    view = "tokens"

	viewLegalHolds view = "legal_holds"
	viewLegalHold  view = "legal_hold"
	viewSystems    view = "systems"
	viewSystem     view = "system"

	viewPolicies view = "policies"
	viewLaw      view = "law"
	viewFigures  view = "figures"

	viewSignIn     view = "signin"
	viewFactor     view = "factor"
	viewEnrol      view = "enrol"
	viewRecovery   view = "recovery"
	viewInvitation view = "invitation"
	viewAccount    view = "account"
	viewConfirm    view = "confirm"
)

func allViews() []string {
	return []string{
		viewWorklist, viewBulk, viewWhole, viewCase, viewEntry, viewTasks, viewFindings, viewPackage, viewErasure, viewCertificate, viewPreview, viewProblem,
		viewOverview, viewSettings, viewJobs, viewOutgoing, viewSent, viewTemplates, viewTemplate, viewHealth, viewExports, viewExport,
		viewMails, viewMail, viewPeople, viewPerson, viewSecret, viewTokens, viewLegalHolds, viewLegalHold, viewSystems, viewSystem, viewPolicies, viewLaw, viewFigures,
		viewSignIn, viewFactor, viewEnrol, viewRecovery, viewInvitation, viewAccount, viewConfirm,
	}
}

// parsed are the pages as their files have them, the same for every site.
var parsed = sync.OnceValues(func() (pages.Templates, error) { //nolint:gochecknoglobals // read once, never changed
	funcs := new(Site).funcs()
	base, err := template.New("").Funcs(funcs).ParseFS(templates, "templates/layout.html", "templates/parts.html", "templates/acts.html", "templates/task.html",
		"templates/chart.html", "templates/registers.html")
	if err != nil {
		return pages.Templates{}, fmt.Errorf("parsing pages: %w", err)
	}
	if base, err = (portal.EntryForms{}).Templates(base); err != nil {
		return pages.Templates{}, fmt.Errorf("parsing the questions: %w", err)
	}
	return pages.ParseTemplates(templates, base, funcs, allViews()...)
})

// funcs are what templates may call.
func (s *Site) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":  s.Assets.Address,
		"day":    func(d models.Date) string { return d.String() },
		"short":  short,
		"form":   func(p casePage, a act) actForm { return actForm{p, a} },
		"about":  func(p casePage, t taskLine, a taskAct) taskForm { return taskForm{p, t, a} },
		"ask":    askArea,
		"given":  askGiven,
		"at":     func(a actForm, prefix string) reasonsForm { return reasonsForm{a, prefix} },
		"badge":  badgeOf,
		"pick":   func(name, label, blank string, options []option) pick { return pick{name, label, blank, options} },
		"date":   func(d models.Date) string { return d.At(12, time.UTC).Format("Mon 2 Jan 2006") },
		"role":   roleName,
		"regime": func(key string) string { return s.Policy.RegimeName(key, "en") },
		// number has its thousands apart.
		"number":    chart.Number,
		"count":     count,
		"asked":     ask,
		"choose":    choose,
		"stateWord": func(state models.State) string { return word(stateWords(), state) },
		// when is an instant for people, exact the same for machines.
		"when":  func(at time.Time) string { return at.In(s.Zone).Format("Mon 2 Jan 2006, 15:04 MST") },
		"exact": func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
	}
}

// layout is what every page says; Body is the view's own data.
type layout struct {
	Title string
	Body  any
	// Wrong says that the page shows a form again, for its title.
	Wrong bool
	// Here is the entry of the navigation that the page belongs to.
	Here string

	// What show fills in.
	Organisation, Logo, Theme string
	Who                       accounts.Identity
}

// May reports whether the member of staff may: what is not for them is not
// drawn.
func (l layout) May(p models.Permission) bool { return models.Permit(l.Who.Role, p) }

// show renders a whole page before it sends any of it.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, v view, data layout) error {
	data.Organisation, data.Logo, data.Theme, data.Who = s.Organisation, s.Assets.Logo(), s.Assets.Address("theme.css"), who(r)
	var b bytes.Buffer
	if err := s.views.Render(&b, v, data); err != nil {
		return err
	}
	w.Header().Set("Content-Language", "en")
	return s.sender.Send(w, r, status, b.Bytes())
}

// see sends the browser on to another page of ours, which it then asks for by
// GET.
func see(w http.ResponseWriter, path string) error {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// short is a day in few letters, the same in every zone.
func short(d models.Date) string { return d.At(12, time.UTC).Format("2 Jan 2006") }
