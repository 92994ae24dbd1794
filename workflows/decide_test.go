package workflows_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// The people of these tests.
var (
	subject = models.Actor{Kind: models.ActorSubject}
	system  = models.Actor{Kind: models.ActorSystem}
	owner   = models.Actor{Kind: models.ActorOwner, ID: "owner"}
	robot   = models.Actor{Kind: models.ActorIntake}
	alice   = models.Actor{Kind: models.ActorStaff, ID: "alice", Role: models.RoleAgent}
	bob     = models.Actor{Kind: models.ActorStaff, ID: "bob", Role: models.RoleManager}
	carol   = models.Actor{Kind: models.ActorStaff, ID: "carol", Role: models.RoleManager}
)

// noon is a Friday in California.
var noon = time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)

var defaultPolicy = sync.OnceValues(policies.Default)

func rules(t testing.TB) workflows.Rules {
	t.Helper()
	p, err := defaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return workflows.Rules{Policy: p, Zone: zone}
}

// stamp is what a decision takes from outside, the same at the same time.
func stamp(now time.Time) workflows.Stamp {
	n := 0
	return workflows.Stamp{Now: now, MailDomain: "habeas.example", NewID: func() string {
		n++
		return fmt.Sprintf("%d-%d", now.Unix(), n)
	}}
}

// life is one request on its way, with the log it leaves.
type life struct {
	t     testing.TB
	rules workflows.Rules
	r     models.Request
	now   time.Time
	log   []models.Event
	jobs  []models.Job
	last  workflows.Decision
	tasks []models.Task
	// receipts are those of the erasures, by task.
	receipts map[string]models.Receipt
	ids      int             // made so far
	keys     map[string]bool // of the messages so far
	used     map[string]models.MailUsage
	holds    models.LegalHolds
}

func submission(kind models.RequestType) workflows.Submit {
	c := workflows.Submit{
		ID: "r1", Reference: "HB-0000-0000-01", Type: kind, Channel: models.ChannelWeb, Locale: "en",
		Person:    models.Person{Name: "Ana Pérez", Email: "ana@example.org", Country: "US", Region: "CA"},
		Challenge: workflows.Challenge{Plain: "ABCD2345", Code: models.MailedCode{ID: "c1", RequestID: "r1", ExpiresAt: noon.Add(24 * time.Hour)}},
	}
	if kind == models.TypeCorrection {
		c.Fields = map[string]any{"corrections": []any{
			map[string]any{"field": "company", "current": "Old", "requested": "New"},
			map[string]any{"field": "position", "current": "Clerk", "requested": "Chief"},
		}}
	}
	return c
}

func file(t testing.TB, kind models.RequestType) *life {
	t.Helper()
	l := &life{t: t, rules: rules(t), now: noon}
	c := submission(kind)
	c.ReceivedAt = noon
	l.must(subject, c)
	return l
}

func (l *life) try(by models.Actor, c workflows.Command) error {
	before := fmt.Sprintf("%+v %+v", l.r, l.tasks)
	k := workflows.Case{Request: l.r, Tasks: l.tasks, Receipts: l.receipts, ReceiptsKnown: true, LegalHolds: l.holds, MailUsage: map[string]models.MailUsage{}}
	for _, m := range workflows.UnverifiedMail(l.rules, l.r, c) {
		k.MailUsage[m.Mailbox] = l.used[m.Mailbox]
	}
	d, err := workflows.Decide(l.rules, k, by, c, l.stamp())
	if after := fmt.Sprintf("%+v %+v", l.r, l.tasks); after != before {
		l.t.Fatalf("%s changed its input:\n%s\n%s", c.Name(), before, after)
	}
	if err != nil {
		return err
	}
	l.last = d
	for _, e := range d.Effects {
		m, ok := e.(models.MailCounted)
		if used, known := k.MailUsage[m.Mailbox]; ok && (!known || m.Exceeds(used, l.now) != nil) {
			l.t.Fatalf("%s writes to %s; known: %t, used: %+v", c.Name(), m.Mailbox, known, used)
		}
	}
	if d.Request.ID != "" { // else the command leaves it alone
		l.r = d.Request
	}
	l.keepTasks(d)
	l.log, l.jobs = append(l.log, d.Events...), append(l.jobs, d.Jobs...)
	return nil
}

