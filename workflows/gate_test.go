package workflows_test

import (
	"bytes"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// staffFile is a file that a member of staff added.
func staffFile(id string, internal bool) models.File {
	return models.File{ID: id, Author: alice, Internal: internal, MediaType: "application/pdf"}
}

func TestAFileIsSharedOnlyWhereItsAnswerCouldBeGiven(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		kind  models.RequestType
		level models.Level
		code  models.Code // "" where it is shared
	}{
		"nobody proved anything":              {models.TypeCorrection, models.LevelNone, models.CodeUnverified},
		"below the level of the type":         {models.TypeCorrection, models.LevelMailbox, models.CodeUnverified},
		"at its level":                        {models.TypeCorrection, models.LevelReasonable, ""},
		"where another person approves":       {models.TypeAccess, models.LevelHigh, models.CodeOtherPerson},
		"where nothing is to be verified":     {models.TypeMarketingOptOut, models.LevelNone, models.CodeUnverified},
		"nothing to be verified, but proved":  {models.TypeMarketingOptOut, models.LevelMailbox, ""},
		"below the level, by another's leave": {models.TypeAccess, models.LevelMailbox, models.CodeUnverified},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := file(t, tt.kind)
			l.r.Level = tt.level
			l.must(alice, workflows.Attach{File: staffFile("f1", true)})
			err := l.try(alice, workflows.Attach{File: staffFile("f2", false)})
			if models.CodeOf(err) != tt.code {
				t.Fatalf("sharing: got %v, want the code %q", err, tt.code)
			}
		})
	}
}

func TestFilesGoOutWithTheAnswerAndNotBefore(t *testing.T) {
	t.Parallel()
	attached := []models.File{staffFile("f1", true), staffFile("f2", true), {ID: "theirs", Author: subject}}
	answer := workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here it is.", Files: []string{"f1"}, Attached: attached}
	l := worked(t, models.TypeAccess)
	for name, files := range map[string][]string{"unknown": {"f3"}, "the requester's": {"theirs"}, "twice": {"f1", "f1"}} {
		wrong := answer
		wrong.Files = files
		if err := l.try(alice, wrong); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.must(alice, answer)
	l.wants("released before", len(l.r.Released), 0)
	l.must(bob, workflows.Approve{Version: l.r.Version})
	l.wants("released", l.r.Released, "[f1]")
	replayed(t, l)

	// A denial releases nothing below the level either, and with a file it is
	// one person's business as little as the file alone.
	l = worked(t, models.TypeContentRemoval)
	l.r.Level = models.LevelNone
	denial := workflows.Conclude{
		Outcome: models.OutcomeDenied, Message: "No.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}, Files: []string{"f1"}, Attached: attached,
	}
	l.refused(alice, denial, models.CodeUnverified)
}

func TestWhatEndsAProvedRequestIsForTwo(t *testing.T) {
	t.Parallel()
	ends := map[string]struct {
		c       workflows.Command
		outcome models.Outcome
	}{
		"spam":    {workflows.MarkSpam{}, models.OutcomeSpam},
		"no data": {workflows.Conclude{Outcome: models.OutcomeNoData, Message: "m"}, models.OutcomeNoData},
		"denied": {workflows.Conclude{
			Outcome: models.OutcomeDenied, Message: "m", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}},
		}, models.OutcomeDenied},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := worked(t, models.TypeAccess)
			l.must(alice, end.c)
			l.wants("state", l.r.State, models.StateInReview)
			l.wants("told before", slices.Contains(l.templates(), "answer_"+string(end.outcome)), false)
			l.refused(alice, workflows.Approve{Version: l.r.Version}, models.CodeOtherPerson)
			l.must(bob, workflows.Approve{Version: l.r.Version})
			l.wants("outcome", l.r.Outcome, end.outcome)
			l.wants("decided by", l.r.Decision.By+" "+l.r.Decision.ApprovedBy, "alice bob")
			replayed(t, l)
		})
	}
	l := file(t, models.TypeAccess)
	l.must(alice, workflows.MarkSpam{}) // nobody proved to be there
	l.wants("outcome", l.r.Outcome, models.OutcomeSpam)
	l = worked(t, models.TypeAccess)
	l.must(subject, workflows.Withdraw{})
	l.wants("outcome", l.r.Outcome, models.OutcomeWithdrawn)
}

