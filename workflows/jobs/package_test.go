package jobs_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"habeas/internal/blob"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// packed is a request whose answer went out with an access package.
func (b *bed) packed(email string) models.Request {
	b.t.Helper()
	r := b.verified(models.TypeAccess, email)
	for _, one := range b.tasksOf(r) {
		if one.Manual() {
			b.onTask("ada", one, workflows.CompleteTask{Task: one.ID, Outcome: models.TaskNothingFound, Note: "Nothing there."})
		}
	}
	b.drain(b.runner())
	f, err := b.service.Cases.AddPackage(b.t.Context(), clerk("ada"), r.Reference, "data.zip", func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("all that there is of "+email+"\n", 10_000))
		return err
	}, cases.Option{})
	b.must(err)
	r = b.staff(b.request(r.ID), workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here it is.", Files: []string{f.ID}})
	r = b.act(clerk("bob"), r, workflows.Approve{Version: r.Version})
	if r.Package.File != f.ID || r.Package.Left != 10 || r.Package.Ended(b.now()) != "" || r.Package.Until.Before(b.now().AddDate(0, 0, 14)) {
		b.t.Fatalf("it went out as %+v", r.Package)
	}
	return r
}

// What went out to somebody before their data was erased cannot be fetched any more,
// and its bytes are gone; that of anybody else stays.
func TestAnErasureVoidsThePackagesOfThePerson(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		ana, bob := b.packed("ana@example.org"), b.packed("bob@example.org")
		blobOf := func(r models.Request) string {
			files, err := b.store.Files(t.Context(), r.ID)
			b.must(err)
			return files[0].Blob
		}
		b.carriedOut("ana@example.org")
		b.drain(b.runner())
		if now := b.request(ana.ID).Package; now.Void != models.PackageErased {
			t.Errorf("hers is %+v", now)
		}
		if _, err := b.service.Blobs.Get(t.Context(), blobOf(ana)); err == nil || !strings.Contains(err.Error(), blob.ErrNotFound.Error()) {
			t.Errorf("its bytes are there: %v", err)
		}
		b.refusedFor(clerk("bob"), ana, workflows.ReissuePackage{}, "void")
		if now := b.request(bob.ID).Package; now.Ended(b.now()) == models.PackageErased {
			t.Errorf("another one's is %+v", now)
		}
		if left, err := b.service.Blobs.Get(t.Context(), blobOf(bob)); err != nil {
			t.Error(err)
		} else {
			_ = left.Close()
		}
	})
}

// A package is counted when it was fetched whole, ends with its count or its time, and
// can be issued again in one step, of which the requester is told.
func TestAPackageIsCountedAndEndsAndIsIssuedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.packed("ana@example.org")
		requester := models.Actor{Kind: models.ActorSubject}
		for range 10 {
			r = b.act(requester, r, workflows.FetchPackage{File: r.Package.File})
		}
		if r.Package.Ended(b.now()) != models.PackageSpent || r.Package.Fetched != 10 {
			t.Errorf("fetched ten times it is %+v", r.Package)
		}
		r = b.act(clerk("ada"), r, workflows.ReissuePackage{})
		b.drain(b.runner())
		if told := b.post.to("can be downloaded again"); len(told) != 1 || told[0] != "ana@example.org" || r.Package.Left != 10 {
			t.Errorf("issued again it is %+v, and told are %q", r.Package, told)
		}
		b.pass(15 * 24 * time.Hour)
		if r.Package.Ended(b.now()) != models.PackageExpired {
			t.Errorf("after its time it is %+v", r.Package)
		}
		r = b.act(clerk("ada"), r, workflows.VoidPackage{Why: models.PackageVoided})
		b.refusedFor(requester, r, workflows.FetchPackage{File: r.Package.File}, "void")
		if len(b.post.to("Download your data")) == 0 {
			t.Error("no letter says how to fetch it")
		}
	})
}

