package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"
	"time"

	"habeas/accounts"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// cases is the service over a store of the test.
func (b *bed) cases(t testing.TB) *cases.Service {
	t.Helper()
	policy, err := policies.Default()
	must(t, err)
	s, err := cases.New(context.Background(), cases.Config{
		Store: b.Store, JobStore: b.Store, Keys: b.ring, Policy: policy, Zone: time.UTC,
		MailDomain: "habeas.example", Now: time.Now, NewID: newID, Random: rand.Reader,
	})
	must(t, err)
	return s
}

// Two people who merge two requests into each other at the same moment close
// one of them, every time, and nothing of the closed one is lost.
func TestCrossedMergersCloseOne(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx, s := context.Background(), b.cases(t)
		people := [2]models.Actor{
			{Kind: models.ActorStaff, ID: "ann", Role: models.RoleAgent}, {Kind: models.ActorStaff, ID: "bob", Role: models.RoleManager},
		}
		for round := range 25 {
			var filed [2]models.Request
			for i := range filed {
				d, err := s.Cases.Submit(ctx, models.Actor{Kind: models.ActorStaff, ID: "ann", Role: models.RoleAgent}, workflows.Submit{
					Type: models.TypeAccess, Channel: models.ChannelLetter, Person: models.Person{Name: "Robin", Email: "robin@example.org", Country: "DE"},
					ReceivedAt: time.Now().Add(-time.Duration(i+1) * 48 * time.Hour), Details: "Please.",
				}, cases.Option{})
				must(t, err)
				filed[i] = d.Request
			}
			errs := race(2, func(i int) error {
				_, err := s.Cases.Do(ctx, people[i], filed[i].Reference, workflows.Merge{Reference: filed[1-i].Reference}, cases.Option{})
				return err
			})
			if n := winners(t, errs, func(err error) bool {
				code := models.CodeOf(err)
				return code == models.CodeConflict || code == models.CodeInvalid
			}); n != 1 {
				t.Fatalf("round %d: %d mergers went through: %v", round, n, errs)
			}
			closed := 0
			for i := range filed {
				now, err := b.Find(ctx, filed[i].Reference)
				must(t, err)
				if now.State == models.StateClosed {
					closed++
					continue
				}
				if now.ReceivedAt.After(filed[1].ReceivedAt) || now.Version != filed[i].Version+1 || now.Details == "" {
					t.Fatalf("the survivor was received at %s, version %d, says %q", now.ReceivedAt, now.Version, now.Details)
				}
				if got := replayed(t, b, now); !bytes.Equal(models.CanonicalJSON(got), models.CanonicalJSON(now.Facts)) {
					t.Fatalf("the events give %+v, the row is %+v", got, now.Facts)
				}
			}
			if closed != 1 {
				t.Fatalf("round %d: %d of 2 are closed", round, closed)
			}
			_, err := s.Cases.Do(ctx, people[0], filed[0].Reference, workflows.MarkSpam{}, cases.Option{}) // out of the next round's way
			if err != nil {
				_, err = s.Cases.Do(ctx, people[0], filed[1].Reference, workflows.MarkSpam{}, cases.Option{})
			}
			must(t, err)
		}
	})
}

// replayed are the facts of a request by its events.
func replayed(t testing.TB, b *bed, r models.Request) (f models.Facts) {
	t.Helper()
	events, err := b.Events(context.Background(), r.ID)
	must(t, err)
	for _, e := range events {
		f = f.With(e.Change)
	}
	return f
}

// What somebody makes or resets for another since a request came in does not
// approve what they propose about it, be it made by a way round.
func TestATokenOfTheProposersMakingApprovesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx, s := context.Background(), b.cases(t)
		staff := accounts.New(accounts.Config{Random: rand.Reader, Store: b.Store, Keys: b.ring, MailDomain: "habeas.example", Now: time.Now, NewID: newID})
		operator := models.Actor{Kind: models.ActorSystem}
		token := func(by models.Actor, whose string, role models.Role) models.Actor {
			made, err := staff.Tokens.Create(ctx, by, whose, role, 0, accounts.Remembered[accounts.NewToken]{})
			must(t, err)
			who, err := staff.Tokens.Authenticate(ctx, made.Secret)
			must(t, err)
			return who.Actor()
		}
		before := token(operator, "Ann", models.RoleAdmin)
		bob := token(before, "Bob", models.RoleManager) // Ann made it, but before there was anything to approve
		cat := token(operator, "Cat", models.RoleAdmin)
		filed, err := s.Cases.Submit(ctx, before, workflows.Submit{
			Type: models.TypeAccess, Channel: models.ChannelLetter, Person: models.Person{Name: "Robin", Email: "robin@example.org", Country: "DE"}, Details: "Please.",
		}, cases.Option{})
		must(t, err)
		reference := filed.Request.Reference
		give := func(by models.Actor, c workflows.Command) error {
			_, err := s.Cases.Do(ctx, by, reference, c, cases.Option{})
			return err
		}
		must(t, give(before, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"}))
		must(t, give(before, workflows.Start{}))
		early := token(before, "Bob", models.RoleManager)
		must(t, give(before, workflows.Conclude{Outcome: models.OutcomeNoData, Message: "m"}))
		late := token(before, "Bob", models.RoleManager)
		round := token(token(before, "Dan", models.RoleAdmin), "Bob", models.RoleManager)
		now, err := b.Find(ctx, reference)
		must(t, err)
		approve := workflows.Approve{Version: now.Version}
		for name, by := range map[string]models.Actor{"since it came in": early, "since it was proposed": late, "by way of another": round} {
			if err := give(by, approve); models.CodeOf(err) != models.CodeOtherPerson {
				t.Errorf("with a token that the proposer made %s: %v", name, err)
			}
		}
		token(cat, "Bob", models.RoleManager) // of nobody's concern
		must(t, give(bob, approve))
	})
}