// stamp has ids of its own for each decision, of one second too.
func (l *life) stamp() workflows.Stamp {
	at := stamp(l.now)
	at.NewID = func() string {
		l.ids++
		return fmt.Sprintf("%d-%d", l.now.Unix(), l.ids)
	}
	return at
}

func (l *life) must(by models.Actor, c workflows.Command) {
	l.t.Helper()
	if err := l.try(by, c); err != nil {
		l.t.Fatalf("%s: %v", c.Name(), err)
	}
}

func (l *life) refused(by models.Actor, c workflows.Command, code models.Code) {
	l.t.Helper()
	if err := l.try(by, c); models.CodeOf(err) != code {
		l.t.Fatalf("%s: got %v, want an error of code %s", c.Name(), err, code)
	}
}

func (l *life) templates() []string {
	var names []string
	for _, m := range l.last.Messages {
		if m.Letter != nil {
			names = append(names, m.Letter.Template())
		}
	}
	return names
}

func (l *life) wants(what string, got, want any) {
	l.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		l.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func prove() workflows.ProveMailbox {
	return workflows.ProveMailbox{CodeID: "c1", Session: models.Session{ID: "s1", RequestID: "r1"}}
}

// worked returns a request that is in progress at level high.
func worked(t testing.TB, kind models.RequestType) *life {
	t.Helper()
	l := file(t, kind)
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	return l
}

func TestALifeFromFormToAnswer(t *testing.T) {
	t.Parallel()
	l := file(t, models.TypeAccess)
	l.wants("state", l.r.State, models.StateUnverified)
	l.wants("mail", l.templates(), "[code]")
	l.wants("due", l.r.Deadline.RespondOn, "2026-12-20")
	l.wants("due by", l.r.Deadline.RespondBy, time.Date(2026, 12, 21, 7, 59, 59, 0, time.UTC))
	l.wants("acknowledge", l.r.Deadline.AcknowledgeOn, "2026-12-08")
	l.must(subject, prove())
	l.wants("state", l.r.State, models.StateOpen)
	l.wants("mail", l.templates(), "[acknowledgement staff_new]")
	l.must(bob, workflows.Assign{Assignee: "alice"})
	l.wants("mail", l.templates(), "[staff_assigned]")
	l.must(alice, workflows.Start{})
	l.must(alice, workflows.Ask{Message: "Which account?"})
	l.wants("state", l.r.State, models.StateOnHold)
	l.must(subject, workflows.Write{Text: "The one with this address."})
	l.wants("state", l.r.State, models.StateInProgress)
	l.wants("mail", l.templates(), "[staff_replied]")
	l.must(alice, workflows.Extend{Reason: "Many systems to search."})
	l.wants("due", l.r.Deadline.RespondOn, "2027-02-18") // 90 days: the promise of 30 is broken
	l.wants("mail", l.templates(), "[extended]")
	answer := workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here it is."}
	l.refused(alice, answer, models.CodeUnverified)
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	l.wants("mail", l.templates(), "[verified]")
	l.must(alice, answer)
	l.wants("state", l.r.State, models.StateInReview)
	l.refused(alice, workflows.Approve{Version: l.r.Version}, models.CodeOtherPerson)
	l.must(bob, workflows.Approve{Version: l.r.Version})
	l.wants("state", l.r.State, models.StateClosed)
	l.wants("outcome", l.r.Outcome, models.OutcomeFulfilled)
	l.wants("mail", l.templates(), "[answer_fulfilled]")
	l.wants("decided by", l.r.Decision.By+" "+l.r.Decision.ApprovedBy, "alice bob")
}

func TestAnOptOutIsNeverVerified(t *testing.T) {
	t.Parallel()
	for _, kind := range []models.RequestType{models.TypeMarketingOptOut, models.TypeSharingOptOut} {
		l := file(t, kind)
		l.wants("state", l.r.State, models.StateOpen)
		l.wants("mail", l.templates(), "[acknowledgement staff_new]")
		letter, ok := l.last.Messages[0].Letter.(models.AcknowledgementLetter)
		l.wants("greeting to an unproved mailbox", letter.Name, "")
		l.wants("letter", ok, true)
		l.must(alice, workflows.Start{})
		l.must(alice, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Done."})
		l.wants("state", l.r.State, models.StateClosed)
	}
}

func TestExtendOnlyOnceOnlyInTimeOnlyWhereTheLawAllows(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeDeletion)
	l.refused(alice, workflows.Extend{}, models.CodeInvalid)
	l.must(alice, workflows.Extend{Reason: "r"})
	l.refused(alice, workflows.Extend{Reason: "r"}, models.CodeConflict)

	l = worked(t, models.TypeDeletion)
	l.now = l.r.Deadline.RespondBy
	l.must(alice, workflows.Extend{Reason: "on the last second"})

	l = worked(t, models.TypeDeletion)
	l.now = l.r.Deadline.RespondBy.Add(time.Second)
	l.refused(alice, workflows.Extend{Reason: "too late"}, models.CodeConflict)

	l = worked(t, models.TypeDisclosure) // Civ. Code § 1798.83 knows no extension
	l.refused(alice, workflows.Extend{Reason: "r"}, models.CodeConflict)
}

func TestItemsMakeTheOutcome(t *testing.T) {
	t.Parallel()
	given := func(first, second models.Outcome) workflows.Conclude {
		item := func(no int, o models.Outcome) workflows.ItemGiven {
			g := workflows.ItemGiven{No: no, Outcome: o}
			if o.NeedsReason() {
				g.Reasons = []workflows.ReasonGiven{{Code: "accurate_data", Explanation: "The register says so."}}
			}
			return g
		}
		return workflows.Conclude{Message: "Please see below.", Items: []workflows.ItemGiven{item(1, first), item(2, second)}}
	}
	tests := map[string]struct {
		give workflows.Conclude
		want models.Outcome
	}{
		"all granted is fulfilled":     {given(models.OutcomeFulfilled, models.OutcomeFulfilled), models.OutcomeFulfilled},
		"one denied is partly":         {given(models.OutcomeFulfilled, models.OutcomeDenied), models.OutcomePartly},
		"all denied is denied":         {given(models.OutcomeDenied, models.OutcomeDenied), models.OutcomeDenied},
		"nothing held is no data":      {given(models.OutcomeNoData, models.OutcomeNoData), models.OutcomeNoData},
		"done and no data is partly":   {given(models.OutcomeFulfilled, models.OutcomeNoData), models.OutcomePartly},
		"one in part is partly":        {given(models.OutcomeDenied, models.OutcomePartly), models.OutcomePartly},
		"denied and no data is denied": {given(models.OutcomeNoData, models.OutcomeDenied), models.OutcomeDenied},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := worked(t, models.TypeCorrection)
			l.must(alice, tt.give)
			if l.r.State == models.StateInReview {
				l.wants("proposal", l.r.Proposal.Outcome, tt.want)
				l.must(bob, workflows.Approve{Version: l.r.Version})
			}
			l.wants("outcome", l.r.Outcome, tt.want)
			letter, ok := l.last.Messages[0].Letter.(models.AnswerLetter)
			if !ok || len(letter.Items) != 2 || letter.Template() != "answer_"+string(tt.want) {
				t.Fatalf("the letter does not list the items: %+v", l.last.Messages[0].Letter)
			}
			for _, item := range letter.Items {
				if item.Outcome.NeedsReason() && (item.Reasons[0].Citation == "" || item.Reasons[0].Explanation != "The register says so.") {
					t.Errorf("a reason without citation or explanation: %+v", item)
				}
			}
		})
	}
}

func TestDecideSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	reason := []workflows.ReasonGiven{{Code: "accurate_data"}}
	tests := map[string]struct {
		give  workflows.Conclude
		field string
	}{
		"no message":         {workflows.Conclude{Outcome: models.OutcomeFulfilled}, "message"},
		"no outcome":         {workflows.Conclude{Message: "m"}, "outcome"},
		"not for staff":      {workflows.Conclude{Message: "m", Outcome: models.OutcomeExpired}, "outcome"},
		"denied without why": {workflows.Conclude{Message: "m", Outcome: models.OutcomeDenied}, "reasons"},
		"unknown reason":     {workflows.Conclude{Message: "m", Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "because"}}}, "reasons[0].code"},
		"an item left out":   {workflows.Conclude{Message: "m", Items: []workflows.ItemGiven{{No: 1, Outcome: models.OutcomeFulfilled}}}, "items"},
		"an item twice":      {workflows.Conclude{Message: "m", Items: []workflows.ItemGiven{{No: 1, Outcome: models.OutcomeFulfilled}, {No: 1, Outcome: models.OutcomeFulfilled}}}, "items[1].no"},
		"item without why":   {workflows.Conclude{Message: "m", Items: []workflows.ItemGiven{{No: 1, Outcome: models.OutcomeDenied}, {No: 2, Outcome: models.OutcomeDenied, Reasons: reason}}}, "items[0].reasons"},
		"another outcome":    {workflows.Conclude{Message: "m", Outcome: models.OutcomeFulfilled, Items: []workflows.ItemGiven{{No: 1, Outcome: models.OutcomeNoData}, {No: 2, Outcome: models.OutcomeNoData}}}, "outcome"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := worked(t, models.TypeCorrection)
			err := l.try(alice, tt.give)
			e, ok := err.(*models.Error) //nolint:errorlint // Decide returns it unwrapped
			if !ok || !slices.ContainsFunc(e.Fields, func(f models.FieldError) bool { return f.Field == tt.field }) {
				t.Fatalf("got %v, want a fault of %s", err, tt.field)
			}
		})
	}
}

