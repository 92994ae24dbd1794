package jobs_test

import (
	"context"
	"database/sql"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/redis/go-redis/v9"
	_ "modernc.org/sqlite"

	"habeas/fulfilment"
	"habeas/fulfilment/kinds"
	"habeas/fulfilment/system"
	"habeas/internal/testbed"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
	"habeas/workflows/jobs"
)

const shopDataset = `
dataset:
  - fides_key: shop
    collections:
      - name: person
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
`

// shop is a database of customers that Habeas is connected to.
type shop struct {
	*sql.DB
	b *bed
}

// places connects the service to systems: the lines of each file by its name.
func (b *bed) places(files map[string]string, more kinds.Options) {
	b.t.Helper()
	dir := fstest.MapFS{"shop_dataset.yml": {Data: []byte(shopDataset)}}
	for name, lines := range files {
		dir[name+".yaml"] = &fstest.MapFile{Data: []byte("system: " + name + "\n" + lines)}
	}
	defs, faults := system.Load(dir, func(name string) string {
		return map[string]string{"HOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}[name]
	})
	if system.Bad(faults) {
		b.t.Fatal(faults)
	}
	more.Treatments, more.Now = b.service.Policy.Treatments(), b.now
	set := kinds.NewSet(defs, more)
	b.t.Cleanup(func() { _ = set.Close() })
	b.systems = set
	b.service.Config.Systems = set.Systems()
}

// shop makes a database of two customers and connects the service to it.
func (b *bed) shop() *shop {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "shop.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	b.must(err)
	b.t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(b.t.Context(), `CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT);
		INSERT INTO person VALUES (1, 'ana@example.org', 'Ana'), (2, 'bob@example.org', 'Bob')`)
	b.must(err)
	b.places(map[string]string{
		"shop":  "name: Shop database\nowner: shop@example.org\nkind: sql\nsql: {driver: sqlite, url: " + path + "}\ndatasets: [shop_dataset.yml]\nactions: [find, correct, erase]\n",
		"paper": "name: Paper files\nowner: archive@example.org\nkind: manual\ncategories: [user.contact]\nactions: [find, erase]\ninstruction: Look into the cellar.\n",
	}, kinds.Options{})
	return &shop{db, b}
}

// rows are what the shop holds of both customers.
func (s *shop) rows() string {
	s.b.t.Helper()
	rows, err := s.QueryContext(s.b.t.Context(), "SELECT id, coalesce(email, '-'), coalesce(name, '-') FROM person ORDER BY id")
	s.b.must(err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var id, email, name string
		s.b.must(rows.Scan(&id, &email, &name))
		all = append(all, id+" "+email+" "+name)
	}
	s.b.must(rows.Err())
	return strings.Join(all, ", ")
}

// verified files a request for a right and verifies whom it is about.
func (b *bed) verified(right models.RequestType, email string) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.Submit(b.t.Context(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
		Type: right, Channel: models.ChannelWeb, Person: models.Person{Name: "Ana", Email: email, Country: "DE"}, Locale: "en",
	}, cases.Option{})
	b.must(err)
	r := b.prove(d.Request)
	b.staff(r, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	return b.sure(b.staff(r, workflows.Start{}))
}

// sure has the requester confirm an erasure, and the time to think go by.
func (b *bed) sure(r models.Request) models.Request {
	b.t.Helper()
	if !r.Erasure.Unconfirmed() {
		return r
	}
	d, err := b.service.Cases.DoByID(b.t.Context(), models.Actor{Kind: models.ActorSubject}, r.ID, workflows.ConfirmErasure{}, cases.Option{})
	b.must(err)
	b.set(d.Request.Erasure.From)
	d, err = b.service.Cases.DoByID(b.t.Context(), models.Actor{Kind: models.ActorSystem}, r.ID, workflows.EndCoolingOff{}, cases.Option{})
	b.must(err)
	return d.Request
}

func clerk(id string) models.Actor {
	return models.Actor{Kind: models.ActorStaff, ID: id, Role: models.RoleManager}
}

func (b *bed) staff(r models.Request, c workflows.Command) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.DoByID(b.t.Context(), clerk("ada"), r.ID, c, cases.Option{})
	b.must(err)
	return d.Request
}

