package intake_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/intake"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

const askAccess = "Please send me a copy of all my personal data that you hold about me."

func TestAMailBecomesARequest(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("Ana Canary <ana@example.org>", "Access request", askAccess, "Message-ID: <1@example.org>"))
		if r.Outcome != intake.OutcomeRequest || r.Reference == "" || r.SuggestedType != models.TypeAccess {
			t.Fatalf("receipt %+v", r)
		}
		q := d.request(r.Reference)
		if q.Type != models.TypeAccess || q.State != models.StateUnverified || q.Channel != models.ChannelEmail ||
			q.Person.Email != "ana@example.org" || q.Person.Name != "Ana Canary" || q.Details != askAccess || q.Mail != r.ID {
			t.Errorf("request %+v %+v", q.Facts, q.Content)
		}
		if n := d.mailed(r.Reference); n != 1 {
			t.Errorf("%d mails to the requester, want the code", n)
		}
		if m := d.messages(r.Reference)[0]; m.InReplyTo != "1@example.org" {
			t.Errorf("the code answers %q", m.InReplyTo)
		}
		if m := d.mail(r.ID); m.State != models.MailPlaced || !slices.Equal(m.Requests, []string{r.Reference}) {
			t.Errorf("the mail is %s of %v", m.State, m.Requests)
		}
		if j, err := d.store.Job(t.Context(), jobOf(t, d, r.ID)); err != nil || j.State != models.JobDone {
			t.Errorf("job %+v, %v", j, err)
		}
	})
}

// jobOf is the done job that placed a mail.
func jobOf(t *testing.T, d *desk, mailID string) string {
	t.Helper()
	done, _, err := d.store.Jobs(t.Context(), models.JobDone, models.Cursor{}, 500)
	d.must(err)
	for _, j := range done {
		if j.Kind == models.JobPlaceMail && j.Subject == mailID {
			return j.ID
		}
	}
	t.Fatal("no job placed the mail")
	return ""
}

func TestTheClockRunsFromWhenTheMailArrived(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r, err := d.Take(t.Context(), []byte(letter("ana@example.org", "Access request", askAccess)),
			intake.Envelope{Source: "imap", ReceivedAt: d.now().Add(-72 * time.Hour)})
		d.must(err)
		if on := d.request(r.Reference).ReceivedOn.String(); on != "2026-11-17" {
			t.Errorf("received on %s", on)
		}
	})
}

func TestWhatNobodyUnderstandsIsARequestToBeClassified(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Hello", "It is about the thing we talked about. What now?"))
		q := d.request(r.Reference)
		if r.Outcome != intake.OutcomeRequest || q.Type != models.TypeUnsorted || q.Deadline.RespondOn.IsZero() {
			t.Fatalf("%+v %+v", r, q.Facts)
		}
		q = d.do(r.Reference, alice, workflows.Classify{Type: models.TypeDeletion})
		if q.Type != models.TypeDeletion || q.State != models.StateUnverified || q.ReceivedOn.String() != "2026-11-20" {
			t.Errorf("classified: %+v", q.Facts)
		}
	})
}

// Who claims the GDPR gets its dates, whatever the language; a month of 28 days
// is shorter than the promise.
func TestWhoClaimsTheGDPRGetsItsDates(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for from, text := range map[string]string{
			"ana@example.org": "Under Article 15 GDPR I request a copy of all personal data you hold about me.",
			"eva@example.org": "Hola, según el artículo 15 del RGPD solicito una copia de todos mis datos personales, por favor.",
		} {
			r := d.take(letter(from, "Request", text))
			q := d.request(r.Reference)
			if q.Country != "EU" || !slices.Contains(q.Deadline.Regimes, "eu-gdpr") || !slices.Contains(q.Deadline.Regimes, "house") {
				t.Errorf("%s lives in %q, under %v", from, q.Country, q.Deadline.Regimes)
			}
		}
	})
}

func TestAnUnsortedRequestHasTheStrictestDate(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Hello", "I live in California. It is about what we talked about."))
		q := d.request(r.Reference)
		// 10 business days, as for an opt-out from mail: 15 U.S.C. § 7704(a)(4).
		if q.Type != models.TypeUnsorted || q.Deadline.Governing != "us-can-spam" {
			t.Errorf("%s under %s", q.Type, q.Deadline.Governing)
		}
		q = d.do(r.Reference, alice, workflows.Classify{Type: models.TypeDeletion})
		if q.Deadline.Governing != "house" {
			t.Errorf("then under %s until %s", q.Deadline.Governing, q.Deadline.RespondOn)
		}
	})
}

