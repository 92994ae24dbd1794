package jobs_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// mailed files a request that came by mail.
func (b *bed) mailed(email string) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.Submit(b.t.Context(), models.Actor{Kind: models.ActorIntake}, workflows.Submit{
		Type: models.TypeAccess, Channel: models.ChannelEmail, Person: models.Person{Email: email},
	}, cases.Option{})
	b.must(err)
	return d.Request
}

// toRequesters counts the mails that reached no member of staff.
func (b *bed) toRequesters() int {
	b.t.Helper()
	b.post.took(b.t)
	b.post.mu.Lock()
	defer b.post.mu.Unlock()
	n := 0
	for _, o := range b.post.sent {
		if o.To[0] != "team@example.org" {
			n++
		}
	}
	return n
}

func (b *bed) wantToRequesters(want int) {
	b.t.Helper()
	b.drain(b.runner())
	if n := b.toRequesters(); n != want {
		b.t.Errorf("%d mails went to requesters, want %d", n, want)
	}
}

// T29: however one writes a mailbox, and however many do at once.
func TestT29AMailboxGetsThreeMailsThatNobodyProved(t *testing.T) {
	spellings := []string{
		"jane.doe@gmail.com", "j.a.n.e.doe@gmail.com", "JaneDoe@GMAIL.com", "janedoe+shop@googlemail.com",
		"janedoe@gmail.com", "janedoe+a+b@gmail.com", "Jane.Doe+x@GoogleMail.com",
	}
	onBoth(t, func(t *testing.T, b *bed) {
		const many = 50
		requests := make([]models.Request, many)
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() { requests[i] = b.submit(spellings[i%len(spellings)]) })
		}
		wg.Wait()
		b.wantToRequesters(3)
		b.wantMails("staff_new", 1) // once, not for each
		quiet := 0
		for _, r := range requests {
			events, err := b.store.Events(t.Context(), r.ID)
			b.must(err)
			if events[0].Detail["suppressed"] == string(models.SuppressedMailbox) {
				quiet++
			}
			if strings.Contains(string(events[0].Canonical()), "gmail") {
				t.Errorf("the event is %s", events[0].Canonical())
			}
		}
		if quiet != many-3 {
			t.Errorf("%d requests are quiet, want %d", quiet, many-3)
		}
		// They are not lost: none of those ends by itself, and each can have a code
		// the day after.
		if n := len(b.ofKind(models.JobPending, models.JobExpire)); n != 3 {
			t.Errorf("%d requests end by themselves, want 3", n)
		}
		for range 3 {
			b.must(b.service.Cases.RequestCode(t.Context(), requests[0].Reference))
		}
		b.wantToRequesters(3)
		b.pass(24 * time.Hour)
		b.must(b.service.Cases.RequestCode(t.Context(), requests[0].Reference))
		b.must(b.runner().Run(t.Context(), b.one(models.JobIssueCode).ID))
		b.wantMails("code", 4)
		b.wantToRequesters(6) // two of the reminders count too, and the third is left out
	})
}

func TestAnotherSpellingOfADomainIsTheSameMailbox(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for _, email := range []string{"a@müller.example", "a@xn--mller-kva.example", "A@MÜLLER.example", "a+1@müller.example", "a@müller.example"} {
			b.submit(email)
		}
		b.submit("a.a@müller.example") // somebody else: only one provider ignores dots
		b.wantToRequesters(4)
	})
}

func TestAProofEndsTheCount(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for range 12 {
			b.prove(b.submit("ana@example.org"))
		}
		b.drain(b.runner())
		b.wantMails("code", 12)
	})
}

// An opt-out needs no proof, so its receipt goes to whatever address was given.
func TestReceiptsOfOptOutsCountToo(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for range 5 {
			_, err := b.service.Cases.Submit(t.Context(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
				Type: models.TypeMarketingOptOut, Person: models.Person{Name: "Ana Canary", Email: "ana@example.org"},
			}, cases.Option{})
			b.must(err)
		}
		b.wantToRequesters(3)
	})
}

func TestMailIsAnsweredOnceInTenMinutes(t *testing.T) {
	onBoth(t, func(_ *testing.T, b *bed) {
		for _, step := range []struct {
			pass time.Duration
			want int
		}{{0, 1}, {9 * time.Minute, 1}, {time.Minute, 2}, {10 * time.Minute, 3}, {10 * time.Minute, 3}, {23*time.Hour + 40*time.Minute, 4}} {
			b.pass(step.pass)
			b.mailed("ana@example.org")
			b.wantToRequesters(step.want)
		}
	})
}

