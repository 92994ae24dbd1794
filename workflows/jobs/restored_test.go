package jobs_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"habeas/fulfilment/kinds"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// archive is a database of two customers whose backups are restored: on the same
// kind of database as the service.
func (b *bed) archive() *shop {
	b.t.Helper()
	driver, opener, url := "sqlite", "sqlite", filepath.Join(b.t.TempDir(), "shop.db")
	dsn := "file:" + url + "?_pragma=busy_timeout(5000)"
	if b.dialect == migrations.Postgres {
		driver, opener, url = "postgres", "pgx", testbed.Postgres(b.t)
		dsn = url
	}
	db, err := sql.Open(opener, dsn)
	b.must(err)
	b.t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(b.t.Context(), `CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT)`)
	b.must(err)
	s := &shop{db, b}
	s.restore()
	b.places(map[string]string{
		"shop": "name: Shop database\nowner: shop@example.org\nkind: sql\nsql: {driver: " + driver + ", url: '" + url + "'}\ndatasets: [shop_dataset.yml]\nactions: [find, correct, erase]\n",
	}, kinds.Options{})
	return s
}

// restore brings back what the backup holds.
func (s *shop) restore() {
	s.b.t.Helper()
	for _, statement := range []string{"DELETE FROM person", "INSERT INTO person VALUES (1, 'ana@example.org', 'Ana'), (2, 'bob@example.org', 'Bob'), (3, 'eve@example.org', 'Eve')"} {
		_, err := s.ExecContext(s.b.t.Context(), statement)
		s.b.must(err)
	}
}

// gone is a deletion that is carried out in the shop, and answered.
func (b *bed) gone(email string) models.Request {
	b.t.Helper()
	r, task := b.previewed(email)
	b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
	b.drain(b.runner())
	b.wantState(r, "shop", models.TaskDone, models.TaskCompleted)
	r = b.staff(r, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "It is gone."})
	if r.State == models.StateInReview {
		d, err := b.service.Cases.DoByID(b.t.Context(), clerk("bob"), r.ID, workflows.Approve{Version: r.Version}, cases.Option{})
		b.must(err)
		r = d.Request
	}
	if r.State != models.StateClosed {
		b.t.Fatalf("the request is %s", r.State)
	}
	return r
}

// again is the task that erases what is back.
func (b *bed) again(r models.Request) models.Task {
	b.t.Helper()
	all, err := b.store.TasksOf(b.t.Context(), r.ID)
	b.must(err)
	var found []models.Task
	for _, t := range all {
		if !t.RestoredFrom.IsZero() {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		b.t.Fatalf("there are %d tasks that erase again", len(found))
	}
	return found[0]
}

func (b *bed) restored(from time.Time, want cases.Restored) {
	b.t.Helper()
	done, err := b.service.Tasks.Restored(b.t.Context(), clerk("operator"), "shop", from)
	b.must(err)
	if done != want {
		b.t.Errorf("restored from %s: %+v, want %+v", from, done, want)
	}
}

// A backup of a system brings back who was erased after it was made: each is found
// and erased again, under the same gates as the first time. Nobody else is, and
// nobody twice.
func TestWhatARestoredBackupBringsBackIsErasedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.archive()
		before := b.gone("eve@example.org") // erased before the backup was made
		b.pass(time.Hour)
		backup := b.now()
		b.pass(time.Hour)
		ana, bob := b.gone("ana@example.org"), b.gone("bob@example.org")
		if rows := s.rows(); strings.Contains(rows, "ana") || strings.Contains(rows, "Bob") {
			t.Fatalf("the shop has %s", rows)
		}
		b.pass(24 * time.Hour)
		s.restore()
		h := b.holdOn("bob@example.org")
		b.restored(backup, cases.Restored{Tasks: 2})
		b.restored(backup, cases.Restored{Already: 2})
		if n := len(b.ownEvents(models.EventSystemRestored)); n != 2 {
			t.Errorf("%d events say that it was restored", n)
		}
		b.drain(b.runner())

		// A preview for a second person, and a hold that stops one of them.
		one, held := b.again(ana), b.again(bob)
		if one.State != models.TaskNeedsReview || held.State != models.TaskWaiting || held.Waits != models.WaitLegalHold {
			t.Fatalf("the tasks are %s %s, and %s for %s", one.State, one.Fault, held.State, held.Waits)
		}
		if rows := s.rows(); rows != "1 ana@example.org Ana, 2 bob@example.org Bob, 3 eve@example.org Eve" {
			t.Errorf("before anybody approved it the shop has %s", rows)
		}
		b.refused("bob", held, workflows.ApprovePreview{Task: held.ID, Hash: held.Preview}, "cannot approve-preview")

		erasures := 0
		for _, one := range b.tasksOf(before) {
			if one.Action == models.ActionErase {
				erasures++
			}
		}
		if erasures != 1 {
			t.Error("who was erased before the backup has a task, too")
		}

		// While it is undone, the service keeps what it needs to find the person.
		b.set(ana.ClosedAt.AddDate(3, 0, 0))
		err := b.service.Retention.EraseRequest(t.Context(), ana.ID, "")
		if models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "Shop database") {
			t.Errorf("the request with an undone task is erased: %v", err)
		}

		b.onTask("bob", one, workflows.ApprovePreview{Task: one.ID, Hash: one.Preview})
		b.drain(b.runner())
		if rows := s.rows(); strings.Contains(rows, "ana@") || !strings.Contains(rows, "2 bob@example.org Bob") || !strings.Contains(rows, "3 eve@example.org Eve") {
			t.Errorf("the shop has %s", rows)
		}
		receipt, err := b.service.Tasks.Receipt(t.Context(), one.ID)
		b.must(err)
		if receipt.After == nil || receipt.After.Remaining != 0 || b.again(ana).Outcome != models.TaskCompleted {
			t.Errorf("the receipt is %+v", receipt)
		}

		b.lift(h)
		b.drain(b.runner())
		held = b.again(bob)
		b.onTask("bob", held, workflows.ApprovePreview{Task: held.ID, Hash: held.Preview})
		b.drain(b.runner())
		if rows := s.rows(); strings.Contains(rows, "bob@") {
			t.Errorf("the shop has %s", rows)
		}
		b.restored(backup, cases.Restored{Already: 2})

		// Once nothing is undone the request goes; then nobody can look any more.
		b.must(b.service.Retention.EraseRequest(t.Context(), ana.ID, ""))
		b.restored(backup, cases.Restored{Already: 1, Gone: 1})
	})
}

