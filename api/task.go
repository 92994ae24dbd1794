package api

import (
	"context"
	"net/http"
	"time"

	"habeas/models"
	"habeas/workflows"
)

func (a *API) tasks() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/tasks", ID: "listRequestTasks", Access: staff(models.MayOpen), Status: 200, Tag: tagTasks,
			Summary:     "The tasks of a request",
			Description: "What is done in which system for it, and what may be done with each task now. The words of people are in it: reading it is recorded, as opening the request is.",
		}, a.requestTasks),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/requests/:reference/tasks", ID: "addTask", Access: staff(models.MayTasks), Status: 201, Tag: tagTasks,
			Summary:     "Add a task by hand",
			Description: "Beside those that the policy makes once the person is verified well enough. What finds, corrects or erases needs that, too.",
			once:        same, example: addTaskInput{System: "shop", Action: "erase", Note: "There is a second account under the former name."},
		}, a.addTask),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/tasks", ID: "listTasks", Access: staff(models.MayListTasks), Status: 200, Tag: tagTasks,
			Summary:     "The tasks of all requests",
			Description: "Soonest due first, without anything of a requester; auditors are not told the owners. Pages are taken by cursor: an answer without next_cursor is the last page.",
		}, a.listTasks),
		taskCommand(a, "run", workflows.CommandRunTask, "Have a connector called",
			"What changes data is always previewed first, and waits for another person. preview says that other actions are, too.", runTaskInput{Preview: true},
			func(in runTaskInput) workflows.Command { return workflows.RunTask{Task: in.ID, Preview: in.Preview} }),
		taskCommand(a, "approve-preview", workflows.CommandApprovePreview, "Have exactly what a preview shows carried out",
			"hash is that of the preview which was read. Nobody approves a preview that they had made.", approvePreviewInput{Hash: "9f86d081884c7d65"},
			func(in approvePreviewInput) workflows.Command {
				return workflows.ApprovePreview{Task: in.ID, Hash: in.Hash}
			}),
		taskCommand(a, "complete", workflows.CommandCompleteTask, "Say that a task was done by hand",
			"A task that was refused or done in part names a reason of the policy, or says why in note.", completeTaskInput{Outcome: "completed", Note: "Both accounts were closed."},
			func(in completeTaskInput) workflows.Command {
				return workflows.CompleteTask{Task: in.ID, Outcome: models.TaskOutcome(in.Outcome), Note: in.Note, Reasons: in.Reasons}
			}),
		taskCommand(a, "reassign", workflows.CommandReassignTask, "Give a task to another owner",
			"By mail address; empty gives it to staff.", reassignTaskInput{Owner: "archive@example.com"},
			func(in reassignTaskInput) workflows.Command {
				return workflows.ReassignTask{Task: in.ID, Owner: in.Owner}
			}),
		taskCommand(a, "retry", workflows.CommandRetryTask, "Have a connector do again what it failed at", "", nil,
			func(in taskInput) workflows.Command { return workflows.RetryTask{Task: in.ID} }),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/tasks/:id/preview", ID: "getTaskPreview", Access: staff(models.MayOpen), Status: 200, Tag: tagTasks, long: true,
			Summary: "What a task would change", Description: "Row by row and field by field. That it was read, and by whom, is recorded. It goes once it is carried out: it holds what was erased.",
		}, a.taskPreview),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/tasks/:id/findings", ID: "getTaskFindings", Access: staff(models.MayOpen), Status: 200, Tag: tagTasks, long: true,
			Summary: "What a system holds of the person", Description: "That it was read, and by whom, is recorded.",
		}, a.taskFindings),
	}
}

// ofTask is an input that concerns one task.
type ofTask interface{ task() string }

type taskInput struct {
	ID string `path:"id" json:"-" description:"As listed."`
}

func (t taskInput) task() string { return t.ID }

type (
	runTaskInput struct {
		taskInput
		Preview bool `json:"preview" description:"Show first what would be changed."`
	}
	approvePreviewInput struct {
		taskInput
		Hash string `json:"hash" validate:"required,max=128"`
	}
	completeTaskInput struct {
		taskInput
		Outcome string   `json:"outcome" validate:"required,oneof=completed nothing_found partly refused"`
		Note    string   `json:"note" validate:"max=10000"`
		Reasons []string `json:"reasons" validate:"max=20,dive,max=64" description:"Codes of the policy."`
	}
	reassignTaskInput struct {
		taskInput
		Owner string `json:"owner" validate:"omitempty,max=254,email"`
	}
	addTaskInput struct {
		ref
		System string `json:"system" validate:"required,max=64" description:"The key of a system."`
		Action string `json:"action" validate:"required,oneof=find correct erase stop take_down inform"`
		Note   string `json:"note" validate:"max=10000" description:"For whoever does it."`
	}
)