func TestAnAppealIsForAnotherPersonUnderItsOwnClock(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeAccess)
	l.must(alice, workflows.Conclude{Outcome: models.OutcomeDenied, Message: "No.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}})
	l.must(bob, workflows.Approve{Version: l.r.Version})
	letter, ok := l.last.Messages[0].Letter.(models.AnswerLetter)
	if !ok || letter.AppealUntil.IsZero() || len(letter.Reasons) != 1 || letter.Reasons[0].Citation == "" {
		t.Fatalf("a denial without appeal or citation: %+v", letter)
	}
	l.now = letter.AppealUntil.At(12, l.rules.Zone)
	l.must(subject, workflows.FileAppeal{Text: "I object."})
	l.wants("state", l.r.State, models.StateOpen)
	l.wants("outcome", l.r.Outcome, "")
	if !l.r.Deadline.RespondOn.After(letter.AppealUntil) {
		t.Errorf("the appeal has no clock of its own: %s", l.r.Deadline.RespondOn)
	}
	for _, barred := range []models.Actor{alice, bob} {
		l.refused(carol, workflows.Assign{Assignee: barred.ID}, models.CodeOtherPerson)
		l.refused(barred, workflows.Start{}, models.CodeOtherPerson)
	}
	l.must(carol, workflows.Start{})
	l.refused(carol, workflows.Extend{Reason: "r"}, models.CodeConflict)
	l.must(carol, workflows.Conclude{Outcome: models.OutcomeDenied, Message: "Still no.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}})
	l.refused(alice, workflows.Approve{Version: l.r.Version}, models.CodeOtherPerson)
	dave := models.Actor{Kind: models.ActorStaff, ID: "dave", Role: models.RoleAgent}
	l.must(dave, workflows.Approve{Version: l.r.Version})
	l.refused(subject, workflows.FileAppeal{Text: "Again."}, models.CodeConflict)
}

func TestAnAppealTooLateIsRefused(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeQuestion)
	l.must(alice, workflows.Conclude{Outcome: models.OutcomeDenied, Message: "No.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}})
	if l.r.State == models.StateInReview {
		l.must(bob, workflows.Approve{Version: l.r.Version})
	}
	letter, _ := l.last.Messages[0].Letter.(models.AnswerLetter)
	l.now = letter.AppealUntil.AddDays(1).At(0, l.rules.Zone)
	l.refused(subject, workflows.FileAppeal{Text: "I object."}, models.CodeConflict)
}

func TestMergeLosesNoRightAndShowsNobodyAnothersCase(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeAccess)
	into := l.r
	into.ID, into.Reference = "r2", "HB-0000-0000-02"
	wrong := map[string]func(*models.Request){
		"itself":         func(r *models.Request) { r.ID = "r1" },
		"another type":   func(r *models.Request) { r.Type = models.TypeDeletion },
		"another person": func(r *models.Request) { r.Person.Email = "eve@example.org" },
		"a closed one":   func(r *models.Request) { r.State = models.StateClosed },
		"an appeal":      func(r *models.Request) { r.Appeal.No = 1 },
		"less proved":    func(r *models.Request) { r.Level = models.LevelNone },
		"fewer laws":     func(r *models.Request) { r.Deadline.Regimes = []string{"house"} },
		"kinds only":     func(r *models.Request) { r.DataClass = "categories" },
		"some data only": func(r *models.Request) { r.Facts.Items = []models.ItemFacts{{No: 1, Kind: "categories", Code: "name"}} },
		"a parent's":     func(r *models.Request) { r.Capacity = models.CapacityParent },
	}
	for name, spoil := range wrong {
		other := into
		spoil(&other)
		if err := l.try(alice, workflows.Merge{Target: workflows.Target{Into: other}}); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("merging into %s: %v", name, err)
		}
	}
	l.r.Person.Email, into.Person.Email = "ana@b\u00fccher.example", "Ana@xn--bcher-kva.example" // one mailbox
	target := workflows.Target{Into: into}
	l.must(alice, workflows.Merge{Target: target})
	l.wants("state", l.r.State, models.StateInReview)
	l.must(bob, workflows.Approve{Version: l.r.Version, Target: target})
	l.wants("outcome", l.r.Outcome, models.OutcomeDuplicate)
	l.wants("into", l.r.MergedInto, into.Reference)
	l.wants("the other's event", l.last.Events[1].RequestID+" "+string(l.last.Events[1].Kind), "r2 absorbed")
}

func TestExpiryOnlyAfterItsTime(t *testing.T) {
	t.Parallel()
	l := file(t, models.TypeAccess)
	// California denies only once 45 days have failed (11 CCR § 7021(b)).
	l.now = time.Date(2027, 1, 4, 16, 0, 0, 0, time.UTC).Add(-time.Second) // 8 in the morning in Los Angeles
	l.refused(system, workflows.Expire{}, models.CodeConflict)
	l.now = l.now.Add(time.Second)
	l.must(system, workflows.Expire{})
	l.wants("outcome", l.r.Outcome, models.OutcomeExpired)
	l.wants("mail", l.templates(), "[expired]")
	letter := l.last.Messages[0].Letter.(models.ExpiredLetter)
	l.wants("reason", letter.Reasons[0].Code+" "+letter.Reasons[0].Citation, "unverifiable_identity 11 CCR § 7024(a), (b)")
	l.wants("answered as categories", letter.Categories, true)
	l.wants("remedies", len(letter.Bodies), 2)
	l.must(alice, workflows.Reopen{Reason: "They rang."})
	l.wants("state", l.r.State, models.StateUnverified)
}

// Where no law says what becomes of it, a request ends without more.
func TestExpiryWithoutALaw(t *testing.T) {
	t.Parallel()
	l := &life{t: t, rules: rules(t), now: noon, keys: map[string]bool{}}
	c := submission(models.TypeDeletion)
	c.Person.Country, c.Person.Region, c.ReceivedAt = "", "", noon
	l.must(subject, c)
	l.now = noon.Add(l.rules.ExpireUnverifiedAfter() - time.Second)
	l.refused(system, workflows.Expire{}, models.CodeConflict)
	l.now = l.now.Add(time.Second)
	l.must(system, workflows.Expire{})
	letter := l.last.Messages[0].Letter.(models.ExpiredLetter)
	l.wants("reasons", len(letter.Reasons)+len(letter.Bodies), 0)
}

func TestALetterWithoutAMailboxIsKeptForThePost(t *testing.T) {
	t.Parallel()
	l := &life{t: t, rules: rules(t), now: noon}
	c := submission(models.TypeAccess)
	c.Person.Email, c.ReceivedAt = "", noon.Add(-72*time.Hour)
	l.refused(subject, c, models.CodeInvalid)
	c.Channel = models.ChannelLetter
	l.refused(subject, c, models.CodeInvalid) // only staff may say so
	l.must(alice, c)
	l.wants("received on", l.r.ReceivedOn, "2026-11-17")
	if _, code := models.EffectOf[models.CodeIssued](l.last); code {
		t.Error("a code is issued for nobody's mailbox")
	}
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "signed_declaration"})
	for _, m := range l.last.Messages {
		if m.Audience == models.ToRequester {
			l.wants("delivery", m.Delivery, models.DeliveryNone)
		}
	}
}