func TestNothingIsReleasedBeforeItIsClassified(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Hello", "It is about the thing we talked about."))
		d.do(r.Reference, alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
		d.do(r.Reference, alice, workflows.Start{})
		_, err := d.service.Cases.Do(t.Context(), alice, r.Reference, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Done."}, cases.Option{})
		if models.CodeOf(err) != models.CodeConflict {
			t.Errorf("deciding it: %v", err)
		}
	})
}

func TestSeveralRightsBecomeLinkedRequests(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access and deletion",
			"Please send me a copy of all my personal data. After that please delete my account and all of my data."))
		if len(r.References) != 2 {
			t.Fatalf("receipt %+v", r)
		}
		types := map[models.RequestType]bool{}
		for _, reference := range r.References {
			q := d.request(reference)
			types[q.Type] = true
			linked, err := d.store.Linked(t.Context(), q.ID)
			d.must(err)
			if len(linked) != 1 || linked[0] == reference || !slices.Contains(r.References, linked[0]) {
				t.Errorf("%s is linked with %v", reference, linked)
			}
		}
		if !types[models.TypeAccess] || !types[models.TypeDeletion] {
			t.Errorf("types %v", types)
		}
	})
}

func TestTheSameMailTwiceIsOne(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		raw := letter("ana@example.org", "Access request", askAccess, "Message-ID: <1@example.org>")
		first := d.take(raw)
		again := d.take("Received: from elsewhere by another.example; now\r\n" + raw)
		if !again.Repeated || again.Reference != first.Reference || again.ID != first.ID || d.requests() != 1 {
			t.Errorf("again: %+v", again)
		}
		d.pass(31 * 24 * time.Hour)
		if late := d.take(raw); late.Repeated || late.Reference == first.Reference {
			t.Errorf("a month later: %+v", late)
		}
		if other := d.take(letter("ana@example.org", "Access request", askAccess+" Soon.", "Message-ID: <1@example.org>")); other.Repeated {
			t.Errorf("another text under the same id: %+v", other)
		}
	})
}

func TestTheSameDeliveryTwiceIsOne(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		e := intake.Envelope{Source: "imap", SourceEventID: "INBOX/1/7", ReceivedAt: d.now()}
		first, err := d.Take(t.Context(), []byte(letter("ana@example.org", "Access request", askAccess)), e)
		d.must(err)
		again, err := d.Take(t.Context(), []byte(letter("ana@example.org", "Something else", askAccess)), e)
		d.must(err)
		if !again.Repeated || again.ID != first.ID || again.Reference != first.Reference {
			t.Errorf("again: %+v", again)
		}
		e.Source = "hook" // another source may use the same name
		if other, err := d.Take(t.Context(), []byte(letter("eve@example.org", "Access request", askAccess)), e); err != nil || other.Repeated {
			t.Errorf("another source: %+v, %v", other, err)
		}
	})
}

func TestTwoAdaptersAtOnceMakeOne(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		raw := letter("ana@example.org", "Access request", askAccess, "Message-ID: <1@example.org>")
		receipts := make([]intake.Receipt, 8)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range receipts {
			wg.Go(func() {
				<-start
				r, err := d.again().Take(t.Context(), []byte(raw), intake.Envelope{Source: "test", ReceivedAt: d.now()})
				if err != nil {
					t.Error(err)
				}
				receipts[i] = r
			})
		}
		close(start)
		wg.Wait()
		fresh := 0
		for _, r := range receipts {
			if !r.Repeated {
				fresh++
			}
		}
		if fresh != 1 || d.requests() != 1 {
			t.Errorf("%d fresh receipts and %d requests", fresh, d.requests())
		}
	})
}

