package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/accounts"
	"habeas/internal/secrets"
	"habeas/models"
	"habeas/workflows"
)

// member finds somebody by name.
func (b *bed) member(name string) models.Staff {
	b.t.Helper()
	m, err := b.store.FindStaff(context.Background(), name)
	must(b.t, err)
	return m
}

func TestAnAdministratorInvitesAndMoves(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	p := admin.get("/console/people").want(200, "Administrator", "(you)", "Has no password", "never")
	p.form("Invite").fill("name", "Bo", "email", "nowhere").press("Invite").want(422, "There is a problem")
	p.form("Invite").fill("name", "Bo", "email", "bo@acme.example, cy@acme.example").press("Invite").want(422, "Email must be an email address.")
	p.form("Invite").fill("name", "", "email", "bo@acme.example").press("Invite").want(422, "Name is required.")
	invite := p.form("Invite").fill("name", "Bo Ek", "email", "bo@acme.example", "role", "agent")
	invite.press("Invite").want(200, "The invitation is on its way.", "Bo Ek", "Invited")
	invite.press("Invite").want(200, "The invitation is on its way.") // a second click is told the same
	admin.get("/console/people").form("Invite").fill("name", "Bo Ek", "email", "bo@acme.example").press("Invite").want(409, "Somebody has this name or this address already.")
	shown := admin.get("/console/people").form("Invite").fill("name", "Cy", "email", "cy@acme.example", "by", "link")
	shown.press("Invite").want(200, "Shown once", "/console/invitation/")
	shown.press("Invite").want(200, "Cy was invited before.", "!/console/invitation/") // the link is kept nowhere
	if n := b.count("staff"); n != 3 {
		t.Errorf("the form sent twice makes %d members", n)
	}
	bo := b.member("Bo Ek")
	one := admin.get("/console/people/"+bo.ID).want(200, "Agent", "Invited", "Their link ends")
	link := one.form("Make a new link").fill("by", "link").press("Make a new link").want(200, "Shown once", "/console/invitation/")
	secret := textOf(nodes(link.doc, "code")[0])
	_, path, found := strings.Cut(secret, "/console")
	if !found {
		t.Errorf("no link: %s", secret)
	}
	b.visitor().get("/console" + path).want(200)
	one.form("End their link").press("End their link").want(200, "The link has ended.", "Has no password")
	one.form("Change the role").fill("role", "auditor").press("Change the role").want(200, "The role is changed.")
	one.form("Disable").press("Disable").want(200, "They are locked out", "Disabled")
	admin.get("/console/people/"+bo.ID).form("Enable").press("Enable").want(200, "They may sign in again.")
	if bo = b.member("Bo Ek"); bo.Role != models.RoleAuditor || bo.Disabled {
		t.Errorf("they are %+v", bo)
	}
	admin.get("/console/people/none").want(404)
}

func TestNobodyChangesTheirOwnRole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	var own string
	for _, a := range nodes(admin.get("/console/people").doc, "a") {
		if strings.HasPrefix(attr(a, "href"), "/console/people/") {
			own = attr(a, "href")
		}
	}
	admin.get(own).want(200, "This is you.", "!Change the role", "!Disable")
	for _, act := range []string{"role", "disabled", "reset"} {
		admin.post(own+"/"+act, map[string][]string{"role": {"agent"}, "disabled": {"true"}}, "Origin", admin.base).want(409, "Another administrator has to do this")
	}
}

func TestATokenIsShownOnceAndRevoked(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	p := admin.get("/console/tokens").want(200, "There are no tokens.")
	p.form("Make a token").press("Make a token").want(422, "Enter a name.")
	p.form("Make a token").fill("name", "carol@acme.example").press("Make a token").want(422, "Name must not contain @")
	create := p.form("Make a token").fill("name", "our form", "role", "intake", "life", "30")
	shown := create.press("Make a token").want(200, "Shown once", "The new token of our form")
	secret := textOf(nodes(shown.doc, "code")[0])
	who, err := b.accounts.Tokens.Authenticate(context.Background(), secret)
	if err != nil || who.Role != models.RoleIntake {
		t.Fatalf("the token opens %v, %v", who, err)
	}
	again := create.press("Make a token").want(200, "was made before", "revoke it and make another")
	if strings.Contains(again.body, secret) || b.count("tokens") != 1 {
		t.Error("the form sent twice shows the secret again, or makes two tokens")
	}
	list := admin.get("/console/tokens").want(200, "our form", "Intake", "Good")
	if strings.Contains(list.body, secret) {
		t.Error("the secret is shown again")
	}
	list.form("Revoke the token of our form").press("Revoke the token of our form").want(200, "The token opens nothing any more.", "Revoked")
	if _, err := b.accounts.Tokens.Authenticate(context.Background(), secret); models.CodeOf(err) != models.CodeUnauthorized {
		t.Errorf("the revoked token gives %v", err)
	}
}

// Every token ends; those from before that go on, and are shown as what they
// are.
func TestATokenThatNeverEndsIsShownAsOne(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	p := admin.get("/console/tokens").want(200, "!never end", "!Until it is revoked")
	f := p.form("Make a token").fill("name", "our form", "role", "intake")
	f.values.Set("life", "0")
	f.press("Make a token").want(400)
	old := models.Token{ID: newID(), StaffID: b.member("Ann admin 0").ID, Role: models.RoleAgent, Hash: secrets.Hash("hbt_old"), CreatedAt: b.clock()}
	must(t, b.store.CommitAccount(context.Background(), models.AccountChange{StaffID: old.StaffID, At: b.clock(), Token: &old}))
	b.sleep(10 * time.Second)
	list := admin.get("/console/tokens").want(200, "Some tokens never end", "Never ends")
	list.form("Revoke the token of Ann admin 0").press("Revoke the token of Ann admin 0").want(200, "!Some tokens never end")
}

