package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"habeas/models"
)

func admin(name, email string) models.Staff {
	return models.Staff{ID: newID(), Name: name, Email: email, Role: models.RoleAdmin, CreatedAt: noon}
}

func staffAdded() models.Event {
	return models.Event{ID: newID(), At: noon, Kind: models.EventStaffAdded, Actor: models.Actor{Kind: models.ActorSystem}}
}

func TestStaffAreFoundHoweverTheyAreWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		zoe := admin("Zo\u00eb", "Zoe+work@Example.org")
		robot := admin("robot", "")
		must(t, b.AddStaff(ctx, zoe, nil, staffAdded()))
		must(t, b.AddStaff(ctx, robot, nil, staffAdded()))
		for _, who := range []string{zoe.ID, "zo\u00eb", "ZO\u00cb", " Zoe\u0308 ", "zoe+work@example.org", " ZOE+WORK@EXAMPLE.ORG"} {
			got, err := b.FindStaff(ctx, who)
			if err != nil || !reflect.DeepEqual(got, zoe) {
				t.Errorf("%q finds %+v, %v", who, got, err)
			}
		}
		for _, who := range []string{"zoe", "zoe@example.org", "z.oe+work@example.org", "@", ""} {
			_, err := b.FindStaff(ctx, who)
			wantCode(t, err, models.CodeNotFound)
		}
		for _, twin := range []models.Staff{admin("ZO\u00cb", "other@example.org"), admin("Other", "zoe+work@example.ORG"), admin("Zoe+Work@example.org", ""), admin("Other", "ZOE\u0308")} {
			wantCode(t, b.AddStaff(ctx, twin, nil, staffAdded()), models.CodeConflict)
		}
		must(t, b.AddStaff(ctx, admin("second robot", ""), nil, staffAdded()))
		all, err := b.Staff(ctx)
		must(t, err)
		if len(all) != 3 || all[0].Name != "Zo\u00eb" {
			t.Errorf("staff are %+v", all)
		}
		if n := b.count(t, "events"); n != 3 {
			t.Errorf("%d events", n)
		}
	})
}

func TestATokenLivesUntilItIsRevoked(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		s := admin("Ada", "ada@example.org")
		must(t, b.AddStaff(ctx, s, nil, staffAdded()))
		tok := models.Token{ID: newID(), StaffID: s.ID, Role: models.RoleAgent, Hash: []byte("hash"), CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: tok.StaffID, At: noon, Token: &tok, Decision: models.Decision{Events: []models.Event{staffAdded()}}}))
		got, owner, err := b.TokenByHash(ctx, []byte("hash"))
		must(t, err)
		if !reflect.DeepEqual(got, tok) || !reflect.DeepEqual(owner, s) {
			t.Errorf("the token is %+v of %+v", got, owner)
		}
		must(t, b.RevokeToken(ctx, tok.ID, noon, staffAdded()))
		wantCode(t, b.RevokeToken(ctx, tok.ID, noon, staffAdded()), models.CodeNotFound)
		all, err := b.Tokens(ctx)
		must(t, err)
		if len(all) != 1 || !all[0].RevokedAt.Equal(noon) || all[0].Usable(noon) {
			t.Errorf("tokens are %+v", all)
		}
		if n := b.count(t, "events"); n != 3 {
			t.Errorf("%d events, want 3", n)
		}
	})
}

func TestTheSetupLinkMakesOneFirstMember(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		arm := func(hash string, want bool) {
			t.Helper()
			if got, err := b.ArmSetup(ctx, []byte(hash)); err != nil || got != want {
				t.Errorf("arming %s: %v, %v", hash, got, err)
			}
		}
		open := func(hash string, want bool) {
			t.Helper()
			if got, err := b.SetupOpen(ctx, []byte(hash)); err != nil || got != want {
				t.Errorf("%s is open: %v, %v", hash, got, err)
			}
		}
		open("first", false)
		arm("first", true)
		arm("second", true)
		open("first", false)
		open("second", true)
		use := func(hash string, i int) error {
			s := admin(fmt.Sprint("Ada", i), "")
			tok := models.Token{ID: newID(), StaffID: s.ID, Hash: []byte(s.ID), CreatedAt: noon}
			return b.UseSetup(context.Background(), []byte(hash), s, tok, staffAdded(), staffAdded())
		}
		wantCode(t, use("first", 0), models.CodeNotFound)
		errs := race(8, func(i int) error { return use("second", i) })
		if n := winners(t, errs, hasCode(models.CodeNotFound)); n != 1 {
			t.Errorf("%d winners", n)
		}
		open("second", false)
		arm("third", false)
		if s, k, e := b.count(t, "staff"), b.count(t, "tokens"), b.count(t, "events"); s != 1 || k != 1 || e != 2 {
			t.Errorf("%d staff, %d tokens, %d events", s, k, e)
		}
	})
}

func TestTheSetupLinkEndsWhenSomebodyIsAdded(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		_, err := b.ArmSetup(ctx, []byte("h"))
		must(t, err)
		must(t, b.AddStaff(ctx, admin("Ada", ""), nil, staffAdded()))
		s := admin("Eve", "")
		wantCode(t, b.UseSetup(ctx, []byte("h"), s, models.Token{ID: newID(), StaffID: s.ID, Hash: []byte("x")}), models.CodeNotFound)
		if got, _ := b.SetupOpen(ctx, []byte("h")); got {
			t.Error("the link is open")
		}
		if n := b.count(t, "staff"); n != 1 {
			t.Errorf("%d staff", n)
		}
	})
}

func TestPoliciesStayAsTheyWere(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		must(t, errors.Join(race(8, func(int) error { return b.SavePolicy(context.Background(), "v1", []byte("one")) })...))
		must(t, b.SavePolicy(ctx, "v1", []byte("two")))
		if got, err := b.Policy(ctx, "v1"); err != nil || string(got) != "one" {
			t.Errorf("the policy is %q, %v", got, err)
		}
	})
}
