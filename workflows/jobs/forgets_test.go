package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"habeas/migrations"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// night runs the erasures of the next night.
func (b *bed) night() {
	b.t.Helper()
	b.pass(24 * time.Hour)
	b.must(b.runner().Schedule(b.t.Context()))
	b.drain(b.runner())
	b.pass(10 * time.Minute) // what is left over is deleted a little later
	b.drain(b.runner())
}

// readable reports whether a received mail is not erased.
func (b *bed) readable(id string) bool {
	b.t.Helper()
	m, err := b.store.Mail(b.t.Context(), id)
	b.must(err)
	return len(m.Reading.From) > 0
}

// placedIn puts a mail into the request of somebody else, as staff may.
func (b *bed) placedIn(r models.Request, raw string) models.ReceivedMail {
	b.t.Helper()
	m := b.keep(raw) // from two, so that staff place it
	b.pass(time.Minute)
	b.drain(b.runner())
	m, err := b.store.Mail(b.t.Context(), m.ID)
	b.must(err)
	b.exec("UPDATE received_mail SET state = 'placed', decided_at = kept_at WHERE id = '" + m.ID + "'")
	b.exec("DELETE FROM mail_requests WHERE mail_id = '" + m.ID + "'")
	b.exec("INSERT INTO mail_requests (mail_id, request_id) VALUES ('" + m.ID + "', '" + r.ID + "')")
	return m
}

// A mail of somebody on whom a legal hold stands is kept, whosever request it lies
// in, and goes once the hold is lifted.
func TestMailOfAHeldSenderOutlivesTheRequestOfAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("bob@example.org")
		held := b.placedIn(r, "From: ana@example.org, a@example.org\r\nSubject: About Bob\r\n\r\nHello.\r\n")
		free := b.placedIn(r, "From: eve@example.org, e@example.org\r\nSubject: About Bob too\r\n\r\nHello.\r\n")
		h := b.holdOn("ana@example.org")
		r = b.closedAs(r, models.OutcomeSpam)
		b.set(r.ClosedAt.AddDate(0, 0, 40))
		b.night()
		if got, err := b.store.FindByID(t.Context(), r.ID); err != nil || !got.Shredded {
			t.Fatalf("the request of somebody else is kept: %v", err)
		}
		if !b.readable(held.ID) || b.readable(free.ID) {
			t.Errorf("the mail of who is held can be read: %t; the other: %t", b.readable(held.ID), b.readable(free.ID))
		}
		b.set(r.ClosedAt.AddDate(0, 3, 0))
		b.night()
		if !b.readable(held.ID) {
			t.Error("the mail was erased under a legal hold")
		}
		b.lift(h)
		b.night()
		if b.readable(held.ID) {
			t.Error("the mail is kept although the hold is lifted")
		}
	})
}

// Of a mail that nobody has read nobody knows whose it is: it is kept while any
// legal hold stands.
func TestUnreadMailIsKeptWhileALegalHoldStands(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		m := b.keep("From: ana@example.org, bob@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n")
		b.pass(2 * time.Hour) // nobody placed it: it waits for staff
		_, err := b.service.Inbox.DismissMail(t.Context(), clerk("ada"), m.ID, "not_a_request", cases.Option{})
		b.must(err)
		erased := func() bool {
			_, err := b.store.OpenMail(t.Context(), m.ID, nil)
			return models.CodeOf(err) == models.CodeNotFound
		}
		h := b.holdOn("ana@example.org")
		b.pass(40 * 24 * time.Hour)
		b.night()
		if erased() {
			t.Error("it was erased under a legal hold")
		}
		b.lift(h)
		b.night()
		if !erased() {
			t.Error("it is kept once that is lifted")
		}
	})
}