func TestOneItemThatIsDeniedIsForTwo(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeCorrection)
	l.must(alice, workflows.Conclude{Message: "m", Items: []workflows.ItemGiven{
		{No: 1, Outcome: models.OutcomeFulfilled},
		{No: 2, Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "accurate_data"}}},
	}})
	l.wants("state", l.r.State, models.StateInReview)
}

func TestApproveNamesWhatItApproves(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeAccess)
	read := l.r.Version
	l.must(alice, workflows.Conclude{Outcome: models.OutcomeNoData, Message: "The first words."})
	first := l.r.Version
	l.refused(bob, workflows.Approve{}, models.CodeInvalid)
	l.refused(bob, workflows.Approve{Version: read}, models.CodeStale)
	l.refused(bob, workflows.Approve{Version: first + 1}, models.CodeStale)
	l.must(alice, workflows.Return{Reason: "r"})
	l.must(alice, workflows.Conclude{Outcome: models.OutcomeNoData, Message: "Other words."})
	l.refused(bob, workflows.Approve{Version: first}, models.CodeStale)
	l.must(carol, workflows.Assign{Assignee: "carol"}) // no other proposal
	l.must(bob, workflows.Approve{Version: l.r.Version - 1})
}

func TestNobodyApprovesWithWhatTheProposerMade(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeAccess)
	l.must(alice, workflows.Conclude{Outcome: models.OutcomeNoData, Message: "m"})
	tied := bob
	tied.Ties = "carol alice"
	l.refused(tied, workflows.Approve{Version: l.r.Version}, models.CodeOtherPerson)
	tied.Ties = "carol"
	l.must(tied, workflows.Approve{Version: l.r.Version})
}

func TestWhoIsBarredReadsAndNotes(t *testing.T) {
	t.Parallel()
	for _, s := range []models.State{models.StateOpen, models.StateInProgress, models.StateOnHold, models.StateInReview, models.StateClosed} {
		dave := models.Actor{Kind: models.ActorStaff, ID: "dave", Role: models.RoleAdmin}
		dave.Ties = "erin"
		for name, order := range each(in(t, s)) {
			l := in(t, s)
			l.r.Appeal = models.Appeal{No: 1, FiledAt: l.now, Barred: []string{"dave", "alice"}}
			if !slices.Contains(workflows.CommandsOf(models.ActorStaff), name) || !workflows.Listed(s, name) {
				continue
			}
			want := models.CodeOtherPerson
			if name == workflows.CommandNote {
				want = ""
			}
			if err := l.try(dave, order.c); models.CodeOf(err) != want {
				t.Errorf("%s by one who is barred in state %s: %v", name, s, err)
			}
			behind := models.Actor{Kind: models.ActorStaff, ID: "frank", Role: models.RoleAdmin, Ties: "alice"}
			if err := l.try(behind, order.c); models.CodeOf(err) != want {
				t.Errorf("%s with what one who is barred made, in state %s: %v", name, s, err)
			}
		}
	}
}

