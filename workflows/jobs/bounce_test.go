package jobs_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// bounce is the notice that a mail came back, as its token names it.
func bounce(r models.Request, m models.Message) workflows.DeliveryNotification {
	return workflows.DeliveryNotification{
		Kind: workflows.NotificationFailed, Reference: r.Reference, Message: m.ID[len(m.ID)-8:], Words: "5.1.1 [address]: user unknown",
	}
}

func TestAMailThatComesBackIsATaskForStaff(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		may := b.hire("May", "may@example.org", models.RoleAgent)
		r := b.submit("ana@example.org")
		b.do(r, may, workflows.Assign{Assignee: may.ID})
		b.drain(b.runner())
		mail := b.mails("code")[0]
		// A Message-ID is no token of the envelope, and anybody may know it.
		for _, kind := range []workflows.NotificationKind{workflows.NotificationFailed, workflows.NotificationComplaint} {
			_, err := b.service.Cases.Notify(t.Context(), workflows.DeliveryNotification{Kind: kind, MailIDs: []string{mail.MailID}})
			if models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%s by its Message-ID: %v", kind, err)
			}
		}
		// Several times, in parallel.
		n := bounce(r, mail)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if got, err := b.service.Cases.Notify(t.Context(), n); err != nil || got != r.Reference {
					t.Errorf("it is about %q, %v", got, err)
				}
			})
		}
		wg.Wait()
		m, err := b.store.Message(t.Context(), mail.ID)
		b.must(err)
		if m.Delivery != models.DeliveryBounced || m.LastError != "5.1.1" {
			t.Errorf("the message is %s: %s", m.Delivery, m.LastError)
		}
		r, err = b.store.FindByID(t.Context(), r.ID)
		b.must(err)
		if !r.Unreachable || r.State != models.StateUnverified {
			t.Errorf("unreachable: %t, state: %s", r.Unreachable, r.State)
		}
		b.wantEvent(r, models.EventMailBounced)
		b.drain(b.runner())
		if to := b.post.to("Mail not delivered"); len(to) != 1 || to[0] != may.Email {
			t.Errorf("who heard of it: %q", to)
		}
	})
}

func TestAManglerOfFormsGetsStaffOneLetterADay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for _, email := range []string{"a@example.org", "b@example.org", "c@example.org"} {
			b.submit(email)
		}
		b.drain(b.runner())
		for _, m := range b.mails("code") {
			r, err := b.store.FindByID(t.Context(), m.RequestID)
			b.must(err)
			_, err = b.service.Cases.Notify(t.Context(), bounce(r, m))
			b.must(err)
		}
		b.wantMails("staff_mail_failed", 1)
	})
}

// A server that refuses at once says no less than one that returns the mail.
func TestACodeThatIsRefusedAtOnceIsATaskForStaff(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		mona := b.hire("Mona", "mona@example.org", models.RoleManager)
		b.post.answers(func(o notifications.Outgoing) error {
			if o.To[0] == mona.Email {
				return nil
			}
			return &notifications.SendError{Code: 550, Words: "5.7.1 sender address rejected"}
		})
		first := b.submit("a@example.org")
		b.submit("b@example.org")
		b.keep("From: bob@customer.example\r\nReturn-Path: <bob@customer.example>\r\nMessage-ID: <1@x>\r\nSubject: Access\r\n\r\nPlease send me a copy of all my personal data.\r\n")
		b.pass(20 * time.Second)
		b.drain(b.runner())
		made, _, err := b.store.List(t.Context(), models.Filter{Limit: 10})
		b.must(err)
		for _, r := range made {
			if !r.Unreachable || r.State != models.StateUnverified {
				t.Errorf("by %s: unreachable: %t, state: %s", r.Channel, r.Unreachable, r.State)
			}
			b.wantEvent(r, models.EventMailFailed)
		}
		// One for those who came by the form, one for who wrote.
		if to := b.post.to("Mail not delivered"); len(made) != 3 || len(to) != 2 || to[0] != mona.Email {
			t.Errorf("%d requests; who heard of it: %q", len(made), to)
		}
		// The relay is mended, and staff send the code again.
		b.post.answers(nil)
		dead := b.ofKind(models.JobDead, models.JobSendMail)
		for _, j := range dead {
			_, err := b.service.Jobs.RetryJob(t.Context(), models.Actor{Kind: models.ActorStaff, ID: mona.ID}, j.ID)
			b.must(err)
		}
		b.drain(b.runner())
		if first, err = b.store.FindByID(t.Context(), first.ID); err != nil || first.Unreachable {
			t.Errorf("the same mail was taken; unreachable: %t, %v", first.Unreachable, err)
		}
	})
}

