package console

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/workflows"
)

// tasksPage lists the tasks of all requests, the soonest due first. It holds
// nothing of a requester.
type tasksPage struct {
	Lines                             []taskLine
	States, Systems, Owner, Assignees []option
	Overdue, Filtered                 bool
	First, After                      string // addresses of pages, or ""
}

// sortTasks marks the cursors of the list of tasks.
const sortTasks models.Sort = "tasks"

// anyState is the filter for tasks in every state; without one, it is the undone.
const anyState = "any"

func (s *Site) tasks(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	systems, err := s.Staff.Tasks().Systems(r.Context())
	if err != nil {
		return err
	}
	page, f := s.taskFilter(r, systems)
	team, err := s.team(r)
	if err != nil {
		return err
	}
	page.Assignees = team.assignees(q.Get("assignee"))
	list, next, err := s.Staff.Tasks().List(r.Context(), f)
	if err != nil {
		return err
	}
	for _, t := range list {
		page.Lines = append(page.Lines, s.taskLine(t, models.Permit(who(r).Role, models.MayReadStaff)))
	}
	query := url.Values{}
	for _, name := range []string{"state", "system", "owner", "assignee", "overdue"} {
		if q.Get(name) != "" {
			query.Set(name, q.Get(name))
		}
	}
	page.Filtered = len(query) > 0
	if !f.After.IsZero() {
		page.First = "/console/tasks?" + query.Encode()
	}
	if !next.IsZero() {
		query.Set("after", writeCursor(sortTasks, next))
		page.After = "/console/tasks?" + query.Encode()
	}
	return s.show(w, r, http.StatusOK, viewTasks, layout{Title: "Tasks", Here: "tasks", Body: page})
}

// taskFilter reads the filter of an address. An owner is named in it by what
// stands for the mail address, never by the address.
func (s *Site) taskFilter(r *http.Request, systems []models.System) (tasksPage, models.TaskFilter) {
	q := r.URL.Query()
	state, owner := models.TaskState(q.Get("state")), q.Get("owner")
	f := models.TaskFilter{System: q.Get("system"), Overdue: q.Get("overdue") != "", After: readCursor(sortTasks, q.Get("after")), Limit: perRegister}
	switch f.Assignee = q.Get("assignee"); {
	case f.Assignee == "me":
		f.Assignee = who(r).Staff.ID
	case f.Assignee != models.Unassigned && !models.Permit(who(r).Role, models.MayReadStaff):
		f.Assignee = ""
	}
	page := tasksPage{Overdue: f.Overdue, States: []option{{anyState, "Any state", state == anyState}}}
	for _, one := range models.TaskStates() {
		page.States = append(page.States, option{string(one), word(taskStateWords(), one), state == one})
	}
	switch {
	case slices.Contains(models.TaskStates(), state):
		f.States = []models.TaskState{state}
	case state != anyState:
		f.Undone = true
	}
	page.Owner = []option{{models.Unassigned, "Staff", owner == models.Unassigned}}
	f.NoOwner = owner == models.Unassigned
	if owner != "" && !f.NoOwner {
		f.Owners = []string{"nobody"}
		if _, err := hex.DecodeString(owner); err == nil {
			f.Owners[0] = owner
		}
	}
	seen := map[string]bool{"": true}
	for _, one := range systems {
		page.Systems = append(page.Systems, option{one.Key, one.Name, one.Key == f.System})
		if seen[one.Owner] || !models.Permit(who(r).Role, models.MayReadStaff) {
			continue
		}
		seen[one.Owner] = true
		digests := s.Staff.Tasks().OwnerDigests(one.Owner)
		here := slices.Contains(digests, owner)
		if here {
			f.Owners = digests
		}
		page.Owner = append(page.Owner, option{digests[0], one.Owner, here})
	}
	return page, f
}

// resultPage is what a connector returned for a task. It is personal: that
// somebody looked is recorded before it is shown.
type resultPage struct {
	Reference string
	Version   int
	Seen      string
	Seed      string
	Task      taskLine
	Records   []recordView
	Hash      string // of a preview
	Approves  bool   // the viewer may approve it
	Waits     string // why not
}

// recordView is a record, or what becomes of one.
type recordView struct {
	Title   string // "orders 17"
	What    string // "Deleted", or ""
	Other   bool   // it names somebody else
	Preview bool
	Fields  []fieldView
}

type fieldView struct {
	Name          string
	Before, After string
	Withheld      string // why no value is shown
	Verdict       string
	Kept          string
}

