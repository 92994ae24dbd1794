package console

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"habeas/models"
	"habeas/web/console/chart"
	"habeas/workflows/cases"
)

// overviewPage is how the work goes, each figure drawn and as a table.
type overviewPage struct {
	cases.Overview
	Daily      bool
	Unanswered int
	States     []models.State // of unanswered requests
	Types      []typeCount

	ByState, ByType, Flow, Times, Load chart.Drawing
	FlowRows                           []flowRow
	TimeRows                           []timeRow
	LoadRows                           []loadRow
	TaskSystems, TaskOwners            []taskRow
	UndoneTasks, LateTasks             int
}

// typeCount is a line of the table of unanswered requests.
type typeCount struct {
	Name  string
	Cells []int // one for each state
	Sum   int
}

type flowRow struct {
	Name string
	cases.Flow
}

type timeRow struct {
	Name string
	cases.AnswerTimes
	InTime string // per cent
}

// taskRow counts the undone tasks in a system, or of an owner.
type taskRow struct {
	Name, Address, LateAddress string
	Undone, Overdue            int
}

type loadRow struct {
	Name, Address string
	Due           int
}

// overview shows how the work goes: what is open, what comes and goes, how
// long answers take, and what is due when.
func (s *Site) overview(w http.ResponseWriter, r *http.Request) error {
	step := cases.StepWeek
	if r.URL.Query().Get("by") == string(cases.StepDay) {
		step = cases.StepDay
	}
	o, err := s.Staff.Overview(r.Context(), step)
	if err != nil {
		return err
	}
	page := overviewPage{Overview: o, Daily: step == cases.StepDay, States: openStates()}
	s.fillOpen(&page)
	s.fillFlow(&page)
	s.fillTimes(&page)
	s.fillLoad(&page)
	page.fillTasks(models.Permit(who(r).Role, models.MayReadStaff))
	return s.show(w, r, http.StatusOK, viewOverview, layout{Title: "Overview", Here: "overview", Body: page})
}

// openStates are the states of unanswered requests, in the order of a life.
func openStates() []models.State {
	all := models.States()
	return all[:len(all)-1]
}

// fillOpen fills in what is unanswered, by state and by type.
func (s *Site) fillOpen(p *overviewPage) {
	states := chart.Bars{ID: "by-state", Title: "Unanswered requests by state"}
	for _, state := range p.States {
		n := p.Stats.ByState[state]
		p.Unanswered += n
		states.Bars = append(states.Bars, plainBar(word(stateWords(), state), n))
	}
	kinds := chart.Bars{ID: "by-type", Title: "Unanswered requests by type"}
	for _, kind := range s.countedTypes(p.Stats) {
		row := typeCount{Name: s.typeName(kind)}
		for _, state := range p.States {
			n := p.Stats.ByTypeState[kind][state]
			row.Cells, row.Sum = append(row.Cells, n), row.Sum+n
		}
		if row.Sum > 0 {
			p.Types = append(p.Types, row)
			kinds.Bars = append(kinds.Bars, plainBar(row.Name, row.Sum))
		}
	}
	states.Desc, kinds.Desc = saidBars(states.Bars), saidBars(kinds.Bars)
	p.ByState, p.ByType = states.Draw(), kinds.Draw()
}

// countedTypes are the types of the policy and, after them, those of requests
// that it no longer has.
func (s *Site) countedTypes(st models.Stats) []models.RequestType {
	var all []models.RequestType
	known := map[models.RequestType]bool{}
	for _, kind := range s.Policy.Types("", "") {
		all, known[kind.Key] = append(all, kind.Key), true
	}
	for _, kind := range sortedKeys(st.ByTypeState) {
		if !known[kind] {
			all = append(all, kind)
		}
	}
	return all
}

func plainBar(label string, n int) chart.Bar {
	return chart.Bar{Label: label, Value: chart.Number(n), Parts: []chart.Part{{To: n, Class: "one", Tip: label + ": " + chart.Number(n)}}}
}

// saidBars says what bars show.
func saidBars(bars []chart.Bar) string {
	said := make([]string, len(bars))
	for i, b := range bars {
		said[i] = b.Label + ": " + b.Value
	}
	return strings.Join(said, "; ") + "."
}

// fillFlow fills in what came and what was closed.
func (s *Site) fillFlow(p *overviewPage) {
	c := chart.Columns{
		ID: "flow", Title: "Arrivals and closings by week", Series: []chart.Key{{Class: "one", Words: "arrived"}, {Class: "two", Words: "closed"}},
	}
	if p.Daily {
		c.Title = "Arrivals and closings by day"
	}
	var arrived, closed int
	for i, f := range p.Overview.Flow {
		name := nameOf(f.From, f.To)
		if i == len(p.Overview.Flow)-1 {
			name += " (so far)"
		}
		p.FlowRows = append(p.FlowRows, flowRow{name, f})
		c.Groups = append(c.Groups, chart.Group{Label: brief(f.From), Name: name, Values: []int{f.Arrived, f.Closed}})
		arrived, closed = arrived+f.Arrived, closed+f.Closed
	}
	c.Desc = fmt.Sprintf("Since %s %s requests arrived and %s were closed.", long(p.Overview.Flow[0].From), chart.Number(arrived), chart.Number(closed))
	p.Flow = c.Draw()
}