func TestAReplyFindsItsCaseAndEndsTheHold(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		d.do(r.Reference, alice, workflows.Verify{Level: models.LevelMailbox, Method: "staff_check"})
		d.do(r.Reference, alice, workflows.Start{})
		d.do(r.Reference, alice, workflows.Ask{Message: "Which account?"})
		got := d.take(letter("Ana@Example.org", "Re: A question", "The one of 2019.\r\n\r\n> Which account?"), d.reply(r.Reference))
		if got.Outcome != intake.OutcomeThread || got.Reference != r.Reference {
			t.Fatalf("receipt %+v", got)
		}
		if q := d.request(r.Reference); q.State != models.StateInProgress {
			t.Errorf("the case is %s", q.State)
		}
		in := d.received(r.Reference)
		if len(in) != 1 || in[0].Text != "The one of 2019." || in[0].Mail != got.ID || !workflows.Trusted(in[0].Flags) || !slices.Contains(in[0].Flags, models.FlagUnproven) {
			t.Errorf("message %+v", in)
		}
	})
}

func TestAReplyFindsItsCaseByTheMessageItAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		sent := d.messages(r.Reference)[0].MailID
		got := d.take(letter("ana@example.org", "Re: your code", "Thank you.", "In-Reply-To: <"+sent+">"))
		if got.Outcome != intake.OutcomeThread || got.Reference != r.Reference || d.requests() != 1 {
			t.Errorf("receipt %+v", got)
		}
		// The reference in a subject can be typed by anybody.
		if got = d.take(letter("eve@example.net", "Re: "+r.Reference, "Change my address. "+askAccess)); got.Reference == r.Reference {
			t.Errorf("a subject led into the case: %+v", got)
		}
	})
}

// The mailbox on file is the sender's, whichever way its domain is written.
func TestAReplyIsTheRequestersHoweverTheirDomainIsWritten(t *testing.T) {
	for name, written := range map[string][2]string{
		"a mail server's way": {"ana@b\u00fccher.example", "Ana@xn--bcher-kva.example"},
		"a person's way":      {"ana@xn--bcher-kva.example", "ana@B\u00fccher.example"},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				r := d.take(letter(written[0], "Access request", askAccess))
				got := d.take(letter(written[1], "Re: your code", "Thank you."), d.reply(r.Reference))
				in := d.received(r.Reference)
				if got.Reference != r.Reference || len(in) != 1 || !workflows.Trusted(in[0].Flags) {
					t.Errorf("receipt %+v, messages %+v", got, in)
				}
				d.take(letter("ana@bucher.example", "Re: your code", "Thank you."), d.reply(r.Reference))
				if in = d.received(r.Reference); len(in) != 2 || !slices.Contains(in[1].Flags, models.FlagOtherSender) {
					t.Errorf("a look-alike is trusted: %+v", in)
				}
			})
		})
	}
}

// T04: a reply that is not the requester's is kept, flagged, and does nothing.
func TestAReplyThatIsNotTheRequestersDoesNothing(t *testing.T) {
	tests := map[string]struct {
		raw  string
		flag models.MessageFlag
	}{
		"from another address":   {letter("eve@example.net", "Re: A question", "Send it to me."), models.FlagOtherSender},
		"from a plus address":    {letter("ana+x@example.org", "Re: A question", "Send it to me."), models.FlagOtherSender},
		"from two addresses":     {letter("ana@example.org, eve@example.net", "Re: A question", "Send it."), models.FlagOtherSender},
		"disowned by its domain": {"Authentication-Results: mx.example.com; dmarc=fail header.from=example.org\r\n" + letter("ana@example.org", "Re: A question", "Send it."), models.FlagAuthFailed},
		"an automatic reply":     {letter("ana@example.org", "Out of office", "I am away.", "Auto-Submitted: auto-replied"), models.FlagAutomatic},
		"of who is away":         {letter("ana@example.org", "Automatic reply: A question", "I am away."), models.FlagAutomatic},
		"sent to a list":         {letter("ana@example.org", "Re: A question", "Here.", "List-Id: <x.example.org>"), models.FlagAutomatic},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				r := d.take(letter("ana@example.org", "Access request", askAccess))
				d.do(r.Reference, alice, workflows.Verify{Level: models.LevelMailbox, Method: "staff_check"})
				d.do(r.Reference, alice, workflows.Start{})
				before := d.do(r.Reference, alice, workflows.Ask{Message: "Which account?"})
				mailed := d.mailed(r.Reference)
				got := d.take(tt.raw, d.reply(r.Reference))
				after := d.request(r.Reference)
				if got.Outcome != intake.OutcomeThread || after.Version != before.Version || after.State != models.StateOnHold {
					t.Errorf("receipt %+v, version %d, state %s", got, after.Version, after.State)
				}
				in := d.received(r.Reference)
				if len(in) != 1 || !slices.Contains(in[0].Flags, tt.flag) {
					t.Errorf("messages %+v", in)
				}
				if d.mailed(r.Reference) != mailed {
					t.Error("it was answered")
				}
				shown, err := d.service.Queries.Conversation(t.Context(), after)
				d.must(err)
				for _, m := range shown {
					if m.Direction == models.Incoming {
						t.Error("the requester is shown somebody else's words")
					}
				}
			})
		})
	}
}

