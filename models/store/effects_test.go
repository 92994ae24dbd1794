package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
)

// contents is everything in the database, row by row.
func (b *bed) contents(t *testing.T) string {
	t.Helper()
	var all []string
	for _, table := range b.tables(t) {
		for _, row := range b.rows(t, "SELECT * FROM "+table) {
			all = append(all, fmt.Sprintf("%s %s", table, row))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// effectCase is one kind of effect. make returns one that applies to r, and where
// its row is found after it; again is what the store says to a second run.
type effectCase struct {
	make  func(t *testing.T, b *bed, r models.Request) (e models.Effect, row string)
	again error
}

// effectCases lists every kind of effect by its type.
func effectCases() map[string]effectCase {
	code := func(c models.Code) error { return models.Errorf(c, "any") }
	planned := func(t *testing.T, b *bed) models.Job {
		j := job(newID())
		must(t, b.Ensure(t.Context(), j))
		return j
	}
	received := func(t *testing.T, b *bed) models.MailReceived {
		m := models.ReceivedMail{ID: newID(), State: models.MailKept, Source: "test", ReceivedAt: noon, KeptAt: noon, Blob: newID()}
		m.Envelope.EventID = newID()
		_, key, err := b.SealMail(m.ID, []byte("raw"))
		must(t, err)
		return models.MailReceived{Mail: m, Key: key}
	}
	return map[string]effectCase{
		"JobFinished": {func(t *testing.T, b *bed, _ models.Request) (models.Effect, string) {
			j := planned(t, b)
			return models.JobFinished{ID: j.ID}, "jobs WHERE state = 'done' AND id = '" + j.ID + "'"
		}, models.ErrJobDone},
		"JobFailed": {func(t *testing.T, b *bed, _ models.Request) (models.Effect, string) {
			j := planned(t, b)
			j.State = models.JobDead
			return models.JobFailed{Job: j}, "jobs WHERE state = 'dead' AND id = '" + j.ID + "'"
		}, models.ErrJobDone},
		"Once": {func(_ *testing.T, _ *bed, _ models.Request) (models.Effect, string) {
			key := newID()
			return models.Once{Scope: "s", Key: key, BodyHash: []byte("h"), Status: 200, Answer: []byte("a")}, "idempotency WHERE key = '" + key + "'"
		}, code(models.CodeInFlight)},
		"LastSeen": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			return models.LastSeen{}, "requests WHERE version = 1 AND id = '" + r.ID + "'"
		}, nil},
		"RequestChanged": {func(t *testing.T, b *bed, _ models.Request) (models.Effect, string) {
			o := b.submitted(t)
			o.Version, o.State = 2, models.StateOpen
			return models.RequestChanged{Request: o, Before: 1}, "requests WHERE version = 2 AND state = 'open' AND id = '" + o.ID + "'"
		}, code(models.CodeStale)},
		"CodeIssued": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			id := newID()
			return models.CodeIssued{Code: models.MailedCode{ID: id, RequestID: r.ID, Digest: []byte("d"), ExpiresAt: noon}}, "codes WHERE live AND id = '" + id + "'"
		}, code(models.CodeInternal)},
		"CodeUsed": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			c, err := b.CountTry(t.Context(), r.ID, []models.Tries{{Most: 5}}, noon)
			must(t, err)
			return models.CodeUsed{ID: c.ID}, "codes WHERE used AND id = '" + c.ID + "'"
		}, code(models.CodeNotFound)},
		"SessionOpened": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			id := newID()
			return models.SessionOpened{Session: models.Session{ID: id, RequestID: r.ID, Hash: []byte(id), ExpiresAt: noon}}, "sessions WHERE id = '" + id + "'"
		}, code(models.CodeInternal)},
		"RequesterReplaced": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			return models.RequesterReplaced{RequestID: r.ID}, "(SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM codes WHERE live AND request_id = '" + r.ID + "')) q"
		}, nil},
		"FileAdded": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			id := newID()
			return models.FileAdded{File: models.File{ID: id, RequestID: r.ID, Blob: "b", Name: "cv.pdf", CreatedAt: noon}}, "files WHERE id = '" + id + "'"
		}, code(models.CodeInternal)},
		"FileDeleted": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			f := models.File{ID: newID(), RequestID: r.ID, Blob: "b", Name: "cv.pdf", CreatedAt: noon}
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.FileAdded{File: f}}}))
			return models.FileDeleted{RequestID: r.ID, ID: f.ID}, "(SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM files WHERE id = '" + f.ID + "')) q"
		}, code(models.CodeStale)},
		"FilesSeen": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			f := models.File{ID: newID(), RequestID: r.ID, Blob: "b", Name: "cv.pdf", CreatedAt: noon}
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.FileAdded{File: f}}}))
			return models.FilesSeen{RequestID: r.ID, IDs: []string{f.ID}}, "files WHERE id = '" + f.ID + "'"
		}, nil},
		"FilesCounted": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			f := models.File{ID: newID(), RequestID: r.ID, Blob: "b", Name: "cv.pdf", CreatedAt: noon}
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.FileAdded{File: f}}}))
			if err := b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.FilesCounted{RequestID: r.ID}}}); models.CodeOf(err) != models.CodeStale {
				t.Errorf("a file more: %v", err)
			}
			return models.FilesCounted{RequestID: r.ID, Count: 1}, "files WHERE id = '" + f.ID + "'"
		}, nil},
		"MailTried": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			all, err := b.Messages(t.Context(), r.ID)
			must(t, err)
			m := all[0]
			m.Delivery = models.DeliveryBounced
			return models.MailTried{Message: m}, "messages WHERE delivery = 'bounced' AND id = '" + m.ID + "'"
		}, code(models.CodeStale)},
		"MailReceived": {func(t *testing.T, b *bed, _ models.Request) (models.Effect, string) {
			e := received(t, b)
			return e, "received_mail WHERE id = '" + e.Mail.ID + "'"
		}, code(models.CodeConflict)},
		"MailRouted": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			e := received(t, b)
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{e}}))
			e.Mail.State, e.Mail.Requests = models.MailPlaced, []string{r.Reference}
			return models.MailRouted{Mail: e.Mail}, "mail_requests WHERE mail_id = '" + e.Mail.ID + "' AND request_id = '" + r.ID + "'"
		}, code(models.CodeConflict)},
		"MailMoved": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			e := received(t, b)
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{e}}))
			e.Mail.State, e.Mail.Requests = models.MailPlaced, []string{r.Reference}
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.MailRouted{Mail: e.Mail}}}))
			e.Mail.State, e.Mail.Requests = models.MailHeld, nil
			return models.MailMoved{Mail: e.Mail, From: r.ID}, "received_mail WHERE state = 'held' AND id = '" + e.Mail.ID + "'"
		}, code(models.CodeConflict)},
		"MessageMoved": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			all, err := b.Messages(t.Context(), r.ID)
			must(t, err)
			return models.MessageMoved{RequestID: r.ID, ID: all[0].ID, Flags: []models.MessageFlag{models.FlagMoved}}, "messages WHERE text IS NULL AND flags = 'moved' AND id = '" + all[0].ID + "'"
		}, nil},
		"MailStays": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			e := received(t, b)
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{e}}))
			stays := models.MailStays{MailID: e.Mail.ID, RequestID: r.ID}
			if err := b.Commit(t.Context(), models.Decision{Effects: []models.Effect{stays}}); models.CodeOf(err) != models.CodeConflict {
				t.Errorf("a mail of another: %v", err)
			}
			e.Mail.State, e.Mail.Requests = models.MailPlaced, []string{r.Reference}
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.MailRouted{Mail: e.Mail}}}))
			return stays, "mail_requests WHERE mail_id = '" + e.Mail.ID + "' AND request_id = '" + r.ID + "'"
		}, nil},
		"MailCounted": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			return models.MailCounted{Mailbox: r.Mailbox(), Owner: r.Mailbox(), Interval: true, Group: "g"}, "unproven_mail WHERE second_at IS NULL AND third_at IS NULL AND first_at < '2027-01-01'"
		}, models.ErrMailboxLimit},
		"MailboxVerified": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.SuppressionChanged{Mailbox: r.Mailbox(), Suppressed: true}}}))
			return models.MailboxVerified{Mailbox: r.Mailbox()}, "(SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM never_mail)) q"
		}, nil},
		"TaskChanged": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			t := newTask(r)
			return models.TaskChanged{Task: t}, "tasks WHERE id = '" + t.ID + "' AND version = 1"
		}, code(models.CodeStale)},
		"TaskResulted": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			one := newTask(r)
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}))
			return models.TaskResulted{Result: models.TaskResult{TaskID: one.ID, RequestID: r.ID, Kind: models.ResultFindings, Run: 1, At: noon, Body: []byte("{}")}},
				"task_results WHERE task_id = '" + one.ID + "'"
		}, nil},
		"TasksSeen": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			return models.TasksSeen{RequestID: r.ID}, "requests WHERE id = '" + r.ID + "'"
		}, nil},
		"OwnerCodeIssued": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			one := keptTask(t, b, r)
			code := models.OwnerCode{ID: newID(), TaskID: one.ID, OwnerDigest: "o", Digest: []byte("d"), ExpiresAt: noon.Add(time.Hour)}
			return models.OwnerCodeIssued{Code: code}, "owner_codes WHERE id = '" + code.ID + "' AND live"
		}, code(models.CodeInternal)},
		"OwnerCodeUsed": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			one := keptTask(t, b, r)
			code := models.OwnerCode{ID: newID(), TaskID: one.ID, OwnerDigest: "o", Digest: []byte("d"), ExpiresAt: noon.Add(time.Hour)}
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.OwnerCodeIssued{Code: code}}}))
			return models.OwnerCodeUsed{ID: code.ID}, "owner_codes WHERE id = '" + code.ID + "' AND NOT live"
		}, code(models.CodeNotFound)},
		"OwnerSessionOpened": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			one := keptTask(t, b, r)
			session := models.OwnerSession{ID: newID(), TaskID: one.ID, OwnerDigest: "o", Hash: []byte(newID()), ExpiresAt: noon.Add(time.Hour)}
			return models.OwnerSessionOpened{Session: session}, "owner_sessions WHERE id = '" + session.ID + "'"
		}, code(models.CodeInternal)},
		"RequestErased": {func(t *testing.T, b *bed, _ models.Request) (models.Effect, string) {
			o := b.submitted(t)
			return models.RequestErased{RequestID: o.ID}, "request_keys WHERE wrapped IS NULL AND request_id = '" + o.ID + "'"
		}, code(models.CodeStale)},
		"MailErased": {func(t *testing.T, b *bed, _ models.Request) (models.Effect, string) {
			e := received(t, b)
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{e}}))
			return models.MailErased{MailID: e.Mail.ID}, "received_mail WHERE wrapped IS NULL AND id = '" + e.Mail.ID + "'"
		}, code(models.CodeStale)},
		"OwnDataErased": {func(t *testing.T, b *bed, r models.Request) (models.Effect, string) {
			session := models.Session{ID: newID(), RequestID: r.ID, Hash: []byte(newID()), ExpiresAt: noon}
			must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.SessionOpened{Session: session}}}))
			return models.OwnDataErased{What: models.OwnCodes, Table: "sessions", Before: noon.Add(time.Second), IDs: []string{session.ID}},
				"(SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE id = '" + session.ID + "')) q"
		}, code(models.CodeStale)},
		"LegalHoldChanged": {func(_ *testing.T, _ *bed, _ models.Request) (models.Effect, string) {
			h := models.LegalHold{ID: newID(), Version: 1}
			return models.LegalHoldChanged{Hold: h, Digests: [][]byte{[]byte("d")}}, "legal_hold_subjects WHERE hold_id = '" + h.ID + "'"
		}, code(models.CodeStale)},
		"ManualSystemChanged": {func(_ *testing.T, _ *bed, _ models.Request) (models.Effect, string) {
			return models.ManualSystemChanged{System: models.ManualSystem{System: models.System{Key: "paper"}, Revision: 1}}, "manual_systems WHERE key = 'paper'"
		}, code(models.CodeConflict)},
		"LegalHoldsSeen": {func(t *testing.T, b *bed, _ models.Request) (models.Effect, string) {
			seen, err := b.LegalHoldsOn(t.Context(), func() ([][]byte, error) { return nil, nil })
			must(t, err)
			return models.LegalHoldsSeen{Version: seen.Version}, "legal_hold_guard"
		}, nil},
		"MailboxErased": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			return models.MailboxErased{Mailbox: r.Mailbox()}, "erased_mailboxes"
		}, nil},
		"SuppressionChanged": {func(_ *testing.T, _ *bed, r models.Request) (models.Effect, string) {
			return models.SuppressionChanged{Mailbox: r.Mailbox(), Suppressed: true}, "never_mail"
		}, nil},
	}
}