// What staff dismiss is kept for thirty days from then on: they may change their
// mind for a month, however long the mail had waited for them.
func TestDismissedMailIsKeptFromItsDismissal(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		m := b.keep("From: ana@example.org, bob@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n")
		b.pass(time.Minute)
		b.drain(b.runner())
		b.pass(40 * 24 * time.Hour)
		_, err := b.service.Inbox.DismissMail(t.Context(), clerk("ada"), m.ID, "not_a_request", cases.Option{})
		b.must(err)
		b.night()
		if !b.readable(m.ID) {
			t.Fatal("it was erased a day after it was dismissed")
		}
		b.pass(27 * 24 * time.Hour)
		b.night()
		if !b.readable(m.ID) {
			t.Error("it was erased within thirty days")
		}
		b.night()
		b.night()
		if b.readable(m.ID) {
			t.Error("it is kept after thirty days")
		}
	})
}

// A request is kept as long as the policy says that it was received under: a later
// one makes that neither shorter nor longer.
func TestALaterPolicyChangesNoPeriod(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		spam := func(days int) *policies.Policy {
			file := "retention:\n  - {what: spam, days: " + strconv.Itoa(days) + ", citation: House rule of the organisation, certainty: own}\n"
			for _, what := range models.AllOwnData() {
				if what != models.OwnSpam {
					file += "  - {what: " + string(what) + ", days: 30, citation: House rule of the organisation, certainty: own}\n"
				}
			}
			p, err := policies.Load(fstest.MapFS{"retention.yaml": {Data: []byte(file)}})
			b.must(err)
			return p
		}
		under := func(p *policies.Policy) {
			c := b.service.Config
			c.Policy = p
			var err error
			b.service, err = cases.New(t.Context(), c)
			b.must(err)
		}
		under(spam(10))
		short := b.closedAs(b.submit("short@example.org"), models.OutcomeSpam)
		under(spam(60))
		long := b.closedAs(b.submit("long@example.org"), models.OutcomeSpam)
		erased := func(r models.Request) bool {
			got, err := b.store.FindByID(t.Context(), r.ID)
			b.must(err)
			return got.Shredded
		}
		b.set(short.ClosedAt.AddDate(0, 0, 12))
		b.night()
		if !erased(short) {
			t.Error("a later policy prolonged what ten days were promised for")
		}
		under(spam(10))
		b.set(short.ClosedAt.AddDate(0, 0, 30))
		b.night()
		if erased(long) {
			t.Error("a later policy shortened what sixty days were promised for")
		}
		b.set(short.ClosedAt.AddDate(0, 0, 62))
		b.night()
		if !erased(long) {
			t.Error("it is kept for longer than sixty days")
		}
	})
}

// A request that cannot be judged keeps no other from being erased, and the fault
// names it.
func TestOneBadRequestKeepsNoOtherFromErasure(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		bad := b.closedAs(b.submit("bad@example.org"), models.OutcomeSpam)
		b.pass(time.Minute)
		good := b.closedAs(b.submit("good@example.org"), models.OutcomeSpam)
		b.exec("UPDATE requests SET facts = replace(facts, '" + bad.Policy + "', 'lost') WHERE id = '" + bad.ID + "'")
		b.set(good.ClosedAt.AddDate(0, 0, 40))
		var due []string
		err := b.service.Retention.Requests(t.Context(), b.now(), func(d cases.Due) error {
			due = append(due, d.Request.ID)
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), bad.Reference) || len(due) != 1 || due[0] != good.ID {
			t.Errorf("due are %q; it says %v", due, err)
		}
		b.must(b.runner().Schedule(t.Context()))
		night := b.one(models.JobRetention)
		b.must(b.runner().Run(t.Context(), night.ID))
		b.must(b.runner().Run(t.Context(), b.one(models.JobErase).ID))
		if got, err := b.store.FindByID(t.Context(), good.ID); err != nil || !got.Shredded {
			t.Errorf("the good one is kept: %v", err)
		}
		if got := b.job(night.ID); got.LastError == "" {
			t.Error("nobody hears of the bad one")
		}
	})
}

// killed is a process that dies after so many commits.
type killed struct {
	cases.Store
	after int
}

var errKilled = errors.New("killed")

func (k *killed) Commit(ctx context.Context, d workflows.Decision) error {
	if k.after--; k.after < 0 {
		return errKilled
	}
	return k.Store.Commit(ctx, d)
}