// slow is a house that promises so late that the law governs.
const slow = `regimes:
  - key: house
    promise: true
    name: {en: Ours}
    where: ["*"]
    types: ["*"]
    start: {citation: ours, certainty: verified}
    respond: {within: 90, unit: calendar_days, citation: ours, certainty: verified}
`

// The British clock stands still while identity is cleared (UK GDPR Art. 12A);
// the Californian does not. Five days on 20 December are Christmas, which rolls
// to the 29th (11 CCR § 7021(b)).
func TestAPauseMovesTheDateOnlyWhereTheLawLetsIt(t *testing.T) {
	t.Parallel()
	p, err := policies.Load(fstest.MapFS{"house.yaml": {Data: []byte(slow)}})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		country, region string
		by              workflows.Command
		who             models.Actor
		before, after   string
	}{
		"in Britain, answered":   {"GB", "", workflows.Write{Text: "me"}, subject, "2026-12-21", "2026-12-29"},
		"in Britain, resumed":    {"GB", "", workflows.Resume{}, alice, "2026-12-21", "2026-12-29"},
		"in California, resumed": {"US", "CA", workflows.Resume{}, alice, "2027-01-04", "2027-01-04"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &life{t: t, rules: workflows.Rules{Policy: p, Zone: rules(t).Zone}, now: noon}
			c := submission(models.TypeAccess)
			c.Person.Country, c.Person.Region, c.ReceivedAt = tt.country, tt.region, noon
			l.must(subject, c)
			l.must(subject, prove())
			l.must(alice, workflows.Start{})
			l.wants("due", l.r.Deadline.RespondOn, tt.before)
			l.must(alice, workflows.Ask{Message: "Who are you?", Purpose: models.HoldIdentity})
			l.now = l.now.AddDate(0, 0, 5)
			l.must(tt.who, tt.by)
			l.wants("due", l.r.Deadline.RespondOn, tt.after)
			l.wants("pause", l.r.Pauses, "[{2026-11-20 2026-11-25 identity}]")
		})
	}
}

