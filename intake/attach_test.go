package intake_test

import (
	"fmt"
	"testing"

	"habeas/intake"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Staff put the mail of a stranger into a case: its files are for staff only.
func TestAnAttachedMailShowsNoStrangersFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.service.MailFiles = func(raw []byte) (all []cases.MailFile) {
			for _, a := range intake.Read(raw, intake.Envelope{}, intake.Config{}).Attachments {
				all = append(all, cases.MailFile{Name: a.Name, Content: a.Content()})
			}
			return all
		}
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		hold := func(from string) string {
			d.blobs.full.Store(false)
			kept := d.keep("X-Of: " + from + "\r\n" + "From: " + from + withFile()[len("From: ana@example.org"):])
			m := kept.Mail
			m.State, m.Reason = models.MailHeld, intake.ReasonFlood
			m.Reading = models.MailReading{From: []string{from}, Verdict: "aligned", Attachments: []models.MailAttachment{{Name: "form.pdf", Taken: true}}}
			d.must(d.service.Inbox.PlaceMail(t.Context(), m, kept.Job))
			return m.ID
		}
		internal := func(reference string) []bool {
			files, err := d.store.Files(t.Context(), d.request(reference).ID)
			d.must(err)
			var all []bool
			for _, f := range files {
				all = append(all, f.Internal)
			}
			return all
		}
		id := hold("eve@example.net")
		_, err := d.service.Inbox.AttachMail(t.Context(), alice, id, r.Reference, cases.Option{})
		d.must(err)
		_, err = d.service.Inbox.AttachMail(t.Context(), alice, hold("Ana@example.org"), r.Reference, cases.Option{})
		d.must(err)
		if got := fmt.Sprint(internal(r.Reference)); got != "[true false]" {
			t.Errorf("for staff only: %s", got)
		}
		if m := d.mail(id); !m.Threaded {
			t.Error("a redelivery would be told that it is a request of its own")
		}
		for email, want := range map[string]string{"eve@example.net": "[false]", "ana@example.org": "[true]"} {
			made, err := d.service.Inbox.RequestFromMail(t.Context(), alice, hold("eve@example.net"), workflows.Submit{
				Type: models.TypeAccess, Person: models.Person{Email: email},
			}, cases.Option{})
			d.must(err)
			if got := fmt.Sprint(internal(made.Request.Reference)); got != want {
				t.Errorf("a request of %s: for staff only %s, want %s", email, got, want)
			}
		}
	})
}
