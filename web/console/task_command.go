package console

import (
	"net/http"
	"slices"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// taskRoutes are a form for each command about a task.
func (s *Site) taskRoutes() []Route {
	all := []Route{{"POST /console/requests/{reference}/tasks", models.MayTasks, s.taskAddForm}}
	for _, name := range []workflows.CommandName{
		workflows.CommandRunTask, workflows.CommandApprovePreview, workflows.CommandCompleteTask, workflows.CommandReassignTask, workflows.CommandRetryTask,
	} {
		all = append(all, Route{"POST /console/tasks/{id}/" + taskWords()[name], models.MayTasks, s.taskCommand(name)})
	}
	return all
}

// taskCommand gives a command about a task. Where it is not done, the page of
// its request comes back with what was typed and why.
func (s *Site) taskCommand(name workflows.CommandName) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := s.Staff.Tasks().Known(r.Context(), r.PathValue("id"))
		if err != nil {
			return err
		}
		if err := pages.Form(w, r); err != nil {
			return err
		}
		r.PostForm.Set("task", t.ID)
		c, faults := readTaskCommand(r, name, t.ID)
		return s.taskDone(w, r, t.Reference, c, faults, func(o cases.Option) error {
			_, err := s.Staff.Tasks().Do(r.Context(), who(r).Actor(), t.ID, c, o)
			return s.taskRefusal(r, t.ID, name, err)
		})
	}
}

// taskAddForm adds a task by hand.
func (s *Site) taskAddForm(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	r.PostForm.Del("task")
	t := &words{r.PostForm, map[string]string{}}
	c := workflows.AddTask{System: pages.Clean(t.form.Get("system"), false), Action: models.Action(t.form.Get("action")), Note: t.may("note", longestText)}
	if c.System == "" {
		t.faults["system"] = "Choose a system."
	}
	if !slices.Contains(models.Actions(), c.Action) {
		t.faults["action"] = "Choose what is to be done."
	}
	return s.taskDone(w, r, reference, c, t.faults, func(o cases.Option) error {
		_, err := s.Staff.Tasks().Add(r.Context(), who(r).Actor(), reference, c, o)
		return err
	})
}

// taskDone gives a command about tasks once, however often its form is sent,
// and leads back to the request.
func (s *Site) taskDone(w http.ResponseWriter, r *http.Request, reference string, c workflows.Command, faults map[string]string, do func(cases.Option) error) error {
	typed := typedForm{Command: c.Name(), Values: r.PostForm, Faults: faults}
	if len(faults) > 0 {
		return s.showCase(w, r, http.StatusUnprocessableEntity, reference, typed)
	}
	key := pages.OnceFor(who(r).Staff.ID, r.PostForm.Get("seed"), append([]string{"task", string(c.Name()), reference}, content(r.PostForm)...)...)
	if _, err := pages.Once(r.Context(), s.Staff, key, func() error { return do(pages.Stored(key, pages.Nothing)) }); err != nil {
		return s.refuse(w, r, reference, typed, err)
	}
	return see(w, "/console/requests/"+reference+"?done="+string(c.Name())+"#done")
}

// taskRefusal says in words what the state of a task does not allow.
func (s *Site) taskRefusal(r *http.Request, id string, name workflows.CommandName, err error) error {
	if models.CodeOf(err) != models.CodeConflict {
		return err
	}
	t, fault := s.Staff.Tasks().Known(r.Context(), id)
	if fault != nil {
		return fault
	}
	if slices.Contains(workflows.TaskAllows(t), name) {
		return err
	}
	return models.Errorf(models.CodeConflict, "this is not possible any more, because the state of the task “%s: %s” is now “%s”",
		t.SystemName, word(actionWords(), t.Action), word(taskStateWords(), t.State))
}

func readTaskCommand(r *http.Request, name workflows.CommandName, id string) (workflows.Command, map[string]string) {
	t := &words{r.PostForm, map[string]string{}}
	switch name { //nolint:exhaustive // the rest is not about one task
	case workflows.CommandApprovePreview:
		return workflows.ApprovePreview{Task: id, Hash: t.form.Get("hash")}, t.faults
	case workflows.CommandCompleteTask:
		c := workflows.CompleteTask{Task: id, Outcome: models.TaskOutcome(t.form.Get("outcome")), Note: t.may("note", longestText), Reasons: t.form["reasons"]}
		if !slices.Contains(models.TaskOutcomes(), c.Outcome) {
			t.faults["outcome"] = "Choose how it ended."
		}
		return c, t.faults
	case workflows.CommandReassignTask:
		owner := pages.Clean(t.form.Get("owner"), false)
		if owner != "" && !mailaddr.Valid(owner) {
			t.faults["owner"] = "This is not a mail address such as archive@example.com."
		}
		return workflows.ReassignTask{Task: id, Owner: owner}, t.faults
	case workflows.CommandRetryTask:
		return workflows.RetryTask{Task: id}, t.faults
	}
	return workflows.RunTask{Task: id, Preview: t.form.Get("do") == doPreview}, t.faults
}
