package workflows_test

import (
	"fmt"
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// delivered decides on a delivery result. The letter is about r, or about no
// request.
func delivered(t *testing.T, m models.Message, r models.Request, result workflows.DeliveryResult) workflows.Decision {
	t.Helper()
	d, err := workflows.Decide(rules(t), workflows.Case{Request: r}, system,
		workflows.RecordDelivery{Message: m, Result: result, Job: models.Job{ID: "j1"}}, stamp(noon))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func tried(t *testing.T, d workflows.Decision) models.MailTried {
	t.Helper()
	found, ok := models.EffectOf[models.MailTried](d)
	if !ok {
		t.Fatal("the outcome of the try is not stored")
	}
	return found
}

func TestWhatFollowsFromATryToSend(t *testing.T) {
	t.Parallel()
	code := models.CodeLetter{About: models.About{Reference: "HB-0000-0000-01"}, Code: "ABCD2345"}
	toRequester := models.Message{
		ID: "m1", RequestID: "r1", Audience: models.ToRequester, Letter: &code, MailID: "m1@example.org",
		Delivery: models.DeliveryDeferred, Attempts: 2, LastError: "451 later",
	}
	toStaff := toRequester
	toStaff.Audience, toStaff.Letter = models.ToStaff, models.StaffNewLetter{}
	sent := workflows.DeliveryResult{Delivery: models.DeliverySent}
	deferred := workflows.DeliveryResult{Delivery: models.DeliveryDeferred, Words: "452 full"}
	failed := workflows.DeliveryResult{Delivery: models.DeliveryFailed, Words: "550 unknown"}
	tests := map[string]struct {
		m        models.Message
		result   workflows.DeliveryResult
		assignee string
		event    models.EventKind // "" for none
		told     string           // which staff hears of it
	}{
		"sent":                              {toRequester, sent, "alice", models.EventMailSent, ""},
		"deferred":                          {toRequester, deferred, "alice", "", ""},
		"failed, somebody's request":        {toRequester, failed, "alice", models.EventMailFailed, "alice"},
		"failed, nobody's request":          {toRequester, failed, "", models.EventMailFailed, models.Everyone},
		"staff mail sent":                   {toStaff, sent, "alice", models.EventMailSent, ""},
		"staff mail failed tells nobody":    {toStaff, failed, "alice", models.EventMailFailed, ""},
		"staff mail deferred tells nobody":  {toStaff, deferred, "alice", "", ""},
		"given up after several deferments": {toRequester, failed, "alice", models.EventMailFailed, "alice"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := file(t, models.TypeAccess).r
			r.Assignee, r.Level, r.State = tc.assignee, models.LevelMailbox, models.StateOpen
			d := delivered(t, tc.m, r, tc.result)
			m := tried(t, d).Message
			if m.Delivery != tc.result.Delivery || m.LastError != workflows.ServerCode(tc.result.Words) || m.Attempts != 3 || m.MailID != tc.m.MailID {
				t.Errorf("the message is %s after %d tries as %s: %s", m.Delivery, m.Attempts, m.MailID, m.LastError)
			}
			if m.SentAt.IsZero() == (tc.result.Delivery == models.DeliverySent) {
				t.Errorf("it was sent at %v", m.SentAt)
			}
			if marked := d.Request.ID != "" && d.Request.Unreachable; marked != (tc.told != "") || len(d.Jobs) != len(d.Messages) {
				t.Errorf("the request is marked: %t; it makes %d jobs", marked, len(d.Jobs))
			}
			wantEvent(t, d.Events, tc.event)
			_, done := models.EffectOf[models.JobFinished](d)
			_, failed := models.EffectOf[models.JobFailed](d)
			if sent := tc.result.Delivery == models.DeliverySent; done != sent || failed == sent {
				t.Errorf("the job is done: %t, failed: %t", done, failed)
			}
			for _, e := range d.Events { // auditors look for the first mail that the requester was sent
				if e.Detail["audience"] != string(tc.m.Audience) {
					t.Errorf("%s of a mail to %s says %v", e.Kind, tc.m.Audience, e.Detail)
				}
			}
			wantTold(t, d.Messages, tc.told, "mail_failed/m1")
		})
	}
}

func TestCodesToMistypedAddressesAreOneLetterADay(t *testing.T) {
	t.Parallel()
	r := file(t, models.TypeAccess).r
	m := models.Message{ID: "m1", RequestID: "r1", Audience: models.ToRequester, Letter: models.CodeLetter{}, MailID: "m1@example.org"}
	d := delivered(t, m, r, workflows.DeliveryResult{Delivery: models.DeliveryFailed, Words: "550 unknown"})
	wantEvent(t, d.Events, models.EventMailFailed)
	wantTold(t, d.Messages, models.Everyone, "mail_failed/unverified/"+models.DateOf(noon, rules(t).Zone).String())
}

func wantEvent(t *testing.T, events []models.Event, want models.EventKind) {
	t.Helper()
	if want == "" {
		if len(events) != 0 {
			t.Errorf("events %+v, want none", events)
		}
		return
	}
	if len(events) != 1 {
		t.Fatalf("%d events, want %s", len(events), want)
	}
	e := events[0]
	if e.Kind != want || (e.Version == 0) != e.Change.Empty() || e.RequestID != "r1" || e.From != e.To || e.Actor != system ||
		e.Detail["message"] != "m1" || e.Detail["template"] == "" || e.Detail["mail_id"] != "" {
		t.Errorf("the event is %+v", e)
	}
}

func wantTold(t *testing.T, messages []models.Message, want, key string) {
	t.Helper()
	if want == "" {
		if len(messages) != 0 {
			t.Errorf("messages %+v, want none", messages)
		}
		return
	}
	if len(messages) != 1 {
		t.Fatalf("%d messages, want one to %s", len(messages), want)
	}
	l, ok := messages[0].Letter.(models.StaffMailFailedLetter)
	if !ok || messages[0].Staff != want || messages[0].Audience != models.ToStaff || messages[0].Key != key ||
		l.Failed != "code" || l.Why != "550 unknown" || l.Name != "" || l.Reference == "" || l.RespondOn.IsZero() {
		t.Errorf("to %s under %s: %+v", messages[0].Staff, messages[0].Key, messages[0].Letter)
	}
}

func TestASentCodeIsForgotten(t *testing.T) {
	t.Parallel()
	code, reminder := models.CodeLetter{Code: "ABCD2345"}, models.VerifyReminderLetter{Code: "ABCD2345"}
	for _, l := range []models.Letter{code, &code, reminder, &reminder} {
		m := models.Message{ID: "m1", RequestID: "r1", Letter: l}
		d := delivered(t, m, models.Request{ID: "r1"}, workflows.DeliveryResult{Delivery: models.DeliverySent})
		if !tried(t, d).Forget || strings.Contains(fmt.Sprintf("%+v", tried(t, d).Message.Letter), "ABCD2345") {
			t.Errorf("after %T: forget %v, %+v", l, tried(t, d).Forget, tried(t, d).Message.Letter)
		}
		again := delivered(t, m, models.Request{ID: "r1"}, workflows.DeliveryResult{Delivery: models.DeliveryDeferred})
		if tried(t, again).Forget || !strings.Contains(fmt.Sprintf("%+v", tried(t, again).Message.Letter), "ABCD2345") {
			t.Errorf("%T lost its code before it was sent", l)
		}
	}
	d := delivered(t, models.Message{ID: "m1", Letter: models.ExpiredLetter{}}, models.Request{}, workflows.DeliveryResult{Delivery: models.DeliverySent})
	if tried(t, d).Forget {
		t.Error("a letter without a code is written anew")
	}
}