// fillTimes fills in how long answers took.
func (s *Site) fillTimes(p *overviewPage) {
	b := chart.Bars{
		ID: "times", Title: "Days to answer by type", Unit: "days",
		Legend: []chart.Key{{Class: "one", Words: "half were answered within"}, {Class: "two", Words: "nine in ten were answered within"}, {Class: "limit", Words: "the deadline (median)"}},
	}
	for _, t := range p.Overview.Times {
		row := timeRow{Name: s.typeName(t.Type), AnswerTimes: t, InTime: fmt.Sprintf("%d %%", (t.Answered-t.Late)*100/t.Answered)}
		p.TimeRows = append(p.TimeRows, row)
		b.Bars = append(b.Bars, chart.Bar{
			Label: row.Name, Value: fmt.Sprintf("%d · %d of %d", t.Median, t.Ninth, t.Allowed),
			Parts: []chart.Part{{To: t.Median, Class: "one", Tip: "Half within " + days(t.Median)}, {To: t.Ninth, Class: "two", Tip: "Nine in ten within " + days(t.Ninth)}},
			Marks: []chart.Part{{To: t.Allowed, Class: "limit"}},
		})
		b.Desc += fmt.Sprintf("%s: half within %s, nine in ten within %s, the deadline allowed %d. ", row.Name, days(t.Median), days(t.Ninth), t.Allowed)
	}
	p.Times = b.Draw()
}

// fillLoad fills in what is due when.
func (s *Site) fillLoad(p *overviewPage) {
	c := chart.Columns{ID: "load", Title: "Unanswered requests by the week they are due", Series: []chart.Key{{Class: "one", Words: "due"}}}
	for i, l := range p.Overview.Load {
		row := loadRow{Due: l.Due}
		g := chart.Group{Values: []int{l.Due}}
		switch {
		case l.Overdue():
			row.Name, g.Label, g.Class, row.Address = "Overdue", "Overdue", "late", "/console?view=overdue"
		case l.To.IsZero():
			row.Name, g.Label = "From "+long(l.From)+" on", "Later"
		default:
			row.Name, g.Label = nameOf(l.From, l.To), brief(l.From)
			if i == 1 {
				row.Name += " (this week)"
			}
		}
		g.Name = row.Name
		p.LoadRows, c.Groups = append(p.LoadRows, row), append(c.Groups, g)
	}
	c.Desc = fmt.Sprintf("%s overdue, %s due this week.", chart.Number(p.LoadRows[0].Due), chart.Number(p.LoadRows[1].Due))
	p.Load = c.Draw()
}

// fillTasks fills in which tasks are undone: by system and, for a viewer who may
// know them, by owner.
func (p *overviewPage) fillTasks(names bool) {
	for _, l := range p.Overview.Tasks {
		p.UndoneTasks, p.LateTasks = p.UndoneTasks+l.Undone, p.LateTasks+l.Overdue
		p.TaskSystems = counting(p.TaskSystems, taskRow{Name: l.SystemName, Address: "/console/tasks?system=" + url.QueryEscape(l.System)}, l)
		owner := taskRow{Name: "Staff", Address: "/console/tasks?owner=" + models.Unassigned}
		if l.OwnerDigest != "" {
			owner = taskRow{Name: l.Owner, Address: "/console/tasks?owner=" + url.QueryEscape(l.OwnerDigest)}
		}
		if names {
			p.TaskOwners = counting(p.TaskOwners, owner, l)
		}
	}
}

// counting adds a count to the row of the address, which is new at first.
func counting(rows []taskRow, of taskRow, l models.TaskLoad) []taskRow {
	i := slices.IndexFunc(rows, func(r taskRow) bool { return r.Address == of.Address })
	if i < 0 {
		of.LateAddress = of.Address + "&overdue=1"
		rows, i = append(rows, of), len(rows)
	}
	rows[i].Undone += l.Undone
	rows[i].Overdue += l.Overdue
	return rows
}

// nameOf names a day, or a week.
func nameOf(from, to models.Date) string {
	if from == to {
		return long(from)
	}
	return brief(from) + " – " + long(to)
}

func brief(d models.Date) string { return d.At(12, time.UTC).Format("2 Jan") }

func long(d models.Date) string { return d.At(12, time.UTC).Format("2 Jan 2006") }

// sortedKeys are the keys of a map in order.
func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
