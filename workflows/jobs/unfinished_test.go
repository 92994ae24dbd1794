package jobs_test

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"habeas/migrations"
	"habeas/models"
	"habeas/notifications"
)

// needed is the table without which a kind of job cannot have its effect; mail
// needs a server, and what deletes files the place where they are.
func needed() map[models.JobKind]string {
	return map[models.JobKind]string{
		models.JobRemind: "messages", models.JobVerifyReminder: "messages", models.JobExpire: "messages", models.JobIssueCode: "messages",
		models.JobDigest: "messages", models.JobPlaceMail: "messages", models.JobHeldMail: "messages", models.JobMailboxAlarm: "messages",
		models.JobProveLinked: "events", models.JobMailFiles: "files", models.JobDigestDay: "staff",
		models.JobRunTask: "task_results", models.JobOwnerMail: "messages", models.JobRemindTask: "events",
		models.JobOwnerCode: "messages", models.JobOwnerUnreached: "messages", models.JobLegalHolds: "events", models.JobLegalHoldReview: "messages",
		models.JobCoolingOff: "events", models.JobLookAgain: "events", models.JobErase: "events", models.JobRetention: "requests",
		models.JobVoidPackages: "events",
	}
}

// A job whose effect fails is not done: it runs again, and has its effect then.
// Were it marked done first, a crash between the two would lose the effect.
func TestAJobIsNotDoneBeforeItsEffect(t *testing.T) {
	t.Parallel()
	for kind, set := range scenes() {
		t.Run(string(kind), func(t *testing.T) {
			onBoth(t, func(t *testing.T, b *bed) {
				j, effects := set(t, b)
				mend := b.breakDown(kind)
				b.must(b.runner().Run(t.Context(), j.ID))
				failed := b.job(j.ID)
				mend()
				if failed.State != models.JobPending || failed.LastError == "" || !failed.RunAt.After(b.now()) {
					t.Fatalf("after its effect failed the job is %s, due at %v, with the error %q", failed.State, failed.RunAt, failed.LastError)
				}
				if n := effects(); n != 0 {
					t.Fatalf("the job had %d effects in a database that takes none", n)
				}
				b.set(failed.RunAt)
				b.must(b.runner().Run(t.Context(), j.ID))
				if again := b.job(j.ID); again.State != models.JobDone || effects() != 1 {
					t.Errorf("run again, the job is %s (%s) and had %d effects", again.State, again.LastError, effects())
				}
			})
		})
	}
}

// breakDown takes away what a kind of job needs for its effect.
func (b *bed) breakDown(kind models.JobKind) (mend func()) {
	b.t.Helper()
	if kind == models.JobDeleteBlob || kind == models.JobLeftovers {
		blobs := &listed{Blobs: b.service.Blobs, keys: map[string]bool{}, refuses: true}
		b.service.Blobs = blobs
		return func() { blobs.refuses = false }
	}
	table, ok := needed()[kind]
	if !ok {
		b.post.answers(func(notifications.Outgoing) error { return errBusy })
		return func() { b.post.answers(nil) }
	}
	b.exec("ALTER TABLE " + table + " RENAME TO taken_away")
	return func() { b.exec("ALTER TABLE taken_away RENAME TO " + table) }
}

// exec runs a statement behind the store's back.
func (b *bed) exec(statement string) {
	b.t.Helper()
	driver, dsn := "sqlite", "file:"+b.config.Path+"?_pragma=busy_timeout(5000)"
	if b.dialect == migrations.Postgres {
		driver, dsn = "pgx", b.config.URL
	}
	db, err := sql.Open(driver, dsn)
	b.must(err)
	defer db.Close()
	_, err = db.ExecContext(b.t.Context(), statement)
	b.must(err)
}
