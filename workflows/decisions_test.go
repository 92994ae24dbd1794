package workflows_test

import (
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// Who proposed a decision may not approve it, whoever the request is assigned
// to; everybody else may.
func TestNobodyApprovesTheirOwnProposal(t *testing.T) {
	t.Parallel()
	for name, assignee := range map[string]string{
		"assigned to the proposer": "alice", "assigned to the approver": "bob", "assigned to a third": "carol", "assigned to nobody": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, proposer := range []models.Actor{alice, bob} {
				l := worked(t, models.TypeAccess)
				l.must(carol, workflows.Assign{Assignee: assignee})
				l.must(proposer, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here it is."})
				l.wants("state", l.r.State, models.StateInReview)
				l.wants("proposed by", l.r.Proposal.By, proposer.ID)
				l.refused(proposer, workflows.Approve{Version: l.r.Version}, models.CodeOtherPerson)
				other := bob
				if proposer == bob {
					other = carol
				}
				l.must(other, workflows.Approve{Version: l.r.Version})
				l.wants("decided by", l.r.Decision.By+" "+l.r.Decision.ApprovedBy, proposer.ID+" "+other.ID)
			}
		})
	}
}

// What is taken up again has no outcome, and no item of it has one.
func TestWhatIsTakenUpAgainIsUndecided(t *testing.T) {
	t.Parallel()
	denied := []workflows.ReasonGiven{{Code: "accurate_data", Explanation: "The register says so."}}
	tests := map[string]struct {
		by    models.Actor
		again workflows.Command
	}{
		"reopened":     {carol, workflows.Reopen{Reason: "They rang."}},
		"under appeal": {subject, workflows.FileAppeal{Text: "I object."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := worked(t, models.TypeCorrection)
			l.must(alice, workflows.Conclude{Message: "No.", Items: []workflows.ItemGiven{
				{No: 1, Outcome: models.OutcomeDenied, Reasons: denied}, {No: 2, Outcome: models.OutcomeDenied, Reasons: denied},
			}})
			l.must(bob, workflows.Approve{Version: l.r.Version})
			l.wants("outcome of an item", l.r.Facts.Items[0].Outcome, models.OutcomeDenied)
			l.must(tt.by, tt.again)
			l.wants("outcome", l.r.Outcome, "")
			l.wants("closed at", l.r.ClosedAt.IsZero(), true)
			for _, item := range l.r.Facts.Items {
				if item.Outcome != "" || len(item.Reasons) != 0 {
					t.Errorf("item %d is still %s for %v", item.No, item.Outcome, item.Reasons)
				}
			}
		})
	}
}

// A mailed answer ends the hold if it is the requester's own, whatever files it
// brings and however long it is; anybody else's does not.
func TestAMailedAnswerEndsTheHoldIfItIsTheirs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		flags []models.MessageFlag
		ends  bool
	}{
		"a plain answer":                {nil, true},
		"with a file":                   {[]models.MessageFlag{models.FlagFilesLeft}, true},
		"cut":                           {[]models.MessageFlag{models.FlagCut}, true},
		"cut, with a file":              {[]models.MessageFlag{models.FlagCut, models.FlagFilesLeft}, true},
		"another sender":                {[]models.MessageFlag{models.FlagOtherSender}, false},
		"the domain disowns it":         {[]models.MessageFlag{models.FlagAuthFailed}, false},
		"a machine's":                   {[]models.MessageFlag{models.FlagAutomatic}, false},
		"another sender's, with a file": {[]models.MessageFlag{models.FlagFilesLeft, models.FlagOtherSender}, false},
		"a machine's, cut":              {[]models.MessageFlag{models.FlagAutomatic, models.FlagCut}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, text := range []string{"The old one.", ""} { // there may be a file only
				l := worked(t, models.TypeAccess)
				l.must(alice, workflows.Ask{Message: "Which account?"})
				l.must(robot, workflows.Receive{Mail: "m1", Text: text, Flags: tt.flags})
				want := models.StateOnHold
				if tt.ends {
					want = models.StateInProgress
				}
				l.wants("state", l.r.State, want)
				l.wants("the pause is over", !l.r.Pauses[0].To.IsZero(), tt.ends)
			}
		})
	}
}

// Days are those of the organisation's zone: a request that reaches it late in
// the evening is received on that day, though it is tomorrow in UTC.
func TestDaysAreThoseOfTheOrganisation(t *testing.T) {
	t.Parallel()
	p, err := defaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		zone     string
		at       time.Time
		received string
		due      string
		dueBy    time.Time
	}{
		"an evening in California": {
			"America/Los_Angeles", time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC), "2026-11-20", "2026-12-20", time.Date(2026, 12, 21, 7, 59, 59, 0, time.UTC),
		},
		"a morning in Auckland": {
			"Pacific/Auckland", time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC), "2026-11-21", "2026-12-21", time.Date(2026, 12, 21, 10, 59, 59, 0, time.UTC),
		},
		"just before midnight in Berlin": {
			"Europe/Berlin", time.Date(2026, 11, 20, 22, 59, 59, 0, time.UTC), "2026-11-20", "2026-12-20", time.Date(2026, 12, 20, 22, 59, 59, 0, time.UTC),
		},
		"midnight in Berlin": {
			"Europe/Berlin", time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC), "2026-11-21", "2026-12-21", time.Date(2026, 12, 21, 22, 59, 59, 0, time.UTC),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			l := &life{t: t, rules: workflows.Rules{Policy: p, Zone: zone}, now: tt.at}
			c := submission(models.TypeQuestion)
			c.ReceivedAt, c.Person.Country, c.Person.Region = tt.at, "", ""
			c.Challenge.Code.ExpiresAt = tt.at.Add(time.Hour)
			l.must(subject, c)
			l.wants("received on", l.r.ReceivedOn, tt.received)
			l.wants("due on", l.r.Deadline.RespondOn, tt.due)
			l.wants("due by", l.r.Deadline.RespondBy, tt.dueBy)
			l.must(subject, prove())
			l.must(alice, workflows.Start{})
			l.must(alice, workflows.Ask{Message: "What do you mean?"})
			l.wants("asked on", l.r.Pauses[0].From, tt.received)
			l.must(subject, workflows.Write{Text: "This."})
			l.wants("answered on", l.r.Pauses[0].To, tt.received)
		})
	}
}