func TestADomainGetsTwentyAnswersAnHour(t *testing.T) {
	onBoth(t, func(_ *testing.T, b *bed) {
		for i := range 23 {
			b.mailed(fmt.Sprintf("a%d@example.org", i))
		}
		b.mailed("a@example.net")
		b.wantToRequesters(21)
		b.wantMails("staff_new", 1)
		for i := range 3 {
			b.submit(fmt.Sprintf("f%d@example.org", i)) // the form has no such limit
		}
		b.wantToRequesters(24)
		b.pass(time.Hour)
		b.mailed("a99@example.org")
		b.wantToRequesters(25)
	})
}

func TestTheBreakerAlarmsTheManagers(t *testing.T) {
	onBoth(t, func(_ *testing.T, b *bed) {
		b.hire("Mona", "mona@example.org", models.RoleManager)
		b.service.MailLimits = workflows.MailLimits{MailPerHour: 4, MailPerDomain: 2, FormPerHour: 3, FormPerDomain: 2}
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() { b.mailed(fmt.Sprintf("a@m%d.example", i)) })
		}
		wg.Wait()
		b.wantMails("code", 4)
		b.wantMails("staff_breaker", 1)
		for i := range 12 {
			b.submit(fmt.Sprintf("a@f%d.example", i))
		}
		b.wantMails("code", 7)
		b.wantMails("staff_breaker", 2) // one an hour, and another for the forms
	})
}

func TestABrakedReminderAndEndAreQuiet(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		remind, expire := b.one(models.JobVerifyReminder), b.one(models.JobExpire)
		for _, j := range []models.Job{remind, expire} {
			b.set(j.RunAt)
			for range 3 {
				b.submit("ana@example.org")
			}
			before := len(b.mails("verify_reminder")) + len(b.mails("expired"))
			b.must(b.runner().Run(t.Context(), j.ID))
			if b.job(j.ID).State != models.JobDone || len(b.mails("verify_reminder"))+len(b.mails("expired")) != before {
				t.Errorf("the job %s is %s", j.Kind, b.job(j.ID).State)
			}
		}
		if r, err := b.store.FindByID(t.Context(), r.ID); err != nil || r.Outcome != models.OutcomeExpired {
			t.Errorf("the request is %s, %v", r.State, err)
		}
	})
}

// stopOf is the token in the mail of a request.
func (b *bed) stopOf(r models.Request) string {
	b.t.Helper()
	all, err := b.store.Messages(b.t.Context(), r.ID)
	b.must(err)
	for _, m := range all {
		if l, ok := m.Letter.(*models.CodeLetter); ok && l.StopToken != "" {
			return l.StopToken
		}
	}
	b.t.Fatal("no mail has a token")
	return ""
}

func TestWhoeverIsWrittenToMayWantNoMail(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		token := b.stopOf(r)
		if strings.Contains(token, "ana") || strings.Contains(token, r.Reference) {
			t.Errorf("the token is %s", token)
		}
		wants := func(want bool) {
			t.Helper()
			if is, err := b.service.Cases.NotMine(t.Context(), token); err != nil || is.Never != want {
				t.Errorf("never mailed: %t, %v; want %t", is.Never, err, want)
			}
		}
		wants(false)
		for range 2 {
			b.must(b.service.Cases.SetSuppression(t.Context(), token, true))
			wants(true)
		}
		other := b.submit("ANA+again@example.org")
		b.wantToRequesters(1)
		if mails := b.mails("staff_new"); len(mails) != 1 || mails[0].Letter.(*models.StaffNewLetter).Suppressed != models.SuppressedListed {
			t.Errorf("staff heard %+v", mails)
		}
		b.must(b.service.Cases.SetSuppression(t.Context(), token, false))
		wants(false)
		b.must(b.service.Cases.RequestCode(t.Context(), other.Reference))
		b.wantToRequesters(2)
		events, err := b.store.Events(t.Context(), r.ID)
		b.must(err)
		var kinds []models.EventKind
		for _, e := range events {
			if e.Kind == models.EventMailStopped || e.Kind == models.EventMailAllowed {
				kinds = append(kinds, e.Kind)
			}
		}
		if len(kinds) != 2 {
			t.Errorf("the log says %s", kinds)
		}
	})
}