func TestAClaimedCapacityGivesNothing(t *testing.T) {
	t.Parallel()
	l := &life{t: t, rules: rules(t), now: noon}
	c := submission(models.TypeCorrection)
	c.ReceivedAt = noon
	c.OnBehalf = &models.OnBehalf{Role: models.CapacityParent, Name: "Eve", Email: "eve@example.org", Authority: "I am the mother."}
	l.must(subject, c)
	l.must(subject, prove())
	l.wants("mail", l.templates(), "[acknowledgement named_person staff_new]")
	named := l.last.Messages[slices.Index(l.templates(), "named_person")]
	l.wants("to", named.Recipient(l.r), "ana@example.org")
	if count, ok := models.EffectOf[models.MailCounted](l.last); !ok || count.Owner != "ana@example.org" {
		t.Errorf("a letter to a mailbox that nobody proved is not counted: %+v", count)
	}
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	answer := workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Done."}
	l.refused(alice, answer, models.CodeUnverified)
	l.refused(alice, workflows.Attach{File: staffFile("f", false)}, models.CodeUnverified)
	l.refused(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check", Of: "birth"}, models.CodeInvalid)
	l.must(alice, workflows.Verify{Level: models.LevelMailbox, Method: "staff_check", Of: workflows.ProvenAuthority})
	l.refused(alice, answer, models.CodeUnverified)
	l.must(alice, workflows.Verify{Level: models.LevelReasonable, Method: "court_order", Of: workflows.ProvenAuthority})
	l.refused(alice, workflows.Verify{Level: models.LevelReasonable, Method: "court_order", Of: workflows.ProvenAuthority}, models.CodeInvalid)
	l.must(alice, answer)
	replayed(t, l)

	own := worked(t, models.TypeCorrection)
	own.refused(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check", Of: workflows.ProvenAuthority}, models.CodeInvalid)
}

func TestARequestThatIsToAskForLessIsForTwoAndTold(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeAccess, "US", "CA")
	l.must(subject, prove())
	l.must(alice, workflows.Assign{Assignee: "alice"})
	l.must(alice, workflows.Classify{Type: models.TypeQuestion})
	l.wants("state", l.r.State, models.StateInReview)
	l.wants("type", l.r.Type, models.TypeAccess)
	l.refused(alice, workflows.Approve{Version: l.r.Version}, models.CodeOtherPerson)
	l.must(bob, workflows.Return{Reason: "It asks for access."})
	l.wants("type", l.r.Type, models.TypeAccess)
	l.must(alice, workflows.Classify{Type: models.TypeQuestion, Country: new("DE")})
	l.must(bob, workflows.Approve{Version: l.r.Version})
	l.wants("state", l.r.State, models.StateInProgress)
	l.wants("type", l.r.Type, models.TypeQuestion)
	l.wants("country", l.r.Country, "DE")
	l.wants("deadline", l.r.Deadline, mailedFrom(t, models.TypeQuestion, "DE", "").r.Deadline)
	l.wants("mail", l.templates(), "[reclassified]")
	letter, _ := l.last.Messages[0].Letter.(models.ReclassifiedLetter)
	l.wants("letter", letter.Former+": "+letter.Words, "Access to my data: Please.")
	replayed(t, l)

	more := mailedFrom(t, models.TypeUnsorted, "", "")
	more.must(subject, prove())
	more.must(alice, workflows.Classify{Type: models.TypeAccess, Fields: map[string]any{"scope": "categories"}})
	more.must(alice, workflows.Classify{Type: models.TypeAccess, Fields: map[string]any{"scope": "specific_pieces"}})
	more.wants("state", more.r.State, models.StateOpen)
	for name, fields := range map[string]map[string]any{"kinds only": {"scope": "categories"}, "some data": {"scope": "specific_pieces", "categories": []any{"name"}}} {
		less := mailedFrom(t, models.TypeUnsorted, "", "")
		less.must(subject, prove())
		less.must(alice, workflows.Classify{Type: models.TypeAccess, Fields: map[string]any{"scope": "specific_pieces"}})
		less.must(alice, workflows.Classify{Type: models.TypeAccess, Fields: fields})
		if less.r.State != models.StateInReview {
			t.Errorf("%s: one person had it ask for less", name)
		}
	}
}

func TestTheSurvivorLosesNothing(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeAccess)
	into := file(t, models.TypeAccess)
	into.must(subject, prove())
	into.must(alice, workflows.Extend{Reason: "r"})
	other := into.r
	other.ID, other.Reference, other.Undesignated, other.Level = "r2", "HB-0000-0000-02", true, models.LevelHigh
	l.r.ReceivedAt, l.r.ReceivedOn = noon.Add(-5*24*time.Hour), models.DateOf(noon.Add(-5*24*time.Hour), l.rules.Zone)
	target := workflows.Target{Into: other}
	l.must(alice, workflows.Merge{Target: target})
	l.must(bob, workflows.Approve{Version: l.r.Version, Target: target})
	changed, ok := models.EffectOf[models.RequestChanged](l.last)
	if !ok {
		t.Fatal("the other request is as it was")
	}
	s := changed.Request
	l.wants("version", s.Version, other.Version+1)
	l.wants("received", s.ReceivedOn, l.r.ReceivedOn)
	l.wants("undesignated", s.Undesignated, false)
	l.wants("respond on", s.Deadline.RespondOn, other.Deadline.RespondOn.AddDays(-5))
	l.wants("absorbed", s.Absorbed, "[HB-0000-0000-01]")
	merged, _ := l.last.Messages[0].Letter.(models.MergedLetter)
	l.wants("the date that is told", merged.RespondOn, s.Deadline.RespondOn)
	e := l.last.Events[len(l.last.Events)-1]
	if e.RequestID != "r2" || e.Version != s.Version || !bytes.Equal(models.CanonicalJSON(other.With(e.Change)), models.CanonicalJSON(s.Facts)) {
		t.Errorf("the event of the survivor does not tell what became of it: %+v", e)
	}
}