// taskCommand is the endpoint of one command about a task. It answers with the
// task as it then is, without the words of people: nobody opened the request.
// Under an Idempotency-Key it is given once.
func taskCommand[In ofTask](a *API, word string, name workflows.CommandName, summary, description string, example any, read func(In) workflows.Command) endpoint {
	return handle(Route{
		Method: http.MethodPost, Path: "/v1/admin/tasks/:id/" + word, ID: identifierOf(name), Access: staff(models.MayTasks), Status: 200, Tag: tagTasks,
		Summary: summary, Description: description, once: asIsAt, optional: example == nil || word == "run", example: example,
	}, func(ctx context.Context, c *call, in In) (taskView, error) {
		if c.repeated {
			t, err := a.Service.Tasks.Known(ctx, in.task())
			return viewTaskFacts(t, a.Now()), err
		}
		t, err := a.Service.Tasks.Do(ctx, c.actor(), in.task(), read(in), c.option(http.StatusOK, blank))
		return viewTaskFacts(t, a.Now()), err
	})
}

// identifierOf is the operationId of a command about a task.
func identifierOf(name workflows.CommandName) string {
	return map[workflows.CommandName]string{
		workflows.CommandRunTask: "runTask", workflows.CommandApprovePreview: "approveTaskPreview", workflows.CommandCompleteTask: "completeTask",
		workflows.CommandReassignTask: "reassignTask", workflows.CommandRetryTask: "retryTask",
	}[name]
}

// taskView is a task. What people wrote is in it where the request was opened.
type taskView struct {
	ID          string                  `json:"id"`
	Reference   string                  `json:"reference"`
	System      string                  `json:"system"`
	SystemName  string                  `json:"system_name"`
	Kind        models.SystemKind       `json:"kind"`
	Action      models.Action           `json:"action"`
	State       models.TaskState        `json:"state"`
	Outcome     models.TaskOutcome      `json:"outcome,omitempty"`
	Waits       models.TaskWait         `json:"waits,omitempty"`
	Owner       string                  `json:"owner,omitempty" description:"The mail address of who does it; left out where staff do."`
	DueOn       models.Date             `json:"due_on"`
	Overdue     bool                    `json:"overdue"`
	Step        models.TaskStep         `json:"step,omitempty"`
	Preview     string                  `json:"preview,omitempty" description:"The hash of the preview that waits, or was approved."`
	Fault       models.ConnectorFault   `json:"fault,omitempty"`
	FaultCode   string                  `json:"fault_code,omitempty"`
	Found       int                     `json:"found,omitempty"`
	Changed     int                     `json:"changed,omitempty"`
	Kept        int                     `json:"kept,omitempty"`
	Remaining   int                     `json:"remaining,omitempty"`
	Reasons     []string                `json:"reasons,omitempty"`
	Note        string                  `json:"note,omitempty"`
	Report      string                  `json:"report,omitempty"`
	Files       []string                `json:"files,omitempty" description:"Ids of the files of the request that its owner added."`
	Replies     []taskReply             `json:"replies,omitempty" description:"Answers to mails about it. None ends it."`
	Unreachable bool                    `json:"owner_unreachable,omitempty" description:"A mail to its owner came back."`
	CreatedAt   time.Time               `json:"created_at"`
	EndedAt     time.Time               `json:"ended_at,omitzero"`
	Allowed     []workflows.CommandName `json:"allowed,omitempty"`
}

// taskReply is an answer to a mail about a task.
type taskReply struct {
	At    time.Time            `json:"at"`
	Text  string               `json:"text"`
	Mail  string               `json:"mail" description:"The id of the received mail."`
	Flags []models.MessageFlag `json:"flags,omitempty" description:"Why it may not be the owner's own."`
}