// Only its hash is kept: not in what is stored for a second click either.
func TestTheSecretOfATokenIsKeptNowhere(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ctx := context.Background()
	key := &models.Once{Scope: "test", Key: "k", BodyHash: []byte("h")}
	made, err := b.accounts.Tokens.Create(ctx, models.Actor{Kind: models.ActorStaff, ID: "test", Role: models.RoleAdmin}, "our form", models.RoleIntake, time.Hour,
		accounts.Remembered[accounts.NewToken]{Once: key, Answer: func(t accounts.NewToken) (err error) {
			key.Answer, err = json.Marshal(t)
			return err
		}})
	must(t, err)
	stored, err := b.service.Cases.Answered(ctx, key)
	must(t, err)
	if made.Secret == "" || stored == nil || len(stored.Answer) == 0 || strings.Contains(string(stored.Answer), made.Secret) {
		t.Error("the answer that is stored has the secret")
	}
}

// Whoever left the browser open for a while gives both factors anew.
func TestPeopleAndTokensNeedAFreshSignIn(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	create := admin.get("/console/tokens").form("Make a token").fill("name", "late", "role", "intake", "life", "30")
	invite := admin.get("/console/people").form("Invite").fill("name", "Cy", "email", "cy@acme.example", "role", "agent")
	b.sleep(20 * time.Minute)
	create.press("Make a token").want(401, "Confirm that it is you")
	invite.press("Invite").want(401, "Confirm that it is you")
	if b.count("tokens") != 0 || b.count("staff") != 1 {
		t.Error("it was done all the same")
	}
}

// Sent twice, by a double click or from where it waited, an act on somebody is
// one act and one mail, and the second is told what the first did.
func TestActsOnPeopleHappenOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	b.invited("Ada", models.RoleAgent)
	ada := b.member("Ada")
	at := "/console/people/" + ada.ID
	twice := func(button, says string, fill ...string) *page {
		t.Helper()
		form := admin.get(at).form(button).fill(fill...)
		form.press(button).want(200, says)
		return form.press(button).want(200)
	}
	count := func(kind models.EventKind, want int) {
		t.Helper()
		if n := b.events(kind); n != want {
			t.Errorf("%d events %s, want %d", n, kind, want)
		}
	}
	invited, ended := b.events(models.EventInvited), 0
	twice("End all sessions", "They are signed out everywhere.").want(200, "They are signed out everywhere.")
	count(models.EventSessionsEnded, ended+1)
	twice("Change the role", "The role is changed.", "role", "auditor").want(200, "The role is changed.")
	count(models.EventRoleChanged, 1)
	for i := range 2 { // again from another page it is another act
		twice("Disable", "They are locked out").want(200, "They are locked out")
		twice("Enable", "They may sign in again.").want(200, "They may sign in again.")
		count(models.EventStaffDisabled, i+1)
	}
	twice("Reset", "Shown once", "by", "link").want(200, "The link was in the first answer")
	count(models.EventInvited, invited+1)
	twice("Make a new link", "A new link is on its way.").want(200, "A new link is on its way.")
	count(models.EventInvited, invited+2)
	twice("End their link", "The link has ended.").want(200, "The link has ended.")
	count(models.EventInvitationRevoked, 1)
}

// Every form that may be sent twice, or again after signing in, has what makes it
// one act, but for those that only look.
func TestEveryFormHasASeed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	b.invited("Ada", models.RoleAgent)
	_, _, err := b.accounts.People.Invite(t.Context(), staff("operator"), accounts.Newcomer{Name: "New", Email: "new@acme.example", Role: models.RoleAgent})
	must(t, err)
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, "typist", workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(r.Reference, "typist", workflows.Start{})
	admin.get("/console/tokens").form("Make a token").fill("name", "crm", "role", "intake", "life", "30").press("Make a token").want(200)
	mail := b.mailIn(twoSenders("Offer", "Buy this."))
	seen := 0
	for _, at := range []string{
		"/console", "/console/requests/" + r.Reference, "/console/requests/new?type=access", "/console/mail/" + mail, "/console/exports", "/console/people",
		"/console/people/" + b.member("Ada").ID, "/console/people/" + b.member("New").ID, "/console/tokens", "/console/account",
	} {
		p := admin.get(at).want(200)
		for _, form := range nodes(p.doc, "form") {
			action, values := attr(form, "action"), valuesOf(form)
			looks := action == "/console/search" || action == "/console/sign-out" || action == "/console/account/sessions/end"
			if attr(form, "method") != "post" || looks || values.Has("password") {
				continue
			}
			if seen++; values.Get("seed") == "" {
				t.Errorf("%s: the form to %s has no seed", at, action)
			}
		}
	}
	if seen < 25 {
		t.Errorf("only %d forms were seen", seen)
	}
}

func TestThePeoplePagesAreForAdministrators(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for _, role := range []models.Role{models.RoleManager, models.RoleAgent, models.RoleAuditor} {
		v := b.colleague(role)
		settings := v.get("/console/settings").want(200, "Policies", "!API tokens", "!People")
		for _, a := range nodes(settings.doc, "a") {
			if address := attr(a, "href"); strings.HasPrefix(address, "/console/") {
				v.get(address).want(http.StatusOK)
			}
		}
	}
	b.colleague(models.RoleAdmin).get("/console/settings").want(200, "API tokens", "People")
}
