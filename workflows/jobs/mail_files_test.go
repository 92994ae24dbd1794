package jobs_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// gone is a blob store that nothing can be read from.
type gone struct{ cases.Blobs }

func (gone) Get(context.Context, string) (io.ReadCloser, error) { return nil, errors.New("killed") }

const heldWithFile = "From: a@example.org, b@example.org\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nPlease delete my account.\r\n" +
	"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=proof.txt\r\n\r\nthis is me\r\n--x--\r\n"

// placedByStaff is the request that staff made of a held mail with a file, in a
// process that was killed right after it was committed.
func (b *bed) placedByStaff() models.Request {
	b.t.Helper()
	b.service.Inspect = func(name string, _ []byte) (string, string, error) { return name, "text/plain", nil }
	b.service.MailFiles = func(raw []byte) (all []cases.MailFile) {
		for _, f := range intake.Read(raw, intake.Envelope{}, intake.Config{}).Attachments {
			all = append(all, cases.MailFile{Name: f.Name, Content: f.Content()})
		}
		return all
	}
	m := b.keep(heldWithFile)
	j := b.one(models.JobPlaceMail)
	b.set(j.RunAt)
	b.must(b.runner().Run(b.t.Context(), j.ID))
	killed, err := cases.New(b.t.Context(), func() cases.Config {
		c := b.service.Config
		c.Blobs = gone{c.Blobs}
		return c
	}())
	b.must(err)
	may := models.Actor{Kind: models.ActorStaff, ID: "may", Role: models.RoleAgent}
	d, err := killed.Inbox.RequestFromMail(b.t.Context(), may, m.ID, workflows.Submit{
		Type: models.TypeDeletion, Person: models.Person{Name: "Ana", Email: "a@example.org"},
	}, cases.Option{})
	b.must(err)
	return d.Request
}

// The file of a mail that staff placed comes into the case whatever happens to
// the process that placed it, and once.
func TestAFileOfAPlacedMailIsNotLostInACrash(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.placedByStaff()
		files := func() []models.File {
			all, err := b.store.Files(t.Context(), r.ID)
			b.must(err)
			return all
		}
		if n := len(files()); n != 0 {
			t.Fatalf("%d files before the job ran: nothing was cut short", n)
		}
		b.drain(b.runner())
		all := files()
		if len(all) != 1 || all[0].Name != "proof.txt" || all[0].Internal {
			t.Fatalf("the files are %+v", all)
		}
		_, content, err := b.service.Queries.ReadFile(t.Context(), models.Actor{Kind: models.ActorStaff, ID: "may"}, r, all[0].ID, func(int64) error { return nil })
		if b.must(err); strings.TrimSpace(string(content)) != "this is me" {
			t.Errorf("the file says %q", content)
		}
	})
}

// Where nothing happens, the file is there at once, and the job is done.
func TestAFileOfAPlacedMailIsThereAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.placedByStaff() // sets up how files are read
		m := b.keep(strings.Replace(heldWithFile, "Hello", "Hello again", 1))
		for _, j := range b.ofKind(models.JobPending, models.JobPlaceMail) {
			b.set(j.RunAt)
			b.must(b.runner().Run(t.Context(), j.ID))
		}
		into, err := b.service.Inbox.AttachMail(t.Context(), models.Actor{Kind: models.ActorStaff, ID: "may", Role: models.RoleAgent}, m.ID, b.submit("a@example.org").Reference, cases.Option{})
		b.must(err)
		if all, err := b.store.Files(t.Context(), into.Request.ID); err != nil || len(all) != 1 {
			t.Errorf("files %+v, %v", all, err)
		}
		if n := len(b.ofKind(models.JobDone, models.JobMailFiles)); n != 1 {
			t.Errorf("%d jobs are done, want that of this mail", n)
		}
	})
}

// What becomes of the files of a mail that goes out of a case: they leave it, a job
// that is late brings none of them, and they come back with the mail.
func TestFilesGoWhereTheirMailGoes(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.placedByStaff() // sets up how files are read
		may := models.Actor{Kind: models.ActorStaff, ID: "may", Role: models.RoleManager}
		m := b.keep(strings.Replace(heldWithFile, "Hello", "Hello again", 1))
		for _, j := range b.ofKind(models.JobPending, models.JobPlaceMail) {
			b.set(j.RunAt)
			b.must(b.runner().Run(t.Context(), j.ID))
		}
		first, second := b.submit("ana@example.org"), b.submit("bea@example.org")
		files := func(r models.Request) int {
			all, err := b.store.Files(t.Context(), r.ID)
			b.must(err)
			return len(all)
		}
		wants := func(when string, inFirst, inSecond int) {
			t.Helper()
			if f, s := files(first), files(second); f != inFirst || s != inSecond {
				t.Errorf("%s: %d and %d files, want %d and %d", when, f, s, inFirst, inSecond)
			}
		}
		move := func(from models.Request, into string) {
			t.Helper()
			_, err := b.service.Cases.DoByID(t.Context(), may, from.ID, workflows.MoveMail{Mail: m.ID, Reference: into}, cases.Option{})
			b.must(err)
		}
		_, err := b.service.Inbox.AttachMail(t.Context(), may, m.ID, first.Reference, cases.Option{})
		b.must(err)
		wants("placed", 1, 0)
		move(first, second.Reference)
		b.drain(b.runner())
		wants("moved", 0, 1)
		move(second, first.Reference)
		b.drain(b.runner())
		wants("back again", 1, 0)
		move(first, "")
		b.drain(b.runner())
		wants("in no case", 0, 0)
		_, err = b.service.Inbox.AttachMail(t.Context(), may, m.ID, first.Reference, cases.Option{})
		b.must(err)
		wants("placed anew", 1, 0)

		// The job of a case that the mail has left meanwhile does nothing.
		move(first, second.Reference)
		move(second, "")
		b.drain(b.runner())
		wants("late", 0, 0)
	})
}

// conflicted is a store in which nothing can be added to a request, for a reason that
// has nothing to do with where the mail is.
type conflicted struct{ cases.Store }

func (s conflicted) Commit(ctx context.Context, d models.Decision) error {
	if _, adds := models.EffectOf[models.FileAdded](d); adds {
		return models.Errorf(models.CodeConflict, "not now")
	}
	return s.Store.Commit(ctx, d)
}

// A file that a request does not take now, although its mail belongs there, is not
// lost: the job tries again.
func TestAFileIsNotLostToAConflict(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.placedByStaff()
		store := b.service.Store
		b.service.Store = conflicted{store}
		j := b.one(models.JobMailFiles)
		b.must(b.runner().Run(t.Context(), j.ID))
		b.service.Store = store
		if got := b.job(j.ID); got.State != models.JobPending || got.LastError == "" {
			t.Errorf("the job is %s, %q", got.State, got.LastError)
		}
		b.pass(time.Hour)
		b.drain(b.runner())
		if all, err := b.store.Files(t.Context(), r.ID); err != nil || len(all) != 1 {
			t.Errorf("files %+v, %v", all, err)
		}
	})
}