// Every kind of effect is stored, changes nothing when it comes a second time,
// and leaves nothing behind when what it comes with is refused.
func TestEveryEffectIsStoredOnceAndWithTheRest(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		cases := effectCases()
		for _, kind := range models.Effects() {
			name := strings.TrimPrefix(fmt.Sprintf("%T", kind), "models.")
			c, ok := cases[name]
			if !ok {
				t.Errorf("%s has no case here", name)
				continue
			}
			b.exec(t, "DELETE FROM unproven_mail")
			b.exec(t, "DELETE FROM never_mail")
			effectHolds(t, b, name, c)
		}
	})
}

func effectHolds(t *testing.T, b *bed, name string, c effectCase) {
	t.Helper()
	r := b.submitted(t)
	full := models.MailCounted{Mailbox: "full@example.org", Owner: "full@example.org", Interval: true, Group: "full"}
	e, row := c.make(t, b, r)
	d := models.Decision{Request: r, Before: r.Version, Events: []models.Event{event(r, models.EventNoted)}, Effects: []models.Effect{e}}

	// The last thing that a commit does is refused.
	must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{full}}))
	before := b.contents(t)
	refused := d
	refused.Effects = []models.Effect{e, full}
	if err := b.Commit(t.Context(), refused); !errors.Is(err, models.ErrMailboxLimit) {
		t.Errorf("%s with a mail too many: %v", name, err)
	}
	if after := b.contents(t); after != before {
		t.Errorf("%s: of a refused decision something stays:\n%s\nbecame\n%s", name, before, after)
	}
	b.exec(t, "DELETE FROM unproven_mail")

	must(t, b.Commit(t.Context(), d))
	if n := b.count(t, row); n != 1 {
		t.Errorf("%s: %d rows, want 1", name, n)
	}
	stored := b.contents(t)
	d.Events = nil
	err := b.Commit(t.Context(), d)
	switch want := c.again; {
	case want == nil && err != nil, want != nil && err == nil:
		t.Errorf("%s again: %v, want %v", name, err, want)
	case models.CodeOf(want) == models.CodeInternal: // a key that is taken; no caller tells it apart
	case !errors.Is(err, want) && models.CodeOf(err) != models.CodeOf(want):
		t.Errorf("%s again: %v, want %v", name, err, want)
	}
	if again := b.contents(t); again != stored {
		t.Errorf("%s again:\n%s\nbecame\n%s", name, stored, again)
	}
}

