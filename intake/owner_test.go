package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

const archive = "archive@paper.example"

// owned is a request with a task for the same owner in each of two systems, and the
// mail that told the owner of both. Where others are open, it is in their case.
func (d *desk) owned(n int, about ...models.Request) (models.Request, models.Message) {
	d.t.Helper()
	d.service.Config.Systems = nil
	for _, key := range []string{"cellar", "attic"} {
		d.service.Config.Systems = append(d.service.Config.Systems, models.System{
			Key: key, Name: key, Kind: models.SystemManual, Owner: archive, Actions: []models.Action{models.ActionFind},
		})
	}
	filed, err := d.service.Cases.Submit(d.t.Context(), alice, workflows.Submit{
		Type: models.TypeAccess, Channel: models.ChannelPhone, Person: models.Person{Name: "Ana", Email: fmt.Sprintf("ana%d@x.example", n), Country: "DE"}, ReceivedAt: d.now(),
	}, cases.Option{})
	d.must(err)
	reference := filed.Request.Reference
	d.do(reference, alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	r := d.do(reference, alice, workflows.Start{})
	return r, d.tell(append(about, r)[0])
}

// tell mails the owner what is open, and returns the mail, which is in the case of a
// request.
func (d *desk) tell(r models.Request) models.Message {
	d.t.Helper()
	pending, _, err := d.store.Jobs(d.t.Context(), models.JobPending, models.Cursor{}, 500)
	d.must(err)
	for _, j := range pending {
		if j.Kind == models.JobOwnerMail {
			digest, _, _ := strings.Cut(j.Subject, "/")
			d.must(d.service.Tasks.OwnerMail(d.t.Context(), digest, "en", j.ID))
			break
		}
	}
	for _, m := range slices.Backward(d.messages(r.Reference)) {
		if m.Audience == models.ToOwner {
			return m
		}
	}
	d.t.Fatal("the owner was mailed nothing")
	return models.Message{}
}

// sentTo is an address with the token of one mail of ours.
func (d *desk) sentTo(p intake.Purpose, r models.Request, m models.Message) string {
	d.t.Helper()
	address, err := tokens().Mint(p, intake.TokenID(r.Reference), m.ID[len(m.ID)-12:])
	d.must(err)
	return address
}

func (d *desk) tasks(r models.Request) map[string]models.Task {
	d.t.Helper()
	facts, err := d.store.TasksOf(d.t.Context(), r.ID)
	d.must(err)
	all := map[string]models.Task{}
	for _, t := range facts {
		all[t.System], err = d.store.Task(d.t.Context(), t.ID)
		d.must(err)
	}
	return all
}

// A mail program answers for an owner who is away: to the address for answers, or to
// the one that the mail was sent from. Neither is an answer, nor a message in the case.
func TestAnAbsentOwnerAnswersNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r, sent := d.owned(1)
		for n, to := range []string{d.sentTo(intake.PurposeReply, r, sent), d.sentTo(intake.PurposeBounce, r, sent)} {
			got := d.take(letter(archive, "Out of office", "I am back on Monday.", "Auto-Submitted: auto-replied", fmt.Sprintf("Message-ID: <away%d@x.example>", n)), to)
			if got.Outcome != intake.OutcomeNotice || len(d.received(r.Reference)) != 0 {
				t.Errorf("to %s: %s, %s; %d messages in the case", to, got.Outcome, got.Reason, len(d.received(r.Reference)))
			}
		}
		// That of a member of staff is no message in the case either.
		for _, m := range d.messages(r.Reference) {
			if m.Audience == models.ToStaff {
				got := d.take(letter("alice@example.com", "Out of office", "Back soon.", "Auto-Submitted: auto-replied"), d.sentTo(intake.PurposeBounce, r, m))
				if got.Outcome != intake.OutcomeNotice {
					t.Errorf("of staff: %s, %s", got.Outcome, got.Reason)
				}
			}
		}
		for system, task := range d.tasks(r) {
			if len(task.Replies) != 0 || task.State != models.TaskOpen {
				t.Errorf("%s: %+v", system, task)
			}
		}
	})
}

// Two tasks of one request are one matter: the answer is with the first that is open.
// Of two requests the answer has to name one.
func TestAnAnswerAboutTwoTasksOfARequestIsClear(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		first, sent := d.owned(1)
		to := d.sentTo(intake.PurposeReply, first, sent)
		if got := d.take(letter(archive, "Re: Open tasks", "There is nothing in either."), to); got.Outcome != intake.OutcomeThread {
			t.Fatalf("it is %s: %s", got.Outcome, got.Reason)
		}
		answered := ""
		for system, task := range d.tasks(first) {
			if len(task.Replies) == 1 {
				answered += system
				_, err := d.service.Tasks.Do(t.Context(), alice, task.ID, workflows.CompleteTask{Task: task.ID, Outcome: models.TaskNothingFound}, cases.Option{})
				d.must(err)
			}
		}
		d.take(letter(archive, "Re: Open tasks", "The other one, too."), to)
		for system, task := range d.tasks(first) {
			if len(task.Replies) != 1 {
				t.Errorf("%s has %d answers, and %s had the first", system, len(task.Replies), answered)
			}
		}

		d.pass(25 * time.Hour)
		second, sent := d.owned(2, first)
		to = d.sentTo(intake.PurposeReply, first, sent)
		if told := len(models.OwnedTasks(sent.Letter)); told != 3 {
			t.Fatalf("the mail tells of %d tasks", told)
		}
		if got := d.take(letter(archive, "Re: Open tasks", "It is done."), to); got.Outcome != intake.OutcomeHeld || got.Reason != intake.ReasonToOwner {
			t.Errorf("of two requests it is %s: %s", got.Outcome, got.Reason)
		}
		if got := d.take(letter(archive, "Re: Open tasks", "It is done: "+strings.ToLower(second.Reference)), to); got.Outcome != intake.OutcomeThread || got.Reference != second.Reference {
			t.Errorf("named it is %s: %s, %s", got.Outcome, got.Reason, got.Reference)
		}
	})
}

// An answer that is one too many brings no file into the case.
func TestAnswersToATaskHaveABound(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r, sent := d.owned(1)
		to := d.sentTo(intake.PurposeReply, r, sent)
		for _, task := range d.tasks(r) {
			for n := range workflows.MostReplies {
				_, err := d.service.Tasks.Do(t.Context(), models.Actor{Kind: models.ActorIntake}, task.ID, workflows.ReplyToTask{Task: task.ID, Mail: fmt.Sprint(n), Text: "Done."}, cases.Option{})
				d.must(err)
			}
		}
		got := d.take(strings.Replace(letter(archive, "Re: Open tasks", "--b\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n--b\r\nContent-Type: text/plain\r\n"+
			"Content-Disposition: attachment; filename=a.txt\r\n\r\nfound it\r\n--b--"), "Subject:", "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nSubject:", 1), to)
		files, err := d.store.Files(t.Context(), r.ID)
		d.must(err)
		if got.Outcome != intake.OutcomeHeld || got.Reason != intake.ReasonFlood || got.Attachments != 1 || len(files) != 0 {
			t.Errorf("it is %s: %s, with %d attachments; %d files are in the case", got.Outcome, got.Reason, got.Attachments, len(files))
		}
	})
}
