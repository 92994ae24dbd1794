package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/accounts"
	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
)

var markSpam = workflows.MarkSpam{}

func TestATemporaryRefusalIsRetriedForFiveDays(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Mona", "mona@example.org", models.RoleManager)
		// The service was down for a week: that is no reason to give up.
		b.submit("ana@example.org")
		j := b.one(models.JobSendMail)
		b.pass(7 * 24 * time.Hour)
		start := b.now()
		b.post.answers(func(notifications.Outgoing) error { return errBusy })
		pauses := b.exhaust(j.ID)
		want := []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
		if len(pauses) < 60 || !slices.Equal(pauses[:4], want) || slices.Max(pauses) != 2*time.Hour {
			t.Errorf("%d pauses: %v", len(pauses), pauses)
		}
		if tried := b.now().Sub(start); tried < 118*time.Hour || tried > 120*time.Hour {
			t.Errorf("given up after %v, want five days", tried)
		}
		m, err := b.store.Message(t.Context(), j.Subject)
		b.must(err)
		if m.Delivery != models.DeliveryFailed || m.LastError != "451" || m.Attempts != len(pauses)+1 {
			t.Errorf("the message is %s after %d tries: %s", m.Delivery, m.Attempts, m.LastError)
		}
		if got := b.job(j.ID); got.State != models.JobDead {
			t.Errorf("the job is %s", got.State)
		}
		if len(b.post.tries) != 1 {
			t.Errorf("the tries had %d Message-IDs, want one", len(b.post.tries))
		}
		b.wantMails("staff_mail_failed", 1)
		b.wantMails("staff_dead_job", 1)
	})
}

func (b *bed) wantMails(template string, want int) {
	b.t.Helper()
	if n := len(b.mails(template)); n != want {
		b.t.Errorf("%d mails of %s, want %d", n, template, want)
	}
}

func TestGreylistedMailArrives(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		j := b.one(models.JobSendMail)
		b.post.answers(func(notifications.Outgoing) error { return errBusy })
		b.must(b.runner().Run(t.Context(), j.ID))
		if m, err := b.store.Message(t.Context(), j.Subject); err != nil || m.Delivery != models.DeliveryDeferred {
			t.Errorf("the message is %s, %v", m.Delivery, err)
		}
		b.set(b.job(j.ID).RunAt)
		b.post.answers(nil)
		b.must(b.runner().Run(t.Context(), j.ID))
		m, err := b.store.Message(t.Context(), j.Subject)
		b.must(err)
		if m.Delivery != models.DeliverySent || m.Attempts != 2 || !m.SentAt.Equal(b.now()) || m.LastError != "" {
			t.Errorf("the message is %s after %d tries, at %v: %s", m.Delivery, m.Attempts, m.SentAt, m.LastError)
		}
		b.wantEvent(r, models.EventMailSent)
	})
}

// wantEvent wants one event of a kind about the request, in good form.
func (b *bed) wantEvent(r models.Request, kind models.EventKind) {
	b.t.Helper()
	events, err := b.store.Events(b.t.Context(), r.ID)
	b.must(err)
	n := 0
	for _, e := range events {
		if e.Kind == kind {
			n++
			if (e.Version == 0) != e.Change.Empty() || e.Reference != r.Reference || e.Actor.Kind != models.ActorSystem || strings.Contains(string(e.Canonical()), "ana@") {
				b.t.Errorf("the event is %s", e.Canonical())
			}
		}
	}
	if n != 1 {
		b.t.Errorf("%d events %s, want one", n, kind)
	}
}

func TestARefusalForGoodIsShownToStaffOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		may := b.hire("May", "may@example.org", models.RoleAgent)
		b.hire("Mona", "mona@example.org", models.RoleManager)
		r := b.submit("ana@example.org")
		b.do(r, may, workflows.Assign{Assignee: may.ID})
		j := b.ofKind(models.JobPending, models.JobSendMail)[0]
		b.do(r, may, workflows.Verify{Level: models.LevelMailbox, Method: "called_back"})
		refused, err := b.store.Message(t.Context(), j.Subject)
		b.must(err)
		b.post.answers(func(o notifications.Outgoing) error {
			if o.MailID == refused.MailID {
				return errUnknown
			}
			return nil
		})
		b.drain(b.runner())
		m, err := b.store.Message(t.Context(), j.Subject)
		b.must(err)
		if m.Delivery != models.DeliveryFailed || m.Attempts != 1 {
			t.Errorf("the message is %s after %d tries", m.Delivery, m.Attempts)
		}
		b.wantEvent(r, models.EventMailFailed)
		if to := b.post.to("Mail not delivered"); len(to) != 1 || to[0] != may.Email {
			t.Errorf("who heard of it: %q", to)
		}
		b.wantMails("staff_dead_job", 0)
		// Somebody made room in the mailbox, and staff retries.
		b.post.answers(nil)
		_, err = b.service.Jobs.RetryJob(t.Context(), models.Actor{Kind: models.ActorStaff, ID: may.ID}, j.ID)
		b.must(err)
		b.drain(b.runner())
		if m, _ = b.store.Message(t.Context(), j.Subject); m.Delivery != models.DeliverySent {
			t.Errorf("retried, the message is %s", m.Delivery)
		}
	})
}

func TestMailToStaffThatFailsAlarmsNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Mona", "mona@example.org", models.RoleManager)
		for name, err := range map[string]error{"for good": errUnknown, "for days": errBusy} {
			b.post.answers(func(notifications.Outgoing) error { return err })
			dead := b.nonsense()
			b.exhaust(dead.ID)
			alarm := b.one(models.JobSendMail)
			b.exhaust(alarm.ID)
			if got := b.job(alarm.ID); got.State != models.JobDead {
				t.Errorf("%s: the alarm is %s", name, got.State)
			}
			if left := b.all(models.JobPending); len(left) != 0 {
				t.Errorf("%s: a failed alarm made %+v", name, left)
			}
		}
	})
}

func TestAMailThatSomeGotIsNotSentAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.submit("ana@example.org")
		j := b.one(models.JobSendMail)
		b.post.answers(func(notifications.Outgoing) error {
			return &notifications.SendError{Delivered: 1, Code: 550, Words: "[address] unknown"}
		})
		b.must(b.runner().Run(t.Context(), j.ID))
		m, err := b.store.Message(t.Context(), j.Subject)
		b.must(err)
		if m.Delivery != models.DeliverySent || m.LastError != "" || b.job(j.ID).State != models.JobDone {
			t.Errorf("the message is %s: %s", m.Delivery, m.LastError)
		}
	})
}

func TestWhoGetsMailForStaff(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		staff := []models.Staff{
			b.hire("Ada", "ada@example.org", models.RoleAdmin), b.hire("Mona", "mona@example.org", models.RoleManager),
			b.hire("May", "may@example.org", models.RoleAgent), b.hire("Otto", "otto@example.org", models.RoleAuditor),
			b.hire("Bot", "", models.RoleAgent), b.leaver("Eve"),
		}
		for name, tc := range map[string]struct{ whom, want string }{ // names stand for ids
			"managers and admins":        {models.Managers, "ada@example.org mona@example.org"},
			"all who work":               {models.Everyone, "ada@example.org may@example.org mona@example.org"},
			"one person":                 {"May", "may@example.org"},
			"one person and managers":    {"May managers", "ada@example.org may@example.org mona@example.org"},
			"somebody named twice":       {"Mona managers", "ada@example.org mona@example.org"},
			"somebody without a mailbox": {"Bot", "team@example.org"},
			"somebody who left":          {"Eve", "team@example.org"},
			"nobody known":               {"0192f3c4", "team@example.org"},
		} {
			whom := tc.whom
			for _, s := range staff {
				whom = strings.ReplaceAll(whom, s.Name, s.ID)
			}
			b.must(b.service.Jobs.FinishJob(t.Context(), b.nonsense().ID, []models.Message{{
				Direction: models.Outgoing, Audience: models.ToStaff, Staff: whom, CreatedAt: b.now(),
				Letter: models.StaffDeadJobLetter{JobID: "for " + whom + ".", Kind: models.JobRemind}, Delivery: models.DeliveryQueued,
			}}))
			b.drain(b.runner())
			to := b.post.to("for " + whom + ".")
			if len(to) != 1 {
				t.Errorf("%s: %d mails, want 1", name, len(to))
				continue
			}
			got := strings.Fields(to[0])
			slices.Sort(got)
			if strings.Join(got, " ") != tc.want {
				t.Errorf("%s: it went to %v, want %s", name, got, tc.want)
			}
		}
	})
}