func TestWhatMustNotBeAnsweredIsNot(t *testing.T) {
	tests := map[string]struct {
		raw     string
		outcome intake.Outcome
		reason  string
	}{
		"an agent's platform": {letter("case@agents.example.net", "Access request", askAccess, "Auto-Submitted: auto-generated"), intake.OutcomeRequest, ""},
		"no reply wanted":     {letter("noreply@example.net", "Access request", askAccess), intake.OutcomeRequest, ""},
		"a machine's answer":  {letter("ana@example.org", "Out of office", "I am away.", "Auto-Submitted: auto-replied"), intake.OutcomeHeld, intake.ReasonAutoReply},
		"who is away":         {letter("ana@example.org", "Abwesenheitsnotiz: Access request", "I am away. "+askAccess), intake.OutcomeHeld, intake.ReasonAutoReply},
		"a list":              {letter("ana@example.org", "News", askAccess, "List-Id: <x.example.org>"), intake.OutcomeHeld, intake.ReasonBulk},
		"ourselves":           {letter("privacy@example.com", "Access request", askAccess), intake.OutcomeHeld, intake.ReasonLoop},
		"nobody":              {letter("nobody", "Access request", askAccess), intake.OutcomeHeld, intake.ReasonNoFrom},
		"two people":          {letter("a@example.org, b@example.org", "Access request", askAccess), intake.OutcomeHeld, intake.ReasonSeveralFrom},
		"a disowned sender":   {"Authentication-Results: mx.example.com; dmarc=fail header.from=example.org\r\n" + letter("ana@example.org", "Access request", askAccess), intake.OutcomeHeld, intake.ReasonAuthFailed},
		"a bounce of others": {letter("MAILER-DAEMON@mx.example.net", "Undelivered Mail Returned to Sender", "This is the mail system.",
			"Content-Type: multipart/report; report-type=delivery-status; boundary=x"), intake.OutcomeHeld, ""},
		"broken": {"From: ana@example.org\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + askAccess, intake.OutcomeHeld, "broken_mime"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				r := d.take(tt.raw)
				if r.Outcome != tt.outcome || tt.reason != "" && r.Reason != tt.reason {
					t.Errorf("receipt %+v", r)
				}
				jobs, _, err := d.store.Jobs(t.Context(), models.JobPending, models.Cursor{}, 500)
				d.must(err)
				for _, j := range jobs {
					if j.Kind == models.JobSendMail {
						m, err := d.store.Message(t.Context(), j.Subject)
						d.must(err)
						if m.Audience == models.ToRequester {
							t.Errorf("it is answered: %s", m.Letter.Template())
						}
					}
					if j.Kind == models.JobExpire {
						t.Error("it would expire by itself")
					}
				}
			})
		})
	}
}

func TestAFloodIsHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		var got []intake.Outcome
		for i := range 6 {
			r := d.take(letter("Ana+"+string(rune('a'+i))+"@example.org", "Access request", askAccess+strings.Repeat("!", i)))
			got = append(got, r.Outcome)
			if i >= 4 && r.Reason != intake.ReasonFlood {
				t.Errorf("mail %d: %+v", i+1, r)
			}
			d.pass(time.Second)
		}
		if got[3] != intake.OutcomeRequest || got[4] != intake.OutcomeHeld {
			t.Errorf("outcomes %v", got)
		}
		d.pass(11 * time.Minute)
		if r := d.take(letter("ana@example.org", "Access request", "Later: "+askAccess)); r.Outcome != intake.OutcomeRequest {
			t.Errorf("later: %+v", r)
		}
	})
}

