package cases

import (
	"context"
	"encoding/base64"
	"slices"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
	"habeas/workflows"
)

// Owners opens a task to the owner of its system, who has no account: to whoever
// typed the code that was mailed to them. Whoever has no session learns nothing,
// not even whether there is such a task.
type Owners struct {
	*core
	cases *Cases
	tasks *Tasks
}

// ownerSessionLife is how long a code opens its task: a working day.
const ownerSessionLife = 12 * time.Hour

// OwnerProof is what typing the mailed code gives.
type OwnerProof struct {
	Token     string
	ExpiresAt time.Time
}

// OwnerTask is a task as its owner sees it. Of one that has ended there is
// nothing of the person.
type OwnerTask struct {
	Task        models.Task
	Instruction string              // of its system
	Person      string              // what the request calls the person
	Identifiers []models.Identifier // of the kinds that the system takes, as far as proved where data changes
	Items       []TaskItem
	Reasons     []models.Reason // that may be given
	Completes   bool            // the gate lets the owner complete it
	Held        bool            // a legal hold stands: nothing is to be erased, and nobody is shown of whom
	By          models.Actor
}

// TaskItem is one thing that the person asked for: a category of data, a place,
// or a field and what it should say.
type TaskItem struct{ Label, Subject, Current, Requested string }

// GivenFile is a file as it was sent.
type GivenFile struct {
	Name    string
	Content []byte
}

// Begin opens a run under an idempotency key. See Cases.Begin.
func (s *Owners) Begin(ctx context.Context, o *workflows.Once) (*workflows.Once, func(), error) {
	return s.cases.Begin(ctx, o)
}

// RequestCode has a code mailed to the owner of a task. It does the same for a
// task that does not exist.
func (s *Owners) RequestCode(ctx context.Context, task, locale string) error {
	return s.ensure(ctx, models.Job{Kind: models.JobOwnerCode, Subject: task + "/" + locale, UniqueKey: "owner-code/" + s.NewID(), RunAt: s.now()})
}

// IssueCode mails the code that RequestCode promised, as the effect of a job.
func (s *Owners) IssueCode(ctx context.Context, task, locale, job string) error {
	t, err := s.Store.Task(ctx, task)
	if err != nil {
		return err
	}
	plain := s.crockford(codeLength)
	c := workflows.SendOwnerCode{Task: t.ID, Locale: locale, Challenge: workflows.OwnerChallenge{Plain: plain, Code: models.OwnerCode{
		ID: s.NewID(), TaskID: t.ID, OwnerDigest: t.OwnerDigest, Digest: s.ownerCodeDigest(t.ID, t.OwnerDigest, plain), ExpiresAt: s.now().Add(codeLife),
	}}}
	_, err = s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, t.RequestID, c, Option{JobDone: job})
	return err
}

// ownerCodeDigest binds a code to its task and to the mailbox that it went to.
func (s *core) ownerCodeDigest(task, owner, code string) []byte {
	return s.Keys.MAC("owner-code", []byte(task+"\x00"+owner+"\x00"+code))
}

// ownerToken is the secret of the session that a form opens: see formToken.
func (s *core) ownerToken(task, code, form string) string {
	return base64.RawURLEncoding.EncodeToString(s.Keys.MAC("owner-session", []byte(task+"\x00"+code+"\x00"+form)))
}

// TypedOwnerCode is a code as somebody typed it into a form with a seed. Client is
// the network that it came from: see TypedCode.
type TypedOwnerCode struct{ Task, Code, Client, Form string }

// Prove checks the code that somebody typed. The try is counted before the
// comparison, against the client and then against the code. Every failure is the same CodeInvalid error on
// the field code, whether the task exists or not, and takes the same time.
func (s *Owners) Prove(ctx context.Context, t TypedOwnerCode) (OwnerProof, error) {
	least := time.NewTimer(refusalTime)
	defer least.Stop()
	t.Code = models.NormaliseCode(t.Code)
	proof, err := s.useCode(ctx, t)
	if models.CodeOf(err) == models.CodeNotFound {
		proof, err = s.provedTask(ctx, t)
	}
	if models.CodeOf(err) != models.CodeNotFound {
		return proof, err
	}
	select {
	case <-least.C:
	case <-ctx.Done():
	}
	return OwnerProof{}, models.Invalid(models.FieldError{Field: "code", Code: "wrong", Message: "the code is wrong, used or no longer valid; ask for a fresh one"})
}

