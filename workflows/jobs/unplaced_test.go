package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
	"habeas/workflows/jobs"
)

// helpless is a desk that never gets a mail placed.
type helpless struct{ fault error }

func (h helpless) Place(context.Context, string, string) error {
	if h.fault == nil {
		panic("a bug")
	}
	return h.fault
}

func (b *bed) helpless(fault error) *jobs.Runner {
	return jobs.New(jobs.Config{
		Service: b.service, Staff: b.store, Digests: b.store, Letters: b.letters, Sender: b.post,
		Mail: helpless{fault}, TeamAddress: "team@example.org", Locale: "en", Log: b.logger(),
	})
}

// A mail that no run can place waits for staff, whatever the fault was.
func TestAMailThatCannotBePlacedIsHeld(t *testing.T) {
	for name, tc := range map[string]struct {
		fault error
		runs  int
	}{
		"its bytes are gone":     {models.Errorf(models.CodeNotFound, "no such blob"), 1},
		"a command is refused":   {models.Errorf(models.CodeConflict, "not in this state"), 1},
		"a limit is reached":     {models.Errorf(models.CodeTooMany, "too many"), 1},
		"it fails again, always": {errors.New("the disk is gone"), 8},
		"a bug":                  {nil, 8},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, b *bed) {
				m := b.keep("From: ana@example.org\r\nSubject: Hello\r\n\r\nPlease delete my account.\r\n")
				j := b.one(models.JobPlaceMail)
				for n := 1; ; n++ {
					b.set(b.job(j.ID).RunAt)
					b.must(b.helpless(tc.fault).Run(t.Context(), j.ID))
					if b.job(j.ID).State != models.JobPending || n > 9 {
						if n != tc.runs {
							t.Errorf("%d runs, want %d", n, tc.runs)
						}
						break
					}
				}
				after, err := b.store.Mail(t.Context(), m.ID)
				b.must(err)
				if after.State != models.MailHeld || after.Reason != workflows.ReasonUnplaced {
					t.Errorf("the mail is %s: %s", after.State, after.Reason)
				}
				b.wantMails("staff_mail_held", 1)
			})
		})
	}
}

// Where no job runs at all, staff see the mail after an hour, and decide it.
func TestStaffDecideAMailThatLiesUnplaced(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		m := b.keep("From: ana@example.org\r\nSubject: Hello\r\n\r\nPlease delete my account.\r\n")
		by := models.Actor{Kind: models.ActorStaff, ID: "may", Role: models.RoleAgent}
		listed := func() int {
			list, _, err := b.store.Mails(t.Context(), models.MailFilter{States: []models.MailState{models.MailHeld}, Limit: 10})
			b.must(err)
			n, _, err := b.store.QuarantinedMail(t.Context(), 0)
			b.must(err)
			if n != len(list) {
				t.Errorf("%d are counted, %d listed", n, len(list))
			}
			return n
		}
		if _, err := b.service.Inbox.DismissMail(t.Context(), by, m.ID, "spam", cases.Option{}); models.CodeOf(err) != models.CodeConflict || listed() != 0 {
			t.Errorf("at once: %v", err)
		}
		b.pass(time.Hour)
		if n := listed(); n != 1 {
			t.Errorf("%d wait after an hour", n)
		}
		d, err := b.service.Inbox.RequestFromMail(t.Context(), by, m.ID, workflows.Submit{Type: models.TypeDeletion, Person: models.Person{Email: "ana@example.org"}}, cases.Option{})
		b.must(err)
		j := b.one(models.JobPlaceMail)
		b.must(b.runner().Run(t.Context(), j.ID))
		after, err := b.store.Mail(t.Context(), m.ID)
		b.must(err)
		if after.State != models.MailPlaced || len(after.Requests) != 1 || after.Requests[0] != d.Request.Reference || listed() != 0 {
			t.Errorf("the mail is %s of %v", after.State, after.Requests)
		}
		if _, err := b.service.Inbox.DismissMail(t.Context(), by, m.ID, "spam", cases.Option{}); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a second decision: %v", err)
		}
	})
}