func TestFilesOfAMailBecomeFilesOfTheCase(t *testing.T) {
	pdf := base64.StdEncoding.EncodeToString([]byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"))
	raw := "From: ana@example.org\r\nSubject: Access request\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/plain\r\n\r\n" + askAccess + "\r\n" +
		"--x\r\nContent-Type: application/pdf; name=form.pdf\r\nContent-Disposition: attachment; filename=\"form.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + pdf + "\r\n" +
		"--x\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=\"all.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAoAAAAAAA==\r\n--x--\r\n"
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(raw)
		if r.Attachments != 2 {
			t.Errorf("receipt %+v", r)
		}
		q := d.request(r.Reference)
		files, err := d.store.Files(t.Context(), q.ID)
		d.must(err)
		if len(files) != 1 || files[0].Name != "form.pdf" || files[0].MediaType != "application/pdf" || files[0].Internal {
			t.Errorf("files %+v", files)
		}
		// Of somebody else they are for staff only.
		got := d.take(strings.Replace(raw, "ana@", "eve@", 1), d.reply(r.Reference))
		files, err = d.store.Files(t.Context(), q.ID)
		d.must(err)
		if got.Outcome != intake.OutcomeThread || len(files) != 2 || !files[1].Internal {
			t.Errorf("files %+v of %+v", files, got)
		}
		if in := d.received(r.Reference); !slices.Contains(in[0].Flags, models.FlagFilesLeft) {
			t.Errorf("flags %v", in[0].Flags)
		}
	})
}

func TestWhatTakesTooMuchRoomIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		_, err := d.Take(t.Context(), make([]byte, 25<<20+1), intake.Envelope{Source: "test"})
		if models.CodeOf(err) != models.CodeTooLarge {
			t.Error(err)
		}
	})
}

// A process is killed between keeping a mail and placing it: the job does it.
func TestTheJobPlacesWhatACrashLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		kept, err := d.service.Inbox.StoreMail(t.Context(), models.ReceivedMail{Source: "test", ReceivedAt: d.now()}, []byte(letter("ana@example.org", "Access request", askAccess)))
		d.must(err)
		j := d.job(kept.Mail.ID)
		d.must(d.again().Place(t.Context(), kept.Mail.ID, j.ID))
		if m := d.mail(kept.Mail.ID); m.State != models.MailPlaced || d.requests() != 1 {
			t.Errorf("the mail is %s", m.State)
		}
		if err := d.Place(t.Context(), kept.Mail.ID, j.ID); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("again: %v", err)
		}
	})
}

// A mail that the job fetches has room like one that comes, and without any the
// job does it later.
func TestTheJobWaitsForRoom(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		kept, err := d.service.Inbox.StoreMail(t.Context(), models.ReceivedMail{Source: "test", ReceivedAt: d.now()}, []byte(letter("ana@example.org", "Access request", askAccess)))
		d.must(err)
		c := d.IngesterConfig
		c.Budget = intake.NewMemoryBudget(1000)
		others, err := c.Budget.Reserve(t.Context(), 1000)
		d.must(err)
		short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := intake.NewIngester(c).Place(short, kept.Mail.ID, kept.Job); models.CodeOf(err) != models.CodeUnavailable || d.requests() != 0 {
			t.Errorf("without room: %v, %d requests", err, d.requests())
		}
		others.Release()
		for range 2 {
			err = intake.NewIngester(c).Place(t.Context(), kept.Mail.ID, kept.Job)
		}
		if models.CodeOf(err) != models.CodeConflict || d.requests() != 1 {
			t.Errorf("with room: %v, %d requests", err, d.requests())
		}
	})
}

// A process is killed after it filed the first of two requests.
func TestARerunMakesNothingTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		kept, err := d.service.Inbox.StoreMail(t.Context(), models.ReceivedMail{Source: "test", ReceivedAt: d.now()}, []byte(letter("ana@example.org", "Access and deletion",
			"Please send me a copy of all my personal data. After that please delete my account and all of my data.")))
		d.must(err)
		first, err := d.service.Inbox.SubmitFromMail(t.Context(), workflows.Submit{
			Type: models.TypeAccess, Person: models.Person{Email: "ana@example.org"}, Channel: models.ChannelEmail,
			ReceivedAt: d.now(), Mail: kept.Mail.ID,
		})
		d.must(err)
		d.must(d.Place(t.Context(), kept.Mail.ID, d.job(kept.Mail.ID).ID))
		m := d.mail(kept.Mail.ID)
		if d.requests() != 2 || len(m.Requests) != 2 || !slices.Contains(m.Requests, first.Reference) {
			t.Errorf("%d requests, the mail belongs to %v", d.requests(), m.Requests)
		}
		if n := d.mailed(first.Reference); n != 1 {
			t.Errorf("%d codes", n)
		}
	})
}

func TestWhatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.blobs.broken.Store(true)
		_, err := d.Take(t.Context(), []byte(letter("ana@example.org", "Access request", askAccess)), intake.Envelope{Source: "test"})
		if err == nil {
			t.Error("it was acknowledged")
		}
		list, _, err := d.store.Mails(t.Context(), models.MailFilter{Limit: 10})
		d.must(err)
		if len(list) != 0 {
			t.Errorf("%d mails without bytes", len(list))
		}
	})
}

// A bounce finds the message that it is about, by the token of the envelope.
func TestABounceFindsItsMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		code := d.messages(r.Reference)[0]
		to, err := tokens().Mint(intake.PurposeBounce, intake.TokenID(r.Reference), code.ID[len(code.ID)-8:])
		d.must(err)
		got := d.take("From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered Mail\r\n"+
			"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"+
			"--x\r\nContent-Type: text/plain\r\n\r\nNo such mailbox.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"+
			"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; ana@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n--x--\r\n", to)
		if got.Outcome != intake.OutcomeNotice || got.Reference != r.Reference || !got.IsBounce {
			t.Fatalf("receipt %+v", got)
		}
		if m, err := d.store.Message(t.Context(), code.ID); err != nil || m.Delivery != models.DeliveryBounced {
			t.Errorf("the message is %s, %v", m.Delivery, err)
		}
		if !d.request(r.Reference).Unreachable || d.requests() != 1 {
			t.Error("the request does not say so")
		}
		// Mail from the mailbox shows that it is there after all.
		d.take(letter("ana@example.org", "Re: code", "I am here."), d.reply(r.Reference))
		if d.request(r.Reference).Unreachable {
			t.Error("it is said to be unreachable still")
		}
	})
}

// A server of our own domain returns a mail with all the marks of ours on it.
func TestABounceFromOurOwnDomainIsNoLoop(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		code := d.messages(r.Reference)[0]
		to, err := tokens().Mint(intake.PurposeBounce, intake.TokenID(r.Reference), code.ID[len(code.ID)-8:])
		d.must(err)
		returned := func(n int, id string) string {
			return letter("MAILER-DAEMON@example.com", "Undelivered Mail Returned to Sender", fmt.Sprintf("--x\r\n\r\nNo such mailbox (%d).\r\n--x\r\n"+
				"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.com\r\n\r\nFinal-Recipient: rfc822; ana@example.org\r\n"+
				"Action: failed\r\nStatus: 5.1.1\r\n--x--", n), "Message-ID: <"+id+"@example.com>", "Content-Type: multipart/report; report-type=delivery-status; boundary=x")
		}
		if got := d.take(returned(1, "20261124100000.4F2A7"), to); got.Outcome != intake.OutcomeNotice || got.Reference != r.Reference {
			t.Errorf("with an id of its own: %+v", got)
		}
		if got := d.take(returned(2, code.ID), to); got.Outcome != intake.OutcomeNotice || got.Reference != r.Reference {
			t.Errorf("with the id of the mail itself: %+v", got)
		}
		if got := d.take(returned(3, code.ID), "privacy@example.com"); got.Outcome != intake.OutcomeHeld || got.Reason != intake.ReasonLoop {
			t.Errorf("to no address of a message: %+v", got)
		}
	})
}

func TestWhatIsHeldAlarmsStaffOnceAnHour(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		alarms := func() int {
			all, err := d.store.CountMail(t.Context())
			d.must(err)
			return all[models.DeliveryQueued]
		}
		d.take(letter("nobody", "Hello", "One."))
		d.take(letter("nobody", "Hello", "Two."))
		if n := alarms(); n != 1 {
			t.Errorf("%d alarms in the hour", n)
		}
		d.pass(time.Hour)
		d.take(letter("nobody", "Hello", "Three."))
		if n := alarms(); n != 2 {
			t.Errorf("%d alarms after another", n)
		}
	})
}