func TestAProofOfTheMailboxEndsThatItIsUnreachable(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		b.drain(b.runner())
		_, err := b.service.Cases.Notify(t.Context(), bounce(r, b.mails("code")[0]))
		b.must(err)
		r = b.prove(r)
		if r.Unreachable || r.Level != models.LevelMailbox {
			t.Errorf("unreachable: %t, level: %s", r.Unreachable, r.Level)
		}
	})
}

// prove says that the code of a request was typed.
func (b *bed) prove(r models.Request) models.Request {
	b.t.Helper()
	code, err := b.store.CountTry(b.t.Context(), r.ID, []models.Tries{{Key: []byte("client"), Most: 5}}, b.now())
	b.must(err)
	d, err := b.service.Cases.DoByID(b.t.Context(), models.Actor{Kind: models.ActorSubject}, r.ID, workflows.ProveMailbox{
		CodeID: code.ID, Session: models.Session{ID: b.service.NewID(), RequestID: r.ID, Hash: []byte(code.ID), ExpiresAt: b.now().Add(time.Hour)},
	}, cases.Option{})
	b.must(err)
	return d.Request
}

func TestOtherNoticesAreNotes(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		b.drain(b.runner())
		mail := b.mails("code")[0]
		for range 3 { // the same again changes nothing
			for _, kind := range []workflows.NotificationKind{workflows.NotificationDelayed, workflows.NotificationDelivered, workflows.NotificationComplaint} {
				n := bounce(r, mail)
				n.Kind = kind
				if reference, err := b.service.Cases.Notify(t.Context(), n); err != nil || reference != r.Reference {
					t.Errorf("%s is about %q, %v", kind, reference, err)
				}
			}
		}
		events, err := b.store.Events(t.Context(), r.ID)
		b.must(err)
		noticed := map[string]int{}
		for _, e := range events {
			if e.Kind == models.EventMailNoticed {
				noticed[e.Detail["notice"]]++
			}
		}
		if fmt.Sprint(noticed) != "map[complaint:1 delayed:1 delivered:1]" {
			t.Errorf("the log has %v", noticed)
		}
		m, err := b.store.Message(t.Context(), mail.ID)
		b.must(err)
		after, err := b.store.FindByID(t.Context(), r.ID)
		b.must(err)
		if m.Delivery != models.DeliverySent || after.Unreachable || after.Version != r.Version {
			t.Errorf("the message is %s, the request unreachable: %t", m.Delivery, after.Unreachable)
		}
	})
}

func TestANoticeAboutNoMailOfOursIsNotFound(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		b.drain(b.runner())
		for _, n := range []workflows.DeliveryNotification{
			{Kind: workflows.NotificationFailed},
			{Kind: workflows.NotificationFailed, MailIDs: []string{"", "x@example.org", "\x00"}},
			{Kind: workflows.NotificationFailed, Reference: r.Reference, Message: "00000000"},
			{Kind: workflows.NotificationFailed, Reference: r.Reference},
			{Kind: workflows.NotificationFailed, Reference: "HB-0000-0000-00", Message: b.mails("code")[0].ID[28:]},
		} {
			if _, err := b.service.Cases.Notify(t.Context(), n); models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%+v: %v", n, err)
			}
		}
	})
}

// A server that delivers at once may be faster with its notice than we with
// our record of its 250.
func TestABounceOutlivesTheRecordOfTheSending(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submit("ana@example.org")
		mail, j := b.mails("code")[0], b.one(models.JobSendMail)
		_, err := b.service.Cases.Notify(t.Context(), bounce(r, mail))
		b.must(err)
		q, err := b.store.FindByID(t.Context(), r.ID)
		b.must(err)
		b.must(b.service.Cases.RecordDelivery(t.Context(), workflows.RecordDelivery{Message: mail, Job: j, Result: workflows.DeliveryResult{Delivery: models.DeliverySent}}, q))
		m, err := b.store.Message(t.Context(), mail.ID)
		b.must(err)
		if m.Delivery != models.DeliveryBounced || m.LastError == "" {
			t.Errorf("the message is %s: %s", m.Delivery, m.LastError)
		}
	})
}
