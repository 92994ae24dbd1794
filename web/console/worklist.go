package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// perPage is how many requests a page of the worklist has.
const perPage = 40

// worklistPage is a page of the requests that wait for somebody. It holds no
// personal data of a requester.
type worklistPage struct {
	Views         []viewLink
	Heading       string
	Rows          []row
	Empty         string
	Filter        listFilter
	Filtered      bool
	Choices       filterChoices
	Before, After string // addresses of the pages around, or ""
	Seed          string
	Team          []option // to assign to
	Whole         bool     // commands may be for all of the list
	Drawn         string   // when it was drawn
	Back          string   // the address of this page, to come back to
	MayFind       bool
	Search        string // the address that was searched for
	More          string // where the results of a search go on
	Wrong         string // about the search
}

// tasksPerRow is how many undone tasks of a request the list shows.
const tasksPerRow = 5

// bulkCommands are those that may be given to many requests at once.
func bulkCommands() []workflows.CommandName {
	return []workflows.CommandName{workflows.CommandAssign, workflows.CommandMarkSpam}
}

// May reports whether the gate lets the viewer give a command to any of the
// requests.
func (p worklistPage) May(c workflows.CommandName) bool {
	return slices.ContainsFunc(p.Rows, func(r row) bool { return slices.Contains(r.May, c) })
}

// Ticks reports whether there is anything to do with any of them.
func (p worklistPage) Ticks() bool {
	return slices.ContainsFunc(p.Rows, func(r row) bool { return len(r.May) > 0 })
}

// row is a request of the list.
type row struct {
	Reference string
	Version   int
	Type      string
	Time      timeLeft
	State     string
	StateKey  models.State
	Outcome   string
	Owner     string // a name, "you", "somebody" or ""
	Mine      bool
	Regime    string
	Received  models.Date
	Marks     []string                // what else to know: appeal, unreachable, extended
	Tasks     []taskLine              // the undone ones that are due first
	MoreTasks int                     // how many there are besides
	Similar   string                  // how many open requests are like it, or ""
	SimilarAt string                  // the address of the list of those
	May       []workflows.CommandName // of those for many, what the gate lets the viewer give now
}

// option is one answer to choose from.
type option struct {
	Value, Label string
	Chosen       bool
}

// pick is a question with answers to choose from.
type pick struct {
	Name, Label, Blank string
	Options            []option
}

// filterChoices are the answers of the filter's questions.
type filterChoices struct{ States, Types, Regimes, Assignees, Outcomes []option }

// worklist shows what needs a person, the most urgent first.
func (s *Site) worklist(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	views := s.savedViews(who(r))
	view, filter := s.viewOf(q, views, who(r))
	f := view.filter
	if view.Key == "" && filter.SimilarTo != "" && !models.Permit(who(r).Role, models.MayOpen) {
		return models.Errorf(models.CodeForbidden, "the role %s may not find requests by their mailbox", who(r).Role)
	}
	f.Now, f.Limit = s.Now(), perPage
	if after := q.Get("after"); after != "" {
		f.After = readCursor(f.Sort, after)
	} else if before := q.Get("before"); before != "" {
		f.After, f.Backwards = readCursor(f.Sort, before), true
	}
	f.Backwards = f.Backwards && !f.After.IsZero()
	page := worklistPage{Heading: view.Name, Empty: view.Empty, Filter: filter, Filtered: view.Key == "", Whole: whole(f)}
	address := "/console?view=" + view.Key
	if page.Filtered {
		address = "/console?" + filter.query()
	}
	t, err := s.team(r)
	if err != nil {
		return err
	}
	if err := s.fillList(r, &page, f, t, address); err != nil {
		return err
	}
	return s.showList(w, r, http.StatusOK, page, t, views, view.Key)
}

// viewOf is the list that an address asks for, and the filter that it says.
func (s *Site) viewOf(q url.Values, views []savedView, who accounts.Identity) (savedView, listFilter) {
	filter := readFilter(q)
	if here := slices.IndexFunc(views, func(v savedView) bool { return v.Key == q.Get("view") }); here >= 0 {
		return views[here], filter
	}
	if filter.set() {
		return savedView{Name: "Filtered list", Empty: "No request is like that.", filter: filter.of(s, who)}, filter
	}
	return views[0], filter
}

// fillList reads a page of the list, and where the pages around it are.
func (s *Site) fillList(r *http.Request, page *worklistPage, f models.Filter, t team, address string) error {
	list, more, err := s.Staff.List(r.Context(), who(r).Actor(), f)
	if err != nil {
		return err
	}
	if page.Rows, err = s.rows(r, list, t); err != nil {
		return err
	}
	page.Back = address
	if err := s.markSimilar(r, page.Rows, list, f.SimilarTo); err != nil {
		return err
	}
	if len(list) == 0 {
		return nil
	}
	if f.Backwards && !more.IsZero() || !f.Backwards && !f.After.IsZero() {
		page.Before = address + "&before=" + cursorAt(f.Sort, list[0])
	}
	if f.Backwards || !more.IsZero() {
		page.After = address + "&after=" + cursorAt(f.Sort, list[len(list)-1])
	}
	return nil
}