// What belongs to no request goes in slices, each with the event that counts it:
// whoever is killed between two goes on where they were.
func TestOwnDataIsErasedInSlicesAndGoesOnAfterAKill(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		const many = 1200
		series := "generate_series(1, " + strconv.Itoa(many) + ") n"
		if b.dialect == migrations.SQLite {
			series = "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < " + strconv.Itoa(many) + ") SELECT n FROM c)"
		}
		b.exec("INSERT INTO jobs (id, kind, subject, unique_key, run_at, state, attempts, last_error, created_at, done_at, trace) " +
			"SELECT 'old' || n, 'digest', '', 'old' || n, '2026-01-01 00:00:00+00:00', 'done', 0, '', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', '' FROM " + series)
		left := func() int {
			n := 0
			for _, j := range b.all(models.JobDone) {
				if strings.HasPrefix(j.ID, "old") {
					n++
				}
			}
			return n
		}
		counted := func() (events, rows int) {
			for _, e := range b.ownEvents(models.EventOwnDataErased) {
				n, err := strconv.Atoi(e.Detail[string(models.OwnJobs)])
				b.must(err)
				events, rows = events+1, rows+n
			}
			return events, rows
		}
		whole := b.service.Store
		b.service.Store = &killed{whole, 2}
		if err := b.service.Retention.EraseRest(t.Context()); !errors.Is(err, errKilled) {
			t.Fatalf("it was not killed: %v", err)
		}
		if events, rows := counted(); events != 2 || rows != many-left() || left() != many-1000 {
			t.Errorf("before the kill %d events count %d rows; %d are left", events, rows, left())
		}
		b.service.Store = whole
		for range 2 {
			b.must(b.service.Retention.EraseRest(t.Context()))
			if events, rows := counted(); events != 3 || rows != many || left() != 0 {
				t.Errorf("in the end %d events count %d rows; %d are left", events, rows, left())
			}
		}
	})
}

// ownEvents are the events of a kind that are about no request.
func (b *bed) ownEvents(kind models.EventKind) (all []models.Event) {
	b.t.Helper()
	driver, dsn := "sqlite", "file:"+b.config.Path+"?_pragma=busy_timeout(5000)"
	if b.dialect == migrations.Postgres {
		driver, dsn = "pgx", b.config.URL
	}
	db, err := sql.Open(driver, dsn)
	b.must(err)
	defer db.Close()
	rows, err := db.QueryContext(b.t.Context(), "SELECT body FROM events WHERE request_id IS NULL AND kind = '"+string(kind)+"' ORDER BY at, id")
	b.must(err)
	defer rows.Close()
	for rows.Next() {
		var body []byte
		b.must(rows.Scan(&body))
		e, err := models.ParseEvent(body)
		b.must(err)
		all = append(all, e)
	}
	b.must(rows.Err())
	return all
}

// picky refuses to delete some blobs.
type picky struct {
	cases.Blobs
	gone []string
}

func (p *picky) Delete(_ context.Context, key string) error {
	if strings.HasPrefix(key, "stuck") {
		return errors.New("the bucket is out of order")
	}
	p.gone = append(p.gone, key)
	return nil
}

// Files that cannot be deleted keep no others from being deleted.
func TestStuckFilesStarveNoOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for i := range 250 {
			b.exec(fmt.Sprintf("INSERT INTO leftovers (id, kind, name) VALUES ('a%03d', 'blob', 'stuck%03d')", i, i))
		}
		b.exec("INSERT INTO leftovers (id, kind, name) VALUES ('z', 'blob', 'free')")
		files := &picky{Blobs: b.service.Blobs}
		b.service.Blobs = files
		err := b.service.Retention.DeleteLeftovers(t.Context())
		if err == nil || len(files.gone) != 1 || files.gone[0] != "free" {
			t.Errorf("%q were deleted; it says %v", files.gone, err)
		}
		if len(err.Error()) > 1000 {
			t.Errorf("the fault has %d bytes", len(err.Error()))
		}
	})
}