// The link of an invitation opens an account: it goes to its address or to
// nobody, and is forgotten once it is sent.
func TestAnInvitationGoesToNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx, by := t.Context(), models.Actor{Kind: models.ActorStaff, ID: "operator", Role: models.RoleAdmin}
		b.runner()
		_, secret, err := b.accounts.People.Invite(ctx, by, accounts.Newcomer{Name: "Ada", Email: "ada@example.org", Role: models.RoleAgent, Mail: true})
		b.must(err)
		j := b.one(models.JobSendMail)
		b.drain(b.runner())
		if to := b.post.to(secret); len(to) != 1 || to[0] != "ada@example.org" {
			t.Errorf("the link went to %v", to)
		}
		m, err := b.store.Message(ctx, j.Subject)
		b.must(err)
		if l, ok := m.Letter.(*models.StaffInvitationLetter); !ok || l.Secret != "" {
			t.Errorf("the letter still says %+v", m.Letter)
		}
		eve, secret, err := b.accounts.People.Invite(ctx, by, accounts.Newcomer{Name: "Eve", Email: "eve@example.org", Role: models.RoleAgent, Mail: true})
		b.must(err)
		b.must(b.accounts.People.SetDisabled(ctx, by, eve.ID, true, nil))
		b.drain(b.runner())
		if to := b.post.to(secret); len(to) != 0 {
			t.Errorf("the link of somebody who left went to %v", to)
		}
	})
}

// Whoever is locked out is told so, and nothing else.
func TestALetterAboutTheirAccountReachesTheDisabled(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx, by := t.Context(), models.Actor{Kind: models.ActorStaff, ID: "operator", Role: models.RoleAdmin}
		b.runner()
		eve := b.hire("Eve", "eve@example.org", models.RoleAgent)
		b.must(b.accounts.People.SetDisabled(ctx, by, eve.ID, true, nil))
		b.drain(b.runner())
		if to := b.post.to("An administrator disabled your account"); len(to) != 1 || to[0] != "eve@example.org" {
			t.Errorf("it went to %v", to)
		}
	})
}

// leaver is somebody who no longer works here.
func (b *bed) leaver(name string) models.Staff {
	b.t.Helper()
	s := models.Staff{ID: b.service.NewID(), Name: name, Email: strings.ToLower(name) + "@example.org", Role: models.RoleManager, CreatedAt: b.now(), Disabled: true}
	b.must(b.store.AddStaff(b.t.Context(), s, nil, models.Event{ID: b.service.NewID(), At: b.now(), Kind: models.EventStaffAdded}))
	return s
}

func TestMailOfAShreddedRequestIsNotSent(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		j := b.one(models.JobSendMail)
		b.erased(models.Request{ID: r.ID})
		b.must(b.runner().Run(t.Context(), j.ID))
		if got := b.job(j.ID); got.State != models.JobDone {
			t.Errorf("the job is %s: %s", got.State, got.LastError)
		}
		if n := b.post.took(t); n != 0 {
			t.Errorf("%d mails were sent", n)
		}
	})
}