// byParent files a request of a parent for a child, and verifies it.
func (b *bed) byParent(right models.RequestType, parent, child string) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.Submit(b.t.Context(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
		Type: right, Channel: models.ChannelWeb, Person: models.Person{Name: "Kim", Email: child, Country: "DE"}, Locale: "en",
		OnBehalf: &models.OnBehalf{Role: models.CapacityParent, Name: "Pat", Email: parent, Authority: "I am the mother."},
	}, cases.Option{})
	b.must(err)
	r := b.prove(d.Request)
	b.staff(r, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	b.staff(r, workflows.Verify{Level: models.LevelHigh, Method: "staff_check", Of: workflows.ProvenAuthority})
	return b.sure(b.staff(r, workflows.Start{}))
}

// A package that was voided, or replaced, does not go out with a later answer.
func TestAVoidPackageDoesNotGoOutAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.packed("ana@example.org")
		again := workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Once more.", Files: []string{r.Package.File}}
		r = b.staff(r, workflows.Reopen{Reason: "She asks."})
		r = b.staff(b.request(r.ID), workflows.Start{})
		r = b.act(clerk("ada"), r, again) // proposed while it may still be fetched
		r = b.act(clerk("ada"), r, workflows.VoidPackage{Why: models.PackageVoided})
		b.refusedFor(clerk("bob"), r, workflows.Approve{Version: r.Version}, "void")
		r = b.act(clerk("bob"), r, workflows.Return{Reason: "Make a new one."})
		b.refusedFor(clerk("ada"), r, again, "void")
	})
}

// What a parent has about themselves is not voided, nor is their mailbox on the list of
// those that were erased, when the data of their child is.
func TestTheErasureOfAChildIsNotThatOfTheParent(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		pat, kim := b.packed("pat@example.org"), b.packed("ana@example.org")
		r := b.byParent(models.TypeDeletion, "pat@example.org", "ana@example.org")
		b.act(clerk("ada"), r, workflows.PreviewErasure{})
		b.drain(b.runner())
		paper := b.task(r, "paper")
		b.onTask("ada", paper, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskCompleted})
		r = b.request(r.ID)
		b.act(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))})
		b.drain(b.runner())
		if c := b.request(r.ID).Certificate; c == nil || !c.Suppressed {
			t.Errorf("the certificate is %+v", c)
		}
		if !b.erasedMailbox("ana@example.org") || b.erasedMailbox("pat@example.org") {
			t.Error("the suppression list is not that of the child")
		}
		if now := b.request(pat.ID).Package; now.Void != "" {
			t.Errorf("the parent's package is %s", now.Void)
		}
		if now := b.request(kim.ID).Package; now.Void != models.PackageErased {
			t.Errorf("the child's package is %+v", now)
		}
	})
}

// While a legal hold stands a package of what was erased is void, and its bytes stay.
func TestALegalHoldKeepsTheBytesOfAVoidPackage(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		ana := b.packed("ana@example.org")
		b.rehearsed("ana@example.org")
		b.holdOn("ana@example.org")
		b.drain(b.runner())
		if now := b.request(ana.ID).Package; now.Void == "" {
			t.Errorf("it is %+v", now)
		}
		files, err := b.store.Files(t.Context(), ana.ID)
		b.must(err)
		kept, err := b.service.Blobs.Get(t.Context(), files[0].Blob)
		b.must(err)
		_ = kept.Close()
	})
}

// A void job that runs late leaves what was made after the erasure.
func TestALateVoidJobLeavesALaterPackage(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.carriedOut("ana@example.org")
		b.pass(time.Hour)
		later := b.packed("ana@example.org")
		for _, task := range b.tasksOf(r) {
			b.must(b.service.Cases.VoidPackages(t.Context(), r.ID, task.ID))
		}
		if now := b.request(later.ID).Package; now.Void != "" {
			t.Errorf("it is %s", now.Void)
		}
	})
}

// Whatever panics while a package is made fails the package, and not the process.
func TestAPanicInAPackageIsAnError(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeAccess, "ana@example.org")
		_, err := b.service.Cases.AddPackage(t.Context(), clerk("ada"), r.Reference, "data.zip", func(io.Writer) error { panic("no such column") }, cases.Option{})
		if err == nil || !strings.Contains(err.Error(), "no such column") {
			t.Errorf("it gave %v", err)
		}
	})
}
