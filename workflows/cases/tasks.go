package cases

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/workflows"
)

// Tasks shows tasks and what connectors returned, and has commands given about
// them.
type Tasks struct {
	*core
	cases   *Cases
	queries *Queries
}

// taskKeySize is the length of the secret of a task, in bytes.
const taskKeySize = 32

// newTaskKey is the secret that masks and hashes of one task are made with.
func (s *core) newTaskKey() []byte {
	return s.secrets().Bytes(taskKeySize)
}

// withTasks adds to rules and case what a decision about tasks has to know. What
// becomes of a mail is about none.
func (s *core) withTasks(ctx context.Context, rules workflows.Rules, k workflows.Case, c workflows.Command) (workflows.Rules, workflows.Case, error) {
	switch c.(type) {
	case workflows.RecordDelivery, workflows.RecordNotification, workflows.SetSuppression, workflows.SendCode, workflows.Note, workflows.KeepMail:
		return rules, k, nil
	}
	var err error
	if rules.Systems, err = s.systems(ctx); err != nil {
		return rules, k, err
	}
	if k.Request.ID != "" {
		if k.Tasks, err = s.Store.TasksOf(ctx, k.Request.ID); err == nil {
			k, err = s.withLegalHolds(ctx, k, c, len(rules.Systems) > 0)
		}
		if err == nil {
			k, err = s.withReceipts(ctx, k)
		}
	}
	return rules, k, err
}

// ownerDigest stands for the mailbox of a system owner: what it is stored under.
func (s *core) ownerDigest(mailbox string) string { return s.ownerDigests(mailbox)[0] }

// ownerDigests are all that a mailbox may be stored under.
func (s *core) ownerDigests(mailbox string) []string {
	var all []string
	for _, index := range s.Keys.Indexes("tasks.owner", []byte(mailbox)) {
		all = append(all, hex.EncodeToString(index))
	}
	return all
}

// TaskList is the tasks of a request and what staff may do with each.
type TaskList struct {
	Request models.Request
	Tasks   []models.Task
	Systems []models.System // that a task may be added for
	By      models.Actor
	// LegalHolds are those that stand on the person.
	LegalHolds models.LegalHolds
	rules      workflows.Rules
	at         time.Time
}

// May asks the gate what whoever looks may do with a task.
func (l TaskList) May(c workflows.CommandName, t models.Task) workflows.Ruling {
	return workflows.Gate(l.rules, workflows.Case{Request: l.Request, Tasks: l.Tasks, LegalHolds: l.LegalHolds}, l.By, workflows.Act{Command: c, Task: t, At: l.at})
}

// Allowed lists what whoever looks may do with a task.
func (l TaskList) Allowed(t models.Task) []workflows.CommandName {
	var allowed []workflows.CommandName
	for _, c := range workflows.TaskAllows(t) {
		if l.May(c, t).Verdict != workflows.Refused {
			allowed = append(allowed, c)
		}
	}
	return allowed
}

// Of returns the tasks of a request. The notes of people are in them, so that it
// is recorded like the opening of the request.
func (s *Tasks) Of(ctx context.Context, by models.Actor, reference string) (TaskList, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return TaskList{}, err
	}
	if err := s.Store.Record(ctx, s.observed(by, r, models.EventOpened, map[string]string{"part": "tasks"})); err != nil {
		return TaskList{}, err
	}
	return s.Seen(ctx, by, r)
}

// Seen is Of for a request whose opening is recorded.
func (s *Tasks) Seen(ctx context.Context, by models.Actor, r models.Request) (TaskList, error) {
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return TaskList{}, err
	}
	rules, k, err := s.withTasks(ctx, rules, workflows.Case{Request: r}, nil)
	if err != nil {
		return TaskList{}, err
	}
	l := TaskList{Request: r, at: s.now()}
	l.By, err = s.tied(ctx, by, k)
	l.rules, l.Tasks, l.Systems, l.LegalHolds = rules, k.Tasks, rules.Systems, k.LegalHolds
	return l, err
}

// Known returns a task for a command about it. Nobody is shown more of it than
// what it is about: the look is not recorded.
func (s *Tasks) Known(ctx context.Context, id string) (models.Task, error) {
	return s.Store.Task(ctx, id)
}

// Facts is Seen for whoever may not see personal data: what people wrote and
// who the owners are is left out.
func (s *Tasks) Facts(ctx context.Context, by models.Actor, r models.Request) (TaskList, error) {
	l, err := s.Seen(ctx, by, r)
	for i := range l.Tasks {
		l.Tasks[i].TaskContent, l.Tasks[i].Owner, l.Tasks[i].OwnerDigest = models.TaskContent{}, "", ""
	}
	return l, err
}