func TestAProofSaysThatMailIsWanted(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		b.must(b.service.Cases.SetSuppression(t.Context(), b.stopOf(r), true))
		b.prove(r)
		b.submit("ana@example.org")
		b.drain(b.runner())
		b.wantMails("code", 2)
	})
}

func TestATokenOfNoMailOfOursDoesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		token := b.stopOf(r)
		id, mac, _ := strings.Cut(token, ".")
		for _, bad := range []string{"", ".", id, id + ".", "." + mac, id + "." + mac[1:], strings.ToUpper(token), id[1:] + "." + mac, token + "x", r.ID + "." + mac, "\x00." + mac} {
			if err := b.service.Cases.SetSuppression(t.Context(), bad, true); models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%q: %v", bad, err)
			}
			if _, err := b.service.Cases.NotMine(t.Context(), bad); models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%q: %v", bad, err)
			}
		}
		b.erased(r)
		if err := b.service.Cases.SetSuppression(t.Context(), token, true); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("a shredded request: %v", err)
		}
	})
}

func TestAReportOfAbuseEndsMailUntilThereIsAProof(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		may := b.hire("May", "may@example.org", models.RoleAgent)
		r := b.submit("ana@example.org")
		b.drain(b.runner())
		for range 2 {
			n := bounce(r, b.mails("code")[0])
			n.Kind = workflows.NotificationComplaint
			_, err := b.service.Cases.Notify(t.Context(), n)
			b.must(err)
		}
		b.submit("ana@example.org")
		b.drain(b.runner())
		b.wantMails("code", 1)
		b.wantMails("staff_complaint", 1)
		if to := b.post.to("Mail reported as unwanted"); len(to) != 1 || to[0] != may.Email {
			t.Errorf("who heard of it: %q", to)
		}
	})
}

// T12: what a requester wrote is in no mail to a mailbox that nobody proved,
// whatever the type and the way.
func TestT12AnUnprovenMailHoldsNoWordOfTheRequester(t *testing.T) {
	t.Parallel()
	b := newBed(t, "sqlite3")
	const canary = "Kanarienvogel"
	n := 0
	for _, kind := range b.service.Policy.Types("US", "CA") {
		for _, channel := range []models.Channel{models.ChannelWeb, models.ChannelEmail} {
			n++
			c := workflows.Submit{
				Type: kind.Key, Channel: channel, Details: canary, InReplyTo: "abc@mail.example",
				Person: models.Person{Name: canary, Email: fmt.Sprintf("a%d@d%d.example", n, n), Country: "US", Region: "CA"},
			}
			if kind.Key == models.TypeCorrection {
				c.Fields = map[string]any{"corrections": []any{map[string]any{"field": "company", "current": canary, "requested": canary}}}
			}
			d, err := b.service.Cases.Submit(t.Context(), models.Actor{Kind: models.ActorIntake}, c, cases.Option{})
			if models.CodeOf(err) == models.CodeInvalid {
				continue // it has further fields of its own
			}
			b.must(err)
			b.must(b.service.Cases.RequestCode(t.Context(), d.Request.Reference))
		}
	}
	b.drain(b.runner())
	for _, kind := range []models.JobKind{models.JobVerifyReminder, models.JobExpire} {
		for _, j := range b.ofKind(models.JobPending, kind) {
			if j.RunAt.After(b.now()) {
				b.set(j.RunAt)
			}
		}
		b.drain(b.runner())
	}
	for _, o := range b.sentMail("") {
		if o.To[0] != "team@example.org" && strings.Contains(string(o.Raw), canary) {
			t.Errorf("a mail holds what was written:\n%s", o.Raw)
		}
		if o.To[0] != "team@example.org" && !strings.Contains(unwrapped(o), "/not-me/") {
			t.Errorf("a mail has no way to say that it was not me:\n%s", o.Raw)
		}
	}
	if len(b.mails("code")) < 20 || len(b.mails("verify_reminder")) < 10 || len(b.mails("expired")) < 10 {
		t.Errorf("%d codes, %d reminders, %d ends", len(b.mails("code")), len(b.mails("verify_reminder")), len(b.mails("expired")))
	}
}

// unwrapped is a mail without the soft line breaks of quoted-printable.
func unwrapped(o notifications.Outgoing) string {
	return strings.ReplaceAll(string(o.Raw), "=\r\n", "")
}
