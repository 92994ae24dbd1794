package jobs_test

import (
	"strings"
	"testing"

	"habeas/models"
)

// Several rights in one mail are several requests, and still one answer, one
// code and one proof.
func TestOneCodeIsEnoughForOneMail(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		first, second := b.linked()
		b.drain(b.runner())
		b.wantToRequesters(1)
		if mail := b.sentMail("Subject: Your code"); len(mail) != 1 || !strings.Contains(strings.Join(strings.Fields(unwrapped(mail[0])), " "), "the same code: Deletion of my data") {
			t.Errorf("%d code mails, or they do not name both:\n%s", len(mail), mail)
		}
		if second.State != models.StateUnverified {
			t.Errorf("the second is %s", second.State)
		}
		b.prove(first)
		b.drain(b.runner())
		for _, r := range []models.Request{first, second} {
			after, err := b.store.FindByID(t.Context(), r.ID)
			b.must(err)
			if after.State != models.StateOpen || after.Level != models.LevelMailbox {
				t.Errorf("%s is %s, %s", r.Type, after.State, after.Level)
			}
		}
		b.wantMails("acknowledgement", 2)
		b.wantMails("staff_new", 2)
	})
}

func TestAProofIsForOneMailOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		first, _ := b.linked()
		other := b.submit("ana@example.org")
		b.prove(first)
		b.drain(b.runner())
		if after, err := b.store.FindByID(t.Context(), other.ID); err != nil || after.State != models.StateUnverified {
			t.Errorf("another request of the mailbox is %s, %v", after.State, err)
		}
	})
}
