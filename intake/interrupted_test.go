package intake_test

import (
	"encoding/base64"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

const askBothWithFile = "From: ana@example.org\r\nSubject: Access and deletion\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
	"--x\r\nContent-Type: text/plain\r\n\r\n" + askBoth + "\r\n--x\r\nContent-Type: application/pdf; name=form.pdf\r\n" +
	"Content-Disposition: attachment; filename=\"form.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"

func withFile() string {
	return askBothWithFile + base64.StdEncoding.EncodeToString([]byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")) + "\r\n--x--\r\n"
}

// prove types the code of a request, and runs the job that carries it on.
func (d *desk) prove(r models.Request) {
	d.t.Helper()
	ctx := d.t.Context()
	code, err := d.store.CountTry(ctx, r.ID, []models.Tries{{Most: 5}}, d.now())
	d.must(err)
	_, err = d.service.Cases.DoByID(ctx, models.Actor{Kind: models.ActorSubject}, r.ID, workflows.ProveMailbox{
		CodeID: code.ID, Session: models.Session{ID: d.service.NewID(), RequestID: r.ID, Hash: []byte(code.ID), ExpiresAt: d.now().Add(time.Hour)},
	}, cases.Option{})
	d.must(err)
	for _, j := range d.jobs(models.JobProveLinked) {
		d.must(d.service.Cases.ProveLinked(ctx, j.RequestID, j.ID))
	}
}

// jobs are the pending ones of a kind.
func (d *desk) jobs(kind models.JobKind) (found []models.Job) {
	d.t.Helper()
	pending, _, err := d.store.Jobs(d.t.Context(), models.JobPending, models.Cursor{}, 500)
	d.must(err)
	for _, j := range pending {
		if j.Kind == kind {
			found = append(found, j)
		}
	}
	return found
}

// asked are the requests that a mail led to so far, the one with the code first.
func (d *desk) asked(mailID string) (coded models.Request, others []models.Request) {
	d.t.Helper()
	list, _, err := d.store.List(d.t.Context(), models.Filter{Limit: 500, Now: d.now(), Sort: models.SortReceivedAt})
	d.must(err)
	for _, r := range list {
		if r.Mail != mailID {
			continue
		}
		if r = d.request(r.Reference); d.mailed(r.Reference) > 0 {
			coded = r
		} else {
			others = append(others, r)
		}
	}
	return coded, others
}

func (d *desk) keep(raw string) cases.StoredMail {
	d.t.Helper()
	kept, err := d.service.Inbox.StoreMail(d.t.Context(), models.ReceivedMail{Source: "test", ReceivedAt: d.now()}, []byte(raw))
	d.must(err)
	return kept
}

// The disk is full when the files of a mail are to be added: its requests are
// there, and the code that is typed meanwhile proves all of them.
func TestOneCodeProvesAllThoughPlacingIsInterrupted(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		kept := d.keep(withFile())
		d.blobs.full.Store(true)
		if err := d.Place(t.Context(), kept.Mail.ID, kept.Job); err == nil {
			t.Fatal("a full disk was no fault")
		}
		coded, others := d.asked(kept.Mail.ID)
		if len(others) != 1 {
			t.Fatalf("%d requests beside the first", len(others))
		}
		d.prove(coded)
		if q := d.request(others[0].Reference); q.State != models.StateOpen || q.Level != models.LevelMailbox {
			t.Errorf("the other is %s, %s", q.State, q.Level)
		}
		d.blobs.full.Store(false)
		d.must(d.Place(t.Context(), kept.Mail.ID, kept.Job))
		if m := d.mail(kept.Mail.ID); m.State != models.MailPlaced || len(m.Requests) != 2 {
			t.Errorf("the mail is %s of %v", m.State, m.Requests)
		}
	})
}

// A limit that was reached meanwhile holds no message back whose requests were
// begun: the rest of them would never be made.
func TestWhatWasBegunIsNotHeldForItsSource(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.Ingester = d.busy(1)
		kept := d.keep(withFile())
		d.blobs.full.Store(true)
		if err := d.Place(t.Context(), kept.Mail.ID, kept.Job); err == nil {
			t.Fatal("a full disk was no fault")
		}
		d.blobs.full.Store(false)
		d.must(d.Place(t.Context(), kept.Mail.ID, kept.Job))
		if m := d.mail(kept.Mail.ID); m.State != models.MailPlaced || len(m.Requests) != 2 {
			t.Errorf("the mail is %s (%s) of %v", m.State, m.Reason, m.Requests)
		}
	})
}

// A process is killed after the first of two requests, and its code is typed
// before the second is made: no second code is wanted.
func TestACodeTypedBeforeTheSecondRequestIsMadeProvesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		kept := d.keep(letter("ana@example.org", "Access and deletion", askBoth))
		first, err := d.service.Inbox.SubmitFromMail(t.Context(), workflows.Submit{
			Type: models.TypeAccess, Person: models.Person{Email: "ana@example.org"}, Channel: models.ChannelEmail,
			ReceivedAt: d.now(), Mail: kept.Mail.ID,
		})
		d.must(err)
		d.prove(first)
		d.must(d.Place(t.Context(), kept.Mail.ID, kept.Job))
		n := 0
		for _, reference := range d.mail(kept.Mail.ID).Requests {
			q := d.request(reference)
			if q.State != models.StateOpen || q.Level != models.LevelMailbox {
				t.Errorf("%s is %s, %s", q.Type, q.State, q.Level)
			}
			for _, m := range d.messages(reference) {
				if m.Letter != nil && m.Letter.Template() == "code" {
					n++
				}
			}
		}
		if n != 1 {
			t.Errorf("%d codes", n)
		}
	})
}

// Whoever proved nothing is reminded once for all requests of a mail; that of
// the second is for where the first is closed.
func TestTheRequestsOfAMailAreRemindedOfOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		remind := func() (sent int) {
			for _, j := range d.jobs(models.JobVerifyReminder) {
				switch err := d.service.Cases.RemindVerify(t.Context(), j.RequestID, j.ID); models.CodeOf(err) {
				case "":
					sent++
				case models.CodeConflict:
				default:
					t.Error(err)
				}
			}
			return sent
		}
		both := d.take(letter("ana@example.org", "Access and deletion", askBoth))
		d.pass(8 * 24 * time.Hour)
		if n := remind(); len(both.References) != 2 || n != 1 {
			t.Errorf("%d reminders of %v", n, both.References)
		}
		alone := d.take(letter("bob@example.org", "Access and deletion", askBoth))
		coded, others := d.asked(alone.ID)
		d.do(coded.Reference, alice, workflows.MarkSpam{})
		d.pass(8 * 24 * time.Hour)
		if remind(); d.mailed(others[0].Reference) != 1 {
			t.Error("of the second nobody was reminded")
		}
	})
}
