package console

import (
	"net/http"
	"time"

	"habeas/audit"
	"habeas/models"
	"habeas/web/pages"
)

// exportsPage is the form for an export, and the ones before.
type exportsPage struct {
	Seed     string
	What     []option
	Formats  []option
	Types    []option
	From, To string
	Faults   mistakes
	Recent   []exportLine
}

type exportLine struct {
	models.ExportRun
	Name, Range, StateWords string
	Badge                   string
	By                      string
}

const recentExports = 20

// exports shows what can be taken away.
func (s *Site) exports(w http.ResponseWriter, r *http.Request) error {
	return s.showExports(w, r, http.StatusOK, models.ExportRun{What: audit.ExportRequests, Format: string(audit.FormatCSV)}, exportsPage{Seed: pages.NewSeed()})
}

func (s *Site) showExports(w http.ResponseWriter, r *http.Request, status int, x models.ExportRun, page exportsPage) error {
	page.What = []option{{audit.ExportRequests, "Requests: their facts as they are now", x.What == audit.ExportRequests}, {audit.ExportEvents, "Events: the whole log", x.What == audit.ExportEvents}}
	page.Formats = []option{{string(audit.FormatCSV), "CSV, for a spreadsheet", x.Format == string(audit.FormatCSV)}, {string(audit.FormatJSONL), "JSON lines, for programs", x.Format == string(audit.FormatJSONL)}}
	for _, kind := range s.Policy.Types("", "") {
		page.Types = append(page.Types, option{string(kind.Key), kind.Name("en"), x.Period.Type == kind.Key})
	}
	list, err := s.Exports.List(r.Context(), recentExports)
	if err != nil {
		return err
	}
	t, err := s.team(r)
	if err != nil {
		return err
	}
	for _, x := range list {
		page.Recent = append(page.Recent, s.exportLine(x, t))
	}
	return s.show(w, r, status, viewExports, layout{Title: "Exports", Here: "settings", Wrong: len(page.Faults) > 0, Body: page})
}

func (s *Site) exportLine(x models.ExportRun, t team) exportLine {
	l := exportLine{ExportRun: x, Name: map[bool]string{true: "Events", false: "Requests"}[x.What == audit.ExportEvents], By: t.nameOf(x.By)}
	if x.Period.Type != "" {
		l.Name += ": " + s.typeName(x.Period.Type)
	}
	day := func(at time.Time, none string) string {
		if at.IsZero() {
			return none
		}
		return long(models.DateOf(at, s.Zone))
	}
	l.Range = day(x.Period.From, "the beginning") + " – "
	if x.Period.To.IsZero() {
		l.Range += "now"
	} else {
		l.Range += long(models.DateOf(x.Period.To.Add(-time.Second), s.Zone))
	}
	l.StateWords = map[models.ExportState]string{
		models.ExportReady: "Not fetched", models.ExportRunning: "Under way", models.ExportDone: "Complete", models.ExportBroken: "Broken off",
	}[x.State]
	l.Badge = map[models.ExportState]string{models.ExportDone: "good", models.ExportRunning: "warn", models.ExportBroken: "bad"}[x.State]
	return l
}

// exportPrepare takes the form. Sent twice it is one export: its id follows
// from the form.
func (s *Site) exportPrepare(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	form := r.PostForm
	x := models.ExportRun{What: form.Get("what"), Format: form.Get("format"), Period: models.Period{Type: models.RequestType(form.Get("type"))}}
	page := exportsPage{Seed: form.Get("seed"), From: form.Get("from"), To: form.Get("to")}
	x.Period.From, page.Faults = s.dayField("from", page.From, 0, page.Faults)
	x.Period.To, page.Faults = s.dayField("to", page.To, 1, page.Faults)
	if !x.Period.From.IsZero() && !x.Period.To.IsZero() && !x.Period.From.Before(x.Period.To) {
		page.Faults = append(page.Faults, faultLine{"to", "The last day is before the first."})
	}
	if len(page.Faults) > 0 {
		return s.showExports(w, r, http.StatusUnprocessableEntity, x, page)
	}
	_, err := audit.ParseFormat(x.Format)
	_, known := s.Policy.Type(x.Period.Type)
	if err != nil || x.What != audit.ExportRequests && x.What != audit.ExportEvents || x.Period.Type != "" && !known {
		return models.Errorf(models.CodeMalformed, "the form has no such choice")
	}
	x.ID = pages.OnceFor(who(r).Staff.ID, page.Seed, x.What, x.Format, string(x.Period.Type), page.From, page.To).Key
	if err := s.Exports.Prepare(r.Context(), who(r).Actor(), x); err != nil {
		return err
	}
	return see(w, "/console/exports/"+x.ID)
}

// dayField reads a day: the instant at which the day so many days later begins
// where the organisation is. An empty field is zero.
func (s *Site) dayField(name, text string, later int, faults mistakes) (time.Time, mistakes) {
	if text == "" {
		return time.Time{}, faults
	}
	d, err := models.ParseDate(text)
	if err != nil {
		return time.Time{}, append(faults, faultLine{name, "This is not a date such as 2026-11-20."})
	}
	return d.AddDays(later).Start(s.Zone), faults
}

// exportPage is one export and how far it is.
type exportPage struct {
	exportLine
	Share   int // per cent
	Counted bool
	Nothing bool // it has just failed, and nothing of it has left
}

// export shows how far an export is.
func (s *Site) export(w http.ResponseWriter, r *http.Request) error {
	x, err := s.Exports.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showExport(w, r, http.StatusOK, x, false)
}

func (s *Site) showExport(w http.ResponseWriter, r *http.Request, status int, x models.ExportRun, nothing bool) error {
	t, err := s.team(r)
	if err != nil {
		return err
	}
	page := exportPage{exportLine: s.exportLine(x, t), Counted: x.What == audit.ExportRequests || x.Period.Type == "", Nothing: nothing}
	if x.Total > 0 {
		page.Share = min(100*x.Written/x.Total, 100)
	}
	return s.show(w, r, status, viewExport, layout{Title: "Export", Here: "settings", Wrong: nothing, Body: page})
}
