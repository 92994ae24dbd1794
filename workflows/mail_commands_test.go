package workflows_test

import (
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// A mail that is about no request has commands of its own, with all that follows.
func TestWhatBecomesOfAMailIsDecided(t *testing.T) {
	t.Parallel()
	held := models.ReceivedMail{ID: "m1", State: models.MailHeld, ReceivedAt: noon, KeptAt: noon, Source: "test"}
	kept := held
	kept.State = models.MailKept
	later := noon.Add(-2 * time.Hour)
	tests := map[string]struct {
		by     models.Actor
		c      workflows.Command
		code   models.Code
		events string
		jobs   string
		mail   string // its template
		state  models.MailState
	}{
		"it is kept":                        {robot, workflows.KeepMail{Mail: kept, Key: []byte("k")}, "", "[mail_kept]", "[place_mail]", "[]", ""},
		"it is held":                        {robot, workflows.PlaceMail{Mail: held, Held: workflows.QuarantinedMail{Waiting: 2, Oldest: later}}, "", "[mail_held]", "[send_mail held_mail]", "[staff_mail_held]", models.MailHeld},
		"it is put into a case":             {robot, workflows.PlaceMail{Mail: models.ReceivedMail{ID: "m1", State: models.MailPlaced}}, "", "[mail_placed]", "[]", "[]", models.MailPlaced},
		"it came before":                    {robot, workflows.PlaceMail{Mail: models.ReceivedMail{ID: "m1", State: models.MailRepeated}}, "", "[mail_repeated]", "[]", "[]", models.MailRepeated},
		"staff dismiss it":                  {alice, workflows.DismissMail{Mail: held, Reason: "spam"}, "", "[mail_dismissed]", "[]", "[]", models.MailDismissed},
		"for no reason of the list":         {alice, workflows.DismissMail{Mail: held, Reason: "no"}, models.CodeInvalid, "", "", "", ""},
		"one that is placed":                {alice, workflows.DismissMail{Mail: models.ReceivedMail{State: models.MailPlaced}, Reason: "spam"}, models.CodeConflict, "", "", "", ""},
		"one that is being placed":          {alice, workflows.DismissMail{Mail: kept, Reason: "spam"}, models.CodeConflict, "", "", "", ""},
		"an auditor dismisses nothing":      {models.Actor{Kind: models.ActorStaff, ID: "eve", Role: models.RoleAuditor}, workflows.DismissMail{Mail: held, Reason: "spam"}, models.CodeForbidden, "", "", "", ""},
		"the requester dismisses nothing":   {subject, workflows.DismissMail{Mail: held, Reason: "spam"}, models.CodeForbidden, "", "", "", ""},
		"staff keep no mail":                {alice, workflows.KeepMail{Mail: kept}, models.CodeForbidden, "", "", "", ""},
		"managers hear of it":               {system, workflows.RecallMail{Mail: held, Held: workflows.QuarantinedMail{Waiting: 3, Oldest: later}}, "", "[]", "[send_mail]", "[staff_mail_held]", ""},
		"not of one that is placed":         {system, workflows.RecallMail{Mail: kept}, models.CodeConflict, "", "", "", ""},
		"one that is placed is filed twice": {alice, workflows.Submit{ID: "r", Reference: "HB-1", Type: models.TypeQuestion, Routed: &models.ReceivedMail{State: models.MailPlaced}}, models.CodeConflict, "", "", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &life{t: t, rules: rules(t), now: noon}
			err := l.try(tt.by, tt.c)
			if models.CodeOf(err) != tt.code {
				t.Fatalf("got %v, want the code %q", err, tt.code)
			}
			if err != nil {
				return
			}
			var events []models.EventKind
			for _, e := range l.last.Events {
				events = append(events, e.Kind)
			}
			var jobs []models.JobKind
			for _, j := range l.last.Jobs {
				jobs = append(jobs, j.Kind)
			}
			l.wants("events", events, tt.events)
			l.wants("jobs", jobs, tt.jobs)
			l.wants("mail", l.templates(), tt.mail)
			routed, _ := models.EffectOf[models.MailRouted](l.last)
			l.wants("state", routed.Mail.State, tt.state)
			if tt.by.Kind == models.ActorStaff && routed.Mail.DecidedBy.ID != tt.by.ID {
				t.Errorf("decided by %v", routed.Mail.DecidedBy)
			}
			if l.last.Request.ID != "" {
				t.Errorf("it is about the request %s", l.last.Request.ID)
			}
		})
	}
}
