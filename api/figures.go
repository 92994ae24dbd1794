package api

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/labstack/echo/v4"

	"habeas/audit"
	"habeas/models"
	"habeas/policies"
)

// statsView counts requests.
type statsView struct {
	ByState     map[models.State]int                        `json:"by_state" description:"Every request."`
	ByType      map[models.RequestType]int                  `json:"by_type" description:"Unanswered ones."`
	ByRegime    map[string]int                              `json:"by_regime" description:"Unanswered ones, by governing regime."`
	ByTypeState map[models.RequestType]map[models.State]int `json:"by_type_state" description:"Every request."`
	DueSoon     int                                         `json:"due_soon" description:"Unanswered, due within seven days."`
	Overdue     int                                         `json:"overdue"`
	Tasks       []systemTasks                               `json:"tasks" description:"Tasks that have not ended, by system."`
}

// systemTasks counts the undone tasks in one system.
type systemTasks struct {
	System  string `json:"system" example:"shop"`
	Undone  int    `json:"undone"`
	Overdue int    `json:"overdue" description:"Of these, after their date."`
}

func (a *API) stats(ctx context.Context, _ *call, _ nothing) (statsView, error) {
	s, err := a.Service.Store.Stats(ctx, a.Now())
	if err != nil {
		return statsView{}, err
	}
	loads, err := a.Service.Owners.TaskLoads(ctx)
	if err != nil {
		return statsView{}, err
	}
	return statsView{
		ByState: counted(s.ByState), ByType: counted(s.ByType), ByRegime: counted(s.ByRegime), ByTypeState: counted(s.ByTypeState),
		DueSoon: s.DueSoon, Overdue: s.Overdue, Tasks: bySystem(loads),
	}, nil
}

// bySystem adds up the tasks of all owners in each system, in the order of its key.
func bySystem(loads []models.TaskLoad) []systemTasks {
	sums := map[string]systemTasks{}
	for _, l := range loads {
		sum := sums[l.System]
		sums[l.System] = systemTasks{l.System, sum.Undone + l.Undone, sum.Overdue + l.Overdue}
	}
	all := []systemTasks{}
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		all = append(all, sums[key])
	}
	return all
}

// counted is a count that is never null.
func counted[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

type yearInput struct {
	Year int `query:"year" json:"-" validate:"required,min=1970,max=9999" description:"The calendar year, of the organisation's zone, in which the requests were received." example:"2026"`
}

// metrics counts the requests of a year, as they stand now.
func (a *API) metrics(ctx context.Context, _ *call, in yearInput) (models.YearFigures, error) {
	return a.Exports.Figures(ctx, a.Service.Policy.Tally(in.Year, a.Now(), a.Exports.Zone, "en"))
}

// metricsFile is the figures of a year as a file.
type metricsFile struct{ figures models.YearFigures }

func (a *API) exportMetrics(ctx context.Context, c *call, in yearInput) (metricsFile, error) {
	f, err := a.metrics(ctx, c, in)
	return metricsFile{f}, err
}

func (f metricsFile) write(c *call) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, csvMedia+"; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="habeas-figures-%d.csv"`, f.figures.Year))
	return audit.WriteFigures(c.Request().Context(), c.Response(), f.figures)
}

// lawCalendarView is what changes in the law, and how fresh the knowledge of it is.
type lawCalendarView struct {
	From    models.Date        `json:"from"`
	To      models.Date        `json:"to"`
	Changes []policies.Change  `json:"changes" description:"The soonest first."`
	Checked []policies.Checked `json:"checked" description:"When somebody last looked at each law; the longest ago first."`
}

func (a *API) lawCalendar(context.Context, *call, nothing) (lawCalendarView, error) {
	p, today := a.Service.Policy, models.DateOf(a.Now(), a.Exports.Zone)
	v := lawCalendarView{From: today, To: today.AddMonths(policies.CalendarMonths)}
	v.Changes = listed(p.LawCalendar(v.From, v.To, "en"))
	v.Checked = listed(p.LastChecked(today, "en"))
	return v, nil
}