func viewTask(t models.Task, now time.Time) taskView {
	v := taskView{
		ID: t.ID, Reference: t.Reference, System: t.System, SystemName: t.SystemName, Kind: t.Kind, Action: t.Action, State: t.State,
		Outcome: t.Outcome, Waits: t.Waits, Owner: t.Owner, DueOn: t.DueOn, Overdue: t.Overdue(now), Step: t.Step, Preview: t.Preview,
		Fault: t.Fault, FaultCode: t.FaultCode, Found: t.Found, Changed: t.Changed, Kept: t.Kept, Remaining: t.Remaining, Reasons: t.Reasons,
		Note: t.Note, Report: t.Report, Files: t.Files, Unreachable: t.Unreachable, CreatedAt: t.CreatedAt.UTC(), EndedAt: t.EndedAt.UTC(),
	}
	for _, r := range t.Replies {
		v.Replies = append(v.Replies, taskReply{r.At.UTC(), r.Text, r.Mail, r.Flags})
	}
	return v
}

// viewTaskFacts is a task without what people wrote.
func viewTaskFacts(t models.Task, now time.Time) taskView {
	t.TaskContent = models.TaskContent{}
	return viewTask(t, now)
}

type taskList struct {
	Items      []taskView `json:"items"`
	NextCursor string     `json:"next_cursor,omitempty" description:"Where the list goes on; left out on the last page."`
}

func (a *API) requestTasks(ctx context.Context, c *call, in referenceInput) (taskList, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return taskList{}, err
	}
	found, err := a.Service.Tasks.Of(ctx, c.actor(), reference)
	if err != nil {
		return taskList{}, err
	}
	list := taskList{Items: []taskView{}}
	for _, t := range found.Tasks {
		view := viewTask(t, a.Now())
		view.Allowed = found.Allowed(t)
		list.Items = append(list.Items, view)
	}
	return list, nil
}

func (a *API) addTask(ctx context.Context, c *call, in addTaskInput) (taskView, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return taskView{}, err
	}
	add := workflows.AddTask{System: in.System, Action: models.Action(in.Action), Note: in.Note}
	t, err := a.Service.Tasks.Add(ctx, c.actor(), reference, add, c.option(http.StatusCreated, func(d workflows.Decision) any {
		return viewTask(workflows.TaskOf(d), a.Now())
	}))
	return viewTask(t, a.Now()), err
}

type tasksInput struct {
	State    []string `query:"state" json:"-" collectionFormat:"csv" validate:"max=8,dive,oneof=open waiting running needs_review approved done failed cancelled" description:"One or more states."`
	System   string   `query:"system" json:"-" validate:"max=64" description:"The key of a system."`
	Owner    string   `query:"owner" json:"-" validate:"max=254" description:"The mail address of who does it, found by blind index; or none for what staff do."`
	Assignee string   `query:"assignee" json:"-" validate:"max=64" description:"The id of a member of staff: tasks of the requests that they are assigned to; or none for those of nobody."`
	Overdue  bool     `query:"overdue" json:"-" description:"Only what is undone after its date."`
	Limit    int      `query:"limit" json:"-" validate:"omitempty,min=1,max=500" default:"50" description:"How many at most."`
	Cursor   string   `query:"cursor" json:"-" validate:"max=200" description:"next_cursor of the page before."`
}

func (a *API) listTasks(ctx context.Context, c *call, in tasksInput) (taskList, error) {
	owners := models.Permit(c.who.Role, models.MayReadStaff) // may be known to them
	if in.Owner != "" && in.Owner != models.Unassigned && !owners {
		return taskList{}, models.Errorf(models.CodeForbidden, "the role %s may not know who the owners of systems are", c.who.Role)
	}
	after, err := cursorOf("tasks", in.Cursor)
	if err != nil {
		return taskList{}, err
	}
	f := models.TaskFilter{System: in.System, Overdue: in.Overdue, After: after, Limit: pageOf(in.Limit), NoOwner: in.Owner == models.Unassigned, Assignee: in.Assignee}
	for _, s := range in.State {
		f.States = append(f.States, models.TaskState(s))
	}
	if in.Owner != "" && !f.NoOwner {
		f.Owners = a.Service.Tasks.OwnerDigests(in.Owner)
	}
	tasks, next, err := a.Service.Tasks.List(ctx, f)
	if err != nil {
		return taskList{}, err
	}
	list := taskList{Items: []taskView{}, NextCursor: cursorText("tasks", next)}
	for _, t := range tasks {
		if !owners {
			t.Owner = ""
		}
		list.Items = append(list.Items, viewTask(t, a.Now()))
	}
	return list, nil
}

func (a *API) taskPreview(ctx context.Context, c *call, in taskInput) (models.Preview, error) {
	return a.Service.Tasks.Preview(ctx, c.actor(), in.ID)
}

func (a *API) taskFindings(ctx context.Context, c *call, in taskInput) (models.Findings, error) {
	return a.Service.Tasks.Findings(ctx, c.actor(), in.ID)
}
