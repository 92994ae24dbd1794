package intake_test

import (
	"slices"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

const (
	twoInOne = "Send me a copy of my data and then delete my account."
	template = "Hiermit bitte ich um Auskunft nach Art. 15 DSGVO über die zu meiner Person gespeicherten Daten, auch darüber, ob ein Profiling stattfindet. " +
		"Weisen Sie mich bitte auf mein Recht auf Löschung hin. Sollten Sie nicht binnen eines Monats antworten, wende ich mich an die Aufsichtsbehörde."
)

func (d *desk) confirm(reference string, right models.RequestType) models.Request {
	d.t.Helper()
	q, err := d.service.Inbox.ConfirmRight(d.t.Context(), alice, reference, right, cases.Option{})
	d.must(err)
	return d.request(q.Reference)
}

// A letter that names more than it asks for is one case, with one right.
func TestALetterFromATemplateIsOneCase(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Auskunft", template))
		if q := d.request(r.Reference); len(r.References) != 1 || q.Type != models.TypeAccess || len(q.Rights) > 0 {
			t.Errorf("%v, %s %v", r.References, q.Type, q.Rights)
		}
	})
}

// What is not stated plainly is unsorted, with each right that it may ask for
// and the sentence that says so.
func TestWhatIsNotPlainIsForStaffToConfirm(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Hello", twoInOne))
		q := d.request(r.Reference)
		if len(r.References) != 1 || q.Type != models.TypeUnsorted || q.Suggestion == nil || len(q.Suggestion.Rights) < 2 {
			t.Fatalf("%v, %s, %+v", r.References, q.Type, q.Suggestion)
		}
		for _, right := range q.Suggestion.Rights {
			if right.Sure || right.Sentence != twoInOne {
				t.Errorf("%+v", right)
			}
		}
		if first := d.confirm(r.Reference, models.TypeDeletion); first.Reference != r.Reference || first.Type != models.TypeDeletion || first.ReceivedOn != q.ReceivedOn {
			t.Errorf("%s of %s", first.Type, first.ReceivedOn)
		}
		d.pass(time.Minute)
		second := d.confirm(r.Reference, models.TypeAccess)
		if second.Reference == r.Reference || second.Type != models.TypeAccess || second.Mail != q.Mail || !second.ReceivedAt.Equal(q.ReceivedAt) || second.Details != twoInOne {
			t.Errorf("the second is %+v", second.Facts)
		}
		if again := d.confirm(r.Reference, models.TypeAccess); again.Reference != second.Reference || d.requests() != 2 {
			t.Errorf("confirmed again it is %s of %d", again.Reference, d.requests())
		}
		if again := d.confirm(r.Reference, models.TypeDeletion); again.Version != d.request(r.Reference).Version {
			t.Error("what is set was set again")
		}
		if m := d.mail(r.ID); !slices.Contains(m.Requests, second.Reference) {
			t.Errorf("the mail belongs to %v", m.Requests)
		}
		if n := d.mailed(second.Reference); n != 0 {
			t.Errorf("%d mails about the second: the code of the first is enough", n)
		}
		d.prove(d.request(r.Reference))
		if q := d.request(second.Reference); q.Level != models.LevelMailbox || q.State != models.StateOpen {
			t.Errorf("the second is %s, %s", q.State, q.Level)
		}
	})
}

// Where the policy lets two rights share a request, the second is an item of it.
func TestAConfirmedRightIsAnItemWhereThePolicySaysSo(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.under("[[access, deletion]]")
		r := d.take(letter("ana@example.org", "Hello", twoInOne))
		d.confirm(r.Reference, models.TypeDeletion)
		q := d.confirm(r.Reference, models.TypeAccess)
		if q.Reference != r.Reference || !slices.Equal(q.Rights, []models.RequestType{models.TypeDeletion, models.TypeAccess}) || len(q.Facts.Items) != 2 || d.requests() != 1 {
			t.Errorf("%v, %d items, %d requests", q.Rights, len(q.Facts.Items), d.requests())
		}
	})
}

// A right that wants more than the mail says is never lost: of an unsorted
// request its questions come, beside another it has a request to fill in.
func TestAConfirmedRightThatWantsMoreIsFilledIn(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Hello", ""))
		_, err := d.service.Inbox.ConfirmRight(t.Context(), alice, r.Reference, models.TypeCorrection, cases.Option{})
		if models.CodeOf(err) != models.CodeInvalid || d.request(r.Reference).Type != models.TypeUnsorted {
			t.Errorf("an unsorted request: %v", err)
		}
		d.confirm(r.Reference, models.TypeDeletion)
		q := d.confirm(r.Reference, models.TypeCorrection)
		if q.Reference == r.Reference || q.Type != models.TypeUnsorted || q.Suggestion.First().Type != models.TypeCorrection {
			t.Errorf("beside another it is %s, %+v", q.Type, q.Suggestion)
		}
		for _, right := range []models.RequestType{"nonsense", models.TypeUnsorted} {
			if _, err := d.service.Inbox.ConfirmRight(t.Context(), alice, r.Reference, right, cases.Option{}); models.CodeOf(err) != models.CodeInvalid {
				t.Errorf("%s: %v", right, err)
			}
		}
		d.do(r.Reference, alice, workflows.MarkSpam{})
		if _, err := d.service.Inbox.ConfirmRight(t.Context(), alice, r.Reference, models.TypeAccess, cases.Option{}); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("of a closed request: %v", err)
		}
	})
}