// taskResult finds a task and its request, and what the viewer may do with it.
func (s *Site) taskResult(r *http.Request) (models.Task, models.Request, *policies.Policy, error) {
	t, err := s.Staff.Tasks().Known(r.Context(), r.PathValue("id"))
	if err != nil {
		return t, models.Request{}, nil, err
	}
	q, err := s.Staff.FactsOf(r.Context(), t.Reference)
	if err != nil {
		return t, q, nil, err
	}
	p, err := s.Staff.PolicyOf(r.Context(), q)
	return t, q, p, err
}

func (s *Site) taskFindings(w http.ResponseWriter, r *http.Request) error {
	t, q, policy, err := s.taskResult(r)
	if err != nil {
		return err
	}
	found, err := s.Staff.Tasks().Findings(r.Context(), who(r).Actor(), t.ID)
	if err != nil {
		return err
	}
	page := resultPage{Reference: q.Reference, Task: s.taskLine(t, true)}
	for _, one := range found.Records {
		v := recordView{Title: recordTitle(one.Table, one.Key), Other: one.Boundary}
		for _, f := range one.Fields {
			v.Fields = append(v.Fields, fieldView{Name: f.Name, Before: valueOf(f.Value), Withheld: withheldWords(policy, f.Withheld, f.Categories)})
		}
		page.Records = append(page.Records, v)
	}
	return s.show(w, r, http.StatusOK, viewFindings, layout{Title: "Findings, " + q.Reference, Here: "tasks", Body: page})
}

func (s *Site) taskPreview(w http.ResponseWriter, r *http.Request) error {
	t, q, policy, err := s.taskResult(r)
	if err != nil {
		return err
	}
	preview, err := s.Staff.Tasks().Preview(r.Context(), who(r).Actor(), t.ID)
	if err != nil {
		return err
	}
	page := resultPage{Reference: q.Reference, Version: q.Version, Seed: pages.NewSeed(), Task: s.taskLine(t, true), Hash: preview.Hash}
	for _, row := range preview.Rows {
		page.Records = append(page.Records, rowView(policy, row))
	}
	messages, err := s.Staff.Messages(r.Context(), q.ID)
	if err != nil {
		return err
	}
	page.Seen = lastSaid(messages)
	// Opening the preview is recorded; no more of the request is shown than that.
	list, err := s.Staff.Tasks().Facts(r.Context(), who(r).Actor(), q)
	if err != nil {
		return err
	}
	ruling := list.May(workflows.CommandApprovePreview, t)
	if page.Approves = ruling.Verdict != workflows.Refused; !page.Approves {
		page.Waits = sentence(ruling.Because.Error())
	}
	return s.show(w, r, http.StatusOK, viewPreview, layout{Title: "Preview, " + q.Reference, Here: "tasks", Body: page})
}

func rowView(policy *policies.Policy, row models.RowChange) recordView {
	v := recordView{Title: recordTitle(row.Table, row.Key), What: word(operationWords(), row.Operation), Preview: true}
	for _, f := range row.Fields {
		one := fieldView{
			Name: f.Name, Before: valueOf(f.Before), After: valueOf(f.After), Verdict: word(verdictWords(), f.Verdict),
			Withheld: withheldWords(policy, f.Withheld, f.Categories),
		}
		if f.Kept != nil {
			one.Kept = join(", ", word(keptWords(), f.Kept.Reason), f.Kept.Citation)
		}
		v.Fields = append(v.Fields, one)
	}
	return v
}

// recordTitle names a record by its table and key.
func recordTitle(table string, key []models.Field) string {
	title := []string{table}
	for _, f := range key {
		if f.Value != nil {
			title = append(title, *f.Value)
		}
	}
	return strings.Join(title, " ")
}

// valueOf is a value as it is shown; what is empty in the system says so.
func valueOf(v *string) string {
	if v == nil {
		return "–"
	}
	return *v
}

// withheldWords say why a value is not shown, or with what care to read it.
func withheldWords(policy *policies.Policy, w models.Withheld, categories []string) string {
	switch w {
	case models.WithheldOther:
		return "may be somebody else’s"
	case models.WithheldNever:
		for _, c := range categories {
			if n, never := policy.NeverDisclosed(c); never {
				return "withheld: " + word(map[string]string{}, n.Kind) + " (" + n.Citation + ")"
			}
		}
		return "withheld"
	}
	return ""
}
