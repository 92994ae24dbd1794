package audit_test

import (
	"context"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"habeas/models"
)

// rows is a Source of what it holds.
type rows struct {
	requests []models.Request
	tasks    map[string][]byte // by the id of the request
	events   []models.Event
}

func (s rows) EachRequest(_ context.Context, _, _ time.Time, _ models.RequestType, fn func(r models.Request, tasks []byte) error) error {
	for _, r := range s.requests {
		if err := fn(r, s.tasks[r.ID]); err != nil {
			return err
		}
	}
	return nil
}

func (s rows) EachEvent(_ context.Context, _, _ time.Time, _ models.RequestType, fn func([]byte) error) error {
	for _, e := range s.events {
		if err := fn(e.Canonical()); err != nil {
			return err
		}
	}
	return nil
}

var loadZone = sync.OnceValues(func() (*time.Location, error) { return time.LoadLocation("America/Los_Angeles") })

func losAngeles(t testing.TB) *time.Location {
	t.Helper()
	zone, err := loadZone()
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func on(s string) models.Date {
	d, err := models.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// now is noon of 15 May 2026 in Los Angeles.
var now = at("2026-05-15T19:00:00Z")

// secret is everything personal that a request can hold; none of it may leave.
var secret = models.Content{
	Person:    models.Person{Name: "CANARY name", Email: "CANARY@example.org", Country: "CANARY country", Region: "CANARY region"},
	OnBehalf:  &models.OnBehalf{Role: models.CapacityAgent, Name: "CANARY agent", Email: "CANARY.agent@example.org", Authority: "CANARY authority"},
	Details:   "CANARY details",
	Fields:    map[string]any{"CANARY field": "CANARY value"},
	ItemTexts: []models.ItemContent{{No: 1, Subject: "CANARY subject", Current: "CANARY current", Requested: "CANARY requested"}},
	Answer:    models.AnswerText{Text: "CANARY answer", Explanations: map[string]string{"legal_claim": "CANARY explanation"}},
}

// open is a fresh access request with nine days left.
func open() models.Request {
	return models.Request{
		ID: "00000000-0000-4000-8000-000000000001", Reference: "HB-0000-0001-AA", Version: 2, Content: secret,
		Facts: models.Facts{
			Type: models.TypeAccess, DataClass: "specific_pieces", Channel: models.ChannelWeb,
			Country: "US", Region: "CA", Locale: "en-US", Capacity: models.CapacitySelf, Policy: "c0ffee",
			ReceivedAt: at("2026-04-25T05:30:00Z"), ReceivedOn: on("2026-04-24"), EnteredAt: at("2026-04-25T05:30:00Z"),
			State: models.StateOpen, Level: models.LevelMailbox,
			Deadline: models.Deadline{
				Governing: "house", Regimes: []string{"house", "us-ca-ccpa"},
				AcknowledgeOn: on("2026-05-08"), RespondOn: on("2026-05-24"), RespondBy: at("2026-05-25T06:59:59Z"),
			},
		},
	}
}

// held waits for the requester and is two days over its date.
func held() models.Request {
	r := open()
	r.Reference, r.Version = "HB-0000-0002-BB", 5
	r.State, r.Assignee, r.Channel, r.Undesignated = models.StateOnHold, "staff-7", models.ChannelLetter, true
	r.EnteredAt = at("2026-04-28T17:00:00Z")
	r.Deadline.RespondOn, r.Deadline.RespondBy = on("2026-05-13"), at("2026-05-14T06:59:59Z")
	r.Pauses = []models.Pause{
		{From: on("2026-04-28"), To: on("2026-05-01"), Purpose: models.HoldIdentity},
		{From: on("2026-05-13"), Purpose: models.HoldClarification},
	}
	return r
}

// answered is a correction answered item by item, extended, approved, and one
// second late; its last day in Los Angeles is the next one in UTC.
func answered() models.Request {
	r := open()
	r.Reference, r.Version, r.Type, r.DataClass = "HB-0000-0003-CC", 9, models.TypeCorrection, ""
	r.ReceivedAt, r.ReceivedOn = at("2026-01-31T08:00:00Z"), on("2026-01-31")
	r.EnteredAt = r.ReceivedAt
	r.State, r.Outcome, r.Level, r.Assignee = models.StateClosed, models.OutcomePartly, models.LevelReasonable, "staff-7"
	r.Extended = true
	r.Deadline.AcknowledgeOn = on("2026-02-17")
	r.Deadline.RespondOn, r.Deadline.RespondBy = on("2026-05-01"), at("2026-05-02T06:59:59Z")
	r.ClosedAt = at("2026-05-02T07:00:00Z")
	r.Items = []models.ItemFacts{
		{No: 1, Kind: "corrections", Code: "email", Outcome: models.OutcomeFulfilled},
		{No: 2, Kind: "corrections", Code: "company", Outcome: models.OutcomeDenied, Reasons: []string{"accurate", "legal_claim"}},
		{No: 3, Kind: "corrections", Code: "position", Outcome: models.OutcomeNoData},
	}
	r.Decision = models.Proposal{
		Outcome: models.OutcomePartly, Reasons: []string{"legal_claim"}, Items: r.Items,
		By: "staff-7", At: at("2026-05-01T20:00:00Z"), ApprovedBy: "staff-2",
	}
	return r
}

// appealed was denied, and is open again: the denial is no longer its answer.
func appealed() models.Request {
	r := answered()
	r.Reference, r.Version = "HB-0000-0004-DD", 12
	r.State, r.Outcome, r.ClosedAt, r.Items = models.StateInProgress, "", time.Time{}, nil
	r.Deadline.RespondOn, r.Deadline.RespondBy = on("2026-05-15"), at("2026-05-16T06:59:59Z")
	r.Appeal = models.Appeal{No: 1, FiledAt: at("2026-05-05T12:00:00Z"), Barred: []string{"staff-2", "staff-7"}}
	return r
}

// merged was closed as a duplicate on the evening of the day it came in.
func merged() models.Request {
	r := open()
	r.Reference, r.Version = "HB-0000-0005-EE", 2
	r.Shredded, r.Content = true, models.Content{}
	r.State, r.Outcome, r.MergedInto = models.StateClosed, models.OutcomeDuplicate, "HB-0000-0001-AA"
	r.Moved = true
	r.ClosedAt = at("2026-04-25T06:59:00Z")
	return r
}

func requests() []models.Request {
	return []models.Request{open(), held(), answered(), appealed(), merged()}
}

// events is a short life: filed, extended, proposed, approved, and a look.
func events() []models.Event {
	initial := open().Facts
	extended := initial.Deadline
	extended.RespondOn, extended.RespondBy = on("2026-07-08"), at("2026-07-09T06:59:59Z")
	e := models.Event{
		ID: "01JT0000000000000000000001", RequestID: open().ID, Reference: open().Reference, Version: 1,
		At: initial.ReceivedAt, Kind: models.EventSubmitted, Actor: models.Actor{Kind: models.ActorSubject},
		To: models.StateOpen, Policy: "c0ffee", Change: models.Change{Initial: &initial},
	}
	next := func(id string, version int, when string, kind models.EventKind) models.Event {
		n := e
		n.ID, n.Version, n.At, n.Kind = id, version, at(when), kind
		n.Actor = models.Actor{Kind: models.ActorStaff, ID: "staff-7", Role: models.RoleAgent}
		n.From, n.To, n.Change = models.StateInProgress, models.StateInProgress, models.Change{}
		return n
	}
	extend := next("01JT0000000000000000000002", 2, "2026-05-10T09:00:00Z", models.EventExtended)
	extend.Change = models.Change{Deadline: &extended, Extended: new(true)}
	extend.Detail = map[string]string{"reason": "complex; =1+1", "message": "m-1"}

	proposal := models.Proposal{
		Outcome: models.OutcomePartly, Reasons: []string{"legal_claim"}, By: "staff-7", At: at("2026-05-11T09:00:00Z"),
		Items: []models.ItemFacts{{No: 1, Kind: "data", Outcome: models.OutcomeDenied, Reasons: []string{"trade_secret", "legal_claim"}}},
	}
	propose := next("01JT0000000000000000000003", 3, "2026-05-11T09:00:00Z", models.EventProposed)
	propose.To, propose.Change = models.StateInReview, models.Change{State: new(models.StateInReview), Proposal: &proposal}

	decision := proposal
	decision.ApprovedBy = "staff-2"
	approve := next("01JT0000000000000000000004", 4, "2026-05-12T09:00:00Z", models.EventApproved)
	approve.Actor = models.Actor{Kind: models.ActorStaff, ID: "staff-2", Role: models.RoleManager}
	approve.From, approve.To = models.StateInReview, models.StateClosed
	approve.Change = models.Change{
		State: new(models.StateClosed), Outcome: new(models.OutcomePartly), Proposal: &models.Proposal{},
		Decision: &decision, ClosedAt: new(at("2026-05-12T09:00:00Z")),
	}

	look := next("01JT0000000000000000000005", 0, "2026-05-13T09:00:00Z", models.EventOpened)
	look.From, look.To = "", ""

	token := models.Event{
		ID: "01JT0000000000000000000006", At: at("2026-05-13T09:30:00Z"), Kind: models.EventTokenCreated,
		Actor: models.Actor{Kind: models.ActorStaff, ID: "staff-1", Role: models.RoleAdmin}, Detail: map[string]string{"token": "tok-1"},
	}
	return []models.Event{e, extend, propose, approve, look, token}
}
