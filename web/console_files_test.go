package web_test

import (
	"testing"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// A file is deleted once somebody has ticked that it is meant, and the requester
// sees that one of theirs is gone.
func TestStaffDeleteAFile(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	if ann.open(r.Reference).offers("delete-file") {
		t.Error("there is nothing to delete")
	}
	theirs, err := b.service.Cases.AddFile(t.Context(), models.Actor{Kind: models.ActorSubject}, r.Reference, "theirs.txt", []byte("a text"), false, cases.Option{})
	must(t, err)
	strangers, err := b.service.Cases.AddFile(t.Context(), models.Actor{Kind: models.ActorIntake}, r.Reference, "strangers.txt", []byte("a text"), true, cases.Option{})
	must(t, err)
	p := ann.open(r.Reference).want(200, "From somebody else, for staff only", "theirs.txt, from the requester", "strangers.txt, by mail from somebody else")
	p = p.act("delete-file").send("").want(422, "Confirm that it is to be deleted for good", "theirs.txt")
	p = p.act("delete-file").fill("sure", "yes", "file", theirs.ID, "reason", "misdirected").send("").want(200, "!theirs.txt, from")
	if n := b.count("files"); n != 1 {
		t.Errorf("%d files are left", n)
	}
	f := p.act("delete-file").fill("sure", "yes", "file", strangers.ID, "reason", "unwanted")
	f.send("").want(200, "!strangers.txt", "No files")
	f.fill("reason", "harmful").send("").want(422, "The request has no such file")
	if n := b.events(models.EventFileDeleted); n != 2 {
		t.Errorf("%d deletions are recorded", n)
	}
}

// An address from a form that imitates another is flagged on the page.
func TestTheConsoleFlagsAnImitatedAddress(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	const words = "The email address mixes alphabets and may imitate another address"
	r := b.wish(models.TypeAccess, func(c *workflows.Submit) { c.Person.Email = "r\u043ebin@example.com" })
	ann.open(r.Reference).want(200, words)
	ann.open(b.wish(models.TypeAccess).Reference).want(200, "!"+words)
}