// A repetition that another restored backup undoes is done once more.
func TestASecondRestorationErasesWhatTheFirstDid(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.archive()
		backup := b.now()
		b.pass(time.Hour)
		ana := b.gone("ana@example.org")
		s.restore()
		b.restored(backup, cases.Restored{Tasks: 1})
		b.drain(b.runner())
		one := b.again(ana)
		b.onTask("bob", one, workflows.ApprovePreview{Task: one.ID, Hash: one.Preview})
		b.drain(b.runner())
		s.restore()
		b.restored(backup.Add(time.Minute), cases.Restored{Tasks: 1}) // another, a little younger
		b.drain(b.runner())
		all, err := b.store.TasksOf(t.Context(), ana.ID)
		b.must(err)
		if n := len(all); n != 3 || all[n-1].State != models.TaskNeedsReview {
			t.Errorf("there are %d tasks; the last is %s", n, all[n-1].State)
		}
	})
}

// A task that was cancelled has erased nothing: the next run makes another. What gets
// no task for another reason is named, and counted as nothing.
func TestACancelledRepetitionIsMadeAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.archive()
		backup := b.now()
		b.pass(time.Hour)
		ana := b.gone("ana@example.org")
		s.restore()
		b.restored(backup, cases.Restored{Tasks: 1})
		b.drain(b.runner())
		r := b.staff(ana, workflows.Reopen{Reason: "She asks."})
		b.act(models.Actor{Kind: models.ActorSubject}, r, workflows.Withdraw{})
		if one := b.again(ana); one.State != models.TaskCancelled {
			t.Fatalf("the task is %s", one.State)
		}

		whole := b.service.Store
		b.service.Store = &refusing{whole}
		done, err := b.service.Tasks.Restored(t.Context(), clerk("operator"), "shop", backup)
		if err == nil || !strings.Contains(err.Error(), ana.Reference) || done != (cases.Restored{}) {
			t.Errorf("refused for another reason: %+v, %v", done, err)
		}
		b.service.Store = whole
		b.restored(backup, cases.Restored{Tasks: 1})
		b.restored(backup, cases.Restored{Already: 1})
	})
}

// A task that is made while a request is being erased keeps the request.
func TestATaskMadeMeanwhileKeepsTheRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.archive()
		backup := b.now()
		b.pass(time.Hour)
		ana := b.gone("ana@example.org")
		s.restore()
		b.set(ana.ClosedAt.AddDate(3, 0, 0))
		whole := b.service.Store
		b.service.Store = &meanwhile{whole, func() {
			b.service.Store = whole
			b.restored(backup, cases.Restored{Tasks: 1})
		}}
		if err := b.service.Retention.EraseRequest(t.Context(), ana.ID, ""); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("erased while a task was made: %v", err)
		}
		got, err := b.store.FindByID(t.Context(), ana.ID)
		b.must(err)
		if got.Shredded {
			t.Error("nobody can look for the person any more")
		}
		kept, err := b.service.Retention.Kept(t.Context(), cases.Due{Request: ana})
		if err != nil || !kept.Undone || kept.Held {
			t.Errorf("it is kept by an undone task: %t, a legal hold: %t, %v", kept.Undone, kept.Held, err)
		}
	})
}

// refusing is a store that takes no decision about a request.
type refusing struct{ cases.Store }

func (s *refusing) Commit(ctx context.Context, d models.Decision) error {
	if d.Request.ID != "" {
		return models.Errorf(models.CodeConflict, "not now")
	}
	return s.Store.Commit(ctx, d)
}

// meanwhile is a store in which something happens before the next commit.
type meanwhile struct {
	cases.Store
	happens func()
}

func (s *meanwhile) Commit(ctx context.Context, d models.Decision) error {
	s.happens()
	return s.Store.Commit(ctx, d)
}

func TestRestoredWantsASystemAndATime(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.SQLite)
	b.archive()
	for system, from := range map[string]time.Time{"nowhere": b.now(), "shop": b.now().Add(time.Hour)} {
		if _, err := b.service.Tasks.Restored(t.Context(), clerk("operator"), system, from); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s from %s: %v", system, from, err)
		}
	}
}

// What was erased for whom a request was taken to be from before is counted, and is no
// fault each time.
func TestARequestOfAnotherPersonByNowIsNoFault(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.archive()
		backup := b.now()
		b.pass(time.Hour)
		ana := b.gone("ana@example.org")
		s.restore()
		b.pass(time.Hour)
		r := b.request(ana.ID)
		before := r.Version
		r.RequesterSince, r.Version = b.now(), before+1
		b.must(b.store.Commit(t.Context(), models.Decision{Request: r, Before: before}))
		b.restored(backup, cases.Restored{Former: 1})
		b.restored(backup, cases.Restored{Former: 1})
	})
}