// useCode opens a session. A code that is not the right one now is CodeNotFound.
func (s *Owners) useCode(ctx context.Context, t TypedOwnerCode) (OwnerProof, error) {
	code, err := s.Store.CountOwnerTry(ctx, t.Task, s.triesOf(t.Client), s.now())
	if err != nil {
		return OwnerProof{}, err
	}
	if code.Tries > codeTries || !equal(code.Digest, s.ownerCodeDigest(t.Task, code.OwnerDigest, t.Code)) {
		return OwnerProof{}, models.Errorf(models.CodeNotFound, "this is not the code")
	}
	token := s.ownerToken(t.Task, t.Code, t.Form)
	session := models.OwnerSession{
		ID: s.NewID(), TaskID: t.Task, OwnerDigest: code.OwnerDigest, Hash: secrets.Hash(token), ExpiresAt: s.now().Add(ownerSessionLife),
	}
	_, err = s.tasks.Do(ctx, ownerActor(code.OwnerDigest), t.Task, workflows.ProveOwner{Task: t.Task, CodeID: code.ID, Session: session}, Option{})
	return OwnerProof{Token: token, ExpiresAt: session.ExpiresAt}, err
}

// provedTask is the session that the same form opened just before.
func (s *Owners) provedTask(ctx context.Context, t TypedOwnerCode) (OwnerProof, error) {
	token := s.ownerToken(t.Task, t.Code, t.Form)
	session, err := s.Store.OwnerSession(ctx, secrets.Hash(token), s.now())
	if err == nil && !s.now().Before(session.ExpiresAt.Add(sameFormFor-ownerSessionLife)) {
		err = models.Errorf(models.CodeNotFound, "this form was used up")
	}
	return OwnerProof{Token: token, ExpiresAt: session.ExpiresAt}, err
}

func ownerActor(digest string) models.Actor {
	return models.Actor{Kind: models.ActorOwner, ID: digest}
}

// Leave ends the session of a token at once.
func (s *Owners) Leave(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return s.Store.EndOwnerSession(ctx, secrets.Hash(token))
}

// in returns the task that a session token opens. Without the right token the
// task does not exist: CodeNotFound; nor does it for whoever was its owner.
func (s *Owners) in(ctx context.Context, task, token string) (models.Task, models.Actor, error) {
	missing := models.Errorf(models.CodeNotFound, "there is no such task, or the session for it has ended")
	if token == "" {
		return models.Task{}, models.Actor{}, missing
	}
	session, err := s.Store.OwnerSession(ctx, secrets.Hash(token), s.now())
	if err != nil {
		return models.Task{}, models.Actor{}, unlessFound(err, missing)
	}
	t, err := s.Store.Task(ctx, session.TaskID)
	if err == nil && (t.ID != task || t.OwnerDigest != session.OwnerDigest) {
		err = missing
	}
	return t, ownerActor(session.OwnerDigest), unlessFound(err, missing)
}

// Holds is CodeNotFound unless the token opens the task.
func (s *Owners) Holds(ctx context.Context, task, token string) error {
	_, _, err := s.in(ctx, task, token)
	return err
}