func TestShreddingTheCaseShredsItsMails(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		raw := letter("ana@example.org", "Access and deletion",
			"Please send me a copy of all my personal data. After that please delete my account and all of my data.")
		r := d.take(raw)
		d.take("X-Other: way\r\n" + raw) // a repeat goes with what it repeats
		open := func() bool {
			m := d.mail(r.ID)
			_, err := d.service.Inbox.MailBytes(t.Context(), m)
			return err == nil && m.Reading.Subject != ""
		}
		for i, reference := range r.References {
			if !open() {
				t.Errorf("it is gone before %d of %d requests are", i+1, len(r.References))
			}
			d.must(d.store.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.RequestErased{RequestID: d.request(reference).ID}}}))
		}
		if open() {
			t.Error("the mail can still be read")
		}
		list, _, err := d.store.Mails(t.Context(), models.MailFilter{Limit: 10, States: []models.MailState{models.MailRepeated}})
		d.must(err)
		if m := d.mail(list[0].ID); m.Reading.Subject != "" {
			t.Error("its repeat can still be read")
		}
		if got := d.take(letter("ana@example.org", "Re: code", "I am here."), d.reply(r.Reference)); got.Outcome != intake.OutcomeHeld || got.Reason != intake.ReasonErased {
			t.Errorf("a reply to a shredded case: %+v", got)
		}
	})
}

// TestCorpusIsTaken takes the messages of the shared corpus in: none is lost,
// none is answered where a reason forbids it, and bounces make no requests.
func TestCorpusIsTaken(t *testing.T) {
	dir := corpus(t)
	if dir == "" {
		return
	}
	onBoth(t, func(t *testing.T, d *desk) {
		rows := manifest(t, dir)
		for i := 0; i < len(rows); i += testbed.Soak(10, 1) {
			row := rows[i]
			raw, err := os.ReadFile(filepath.Join(dir, row["file"]))
			d.must(err)
			d.pass(3 * time.Minute) // a flood of one sender is another test
			r, err := d.Take(t.Context(), raw, intake.Envelope{Source: "test", ReceivedAt: d.now()})
			if err != nil {
				t.Fatalf("%s: %v", row["file"], err)
			}
			m := d.mail(r.ID)
			back, err := d.service.Inbox.MailBytes(t.Context(), m)
			d.must(err)
			if !r.Repeated && !bytes.Equal(back, raw) {
				t.Errorf("%s: the bytes are not what came", row["file"])
			}
			if m.State == models.MailKept || r.Reason == intake.ReasonLater {
				t.Errorf("%s: not placed: %+v", row["file"], r)
			}
			d.compare(row, r)
		}
	})
}

// compare checks a receipt against what is settled about the message.
func (d *desk) compare(row map[string]string, r intake.Receipt) {
	d.t.Helper()
	said := map[string]string{
		"from": strings.Join(r.From, "|"), "auto_submitted": r.AutoSubmitted, "is_bounce": strconv.FormatBool(r.IsBounce),
		"has_text": strconv.FormatBool(r.HasText), "attachments": strconv.Itoa(r.Attachments),
	}
	for name, got := range said {
		if want := row[name]; want != "undetermined" && got != want {
			d.t.Logf("%s: %s is %q, want %q", row["file"], name, got, want)
		}
	}
	if row["is_bounce"] == "true" && r.Outcome == intake.OutcomeRequest {
		d.t.Errorf("%s: a bounce became a request", row["file"])
	}
	silent := row["suppress_autoresponse"] != "" && row["suppress_autoresponse"] != "undetermined"
	if silent && r.Suppressed == "" {
		d.t.Errorf("%s: suppressed by nothing, want %s", row["file"], row["suppress_autoresponse"])
	}
	for _, reference := range r.References {
		if silent && !r.Repeated && d.mailed(reference) > 0 {
			d.t.Errorf("%s is answered in spite of %s", row["file"], row["suppress_autoresponse"])
		}
	}
}

// T23: nothing that somebody wrote, and nobody's address, lies on the disk in
// the clear.
func TestMailLiesSealed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, migrations.SQLite)
	d.take(letter("Zoe Canary <zoe@canary.example>", "Canary request", askAccess+" My dog is called Canary."))
	d.take(letter("nobody at canary", "Canary", "Canary."))
	d.must(d.store.Close())
	read := 0
	d.must(filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(bytes.ToLower(content), []byte("canary")) {
			t.Errorf("%s holds it in the clear", path)
		}
		read++
		return err
	}))
	if read < 4 {
		t.Errorf("only %d files looked at", read)
	}
}
