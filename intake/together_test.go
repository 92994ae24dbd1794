package intake_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

const askBoth = "Please send me a copy of all my personal data. After that please delete my account and all of my data."

// What one mail asks for is one request where the policy says so: with an item
// for each right, one code for all, and the strictest dates.
func TestSeveralRightsBecomeOneRequestWhereThePolicySaysSo(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.under("[[access, deletion]]")
		r := d.take(letter("ana@example.org", "Access and deletion", askBoth))
		if len(r.References) != 1 || d.requests() != 1 {
			t.Fatalf("receipt %+v, %d requests", r, d.requests())
		}
		q := d.request(r.Reference)
		if !slices.Contains(q.Rights, models.TypeAccess) || !slices.Contains(q.Rights, models.TypeDeletion) || q.Type != q.Rights[0] ||
			len(q.Facts.Items) != 2 || len(q.ItemTexts) != 2 || q.State != models.StateUnverified || q.Mail != r.ID {
			t.Errorf("%+v %+v", q.Facts, q.Content)
		}
		for i, item := range q.Facts.Items {
			if item.Kind != models.ItemRights || item.Code != string(q.Rights[i]) {
				t.Errorf("item %+v of %v", item, q.Rights)
			}
		}
		if n := d.mailed(r.Reference); n != 1 {
			t.Errorf("%d mails to the requester, want one code", n)
		}
		code, _ := d.messages(r.Reference)[0].Letter.(*models.CodeLetter)
		if code == nil || !strings.Contains(code.TypeName, "Access to my data") || !strings.Contains(code.TypeName, "Deletion of my data") || len(code.Also) > 0 {
			t.Errorf("the code is for %+v", code)
		}
		d.strictest(q)
		// The requester writes the same again in other words: it may be merged.
		again := d.take(letter("ana@example.org", "Access", askAccess))
		if found, err := d.store.Duplicates(t.Context(), d.request(again.Reference)); err != nil || !slices.Equal(found, []string{r.Reference}) {
			t.Errorf("of the second it is the duplicate %v, %v", found, err)
		}
		if found, err := d.store.Duplicates(t.Context(), q); err != nil || len(found) > 0 {
			t.Errorf("merging into %v would lose a right, %v", found, err)
		}
	})
}

// strictest checks that the request is due when the first of its rights is.
func (d *desk) strictest(q models.Request) {
	d.t.Helper()
	for _, right := range q.Asked() {
		e, err := d.service.Policy.Explain(policies.Case{Type: right, Country: q.Country, Region: q.Region, ReceivedOn: q.ReceivedOn})
		d.must(err)
		if e.RespondOn.Before(q.Deadline.RespondOn) || !e.AcknowledgeOn.IsZero() && e.AcknowledgeOn.Before(q.Deadline.AcknowledgeOn) {
			d.t.Errorf("%s alone is due on %s, the request on %s", right, e.RespondOn, q.Deadline.RespondOn)
		}
	}
}

// A right that wants more than was written is left out of the one request, and
// an opt-out never waits for a proof.
func TestWhatCannotShareARequestHasItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.under(`[["*"]]`)
		r := d.take(letter("ana@example.org", "Access, deletion, newsletter",
			askBoth+" Please unsubscribe me from your newsletter and stop all marketing emails."))
		var shared, own []models.RequestType
		for _, reference := range r.References {
			q := d.request(reference)
			if len(q.Rights) > 0 {
				shared = append(shared, q.Rights...)
			} else {
				own = append(own, q.Type)
			}
			if q.Type == models.TypeMarketingOptOut && (q.State != models.StateOpen || len(q.Rights) > 0) {
				t.Errorf("the opt-out waits: %+v", q.Facts)
			}
		}
		slices.Sort(shared)
		if !slices.Equal(shared, []models.RequestType{models.TypeAccess, models.TypeDeletion}) || !slices.Equal(own, []models.RequestType{models.TypeMarketingOptOut}) {
			t.Errorf("%v share a request, %v have their own", shared, own)
		}
	})
}

// A process is killed between filing the request and placing the mail.
func TestARerunMakesOneRequestForSeveralRights(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.under("[[access, deletion]]")
		kept, err := d.service.Inbox.StoreMail(t.Context(), models.ReceivedMail{Source: "test", ReceivedAt: d.now()}, []byte(letter("ana@example.org", "Access and deletion", askBoth)))
		d.must(err)
		first, err := d.service.Inbox.SubmitFromMail(t.Context(), workflows.Submit{
			Type: models.TypeAccess, Rights: []models.RequestType{models.TypeAccess, models.TypeDeletion}, Person: models.Person{Email: "ana@example.org"},
			Channel: models.ChannelEmail, ReceivedAt: d.now(), Mail: kept.Mail.ID,
		})
		d.must(err)
		d.must(d.Place(t.Context(), kept.Mail.ID, d.job(kept.Mail.ID).ID))
		if m := d.mail(kept.Mail.ID); d.requests() != 1 || !slices.Equal(m.Requests, []string{first.Reference}) {
			t.Errorf("%d requests, the mail belongs to %v", d.requests(), m.Requests)
		}
		if n := d.mailed(first.Reference); n != 1 {
			t.Errorf("%d codes", n)
		}
	})
}

// Whatever rights share a request, it is due when the first of them would be.
func TestRightsThatShareARequestHaveTheStrictestDate(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.under(`[["*"]]`)
		var kinds []models.RequestType
		for _, k := range d.service.Policy.Types("", "") {
			if _, err := k.Parse(nil, "Please.", models.Date{}); err == nil && k.Level("") != models.LevelNone {
				kinds = append(kinds, k.Key)
			}
		}
		n := 0
		property.Check(t, func(rt *rapid.T) {
			if n++; n > 30 { // each is a request in a database
				return
			}
			rights := rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 2, 4, rapid.ID).Draw(rt, "rights")
			place := rapid.SampledFrom([][2]string{{"US", "CA"}, {"DE", ""}, {"GB", ""}, {"IN", ""}, {"", ""}}).Draw(rt, "place")
			kept, err := d.service.Inbox.StoreMail(t.Context(), models.ReceivedMail{Source: "test", ReceivedAt: d.now()}, []byte(letter("ana@example.org", "x", "y")))
			d.must(err)
			q, err := d.service.Inbox.SubmitFromMail(t.Context(), workflows.Submit{
				Type: rights[0], Rights: rights, Person: models.Person{Email: "ana@example.org", Country: place[0], Region: place[1]}, Details: "Please.",
				Channel: models.ChannelEmail, ReceivedAt: d.now(), Mail: kept.Mail.ID,
			})
			d.must(err)
			d.strictest(d.request(q.Reference))
		})
	})
}