// Open returns the task of a session to its owner, after recording that they
// looked: if that cannot be recorded, nothing is shown.
func (s *Owners) Open(ctx context.Context, task, token, locale string) (OwnerTask, error) {
	t, by, err := s.in(ctx, task, token)
	if err != nil {
		return OwnerTask{}, err
	}
	r, err := s.Store.FindByID(ctx, t.RequestID)
	if err != nil {
		return OwnerTask{}, err
	}
	e := s.observed(by, r, models.EventTaskOpened, map[string]string{"task": t.ID, "system": t.System, "action": string(t.Action)})
	if err := s.Store.Record(ctx, e); err != nil {
		return OwnerTask{}, err
	}
	list, err := s.tasks.Seen(ctx, by, r)
	if err != nil {
		return OwnerTask{}, err
	}
	v := OwnerTask{Task: t, By: by, Completes: list.May(workflows.CommandCompleteTask, t).Verdict != workflows.Refused}
	v.Held = v.Completes && t.Action == models.ActionErase && len(list.LegalHolds.On) > 0
	if !v.Completes || v.Held || r.Shredded {
		v.Task.TaskContent, v.Completes = models.TaskContent{}, false
		return v, nil
	}
	err = s.describe(ctx, list.rules, r, locale, &v)
	return v, err
}

// describe adds what the owner needs to do an open task.
func (s *Owners) describe(ctx context.Context, rules workflows.Rules, r models.Request, locale string, v *OwnerTask) error {
	call, err := s.tasks.Call(ctx, v.Task)
	if err != nil {
		return err
	}
	of, err := s.system(ctx, v.Task.System)
	if err != nil {
		return err
	}
	v.Instruction = of.Instruction
	takes := of.Identifiers
	for _, one := range call.Identifiers {
		unproved := v.Task.Action.NeedsVerified() && one.Verified == models.VerifiedNot
		if !unproved && (len(takes) == 0 || slices.Contains(takes, one.Kind)) {
			v.Identifiers = append(v.Identifiers, one)
		}
	}
	v.Person = r.Person.Name
	if v.Task.Action != models.ActionFind {
		v.Items = taskItems(rules, r, locale)
	}
	if kind, ok := rules.TypeOf(r.Facts); ok {
		v.Reasons = rules.ReasonsFor(kind, rules.RegimesOf(rules.CaseOf(r.Facts)), nil, locale)
	}
	return nil
}

// taskItems are the things that the person asked for.
func taskItems(rules workflows.Rules, r models.Request, locale string) []TaskItem {
	var all []TaskItem
	for _, f := range r.Facts.Items {
		item := TaskItem{Label: rules.ItemName(r.Facts, f, locale)}
		for _, text := range r.ItemTexts {
			if text.No == f.No {
				item.Subject, item.Current, item.Requested = text.Subject, text.Current, text.Requested
			}
		}
		all = append(all, item)
	}
	return all
}

// Complete says what the owner did, with the files that prove it, under the
// idempotency key of o.
func (s *Owners) Complete(ctx context.Context, task, token string, c workflows.CompleteTask, files []GivenFile, o Option) error {
	t, by, err := s.in(ctx, task, token)
	if err != nil {
		return err
	}
	c.Task = t.ID
	if c.Files, err = s.keepFiles(ctx, by, t.RequestID, files); err != nil {
		return err
	}
	if _, err = s.tasks.Do(ctx, by, t.ID, c, o); refused(err) {
		for _, f := range c.Files {
			err = s.takeBack(ctx, f, err)
		}
	}
	return err
}

// keepFiles keeps files for a task. All are looked at before any is kept; a crash
// leaves bytes that nothing refers to.
func (s *Owners) keepFiles(ctx context.Context, by models.Actor, requestID string, given []GivenFile) ([]models.File, error) {
	var files []models.File
	for _, g := range given {
		if err := fits(len(g.Content)); err != nil {
			return nil, err
		}
		clean, media, err := s.Inspect(g.Name, g.Content)
		if err != nil {
			return nil, err
		}
		files = append(files, models.File{
			RequestID: requestID, Name: clean, MediaType: media, Size: int64(len(g.Content)), Author: by, Internal: true,
		})
	}
	for i := range files {
		var err error
		if files[i], err = s.keepFile(ctx, files[i], given[i].Content); err != nil {
			return nil, err
		}
	}
	return files, nil
}