// A button is there exactly where the command would be taken: in its state, in
// its time, and for this person.
func TestWhatIsAllowedNowIsWhatTheGateLets(t *testing.T) {
	t.Parallel()
	now := func(l *life, by models.Actor) []workflows.CommandName {
		return workflows.Allowed(l.rules, workflows.Case{Request: l.r}, by, l.now)
	}
	l := in(t, models.StateInProgress)
	l.now = l.r.Deadline.RespondBy
	l.wants("extension on the last day", slices.Contains(now(l, alice), workflows.CommandExtend), true)
	l.now = l.now.Add(time.Second)
	l.wants("extension a second later", slices.Contains(now(l, alice), workflows.CommandExtend), false)
	l.refused(alice, workflows.Extend{Reason: "r"}, models.CodeConflict)

	l = in(t, models.StateClosed)
	l.wants("appeal", slices.Contains(now(l, subject), workflows.CommandAppeal), true)
	l.now = l.now.Add(400 * 24 * time.Hour)
	l.wants("appeal a year later", slices.Contains(now(l, subject), workflows.CommandAppeal), false)
	l.refused(subject, workflows.FileAppeal{Text: "t"}, models.CodeConflict)

	l = in(t, models.StateUnverified)
	l.refused(system, workflows.Expire{}, models.CodeConflict)

	l = in(t, models.StateInReview)
	l.wants("the proposer approves", slices.Contains(now(l, alice), workflows.CommandApprove), false)
	l.wants("another approves", slices.Contains(now(l, bob), workflows.CommandApprove), true)
	err := l.try(alice, workflows.Start{})
	refusal, _ := err.(*models.Error) //nolint:errorlint // Decide returns it unwrapped
	if refusal == nil || slices.Contains(refusal.Allowed, "approve") || !slices.Contains(refusal.Allowed, "return") {
		t.Errorf("what is said to be allowed now: %v", err)
	}
}

