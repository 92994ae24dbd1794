package workflows_test

import (
	"slices"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// A legal hold is set, reviewed and lifted by whom the gate lets, as it was read,
// and once it is lifted there is no further step; each leaves its event.
func TestLegalHoldsGoThroughTheGate(t *testing.T) {
	t.Parallel()
	at := func() *life { return in(t, "") } // it is about no request
	on := models.DateOf(noon, time.UTC).AddDays(90)
	set := workflows.SetLegalHold{NewLegalHold: workflows.NewLegalHold{
		Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: "ana@example.org"}}, Reason: "legal_claims", Note: "Ana against us.", ReviewOn: on,
	}}
	l := at()
	for _, by := range []models.Actor{alice, {Kind: models.ActorStaff, ID: "eve", Role: models.RoleAuditor}, subject, system, robot, owner} {
		l.refused(by, set, models.CodeForbidden)
	}
	stands := standing(l)
	stands.Hold.ReviewOn = on
	lifted := stands
	lifted.Hold.LiftedAt = noon
	stale := stands
	stale.Read, stale.Hold.Version = 1, 2
	steps := map[models.EventKind]func(workflows.StandingHold) (models.Actor, workflows.Command){
		models.EventLegalHoldReviewed: func(h workflows.StandingHold) (models.Actor, workflows.Command) {
			return bob, workflows.ReviewLegalHold{StandingHold: h, Note: "Still pending.", ReviewOn: on}
		},
		models.EventLegalHoldLifted: func(h workflows.StandingHold) (models.Actor, workflows.Command) {
			return bob, workflows.LiftLegalHold{StandingHold: h, Note: "Settled."}
		},
		models.EventLegalHoldReminded: func(h workflows.StandingHold) (models.Actor, workflows.Command) {
			return system, workflows.RemindLegalHold{StandingHold: h, ReviewOn: on}
		},
	}
	for kind, step := range steps {
		l := at()
		by, c := step(stands)
		l.must(by, c)
		if !slices.ContainsFunc(l.last.Events, func(e models.Event) bool { return e.Kind == kind && e.Detail["legal_hold"] == "h" }) {
			t.Errorf("%s leaves %v", c.Name(), l.last.Events)
		}
		for _, e := range l.last.Events {
			for _, word := range e.Detail {
				if word == "Still pending." || word == "Settled." {
					t.Errorf("the event %s holds what was written", e.Kind)
				}
			}
		}
		l = at()
		_, late := step(lifted)
		l.refused(by, late, models.CodeConflict)
		if by.Kind != models.ActorStaff {
			continue
		}
		l.refused(alice, c, models.CodeForbidden)
		_, old := step(stale)
		l.refused(by, old, models.CodeStale)
	}

	l = at()
	l.must(bob, set)
	changed, _ := models.EffectOf[models.LegalHoldChanged](l.last)
	if h := changed.Hold; changed.Before != 0 || h.Version != 1 || h.SetBy() != "bob" || len(h.Notes) != 1 || len(l.last.Jobs) != 2 {
		t.Errorf("it is %+v, with the jobs %v", changed, l.last.Jobs)
	}
	for name, wrong := range map[string]func(*workflows.SetLegalHold){
		"nobody": func(c *workflows.SetLegalHold) { c.Identifiers = nil }, "no reason": func(c *workflows.SetLegalHold) { c.Reason = "because" },
		"a day that is past": func(c *workflows.SetLegalHold) { c.ReviewOn = models.DateOf(noon, time.UTC) }, "no note": func(c *workflows.SetLegalHold) { c.Note = " " },
	} {
		c := set
		wrong(&c)
		if err := l.try(bob, c); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Of a request there is no such command, and a list of what is allowed names none.
	r := worked(t, models.TypeAccess)
	r.refused(bob, set, models.CodeConflict)
	allowed := workflows.Allowed(r.rules, workflows.Case{Request: r.r}, bob, noon)
	if slices.Contains(allowed, workflows.CommandSetLegalHold) || slices.Contains(workflows.StaffCommands(), workflows.CommandLiftLegalHold) {
		t.Errorf("it is allowed: %v", allowed)
	}
}

// The link of a mail stops further mail, and takes that back, once each; it changes
// nothing about the request, whose own log says so.
func TestTheLinkOfAMailIsACommand(t *testing.T) {
	t.Parallel()
	for _, s := range models.States() {
		l := in(t, s)
		version := l.r.Version
		m := models.Message{ID: "m1", Audience: models.ToRequester}
		for _, by := range []models.Actor{alice, system, robot, owner} {
			l.refused(by, workflows.SetSuppression{Message: m, Never: true}, models.CodeForbidden)
		}
		for _, wish := range []workflows.SetSuppression{{Message: m, Never: true}, {Message: m, Was: true}} {
			l.must(subject, wish)
			changed, ok := models.EffectOf[models.SuppressionChanged](l.last)
			if !ok || changed.Suppressed != wish.Never || changed.Mailbox != "ana@example.org" || len(l.last.Events) != 1 || l.last.Events[0].Reference != l.r.Reference {
				t.Errorf("%s: %+v leads to %+v with %v", s, wish, changed, l.last.Events)
			}
			wish.Was = wish.Never
			l.must(subject, wish) // the same again
			if len(l.last.Events)+len(l.last.Effects) != 0 {
				t.Errorf("%s: the same again leads to %v", s, l.last)
			}
		}
		l.wants("version", l.r.Version, version)
		if slices.Contains(workflows.Allowed(l.rules, workflows.Case{Request: l.r}, subject, l.now), workflows.CommandWishMail) {
			t.Errorf("%s: the requester is offered it as a command", s)
		}
	}
}
