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