// A question that a proposal broke off moved no date. The date that holds does
// not become a later one because a duplicate comes in.
func TestADuplicateMovesNoDateBack(t *testing.T) {
	t.Parallel()
	p, err := policies.Load(fstest.MapFS{"house.yaml": {Data: []byte(slow)}})
	if err != nil {
		t.Fatal(err)
	}
	filed := func() *life {
		l := &life{t: t, rules: workflows.Rules{Policy: p, Zone: rules(t).Zone}, now: noon}
		c := submission(models.TypeAccess)
		c.Person.Country, c.Person.Region, c.ReceivedAt = "GB", "", noon
		l.must(subject, c)
		l.must(subject, prove())
		return l
	}
	l := filed()
	l.must(alice, workflows.Start{})
	l.must(alice, workflows.Ask{Message: "?", Purpose: models.HoldIdentity})
	l.now = l.now.Add(10 * 24 * time.Hour)
	l.must(alice, workflows.MarkSpam{})
	l.must(bob, workflows.Return{Reason: "r"})
	due := l.r.Deadline.RespondOn
	gone := filed()
	gone.r.ID, gone.r.Reference = "r2", "HB-0000-0000-02"
	target := workflows.Target{Into: l.r}
	gone.must(alice, workflows.Merge{Target: target})
	gone.must(bob, workflows.Approve{Version: gone.r.Version, Target: target})
	changed, _ := models.EffectOf[models.RequestChanged](gone.last)
	l.wants("due on", changed.Request.Deadline.RespondOn, due)
	l.wants("absorbed", changed.Request.Absorbed, "[HB-0000-0000-02]")
}

// The time for an appeal runs from the day of the answer as the organisation has
// it, and ends with the day that the answer names.
func TestAnAppealEndsWithTheDayThatTheAnswerNames(t *testing.T) {
	t.Parallel()
	answered := func() (*life, models.Date) {
		l := in(t, models.StateInReview)
		l.now = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC) // the 23rd in California
		l.must(bob, workflows.Approve{Version: l.r.Version})
		letter, _ := l.last.Messages[0].Letter.(models.AnswerLetter)
		return l, letter.AppealUntil
	}
	l, until := answered()
	l.now = until.End(l.rules.Zone)
	l.must(subject, workflows.FileAppeal{Text: "I object."})
	l, _ = answered()
	l.now = until.End(l.rules.Zone).Add(time.Second)
	l.refused(subject, workflows.FileAppeal{Text: "I object."}, models.CodeConflict)
}

// The reminder to prove the mailbox names the day on which the request ends as the
// organisation has it.
func TestAReminderToVerifyNamesTheDayOfTheOrganisation(t *testing.T) {
	t.Parallel()
	l := &life{t: t, rules: rules(t), now: time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)} // the 23rd in California
	c := submission(models.TypeAccess)
	c.ReceivedAt, c.Person.Country, c.Person.Region = l.now, "", ""
	l.must(subject, c)
	ends := time.Time{}
	for _, j := range l.jobs {
		if j.Kind == models.JobExpire {
			ends = j.RunAt
		}
	}
	if models.DateOf(ends, l.rules.Zone) == models.DateOf(ends, time.UTC) {
		t.Fatalf("it ends at %s: this proves nothing", ends)
	}
	l.now = l.now.Add(24 * time.Hour)
	l.must(system, workflows.RemindVerify{})
	letter, _ := l.last.Messages[0].Letter.(models.VerifyReminderLetter)
	l.wants("closes on", letter.ClosesOn, models.DateOf(ends, l.rules.Zone))
}

// Of what strangers write to a case staff hear once in a day of the organisation.
func TestStrangersAreToldOfOnceInADayOfTheOrganisation(t *testing.T) {
	t.Parallel()
	l := in(t, models.StateOpen)
	keys := func(hour int) string { // of the 23rd in UTC
		l.now = time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC)
		l.must(robot, workflows.Receive{Mail: "m", Text: "t", Flags: []models.MessageFlag{models.FlagOtherSender}})
		return l.last.Messages[1].Key
	}
	if evening, next := keys(23), keys(24+7); evening != next {
		t.Errorf("one evening in California has the keys %s and %s", evening, next)
	}
	if evening, morning := keys(24+7), keys(24+8); evening == morning {
		t.Errorf("two days in California have the key %s", evening)
	}
}
