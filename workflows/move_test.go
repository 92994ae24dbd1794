package workflows_test

import (
	"slices"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// received is the mail that the request of a life was made of.
func received(l *life, from string) models.ReceivedMail {
	return models.ReceivedMail{
		ID: "m1", State: models.MailPlaced, ReceivedAt: noon, Requests: []string{l.r.Reference},
		MailContent: models.MailContent{Reading: models.MailReading{From: []string{from}, Text: "Here is what you asked for."}},
	}
}

// another is another case, which waits for an answer.
func another(t *testing.T) *life {
	t.Helper()
	l := in(t, models.StateOnHold)
	l.r.ID, l.r.Reference = "r2", "HB-0000-0000-02"
	return l
}

func target(l *life) workflows.Target {
	return workflows.Target{Into: l.r, Under: l.rules, Tasks: l.tasks}
}

// otherOf is what becomes of the other case.
func otherOf(l *life) models.Request {
	changed, _ := models.EffectOf[models.RequestChanged](l.last)
	return changed.Request
}

// An answer that came from another address became a request. Staff put it into
// its case: that is answered, and nobody hears of it.
func TestAMailFiledAsARequestIsMovedIntoItsCase(t *testing.T) {
	t.Parallel()
	l, into := mailedFrom(t, models.TypeUnsorted, "DE", ""), another(t)
	l.must(alice, workflows.MoveMail{Reference: into.r.Reference, Received: received(l, into.r.Mailbox()), Target: target(into)})
	l.wants("state", l.r.State, models.StateClosed)
	l.wants("outcome", l.r.Outcome, models.OutcomeDuplicate)
	l.wants("into", l.r.MergedInto, into.r.Reference)
	l.wants("the other", otherOf(l).State, models.StateInProgress) // it is the requester's own answer
	moved, _ := models.EffectOf[models.MailMoved](l.last)
	l.wants("mail", moved.Mail.Requests, "[HB-0000-0000-01 HB-0000-0000-02]")
	l.wants("from", moved.From, "")
	for _, m := range l.last.Messages {
		if m.Audience == models.ToRequester {
			t.Errorf("somebody is told: %T", m.Letter)
		}
	}
	l.log = slices.DeleteFunc(l.log, func(e models.Event) bool { return e.RequestID != l.r.ID }) // as the store keeps them
	replayed(t, l)

	stranger, into := mailedFrom(t, models.TypeUnsorted, "DE", ""), another(t)
	stranger.must(alice, workflows.MoveMail{Reference: into.r.Reference, Received: received(stranger, "else@example.org"), Target: target(into)})
	stranger.wants("the other", otherOf(stranger).State, models.StateOnHold)

	proved, into := mailedFrom(t, models.TypeAccess, "DE", ""), another(t)
	proved.must(subject, prove())
	proved.refused(alice, workflows.MoveMail{Reference: into.r.Reference, Received: received(proved, "a@example.org"), Target: target(into)}, models.CodeConflict)
	for name, c := range map[string]workflows.MoveMail{
		"nowhere":       {Received: received(proved, "a@example.org")},
		"itself":        {Received: received(proved, "a@example.org"), Target: workflows.Target{Into: proved.r}},
		"no mail of it": {Target: target(into)},
		"erased":        {Received: received(proved, "a@example.org"), Target: workflows.Target{Into: models.Request{ID: "r3", Shredded: true}}},
	} {
		if err := proved.try(alice, c); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A message that a stranger's address led into the wrong case leaves it, with
// its files; where it belongs in none yet, staff place it.
func TestAMessageIsMovedOutOfAWrongCase(t *testing.T) {
	t.Parallel()
	l, into := in(t, models.StateInProgress), another(t)
	m := received(l, "else@example.org")
	m.ID = "m7"
	message := models.Message{ID: "x", RequestID: l.r.ID, Direction: models.Incoming, Mail: "m7", Flags: []models.MessageFlag{models.FlagOtherSender}}
	files := []models.File{{ID: "f1", Blob: "b1", Author: robot}, {ID: "f2", Blob: "b2", Author: robot}}
	files = append(files, models.File{ID: "f3", Blob: "b3", Author: robot})
	l.r.Released = []string{"f2"}
	l.tasks = append(l.tasks, proofTask("f3"))
	version := l.r.Version
	l.must(alice, workflows.MoveMail{Mail: "m7", Reference: into.r.Reference, Received: m, Message: message, Files: files, Target: target(into)})
	l.wants("state", l.r.State, models.StateInProgress)
	l.wants("version", l.r.Version, version)
	gone, _ := models.EffectOf[models.MessageMoved](l.last)
	l.wants("message", gone.ID, "x")
	l.wants("flags", gone.Flags, "[other_sender moved]")
	moved, _ := models.EffectOf[models.MailMoved](l.last)
	l.wants("mail", moved.Mail.Requests, "["+into.r.Reference+"]")
	l.wants("from", moved.From, l.r.ID)
	deleted := 0
	for _, e := range l.last.Effects {
		if f, ok := e.(models.FileDeleted); ok {
			deleted++
			l.wants("deleted", f.ID, "f1") // what went out with an answer, or proves a task, stays
		}
	}
	l.wants("files deleted", deleted, 1)
	l.wants("a message there", slices.ContainsFunc(l.last.Messages, func(m models.Message) bool { return m.RequestID == "r2" && m.Mail == "m7" }), true)

	l.now = l.now.Add(time.Hour)
	l.must(alice, workflows.MoveMail{Mail: "m7", Received: m, Message: message})
	back, _ := models.EffectOf[models.MailMoved](l.last)
	l.wants("state", back.Mail.State, models.MailHeld)
	l.wants("why", back.Mail.Reason, workflows.ReasonMoved)
	l.wants("who decided", back.Mail.DecidedBy.ID, "")
}

// What leaves a case is deleted there: not under a legal hold on the person, nor
// while an appeal is about the request as it was answered. Nor does it leave while
// somebody sets a hold, or adds a file.
func TestNothingLeavesACaseThatHasToBeKept(t *testing.T) {
	t.Parallel()
	l, into := in(t, models.StateInProgress), another(t)
	m := received(l, "else@example.org")
	m.ID = "m7"
	move := workflows.MoveMail{
		Mail: "m7", Received: m, Message: models.Message{ID: "x", RequestID: l.r.ID, Direction: models.Incoming, Mail: "m7"}, Attached: 3, Target: target(into),
	}
	held := workflows.Case{Request: l.r, LegalHolds: models.LegalHolds{Known: true, Version: 4, On: []models.LegalHold{{ID: "h"}}}}
	if _, err := workflows.Decide(l.rules, held, alice, move, stamp(l.now)); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("under a legal hold: %v", err)
	}
	held.LegalHolds.On = nil
	d, err := workflows.Decide(l.rules, held, alice, move, stamp(l.now))
	seen, _ := models.EffectOf[models.LegalHoldsSeen](d)
	counted, _ := models.EffectOf[models.FilesCounted](d)
	if err != nil || seen.Version != 4 || counted != (models.FilesCounted{RequestID: l.r.ID, Count: 3}) {
		t.Errorf("%v, legal holds of version %d, files %+v", err, seen.Version, counted)
	}
	appealed := in(t, models.StateClosed)
	appealed.must(subject, workflows.FileAppeal{Text: "No."})
	carol := models.Actor{Kind: models.ActorStaff, ID: "carol", Role: models.RoleManager}
	appealed.refused(carol, move, models.CodeConflict)

	// The mail that a request was made of takes nothing out of it.
	own := mailedFrom(t, models.TypeUnsorted, "DE", "")
	held.Request, held.LegalHolds.On = own.r, []models.LegalHold{{ID: "h"}}
	if _, err := workflows.Decide(own.rules, held, alice, workflows.MoveMail{Received: received(own, "a@example.org"), Target: target(into)}, stamp(own.now)); err != nil {
		t.Errorf("its own mail, under a legal hold: %v", err)
	}
}

// Where a mail was moved the sender is not told where to: it may be another
// person's case.
func TestWhereAMailWasMovedIsNotForItsSender(t *testing.T) {
	t.Parallel()
	l, into := mailedFrom(t, models.TypeUnsorted, "DE", ""), another(t)
	l.must(alice, workflows.MoveMail{Reference: into.r.Reference, Received: received(l, "else@example.org"), Target: target(into)})
	l.wants("for staff", l.r.MergedInto, into.r.Reference)
	l.wants("for the sender", l.r.GoesOnAs(), "")
	l.must(alice, workflows.Reopen{Reason: "It was another's."})
	l.wants("moved", l.r.Moved, false)
	l.log = slices.DeleteFunc(l.log, func(e models.Event) bool { return e.RequestID != l.r.ID })
	replayed(t, l)
}