func (b *bed) task(r models.Request, system string) models.Task {
	b.t.Helper()
	all, err := b.store.TasksOf(b.t.Context(), r.ID)
	b.must(err)
	for _, t := range all {
		if t.System == system {
			return t
		}
	}
	b.t.Fatalf("request %s has no task of %s", r.Reference, system)
	return models.Task{}
}

func (b *bed) onTask(by string, t models.Task, c workflows.Command) models.Task {
	b.t.Helper()
	t, err := b.service.Tasks.Do(b.t.Context(), clerk(by), t.ID, c, cases.Option{})
	b.must(err)
	return t
}

// wantState wants a task in a state.
func (b *bed) wantState(r models.Request, system string, state models.TaskState, outcome models.TaskOutcome) models.Task {
	b.t.Helper()
	t := b.task(r, system)
	if t.State != state || t.Outcome != outcome {
		b.t.Fatalf("the task of %s is %s %s (%s %s), want %s %s", system, t.State, t.Outcome, t.Fault, t.FaultText, state, outcome)
	}
	return t
}

func TestAccessFindsAndDeletionErases(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		access := b.verified(models.TypeAccess, "ana@example.org")
		b.drain(b.runner())
		found := b.wantState(access, "shop", models.TaskDone, models.TaskCompleted)
		findings, err := b.service.Tasks.Findings(t.Context(), clerk("ada"), found.ID)
		b.must(err)
		if len(findings.Records) != 1 || *findings.Records[0].Fields[0].Value != "1" || found.Found != 1 {
			t.Errorf("found %+v", findings.Records)
		}
		if n := b.taskEvents(t, access, models.EventFindingsOpened); n != 1 {
			t.Errorf("who looked was recorded %d times", n)
		}

		gone := b.verified(models.TypeDeletion, "ana@example.org")
		b.onTask("ada", b.task(gone, "shop"), workflows.RunTask{Task: b.task(gone, "shop").ID})
		b.drain(b.runner())
		task := b.wantState(gone, "shop", models.TaskNeedsReview, "")
		before := s.rows()
		if before != "1 ana@example.org Ana, 2 bob@example.org Bob" {
			t.Errorf("a preview made of it %s", before)
		}
		preview, err := b.service.Tasks.Preview(t.Context(), clerk("bob"), task.ID)
		b.must(err)
		b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: preview.Hash})
		b.drain(b.runner())
		task = b.wantState(gone, "shop", models.TaskDone, models.TaskCompleted)
		if after := s.rows(); strings.Contains(after, "ana") || strings.Contains(after, "Ana") || !strings.Contains(after, "2 bob@example.org Bob") {
			t.Errorf("afterwards it holds %s", after)
		}
		receipt, err := b.service.Tasks.Receipt(t.Context(), task.ID)
		b.must(err)
		if receipt.Commitment != preview.Hash || receipt.After == nil || receipt.After.Remaining != 0 || task.Token == "" || task.TokenOf != preview.Hash || len(task.Key) != 0 {
			t.Errorf("the receipt is %+v; the task %+v", receipt, task)
		}
		if _, err := b.service.Tasks.Preview(t.Context(), clerk("bob"), task.ID); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("what was erased is still in the preview: %v", err)
		}
	})
}