// The rule of rate limits stands twice: in SQL, where it decides, and in
// package models, for what has to be decided before. They say the same.
func TestTheStoreAndTheModelAgreeOnRateLimits(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		verified := b.submitted(t, func(r *models.Request) { r.Person.Email, r.Level = "ana@a.example", models.LevelMailbox })
		property.Check(t, func(rt *rapid.T) {
			for _, table := range []string{"unproven_mail", "unproven_hours", "never_mail"} {
				b.exec(t, "DELETE FROM "+table)
			}
			at := noon
			for range rapid.IntRange(1, 30).Draw(rt, "mails") {
				at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 10, 11, 30, 60, 12 * 60, 24 * 60}).Draw(rt, "minutes")) * time.Minute)
				owner := rapid.SampledFrom([]string{verified.Mailbox(), "bo@a.example", "cy@a.example", "di@b.example"}).Draw(rt, "mailbox")
				m := models.MailCounted{
					Mailbox: owner, Owner: owner, Domain: owner[strings.IndexByte(owner, '@')+1:], Interval: rapid.Bool().Draw(rt, "interval"),
					Group: "g", PerDomain: rapid.IntRange(0, 3).Draw(rt, "per domain"), PerHour: rapid.IntRange(0, 5).Draw(rt, "per hour"),
					Public: rapid.Bool().Draw(rt, "public"),
				}
				if id := rapid.IntRange(0, 5).Draw(rt, "challenge"); id < 3 {
					m.Solved = &models.SolvedChallenge{ID: fmt.Sprint(id), At: noon}
				}
				if rapid.IntRange(0, 9).Draw(rt, "suppress") == 0 {
					must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.SuppressionChanged{Mailbox: owner, Suppressed: rapid.Bool().Draw(rt, "on")}}}))
				}
				usage, err := b.MailUsage(t.Context(), m, at)
				must(t, err)
				want := m.Exceeds(usage, at)
				got := b.Commit(t.Context(), models.Decision{Events: []models.Event{{ID: newID(), At: at, Kind: models.EventNoted}}, Effects: []models.Effect{m}})
				if !errors.Is(got, want) || (got == nil) != (want == nil) {
					rt.Fatalf("%+v at %+v: the store says %v, the model %v", m, usage, got, want)
				}
			}
		})
	})
}

// keptTask is a task that is stored.
func keptTask(t *testing.T, b *bed, r models.Request) models.Task {
	t.Helper()
	one := newTask(r)
	must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}))
	return one
}