func TestAQuietRequestIsForStaffAndMailsNobodyElse(t *testing.T) {
	t.Parallel()
	for _, kind := range []models.RequestType{models.TypeAccess, models.TypeMarketingOptOut} {
		l := &life{t: t, rules: rules(t), now: noon}
		c := submission(kind)
		c.ReceivedAt, c.Quiet, c.InReplyTo = noon, true, "their@mail.example"
		l.must(subject, c)
		l.wants("letters", l.templates(), []string{"staff_new"})
		for _, j := range l.last.Jobs {
			if j.Kind == models.JobVerifyReminder || j.Kind == models.JobExpire {
				t.Errorf("%s: a quiet request has the job %s", kind, j.Kind)
			}
		}
		if _, code := models.EffectOf[models.CodeIssued](l.last); code {
			t.Errorf("%s: a code was made that nobody gets", kind)
		}
	}
}

func TestTheFirstLetterAnswersTheMail(t *testing.T) {
	t.Parallel()
	for _, kind := range []models.RequestType{models.TypeAccess, models.TypeMarketingOptOut} {
		l := &life{t: t, rules: rules(t), now: noon}
		c := submission(kind)
		c.ReceivedAt, c.InReplyTo = noon, "their@mail.example"
		l.must(subject, c)
		for _, m := range l.last.Messages {
			want := ""
			if m.Audience == models.ToRequester {
				want = "their@mail.example"
			}
			l.wants(m.Letter.Template(), m.InReplyTo, want)
		}
	}
}

// Where no law is known staff hear it with the request, nothing is extended, and
// no letter to the person calls a promise law.
func TestNoLawIsKnownHere(t *testing.T) {
	t.Parallel()
	for place, unknown := range map[string]bool{"AQ": true, "": true, "DE": false} {
		l := &life{t: t, rules: rules(t), now: noon}
		c := submission(models.TypeAccess)
		c.ReceivedAt, c.Person.Country, c.Person.Region = noon, place, ""
		l.must(subject, c)
		l.must(subject, prove())
		letter, ok := l.last.Messages[1].Letter.(models.StaffNewLetter)
		l.wants("letter to staff about "+place, ok && letter.NoStatute == unknown, true)
		l.must(alice, workflows.Start{})
		if unknown {
			l.refused(alice, workflows.Extend{Reason: "r"}, models.CodeConflict)
			continue
		}
		l.must(alice, workflows.Extend{Reason: "r"})
		extended := l.last.Messages[0].Letter.(models.ExtendedLetter)
		l.wants("the law extends in "+place, extended.Law, true)
	}
}