// Undone returns the tasks of requests that have not ended, by the id of the
// request and the soonest due first, without anything personal.
func (s *Tasks) Undone(ctx context.Context, requests []string) (map[string][]models.Task, error) {
	all := map[string][]models.Task{}
	if len(requests) == 0 {
		return all, nil
	}
	f := models.TaskFilter{Requests: requests, Undone: true, Limit: 500}
	for {
		page, next, err := s.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			all[t.RequestID] = append(all[t.RequestID], t)
		}
		if next.IsZero() {
			return all, nil
		}
		f.After = next
	}
}

// List returns a page of the tasks of all requests, without anything personal.
func (s *Tasks) List(ctx context.Context, f models.TaskFilter) ([]models.Task, models.Cursor, error) {
	f.Now = s.now()
	return s.Store.Tasks(ctx, f)
}

// OwnerDigests are what the tasks of a mailbox are found by.
func (s *Tasks) OwnerDigests(mailbox string) []string {
	return s.ownerDigests(mailaddr.Normal(mailbox))
}

// Systems lists the places that tasks are made for.
func (s *Tasks) Systems(ctx context.Context) ([]models.System, error) { return s.systems(ctx) }

// Do gives a command about the task with the id and returns it as it then is.
func (s *Tasks) Do(ctx context.Context, by models.Actor, id string, c workflows.Command, o Option) (models.Task, error) {
	t, err := s.Store.Task(ctx, id)
	if err != nil {
		return models.Task{}, err
	}
	d, err := s.cases.DoByID(ctx, by, t.RequestID, c, o)
	if err != nil {
		return models.Task{}, err
	}
	return workflows.ChangedTask(d, t), nil
}

// Add adds a task by hand and returns it.
func (s *Tasks) Add(ctx context.Context, by models.Actor, reference string, c workflows.AddTask, o Option) (models.Task, error) {
	d, err := s.cases.Do(ctx, by, reference, c, o)
	return workflows.ChangedTask(d, models.Task{}), err
}

// Findings returns what a system holds of the person, after recording who
// looked. What the policy lets nobody disclose is withheld.
func (s *Tasks) Findings(ctx context.Context, by models.Actor, id string) (models.Findings, error) {
	return result(ctx, s, by, id, models.ResultFindings, models.EventFindingsOpened, func(rules workflows.Rules, f *models.Findings) {
		for i := range f.Records {
			rules.WithholdFields(f.Records[i].Key)
			rules.WithholdFields(f.Records[i].Fields)
		}
	})
}

// Preview returns what a task would change, after recording who looked. What
// the policy lets nobody disclose is withheld; what becomes of it is not.
func (s *Tasks) Preview(ctx context.Context, by models.Actor, id string) (models.Preview, error) {
	return result(ctx, s, by, id, models.ResultPreview, models.EventPreviewOpened, func(rules workflows.Rules, p *models.Preview) {
		for i := range p.Rows {
			rules.WithholdFields(p.Rows[i].Key)
			for j := range p.Rows[i].Fields {
				if f := &p.Rows[i].Fields[j]; rules.NeverDisclosedAny(f.Categories) {
					f.Before, f.After, f.Withheld = nil, nil, models.WithheldNever
				}
			}
		}
	})
}

// Receipt returns what a task changed. It holds nothing personal.
func (s *Tasks) Receipt(ctx context.Context, id string) (models.Receipt, error) {
	return decoded[models.Receipt](ctx, s.core, id, models.ResultReceipt)
}

func result[T any](ctx context.Context, s *Tasks, by models.Actor, id string, kind models.TaskResultKind, event models.EventKind, withhold func(workflows.Rules, *T)) (found T, err error) {
	var none T
	t, err := s.Store.Task(ctx, id)
	if err != nil {
		return found, err
	}
	if found, err = decoded[T](ctx, s.core, id, kind); err != nil {
		return found, err
	}
	r, err := s.Store.FindByID(ctx, t.RequestID)
	if err != nil {
		return none, err
	}
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return none, err
	}
	withhold(rules, &found)
	e := s.observed(by, r, event, map[string]string{"task": t.ID, "system": t.System, "action": string(t.Action)})
	if err := s.Store.Record(ctx, e); err != nil {
		return none, err
	}
	return found, nil
}

func decoded[T any](ctx context.Context, s *core, id string, kind models.TaskResultKind) (found T, err error) {
	stored, err := s.Store.TaskResult(ctx, id, kind)
	if err != nil {
		return found, err
	}
	err = json.Unmarshal(stored.Body, &found)
	return found, err
}