// A process that dies around the target's COMMIT leaves a run behind whose
// answer nobody stored. The next one asks the target, and applies once.
func TestADeadApplyIsResolved(t *testing.T) {
	for name, dies := range map[string]bool{"before its commit": false, "after it": true} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, b *bed) {
				s := b.shop()
				r := b.verified(models.TypeDeletion, "ana@example.org")
				b.onTask("ada", b.task(r, "shop"), workflows.RunTask{Task: b.task(r, "shop").ID})
				b.drain(b.runner())
				task := b.task(r, "shop")
				b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
				dying := b.runner()
				dying.Systems = mortal{b.systems, dies}
				job := b.one(models.JobRunTask)
				var dead sync.WaitGroup
				dead.Go(func() { _ = dying.Run(t.Context(), job.ID) })
				dead.Wait()
				if name == "after it" && strings.Contains(s.rows(), "Ana") {
					t.Fatal("nothing was committed")
				}
				b.pass(time.Hour) // whoever dies holds the job for a while
				b.drain(b.runner())
				task = b.wantState(r, "shop", models.TaskDone, models.TaskCompleted)
				receipt, err := b.service.Tasks.Receipt(t.Context(), task.ID)
				b.must(err)
				if receipt.Again != dies || strings.Contains(s.rows(), "Ana") {
					t.Errorf("again: %v, and it holds %s", receipt.Again, s.rows())
				}
			})
		})
	}
}

// A database that hangs takes no worker from another, and no mail waits for it.
func TestASystemThatHangsHoldsUpNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		path := filepath.Join(t.TempDir(), "other.db")
		l, err := net.Listen("tcp", "127.0.0.1:0")
		b.must(err)
		var mu sync.Mutex
		var taken []net.Conn
		t.Cleanup(func() {
			_ = l.Close()
			mu.Lock()
			defer mu.Unlock()
			for _, c := range taken {
				_ = c.Close()
			}
		})
		go func() { // takes every line and says nothing
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				mu.Lock()
				taken = append(taken, c)
				mu.Unlock()
			}
		}()
		db, err := sql.Open("sqlite", "file:"+path)
		b.must(err)
		t.Cleanup(func() { _ = db.Close() })
		_, err = db.ExecContext(t.Context(), `CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT); INSERT INTO person VALUES (1, 'ana@example.org', 'Ana')`)
		b.must(err)
		const rest = "\ndatasets: [shop_dataset.yml]\nactions: [find]\n"
		b.places(map[string]string{
			"hangs": "name: Hangs\nowner: a@example.org\nkind: sql\nsql: {driver: postgres, url: 'postgres://x@" + l.Addr().String() + "/z?sslmode=disable', timeout: 1s}" + rest,
			"works": "name: Works\nowner: a@example.org\nkind: sql\nsql: {driver: sqlite, url: " + path + "}" + rest,
		}, kinds.Options{})
		connect := b.onRedis()
		stop := b.fleetOf(connect(), models.LaneMain, models.LaneCalls)
		var all []models.Request
		for _, email := range []string{"ana@example.org", "bob@example.org", "eve@example.org"} {
			all = append(all, b.verified(models.TypeAccess, email))
		}
		testbed.Eventually(t, "the system that works is done with all of them", func() bool {
			b.pass(2 * time.Second)
			for _, r := range all {
				if b.task(r, "works").State != models.TaskDone {
					return false
				}
			}
			return b.post.took(t) > 3
		})
		for _, r := range all {
			if hangs := b.task(r, "hangs"); hangs.State == models.TaskDone {
				t.Errorf("the system that hangs is %s", hangs.State)
			}
		}
		stop()
		// None is lost: once it was tried often enough, a person decides.
		b.places(map[string]string{"hangs": "name: Hangs\nowner: a@example.org\nkind: sql\nsql: {driver: sqlite, url: " + path + "}" + rest}, kinds.Options{})
		for range 12 {
			b.pass(3 * time.Hour)
			b.drain(b.runner())
		}
		for _, r := range all {
			b.wantState(r, "hangs", models.TaskDone, map[bool]models.TaskOutcome{true: models.TaskCompleted, false: models.TaskNothingFound}[r.Person.Email == "ana@example.org"])
		}
	})
}

func TestASystemThatIsGoneIsForAPerson(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeAccess, "ana@example.org")
		b.places(map[string]string{}, kinds.Options{})
		b.drain(b.runner())
		failed := b.wantState(r, "shop", models.TaskFailed, "")
		if failed.Fault != models.FaultDefinition {
			t.Errorf("the fault is %s", failed.Fault)
		}
		b.drain(b.runner())
		if to := b.post.to("A task failed"); len(to) != 1 || to[0] != "team@example.org" {
			t.Errorf("who heard of it: %q", to)
		}
		b.onTask("ada", failed, workflows.CompleteTask{Task: failed.ID, Outcome: models.TaskNothingFound, Note: "It was switched off in May."})
		b.wantState(r, "shop", models.TaskDone, models.TaskNothingFound)
	})
}