// showList shows a list with all that is around it.
func (s *Site) showList(w http.ResponseWriter, r *http.Request, status int, page worklistPage, t team, views []savedView, here string) (err error) {
	if page.Views, err = s.viewLinks(r.Context(), views, here); err != nil {
		return err
	}
	role := who(r).Role
	page.MayFind = models.Permit(role, models.MayOpen)
	page.Drawn = s.Now().UTC().Format(time.RFC3339)
	page.Seed, page.Choices = pages.NewSeed(), s.filterChoices(page.Filter, t)
	page.Team = t.options("")
	return s.show(w, r, status, viewWorklist, layout{Title: page.Heading, Here: "worklist", Wrong: page.Wrong != "", Body: page})
}

func (s *Site) rows(req *http.Request, list []models.Request, team team) ([]row, error) {
	rows := make([]row, len(list))
	may, err := s.Staff.MayEach(req.Context(), who(req).Actor(), list, bulkCommands()...)
	if err != nil {
		return nil, err
	}
	undone, err := s.undone(req, list)
	if err != nil {
		return nil, err
	}
	for i, r := range list {
		rows[i] = row{
			Reference: r.Reference, Version: r.Version, Type: s.asked(r.Facts), Time: s.timeLeft(r.Facts),
			State: word(stateWords(), r.State), StateKey: r.State, Owner: team.nameOf(r.Assignee), Mine: r.Assignee == team.own,
			Regime: s.Policy.RegimeName(r.Deadline.Governing, "en"), Received: r.ReceivedOn, Marks: marksOf(r),
			May: may[i],
		}
		if r.State == models.StateClosed {
			rows[i].Outcome = word(outcomeWords(), r.Outcome)
		}
		tasks := undone[r.ID]
		for _, t := range tasks[:min(len(tasks), tasksPerRow)] {
			rows[i].Tasks = append(rows[i].Tasks, s.taskLine(t, team.shown))
		}
		rows[i].MoreTasks = len(tasks) - len(rows[i].Tasks)
	}
	return rows, nil
}

// undone are the tasks of a page of requests, in one question to the database.
func (s *Site) undone(r *http.Request, list []models.Request) (map[string][]models.Task, error) {
	ids := make([]string, len(list))
	for i, one := range list {
		ids[i] = one.ID
	}
	return s.Staff.Tasks().Undone(r.Context(), ids)
}

// markSimilar says beside each row how many are like it, but on the list of those,
// and not to roles that may not know what somebody filed.
func (s *Site) markSimilar(r *http.Request, rows []row, list []models.Request, here string) error {
	if here != "" || !models.Permit(who(r).Role, models.MayOpen) {
		return nil
	}
	alike, err := s.Staff.SimilarOpen(r.Context(), list, mostCounted)
	for i, of := range list {
		if n := alike[of.ID]; n > 1 {
			rows[i].Similar, rows[i].SimilarAt = capped(n), "/console?similar_to="+of.Reference
		}
	}
	return err
}

// marksOf is what staff must know about a request besides its state.
func marksOf(r models.Request) []string {
	var all []string
	if r.Appeal.No > 0 {
		all = append(all, "Appeal")
	}
	if r.Extended {
		all = append(all, "Extended")
	}
	if r.Unreachable {
		all = append(all, "Unreachable")
	}
	if r.Suppressed != "" && r.State != models.StateClosed {
		all = append(all, "Not written to")
	}
	if r.Shredded {
		all = append(all, "Shredded")
	}
	return all
}

func (s *Site) filterChoices(f listFilter, team team) filterChoices {
	var c filterChoices
	for _, state := range models.States() {
		c.States = append(c.States, option{string(state), word(stateWords(), state), f.State == string(state)})
	}
	for _, kind := range s.Policy.Types("", "") {
		c.Types = append(c.Types, option{string(kind.Key), kind.Name("en"), f.Type == string(kind.Key)})
	}
	for _, key := range s.Policy.Regimes() {
		c.Regimes = append(c.Regimes, option{key, s.Policy.RegimeName(key, "en"), f.Regime == key})
	}
	c.Assignees = team.assignees(f.Assignee)
	for _, o := range models.Outcomes() {
		c.Outcomes = append(c.Outcomes, option{string(o), word(outcomeWords(), o), f.Outcome == string(o)})
	}
	return c
}

// team is the staff as one of them sees it.
type team struct {
	own    string
	shown  bool // their names are for the role
	people []models.Staff
}

// team reads the names of staff, for those who may know them.
func (s *Site) team(r *http.Request) (team, error) {
	t := team{own: who(r).Staff.ID, shown: models.Permit(who(r).Role, models.MayReadStaff)}
	if !t.shown {
		return t, nil
	}
	var err error
	t.people, err = s.Accounts.People.Staff(r.Context())
	return t, err
}

// nameOf is the name of a member of staff for the viewer; "" for nobody.
func (t team) nameOf(id string) string {
	if id == "" {
		return ""
	}
	for _, m := range t.people {
		if m.ID == id {
			return m.Name
		}
	}
	if t.shown {
		return "somebody who is no longer here"
	}
	return "somebody"
}

// assignees are whom a list can be filtered by.
func (t team) assignees(chosen string) []option {
	all := []option{{models.Unassigned, "Nobody", chosen == models.Unassigned}}
	if t.shown {
		all = append(append(all, option{"me", "Me", chosen == "me"}), t.options(chosen)...)
	}
	return all
}

// options are those who may be given requests.
func (t team) options(chosen string) []option {
	var all []option
	for _, m := range t.people {
		if !m.Disabled && models.Permit(m.Role, models.MayOwn) {
			label := m.Name
			if m.ID == t.own {
				label += " (you)"
			}
			all = append(all, option{m.ID, label, m.ID == chosen})
		}
	}
	return all
}
