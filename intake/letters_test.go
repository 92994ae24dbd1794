package intake_test

import (
	"fmt"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
	"habeas/workflows"
)

// toStaff counts the mails to staff that wait, by their template.
func (d *desk) toStaff() map[string]int {
	d.t.Helper()
	found := map[string]int{}
	for _, j := range d.jobs(models.JobSendMail) {
		m, err := d.store.Message(d.t.Context(), j.Subject)
		if models.CodeOf(err) == models.CodeNotFound {
			continue // one letter of many: the others were not stored
		}
		d.must(err)
		if m.Audience == models.ToStaff {
			found[m.Letter.Template()]++
		}
	}
	return found
}

const machine = "Auto-Submitted: auto-replied"

// Somebody's machine answers each of our mails: staff are not told each time.
func TestAMachineInACaseMakesNoLetters(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		for i := range 10 {
			d.pass(4 * time.Minute)
			d.take(letter("ana@example.org", "Out of office", fmt.Sprintf("I am away, %d.", i), machine), d.reply(r.Reference))
		}
		if n := len(d.received(r.Reference)); n != 10 {
			t.Errorf("%d of 10 are in the case", n)
		}
		if n := d.toStaff()["staff_replied"]; n != 0 {
			t.Errorf("%d letters", n)
		}
	})
}

// What the requester writes is told once until somebody looks, or the day is
// over; what strangers write, once a day.
func TestStaffHearOfMailInACaseUntilTheyLook(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		write := func(from string, n int) {
			d.take(letter(from, "Re: your code", fmt.Sprintf("Number %d of %s.", n, from)), d.reply(r.Reference))
			d.pass(3 * time.Minute)
		}
		for i := range 4 {
			write("ana@example.org", i)
			write("eve@example.net", i)
		}
		if n := d.toStaff()["staff_replied"]; n != 2 {
			t.Errorf("%d letters, want one of each", n)
		}
		d.pass(time.Hour)
		write("ana@example.org", 5)
		write("eve@example.net", 5)
		if n := d.toStaff()["staff_replied"]; n != 2 {
			t.Errorf("%d letters after an hour in which nobody looked", n)
		}
		_, err := d.service.Queries.Open(t.Context(), models.Actor{Kind: models.ActorStaff, ID: "may", Role: models.RoleAgent}, r.Reference)
		d.must(err)
		write("ana@example.org", 6)
		write("ana@example.org", 7)
		if n := d.toStaff()["staff_replied"]; n != 3 {
			t.Errorf("%d letters after somebody looked, want one more of the requester's", n)
		}
		d.pass(24 * time.Hour)
		if write("eve@example.net", 6); d.toStaff()["staff_replied"] != 4 {
			t.Error("the day after nobody hears of a stranger")
		}
	})
}

// Whoever sends with a machine's mark and a new address each time makes one
// letter an hour.
func TestMachinesThatAskMakeOneLetterAnHour(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for i := range 6 {
			r := d.take(letter(fmt.Sprintf("case%d@agents%d.example.net", i, i), "Access request", askAccess, "Auto-Submitted: auto-generated"))
			if r.Outcome != intake.OutcomeRequest {
				t.Errorf("%+v", r)
			}
		}
		if n := d.toStaff()["staff_new"]; n != 1 {
			t.Errorf("%d letters", n)
		}
		d.pass(time.Hour)
		d.take(letter("case@agents.example.net", "Access request", askAccess, "Auto-Submitted: auto-generated"))
		if n := d.toStaff()["staff_new"]; n != 2 {
			t.Errorf("%d letters after an hour", n)
		}
	})
}

// A stranger who knows the address of a case cannot fill it, nor can one who also
// knows the address of the requester; the requester can write as much as they like
// where a mail server proves that it is them.
func TestAFloodIntoACaseIsHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		for i := range 8 {
			proven := "Authentication-Results: mx.example.com; dmarc=pass header.from=example.org\r\n"
			own := d.take(proven+letter("ana@example.org", "Re: your code", fmt.Sprintf("Number %d.", i)), d.reply(r.Reference))
			if own.Outcome != intake.OutcomeThread {
				t.Errorf("mail %d: %+v", i+1, own)
			}
			other := d.take(letter("eve@example.net", "Re: your code", fmt.Sprintf("Buy %d.", i)), d.reply(r.Reference))
			if (other.Outcome == intake.OutcomeThread) != (i < 4) || i >= 4 && other.Reason != intake.ReasonFlood {
				t.Errorf("mail %d of a stranger: %+v", i+1, other)
			}
		}
		r = d.take(letter("bob@example.org", "Access request", askAccess))
		for i := range 8 {
			forged := d.take(letter("bob@example.org", "Re: your code", fmt.Sprintf("Number %d.", i)), d.reply(r.Reference))
			if (forged.Outcome == intake.OutcomeThread) != (i < 3) || i >= 3 && forged.Reason != intake.ReasonFlood {
				t.Errorf("mail %d that nothing proves: %+v", i+1, forged)
			}
		}
	})
}

// What answers a mail to staff is neither the requester's nor a request.
func TestWhatAnswersAMailToStaffIsNoMessageInTheCase(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := d.take(letter("ana@example.org", "Access request", askAccess))
		d.do(r.Reference, alice, workflows.Verify{Level: models.LevelMailbox, Method: "staff_check"})
		var toStaff models.Message
		for _, m := range d.messages(r.Reference) {
			if m.Audience == models.ToStaff && m.Letter != nil {
				toStaff = m
			}
		}
		before := d.toStaff()
		away := d.take(letter("may@example.com", "Out of office", "I am away.", machine, "In-Reply-To: <"+toStaff.MailID+">"))
		if away.Outcome != intake.OutcomeNotice || away.Reference != "" {
			t.Errorf("a machine's answer: %+v", away)
		}
		if after := d.toStaff(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("it makes letters: %v after %v", after, before)
		}
		own := d.take(letter("may@example.com", "Re: new request", "Who takes it?", "In-Reply-To: <"+toStaff.MailID+">"))
		if own.Outcome != intake.OutcomeHeld || own.Reason != intake.ReasonToStaff {
			t.Errorf("a person's answer: %+v", own)
		}
		if n := len(d.received(r.Reference)); n != 0 || d.requests() != 1 {
			t.Errorf("%d messages in the case, %d requests", n, d.requests())
		}
	})
}