func TestAnOwnerGetsOneMailADay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		first := b.verified(models.TypeAccess, "ana@example.org")
		second := b.verified(models.TypeAccess, "bob@example.org")
		b.pass(10 * time.Minute)
		b.drain(b.runner())
		b.drain(b.runner())
		to := b.post.to("What is open for you")
		if len(to) != 1 || to[0] != "archive@example.org" {
			t.Fatalf("the mail went to %q", to)
		}
		for _, words := range []string{first.Reference, second.Reference, "the reference of its request"} {
			if len(b.post.to(words)) == 0 {
				t.Errorf("the mail does not say %s", words)
			}
		}
		if n := len(b.post.to("/tasks/")); n != 1 {
			t.Errorf("%d mails link to the pages of the tasks", n)
		}
		if len(b.post.to("Ana")) != len(b.post.to("Dear Ana"))+len(b.post.to("Hello Ana")) && len(b.post.to("ana@example.org")) == 0 {
			t.Error("the mail to the owner names the person")
		}
		// A day later there is nothing new; what comes then is told then.
		third := b.verified(models.TypeAccess, "ana@example.org")
		b.pass(10 * time.Minute)
		b.drain(b.runner())
		b.drain(b.runner())
		if n := len(b.post.to("What is open for you")); n != 1 {
			t.Errorf("%d mails on the first day", n)
		}
		b.pass(28 * time.Hour)
		b.drain(b.runner())
		b.drain(b.runner())
		if n := len(b.post.to("What is open for you")); n != 2 || !slices.Contains(b.post.to(third.Reference), "archive@example.org") {
			t.Errorf("%d mails on the second day", n)
		}
	})
}

// mortal is systems whose connectors die around the COMMIT of the target.
type mortal struct {
	*kinds.Set
	after bool
}

func (m mortal) Connector(key string) (fulfilment.Connector, error) {
	c, err := m.Set.Connector(key)
	return dying{c, m.after}, err
}

type dying struct {
	fulfilment.Connector
	after bool
}

// Apply ends the goroutine, and records nothing.
func (d dying) Apply(ctx context.Context, call models.Call, preview models.Preview, hooks fulfilment.Hooks) (models.Receipt, error) {
	save := hooks.BeforeCommit
	hooks.BeforeCommit = func(ctx context.Context, token string) error {
		err := save(ctx, token)
		if !d.after {
			runtime.Goexit()
		}
		return err
	}
	if _, err := d.Connector.Apply(ctx, call, preview, hooks); err != nil {
		return models.Receipt{}, err
	}
	runtime.Goexit()
	return models.Receipt{}, nil
}

// fleetOf starts one process with a relay and a worker for each lane.
func (b *bed) fleetOf(c redis.UniversalClient, lanes ...models.JobLane) (stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	runner := b.runner()
	var wg sync.WaitGroup
	for _, lane := range lanes {
		relay := jobs.NewRelay(jobs.RelayConfig{Jobs: b.store, Redis: c, Now: b.now, Log: b.logger(), Lane: lane, Poll: 20 * time.Millisecond})
		worker := jobs.NewWorker(jobs.WorkerConfig{Redis: c, Run: runner.Run, Log: b.logger(), Lane: lane, Concurrency: 3, Poll: 20 * time.Millisecond, Grace: time.Second})
		wg.Go(func() { relay.Run(ctx) })
		wg.Go(func() {
			if err := worker.Run(ctx); err != nil {
				b.t.Error(err)
			}
		})
	}
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	b.t.Cleanup(stop)
	return stop
}

// taskEvents counts the events of a kind about a request.
func (b *bed) taskEvents(t *testing.T, r models.Request, kind models.EventKind) int {
	t.Helper()
	events, err := b.store.Events(t.Context(), r.ID)
	b.must(err)
	n := 0
	for _, e := range events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}
