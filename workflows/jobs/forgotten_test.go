package jobs_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"habeas/fulfilment/kinds"
	"habeas/intake"
	"habeas/internal/blob"
	"habeas/migrations"
	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// The person of whom nothing may stay is in everything that is typed, mailed,
// attached or found.
const zebra = "zebrafinch"

// listed wraps a blob store to know what lies in it.
type listed struct {
	cases.Blobs
	keys map[string]bool
	// refuses makes every deletion fail, as in an outage.
	refuses bool
}

func (l *listed) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	l.keys[key] = true
	return l.Blobs.Put(ctx, key, r, size)
}

func (l *listed) Delete(ctx context.Context, key string) error {
	if l.refuses {
		return errors.New("the bucket is out of order")
	}
	return l.Blobs.Delete(ctx, key)
}

// left counts the blobs that can still be read.
func (l *listed) left(t *testing.T) (n int) {
	t.Helper()
	for key := range l.keys {
		r, err := l.Get(t.Context(), key)
		if errors.Is(err, blob.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		n++
	}
	return n
}

// bucket is a blob store in an S3 stand-in.
func bucket(t *testing.T) cases.Blobs {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("habeas"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(gofakes3.New(backend).Server())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	s, err := blob.NewS3(blob.S3Config{
		Endpoint: server.Listener.Addr().String(), Bucket: "habeas", Region: "us-east-1", AccessKey: "test", SecretKey: "secret", Plain: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keepsMails has every mail of ours written into a folder too.
func (b *bed) keepsMails() (folder string) {
	b.t.Helper()
	folder = b.t.TempDir()
	mails, err := notifications.NewDirectory(folder)
	b.must(err)
	b.service.MailFolder = mails
	b.post.answers(func(o notifications.Outgoing) error { return mails.Send(b.t.Context(), o) })
	return folder
}

// birdShop knows the person, and somebody else.
func (b *bed) birdShop() {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "shop.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	b.must(err)
	b.t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(b.t.Context(), `CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT);
		INSERT INTO person VALUES (1, 'zebrafinch@example.org', 'Zebrafinch in the shop'), (2, 'bob@example.org', 'Bob')`)
	b.must(err)
	b.places(map[string]string{
		"shop":  "name: Shop database\nowner: shop@example.org\nkind: sql\nsql: {driver: sqlite, url: " + path + "}\ndatasets: [shop_dataset.yml]\nactions: [find, correct, erase]\n",
		"paper": "name: Paper files\nowner: archive@example.org\nkind: manual\ncategories: [user.contact]\nactions: [find, erase]\ninstruction: Look into the cellar.\n",
	}, kinds.Options{})
}

// fullLife is a request into which everything personal was put, and that is
// closed. It came by mail, with a file.
func (b *bed) fullLife() models.Request {
	t := b.t
	t.Helper()
	b.service.Inspect = func(name string, _ []byte) (string, string, error) { return name, "text/plain", nil }
	b.service.MailFiles = func(raw []byte) (all []cases.MailFile) {
		for _, f := range intake.Read(raw, intake.Envelope{}, intake.Config{}).Attachments {
			all = append(all, cases.MailFile{Name: f.Name, Content: f.Content()})
		}
		return all
	}
	b.keep("From: Zebrafinch <zebrafinch@example.org>\r\nMessage-ID: <zebrafinch@mail.example>\r\nSubject: Deletion for Zebrafinch\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nPlease delete my account and all of my data. Zebrafinch\r\n" +
		"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=zebrafinch.txt\r\n\r\nthis is the zebrafinch\r\n--x--\r\n")
	b.set(b.one(models.JobPlaceMail).RunAt)
	b.drain(b.runner())
	made, _, err := b.store.List(t.Context(), models.Filter{Email: "zebrafinch@example.org", Limit: 10})
	b.must(err)
	if len(made) != 1 {
		t.Fatalf("%d requests were made of the mail", len(made))
	}
	r := b.prove(made[0])
	ada := clerk("ada")
	b.staff(r, workflows.Verify{Level: models.LevelHigh, Method: "staff_check", Note: "Zebrafinch showed a card"})
	b.staff(r, workflows.Start{})
	b.drain(b.runner())
	b.staff(r, workflows.Note{Text: "Zebrafinch rang"})
	b.staff(r, workflows.Ask{Message: "Which Zebrafinch are you?"})
	_, err = b.service.Cases.DoByID(t.Context(), models.Actor{Kind: models.ActorSubject}, r.ID, workflows.Write{Text: "The Zebrafinch of the shop"}, cases.Option{})
	b.must(err)
	_, err = b.service.Cases.AddFile(t.Context(), ada, r.Reference, "zebrafinch-card.txt", []byte("card of the zebrafinch"), true, cases.Option{
		Once: &workflows.Once{Scope: "token", Key: "file", BodyHash: []byte("h")},
		Answer: func(workflows.Decision) (int, []byte, error) {
			return 201, []byte(`{"name":"zebrafinch-card.txt"}`), nil
		},
	})
	b.must(err)
	shop := b.task(r, "shop")
	b.onTask("ada", shop, workflows.RunTask{Task: shop.ID})
	b.drain(b.runner())
	b.wantState(r, "shop", models.TaskNeedsReview, "") // its preview stays to the end
	b.sure(b.request(r.ID))
	paper := b.task(r, "paper")
	b.onTask("ada", paper, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskCompleted, Note: "Two folders of Zebrafinch"})
	b.onTask("ada", b.task(r, "shop"), workflows.CompleteTask{Task: shop.ID, Outcome: models.TaskRefused, Note: "Zebrafinch owes money"})
	b.staff(r, workflows.Conclude{
		Outcome: models.OutcomeDenied, Message: "Dear Zebrafinch, no.", Reasons: []workflows.ReasonGiven{{Code: "legal_claims", Explanation: "Zebrafinch against us"}},
	})
	q, err := b.store.FindByID(t.Context(), r.ID)
	b.must(err)
	if q.State == models.StateInReview {
		_, err = b.service.Cases.DoByID(t.Context(), clerk("bob"), r.ID, workflows.Approve{Version: q.Version}, cases.Option{})
		b.must(err)
	}
	b.drain(b.runner())
	if q, err = b.store.FindByID(t.Context(), r.ID); err != nil || q.State != models.StateClosed {
		t.Fatalf("the request is %s, %v", q.State, err)
	}
	b.must(b.service.Cases.SetSuppression(t.Context(), b.stopOf(r), true))
	return q
}

// database is everything that the database holds, byte for byte where it is
// SQLite's: every row of every table as text, and of SQLite its files.
func (b *bed) database() []byte {
	b.t.Helper()
	driver, from, list := "sqlite", "file:"+b.config.Path, "SELECT name FROM sqlite_schema WHERE type = 'table'"
	if b.dialect == migrations.Postgres {
		driver, from, list = "pgx", b.config.URL, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
	}
	db, err := sql.Open(driver, from)
	b.must(err)
	defer db.Close()
	var all bytes.Buffer
	for _, table := range b.column(db, list) {
		rows, err := db.QueryContext(b.t.Context(), "SELECT * FROM "+table)
		b.must(err)
		columns, err := rows.Columns()
		b.must(err)
		for rows.Next() {
			row, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			b.must(rows.Scan(into...))
			for _, v := range row {
				if raw, ok := v.([]byte); ok {
					all.Write(raw)
				} else {
					fmt.Fprint(&all, v)
				}
				all.WriteByte('\n')
			}
		}
		b.must(rows.Err())
	}
	if b.dialect == migrations.SQLite {
		for _, suffix := range []string{"", "-wal"} {
			file, err := os.ReadFile(b.config.Path + suffix)
			b.must(err)
			all.Write(file)
		}
	}
	return all.Bytes()
}

func (b *bed) column(db *sql.DB, query string) (all []string) {
	b.t.Helper()
	rows, err := db.QueryContext(b.t.Context(), query)
	b.must(err)
	defer rows.Close()
	for rows.Next() {
		var s string
		b.must(rows.Scan(&s))
		all = append(all, s)
	}
	b.must(rows.Err())
	return all
}

// sealedOf is everything that is sealed, or found by, of one request: nothing of
// it may be there afterwards.
func (b *bed) sealedOf(r models.Request) map[string][]byte {
	b.t.Helper()
	driver, from := "sqlite", "file:"+b.config.Path
	if b.dialect == migrations.Postgres {
		driver, from = "pgx", b.config.URL
	}
	db, err := sql.Open(driver, from)
	b.must(err)
	defer db.Close()
	found := map[string][]byte{}
	mails := "received_mail WHERE id IN (SELECT mail_id FROM mail_requests WHERE request_id = '" + r.ID + "')"
	for _, q := range []string{
		"wrapped FROM request_keys WHERE request_id = '%s'", "content FROM requests WHERE id = '%s'", "email_index FROM requests WHERE id = '%s'",
		"text FROM messages WHERE request_id = '%s'", "letter FROM messages WHERE request_id = '%s'", "message_id FROM messages WHERE request_id = '%s'",
		"in_reply_to FROM messages WHERE request_id = '%s'", "name FROM files WHERE request_id = '%s'", "content FROM tasks WHERE request_id = '%s'",
		"body FROM task_results WHERE request_id = '%s'", "answer FROM idempotency WHERE request_id = '%s'", "digest FROM codes WHERE request_id = '%s'",
		"wrapped FROM " + mails, "content FROM " + mails, "hash_key FROM " + mails, "sender_key FROM " + mails,
	} {
		what := strings.ReplaceAll(q, "%s", r.ID)
		rows, err := db.QueryContext(b.t.Context(), "SELECT "+what)
		b.must(err)
		n := 0
		for rows.Next() {
			var v []byte
			b.must(rows.Scan(&v))
			if len(v) >= 16 {
				n++
				found[fmt.Sprint(strings.Fields(q)[0], " ", strings.Fields(q)[2], " ", n)] = v
			}
		}
		b.must(rows.Err())
		if n == 0 {
			b.t.Errorf("nothing is sealed in %s: the life is not full", q)
		}
	}
	return found
}

// After its time nothing of a person is in the database, among the files or in
// the mail folder; figures and log stay, and so does everybody else.
func TestHabeasForgetsAPerson(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for _, place := range []string{"directory", "bucket"} {
			t.Run(place, func(t *testing.T) {
				b := newBed(t, b.dialect)
				if place == "bucket" {
					b.service.Blobs = bucket(t)
				}
				b.forgets(t)
			})
		}
	})
}

func (b *bed) forgets(t *testing.T) {
	t.Helper()
	blobs := &listed{Blobs: b.service.Blobs, keys: map[string]bool{}}
	b.service.Blobs = blobs
	folder := b.keepsMails()
	b.birdShop()
	b.hire("Mona", "mona@staff.example", models.RoleManager)
	r := b.fullLife()
	b.keep("From: Zebrafinch <zebrafinch@example.org>, b@example.org\r\nSubject: Hello\r\n\r\nDelete my data.\r\n") // of no request
	b.pass(20 * time.Second)
	b.drain(b.runner())
	waiting, _, err := b.store.Mails(t.Context(), models.MailFilter{States: []models.MailState{models.MailHeld}, Limit: 10})
	b.must(err)
	if len(waiting) != 1 {
		t.Fatalf("%d mails wait", len(waiting))
	}
	for _, m := range waiting {
		_, err := b.service.Inbox.DismissMail(t.Context(), clerk("ada"), m.ID, "not_a_request", cases.Option{})
		b.must(err)
	}
	other := b.submit("other@example.org")
	b.drain(b.runner())
	other = b.prove(other)

	mailed := func() string {
		var all strings.Builder
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		b.must(err)
		for _, name := range files {
			raw, err := os.ReadFile(name)
			b.must(err)
			all.Write(bytes.ToLower(raw))
		}
		return all.String()
	}
	sealed := b.sealedOf(r)
	before := b.database()
	for what, value := range sealed {
		if !bytes.Contains(before, value) {
			t.Fatalf("%s is not found where it must be", what)
		}
	}
	if n := blobs.left(t); n < 3 || !strings.Contains(mailed(), zebra) {
		t.Fatalf("%d files, and the mails say nothing: the life is not full", n)
	}
	events, err := b.store.Events(t.Context(), r.ID)
	b.must(err)

	// Two years later, and a day. The other one is still open.
	b.set(r.ClosedAt.AddDate(2, 0, 2))
	blobs.refuses = true // a crash between row and file: the next run goes on
	b.must(b.runner().Schedule(t.Context()))
	b.drain(b.runner())
	if n := blobs.left(t); n == 0 {
		t.Fatal("no file is left that could not be deleted")
	}
	blobs.refuses = false
	b.pass(time.Hour)
	b.drain(b.runner())

	after := b.database()
	for what, value := range sealed {
		if bytes.Contains(after, value) || bytes.Contains(after, []byte(hex.EncodeToString(value))) {
			t.Errorf("%s is still in the database", what)
		}
	}
	for name, text := range map[string]string{"the database": string(bytes.ToLower(after)), "the mails": mailed(), "the log": strings.ToLower(b.log.String())} {
		if strings.Contains(text, zebra) {
			t.Errorf("%s still tell of the person", name)
		}
	}
	if n := blobs.left(t); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if dead := b.all(models.JobDead); len(dead) != 0 {
		t.Errorf("jobs died: %+v", dead)
	}
	b.standsWithoutThePerson(t, r, other, events)
}

// standsWithoutThePerson makes sure of what outlives a person: facts, log and
// figures, the suppression list, and everybody else.
func (b *bed) standsWithoutThePerson(t *testing.T, r, other models.Request, events []models.Event) {
	t.Helper()
	got, err := b.store.FindByID(t.Context(), r.ID)
	b.must(err)
	if !got.Shredded || !reflect.DeepEqual(got.Facts, r.Facts) {
		t.Errorf("what is left is %+v", got)
	}
	now, err := b.store.Events(t.Context(), r.ID)
	b.must(err)
	if len(now) != len(events)+1 || !reflect.DeepEqual(now[:len(events)], events) || now[len(events)].Kind != models.EventErased {
		t.Errorf("the log has %d events instead of %d", len(now), len(events)+1)
	}
	var facts models.Facts
	for _, e := range now {
		facts = facts.With(e.Change)
	}
	if led, want := string(models.CanonicalJSON(facts)), string(models.CanonicalJSON(got.Facts)); led != want {
		t.Errorf("the log leads to other facts:\n%s\nnot\n%s", led, want)
	}
	listed, _, err := b.store.List(t.Context(), models.Filter{States: []models.State{models.StateClosed}, Limit: 10})
	b.must(err)
	if len(listed) != 1 || listed[0].Outcome != models.OutcomeDenied {
		t.Errorf("the list has %+v", listed)
	}
	if closed, err := b.store.CountClosed(t.Context(), []models.Period{{}}); err != nil || closed[0] != 1 {
		t.Errorf("the figures count %v, %v", closed, err)
	}
	if suppressed, err := b.store.Suppressed(t.Context(), intake.Canonical("zebrafinch@example.org")); err != nil || !suppressed {
		t.Errorf("the mailbox is suppressed: %t, %v", suppressed, err)
	}
	if other, err = b.store.FindByID(t.Context(), other.ID); err != nil || other.Person.Email != "other@example.org" {
		t.Errorf("the other one is %+v, %v", other.Content, err)
	}
}
