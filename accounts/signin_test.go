package accounts_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"habeas/accounts"
	"habeas/internal/credential"
	"habeas/internal/keyring"
	"habeas/internal/secrets"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
)

const (
	goodPassword  = "velvet otter sings quietly"
	otherPassword = "copper kettle drifts north"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// door is the real service over a database of its own, with a clock to turn.
type door struct {
	*accounts.Accounts
	t     *testing.T
	store *store.Store
	kit   *struct{ accounts.Credentials } // may be replaced

	mu  sync.Mutex
	now time.Time
}

// atBothDoors runs a test once for each database.
func atBothDoors(t *testing.T, test func(*testing.T, *door)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range []string{migrations.SQLite, migrations.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			test(t, newDoor(t, dialect))
		})
	}
}

func newDoor(t *testing.T, dialect string) *door {
	t.Helper()
	dir, ctx := t.TempDir(), context.Background()
	d := &door{t: t, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	var keys *keyring.Ring
	c := store.Config{Migrate: migrations.Up, Now: d.clock}
	if dialect == migrations.Postgres {
		c.URL = testbed.MigratedPostgres(t)
	} else {
		c.Path = testbed.MigratedSQLite(t, dir)
	}
	c.Keyring = func(fresh bool) (store.Keyring, error) {
		var err error
		keys, err = keyring.OpenOrCreate(filepath.Join(dir, "keys"), fresh)
		return keys, err
	}
	var err error
	d.store, err = store.Open(ctx, c)
	d.must(err)
	t.Cleanup(func() { _ = d.store.Close() })
	d.kit = &struct{ accounts.Credentials }{credential.Kit{Hasher: credential.NewHasher(credential.Params{Passes: 1, Memory: 64, Threads: 1}, 4, 200)}}
	d.Accounts = accounts.New(accounts.Config{
		Random: rand.Reader,
		Store:  d.store, Keys: keys, MailDomain: "habeas.example", Now: d.clock, NewID: newID,
		Credentials: d.kit, Organisation: "Acme & Sons",
	})
	return d
}

func (d *door) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *door) sleep(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *door) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *door) want(err error, code models.Code) {
	d.t.Helper()
	if models.CodeOf(err) != code {
		d.t.Errorf("the error is %v, want %q", err, code)
	}
}

// person is a member of staff with what they know and have.
type person struct {
	models.Staff
	password string
	app      []byte // the secret in their authenticator
	recovery []string
	entry    accounts.Entry // of the last step
}

func operator() models.Actor {
	return models.Actor{Kind: models.ActorStaff, ID: "operator", Role: models.RoleAdmin}
}

// hire invites somebody, who chooses a password and sets up a second factor.
func (d *door) hire(name string, role models.Role) *person {
	d.t.Helper()
	ctx := context.Background()
	m, secret, err := d.People.Invite(ctx, operator(), accounts.Newcomer{Name: name, Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org", Role: role})
	d.must(err)
	p := &person{Staff: m, password: goodPassword}
	p.entry, err = d.SignIn.AcceptInvitation(ctx, secret, goodPassword, "Firefox")
	d.must(err)
	d.enrol(p)
	return p
}

// enrol ends setting up a second factor in the session that p has.
func (d *door) enrol(p *person) {
	d.t.Helper()
	ctx := context.Background()
	session, _, err := d.store.StaffSession(ctx, secrets.Hash(p.entry.Secret))
	d.must(err)
	p.app = session.Candidate
	entry, err := d.SignIn.SetFactor(ctx, p.entry.Secret, d.code(p), p.entry.Device)
	d.must(err)
	p.entry, p.recovery = entry, entry.Recovery
	d.sleep(30 * time.Second) // the next code is another
}

// code is what the person's app shows.
func (d *door) code(p *person) string {
	d.t.Helper()
	code, err := credential.Code(p.app, d.clock())
	d.must(err)
	return code
}

func (d *door) attempt(p *person) accounts.Attempt {
	return accounts.Attempt{Email: p.Email, Password: p.password, Network: "192.0.2.1", Browser: "Firefox"}
}

// enter signs the person in with both factors, in a browser nobody knows.
func (d *door) enter(p *person) accounts.Entry {
	d.t.Helper()
	first, err := d.SignIn.GivePassword(context.Background(), d.attempt(p))
	d.must(err)
	second, err := d.SignIn.GiveFactor(context.Background(), first.Secret, d.code(p), "")
	d.must(err)
	d.sleep(30 * time.Second)
	return second
}

func (d *door) in(secret string) bool {
	d.t.Helper()
	_, err := d.Sessions.SignedIn(context.Background(), secret)
	if err != nil && models.CodeOf(err) != models.CodeUnauthorized {
		d.t.Fatal(err)
	}
	return err == nil
}

// events counts the events of a kind about somebody.
func (d *door) events(kind models.EventKind) int {
	d.t.Helper()
	n := 0
	d.must(d.store.EachEvent(context.Background(), time.Time{}, time.Time{}, "", func(body []byte) error {
		e, err := models.ParseEvent(body)
		if err == nil && e.Kind == kind {
			n++
		}
		return err
	}))
	return n
}

// letters returns what was written to somebody.
func (d *door) letters(staffID string) (all []models.Letter) {
	d.t.Helper()
	ctx := context.Background()
	jobs, _, err := d.store.Jobs(ctx, models.JobPending, models.Cursor{}, 100)
	d.must(err)
	for _, j := range jobs {
		if j.Kind != models.JobSendMail {
			continue
		}
		m, err := d.store.Message(ctx, j.Subject)
		d.must(err)
		if m.Staff == staffID {
			all = append(all, m.Letter)
		}
	}
	return all
}

func TestSomebodySignsInWithTwoFactors(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleManager)
		if !d.in(ada.entry.Secret) || len(ada.recovery) != 10 {
			t.Errorf("after setting up: in %v, %d recovery codes", d.in(ada.entry.Secret), len(ada.recovery))
		}
		first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.must(err)
		if first.Stage != accounts.StageFactor || d.in(first.Secret) {
			t.Errorf("after the password: %+v, in %v", first, d.in(first.Secret))
		}
		second, err := d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), "")
		d.must(err)
		who, err := d.Sessions.SignedIn(ctx, second.Secret)
		d.must(err)
		if who.Staff.ID != ada.ID || who.Role != models.RoleManager || !d.Sessions.Fresh(who) || second.Device == "" {
			t.Errorf("signed in is %+v", who)
		}
		if n := d.events(models.EventSignedIn); n != 2 {
			t.Errorf("%d events of signing in", n)
		}
	})
}

// The new id at each step: what was known before opens nothing after.
func TestASVS_7_2_4_T20_EveryStepHasANewSecret(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAgent)
		first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.must(err)
		second, err := d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), "")
		d.must(err)
		if first.Secret == second.Secret || d.in(first.Secret) || !d.in(second.Secret) {
			t.Error("the secret of the first step opens the second")
		}
		if len(second.Secret) != 43 { // 256 bits in base64
			t.Errorf("the secret has %d characters", len(second.Secret))
		}
		third, err := d.SignIn.ChangePassword(ctx, second.Secret, goodPassword, otherPassword)
		d.must(err)
		if d.in(second.Secret) || !d.in(third.Secret) || d.in(ada.entry.Secret) {
			t.Error("an old secret opens after the change of password")
		}
		d.must(d.Sessions.SignOut(ctx, third.Secret))
		if d.in(third.Secret) {
			t.Error("a secret opens after signing out")
		}
	})
}

func TestASVS_6_2_3_ThePasswordIsChangedWithTheCurrentOne(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAgent)
		other := d.enter(ada)
		_, err := d.SignIn.ChangePassword(ctx, other.Secret, "not it at all", otherPassword)
		d.want(err, models.CodeUnauthorized)
		for _, bad := range []string{"kestrel-lamp-7", "passwordpassword", "Habeas Acme Sons", goodPassword} {
			_, err := d.SignIn.ChangePassword(ctx, other.Secret, goodPassword, bad)
			d.want(err, models.CodeInvalid)
		}
		mine, err := d.SignIn.ChangePassword(ctx, other.Secret, goodPassword, otherPassword)
		d.must(err)
		if !d.in(mine.Secret) || d.in(ada.entry.Secret) {
			t.Error("the other session goes on after the change of password")
		}
		_, err = d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.want(err, models.CodeUnauthorized)
		ada.password = otherPassword
		d.enter(ada)
		if l := d.letters(ada.ID); len(l) != 1 {
			t.Errorf("the notices are %+v", l)
		}
	})
}

func TestASVS_6_3_8_AnUnknownAccountAnswersAsAKnownOne(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, gone := d.hire("Ada", models.RoleAgent), d.hire("Gone", models.RoleAgent)
		d.must(d.People.SetDisabled(ctx, operator(), gone.ID, true, nil))
		invited, _, err := d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "New", Email: "new@example.org", Role: models.RoleAgent})
		d.must(err)
		var said []string
		for _, a := range []accounts.Attempt{
			{Email: ada.Email, Password: "wrong"},
			{Email: "nobody@example.org", Password: "wrong"},
			{Email: gone.Email, Password: goodPassword},
			{Email: invited.Email, Password: ""},
			{Email: ada.Name, Password: goodPassword},
			{Email: "", Password: ""},
		} {
			a.Network = a.Email
			_, err := d.SignIn.GivePassword(ctx, a)
			d.want(err, models.CodeUnauthorized)
			said = append(said, fmt.Sprint(err))
		}
		for _, s := range said {
			if s != said[0] {
				t.Errorf("the answers differ: %q", said)
			}
		}
		if n := d.events(models.EventSignInFailed); n != len(said) {
			t.Errorf("%d events of %d failures", n, len(said))
		}
		for i := range 8 { // and it is slowed down as one
			_, known := d.SignIn.GivePassword(ctx, accounts.Attempt{Email: ada.Email, Password: "wrong", Network: fmt.Sprint("a", i)})
			_, unknown := d.SignIn.GivePassword(ctx, accounts.Attempt{Email: "nobody@example.org", Password: "wrong", Network: fmt.Sprint("b", i)})
			if fmt.Sprint(known) != fmt.Sprint(unknown) {
				t.Errorf("try %d: %v for a known account, %v for an unknown one", i, known, unknown)
			}
		}
	})
}

func TestASVS_6_3_1_WrongTriesAreSlowedDownAndLockNobodyOut(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		wrong := d.attempt(ada)
		wrong.Password = "wrong"
		for range 5 {
			_, err := d.SignIn.GivePassword(ctx, wrong)
			d.want(err, models.CodeUnauthorized)
		}
		_, err := d.SignIn.GivePassword(ctx, d.attempt(ada)) // the right one has to wait as well
		d.want(err, models.CodeTooMany)
		d.enter(bob) // others are unaffected, from the same network too
		known := d.attempt(ada)
		known.Device = ada.entry.Device
		first, err := d.SignIn.GivePassword(ctx, known)
		d.must(err) // and so is a browser in which she signed in before
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), ada.entry.Device)
		d.must(err)
		d.sleep(30 * time.Second)
		stolen := wrong
		stolen.Device = bob.entry.Device // which is nothing to her account
		stolen.Network = "198.51.100.7"
		for range 20 { // somebody keeps at it, over hours
			for models.CodeOf(err) != models.CodeTooMany {
				_, err = d.SignIn.GivePassword(ctx, stolen)
			}
			d.sleep(15 * time.Minute)
			_, err = d.SignIn.GivePassword(ctx, stolen)
		}
		first, err = d.SignIn.GivePassword(ctx, known)
		d.must(err)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), ada.entry.Device)
		d.must(err)
		d.sleep(15 * time.Minute) // the longest wait there is
		d.enter(ada)
	})
}

// A program may not be named like somebody's address: they would be looked up
// in its place.
func TestANameThatIsSomebodysAddressLocksNobodyOut(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		make := func(name string) error {
			_, err := d.Tokens.Create(ctx, operator(), name, models.RoleIntake, 0, accounts.Remembered[accounts.NewToken]{})
			return err
		}
		_, err := d.People.Add(ctx, operator(), "carol@example.org", "", models.RoleIntake, accounts.Remembered[models.Staff]{})
		d.want(err, models.CodeInvalid)
		d.want(make("carol@example.org"), models.CodeInvalid)
		_, _, err = d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "bo@example.org", Email: "ben@example.org", Role: models.RoleAgent})
		d.want(err, models.CodeInvalid)
		carol := d.hire("Carol", models.RoleAgent)
		d.must(make("carol@example.org")) // hers, by her address
		d.must(make("Carol"))
		d.enter(carol)

		// One of the days when such names were taken. It goes on, and whoever
		// has the address can come in once it is disabled.
		old := models.Staff{ID: newID(), Name: "dora@example.org", Role: models.RoleIntake, CreatedAt: d.clock()}
		d.must(d.store.AddStaff(ctx, old, nil, models.Event{ID: newID(), At: d.clock(), Kind: models.EventStaffAdded, Actor: operator()}))
		d.must(make("dora@example.org"))
		_, _, err = d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "Dora", Email: "Dora@example.org", Role: models.RoleAgent})
		d.want(err, models.CodeConflict)
		d.must(d.People.SetDisabled(ctx, operator(), old.ID, true, nil))
		dora := d.hire("Dora", models.RoleAgent)
		d.enter(dora)
		d.must(d.People.SetDisabled(ctx, operator(), old.ID, false, nil))
		d.enter(dora)
		if got, err := d.store.FindStaff(ctx, dora.Email); err != nil || got.ID != dora.ID {
			t.Errorf("the address finds %+v, %v", got, err)
		}
	})
}

// Two people share a computer; both are known there, whoever was first.
func TestABrowserIsKnownToEverybodyWhoSignedInThere(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		device := ada.entry.Device
		first, err := d.SignIn.GivePassword(ctx, d.attempt(bob))
		d.must(err)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(bob), device)
		d.must(err)
		d.sleep(30 * time.Second)
		for _, p := range []*person{ada, bob} {
			stranger := d.attempt(p)
			stranger.Password, stranger.Network = "wrong", "198.51.100.7"
			for range 6 {
				_, err = d.SignIn.GivePassword(ctx, stranger)
			}
			d.want(err, models.CodeTooMany)
			known := d.attempt(p)
			known.Device = device
			first, err := d.SignIn.GivePassword(ctx, known)
			if err != nil {
				t.Errorf("a stranger keeps %s waiting: %v", p.Name, err)
				continue
			}
			_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(p), device)
			d.must(err)
			d.sleep(20 * time.Minute)
		}
	})
}

// Signing in ends the session that the browser had, whosever it was.
func TestSigningInEndsTheSessionOfTheBrowser(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		elsewhere := d.enter(ada)
		ended := d.events(models.EventSessionsEnded)
		a := d.attempt(bob)
		a.Session, a.Password = ada.entry.Secret, "wrong"
		_, err := d.SignIn.GivePassword(ctx, a)
		d.want(err, models.CodeUnauthorized)
		if !d.in(ada.entry.Secret) {
			t.Error("a wrong password ends a session")
		}
		a.Password = bob.password
		_, err = d.SignIn.GivePassword(ctx, a)
		d.must(err)
		if d.in(ada.entry.Secret) || !d.in(elsewhere.Secret) || !d.in(bob.entry.Secret) {
			t.Error("not just the session of the browser ended")
		}
		if n := d.events(models.EventSessionsEnded); n != ended+1 {
			t.Errorf("%d events of it", n-ended)
		}
		a = d.attempt(ada)
		a.Session = elsewhere.Secret
		_, err = d.SignIn.GivePassword(ctx, a)
		d.must(err)
		if d.in(elsewhere.Secret) {
			t.Error("one's own session goes on")
		}
	})
}

// security.md 3b: a token ends after a year at most, and of itself.
func TestATokenEnds(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		const day = 24 * time.Hour
		for life, want := range map[time.Duration]time.Duration{0: 90 * day, day: day, 365 * day: 365 * day} {
			made, err := d.Tokens.Create(ctx, operator(), "program", models.RoleIntake, life, accounts.Remembered[accounts.NewToken]{})
			d.must(err)
			if got := made.ExpiresAt.Sub(d.clock()); got != want {
				t.Errorf("asked for %v it is good for %v", life, got)
			}
		}
		for _, life := range []time.Duration{366 * day, -day} {
			_, err := d.Tokens.Create(ctx, operator(), "program", models.RoleIntake, life, accounts.Remembered[accounts.NewToken]{})
			d.want(err, models.CodeInvalid)
		}
		// One from before goes on until it is revoked.
		old := models.Token{ID: newID(), StaffID: d.hire("Ada", models.RoleAgent).ID, Role: models.RoleAgent, Hash: secrets.Hash("hbt_old"), CreatedAt: d.clock()}
		d.must(d.store.CommitAccount(ctx, models.AccountChange{StaffID: old.StaffID, At: d.clock(), Token: &old}))
		d.sleep(400 * day)
		if _, err := d.Tokens.Authenticate(ctx, "hbt_old"); err != nil {
			t.Error(err)
		}
	})
}

// Whoever is known in a shared browser cannot guess at a colleague's account by
// having the count forgiven with their own password.
func TestOnesOwnPasswordForgivesNoTriesAtAnothers(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		device := ada.entry.Device
		own := func() {
			a := d.attempt(bob)
			a.Device = device
			first, err := d.SignIn.GivePassword(ctx, a)
			d.must(err)
			_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(bob), device)
			d.must(err)
			d.sleep(30 * time.Second)
		}
		own() // known here from now on, as Ada is
		guess := d.attempt(ada)
		guess.Device, guess.Password = device, "wrong"
		for range 5 {
			_, err := d.SignIn.GivePassword(ctx, guess)
			d.want(err, models.CodeUnauthorized)
		}
		own()
		_, err := d.SignIn.GivePassword(ctx, guess)
		d.want(err, models.CodeUnauthorized) // 30 seconds were enough for one
		own()
		_, err = d.SignIn.GivePassword(ctx, guess)
		d.want(err, models.CodeUnauthorized)
		_, err = d.SignIn.GivePassword(ctx, guess)
		d.want(err, models.CodeTooMany)
	})
}

// A token tells by itself whether it was copied whole (security.md 3b).
func TestATokenHasAChecksum(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		made, err := d.Tokens.Create(t.Context(), operator(), "program", models.RoleIntake, 0, accounts.Remembered[accounts.NewToken]{})
		d.must(err)
		body, sum := made.Secret[:47], made.Secret[47:]
		want := base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
		if !strings.HasPrefix(body, "hbt_") || sum != want {
			t.Errorf("the checksum of %s is %s, want %s", body, sum, want)
		}
		_, err = d.Tokens.Authenticate(t.Context(), made.Secret)
		d.must(err)
	})
}

// meanwhile is credentials that do something else while a password is hashed.
type meanwhile struct {
	accounts.Credentials
	do func()
}

func (m meanwhile) Check(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	ok, stale, err = m.Credentials.Check(ctx, hash, password)
	m.do()
	return ok, stale, err
}

// Hashing takes long enough for an administrator to be faster.
func TestASVS_7_4_1_WhatEndsWhileAPasswordIsHashedOpensNothing(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		for name, end := range map[string]func(p *person) error{
			"reset": func(p *person) error {
				_, _, err := d.People.Reset(ctx, operator(), p.ID, false, false, nil)
				return err
			},
			"reset, with the factor": func(p *person) error {
				_, _, err := d.People.Reset(ctx, operator(), p.ID, true, false, nil)
				return err
			},
			"disabled": func(p *person) error { return d.People.SetDisabled(ctx, operator(), p.ID, true, nil) },
			"disabled and enabled": func(p *person) error {
				return errors.Join(d.People.SetDisabled(ctx, operator(), p.ID, true, nil), d.People.SetDisabled(ctx, operator(), p.ID, false, nil))
			},
			"ended": func(p *person) error { return d.Sessions.EndAll(ctx, operator(), p.ID, nil) },
			"moved": func(p *person) error { return d.People.ChangeRole(ctx, operator(), p.ID, models.RoleAuditor, nil) },
			"changed": func(p *person) error {
				_, err := d.SignIn.ChangePassword(ctx, p.entry.Secret, goodPassword, otherPassword)
				return err
			},
		} {
			p := d.hire(strings.NewReplacer(" ", "-", ",", "").Replace(name), models.RoleAgent)
			kit := d.kit.Credentials
			d.kit.Credentials = meanwhile{kit, func() {
				d.kit.Credentials = kit
				d.must(end(p))
			}}
			failed := d.events(models.EventSignInFailed)
			entry, err := d.SignIn.GivePassword(ctx, d.attempt(p))
			if models.CodeOf(err) != models.CodeUnauthorized || d.events(models.EventSignInFailed) != failed+1 {
				t.Errorf("%s: %v", name, err)
			}
			if at, err := d.Sessions.Standing(ctx, entry.Secret); at.Stage != accounts.StageOut || err != nil {
				t.Errorf("%s: what was begun stands at %q, %v", name, at.Stage, err)
			}
		}
	})
}

func TestWhatEndsBetweenTheStepsOpensNothing(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		for name, end := range map[string]func(p *person) error{
			"reset": func(p *person) error {
				_, _, err := d.People.Reset(ctx, operator(), p.ID, true, false, nil)
				return err
			},
			"disabled": func(p *person) error { return d.People.SetDisabled(ctx, operator(), p.ID, true, nil) },
			"ended":    func(p *person) error { return d.Sessions.EndAll(ctx, operator(), p.ID, nil) },
		} {
			p := d.hire(name, models.RoleAgent)
			first, err := d.SignIn.GivePassword(ctx, d.attempt(p))
			d.must(err)
			kit := d.kit.Credentials
			d.kit.Credentials = stepped{kit, func() {
				d.kit.Credentials = kit
				d.must(end(p))
			}}
			_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(p), "")
			d.want(err, models.CodeUnauthorized)
		}
	})
}

// stepped is credentials that do something else while a code is compared.
type stepped struct {
	accounts.Credentials
	do func()
}

func (m stepped) Step(secret []byte, code string, now time.Time, last int64) (int64, bool) {
	step, ok := m.Credentials.Step(secret, code, now, last)
	m.do()
	return step, ok
}

// NIST SP 800-63B-4 § 3.2.2: at most a hundred wrong ones in a row, however
// patient somebody is. A browser that the account knows, or an administrator's
// link, ends it; an account that there is not answers the same.
func TestAHundredWrongTriesInARowAreEnough(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		patient := func(email string) {
			t.Helper()
			for i := range 100 {
				_, err := d.SignIn.GivePassword(ctx, accounts.Attempt{Email: email, Password: "wrong", Network: fmt.Sprint("198.51.100.", i)})
				d.want(err, models.CodeUnauthorized)
				d.sleep(15 * time.Minute)
			}
			_, err := d.SignIn.GivePassword(ctx, accounts.Attempt{Email: email, Password: "wrong", Network: "203.0.113.9"})
			d.want(err, models.CodeTooMany)
			if e, ok := err.(*models.Error); !ok || e.After != 0 { //nolint:errorlint // the service's own
				t.Errorf("it says to wait: %v", err)
			}
		}
		patient("nobody@example.org")
		patient(ada.Email)
		d.sleep(7 * 24 * time.Hour)
		_, err := d.SignIn.GivePassword(ctx, d.attempt(ada)) // not even the right one
		d.want(err, models.CodeTooMany)
		d.enter(bob)
		known := d.attempt(ada)
		known.Device = ada.entry.Device
		first, err := d.SignIn.GivePassword(ctx, known)
		d.must(err)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), ada.entry.Device)
		d.must(err)
		d.sleep(30 * time.Second)
		d.enter(ada) // and so from anywhere again

		patient(ada.Email)
		_, secret, err := d.People.Reset(ctx, operator(), ada.ID, false, true, nil)
		d.must(err)
		_, err = d.SignIn.AcceptInvitation(ctx, secret, otherPassword, "")
		d.must(err)
		ada.password = otherPassword
		d.enter(ada)
	})
}

// So with the second factor, of whoever has the password.
func TestAHundredWrongCodesInARowAreEnough(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAgent)
		for range 100 {
			first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
			d.must(err)
			_, err = d.SignIn.GiveFactor(ctx, first.Secret, "000000", "")
			d.want(err, models.CodeUnauthorized)
			d.sleep(15 * time.Minute)
		}
		first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.must(err)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), "")
		d.want(err, models.CodeTooMany)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), ada.entry.Device)
		d.must(err)
		d.sleep(30 * time.Second)
		d.enter(ada)
	})
}

func TestANetworkIsSlowedDownOverAllAccounts(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAgent)
		for i := range 20 {
			_, err := d.SignIn.GivePassword(ctx, accounts.Attempt{Email: fmt.Sprint(i, "@example.org"), Password: "x", Network: "203.0.113.5"})
			d.want(err, models.CodeUnauthorized)
		}
		a := d.attempt(ada)
		a.Network = "203.0.113.5"
		_, err := d.SignIn.GivePassword(ctx, a)
		d.want(err, models.CodeTooMany)
		d.enter(ada)
	})
}

// 50 parallel uses of one code, each in a session of its own: one opens.
func TestASVS_6_5_1_ACodeOpensOnce(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAgent)
		var sessions []string
		for range 50 {
			first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
			d.must(err)
			sessions = append(sessions, first.Secret)
		}
		code := d.code(ada)
		var wg sync.WaitGroup
		errs := make([]error, len(sessions))
		for i, secret := range sessions {
			wg.Go(func() { _, errs[i] = d.SignIn.GiveFactor(context.Background(), secret, code, "") })
		}
		wg.Wait()
		opened := 0
		for _, err := range errs {
			switch models.CodeOf(err) {
			case "":
				opened++
			case models.CodeUnauthorized, models.CodeTooMany, models.CodeUnavailable: // who waits for the row too long is told so
			default:
				t.Error(err)
			}
		}
		if opened != 1 {
			t.Errorf("one code opened %d times", opened)
		}
		d.sleep(15 * time.Minute)
		first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.must(err)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, code, "")
		d.want(err, models.CodeUnauthorized)
	})
}

func TestASVS_6_5_2_ARecoveryCodeOpensOnce(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		for _, code := range ada.recovery {
			if plain := strings.ReplaceAll(code, "-", ""); len(plain)*5 < 112 {
				t.Errorf("%s has too few bits", code)
			}
		}
		try := func(code string) error {
			first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
			d.must(err)
			_, err = d.SignIn.GiveFactor(ctx, first.Secret, code, ada.entry.Device)
			return err
		}
		d.must(try(strings.ToLower(ada.recovery[0])))
		d.want(try(ada.recovery[0]), models.CodeUnauthorized)
		d.want(try(bob.recovery[0]), models.CodeUnauthorized)
		d.must(try(strings.ReplaceAll(ada.recovery[1], "-", " ")))
		if n := d.events(models.EventRecoveryUsed); n != 2 {
			t.Errorf("%d events of recovery codes", n)
		}
		at := d.enter(ada)
		fresh, err := d.SignIn.NewRecovery(ctx, at.Secret)
		d.must(err)
		d.want(try(ada.recovery[2]), models.CodeUnauthorized)
		d.must(try(fresh[0]))
	})
}

// 6.3.3: nobody without a second factor gets further than setting one up.
func TestASVS_6_3_3_WithoutASecondFactorNothingOpens(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		m, secret, err := d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "Ada", Email: "ada@example.org", Role: models.RoleAdmin})
		d.must(err)
		first, err := d.SignIn.AcceptInvitation(ctx, secret, goodPassword, "")
		d.must(err)
		if first.Stage != accounts.StageEnrol || d.in(first.Secret) {
			t.Errorf("after the invitation: %+v", first)
		}
		for i, code := range []string{"", "000000", "AAAAAA-AAAAAA-AAAAAA-AAAAAA"} {
			_, err := d.SignIn.GiveFactor(ctx, first.Secret, code, "")
			d.want(err, models.CodeUnauthorized)
			_, err = d.SignIn.SetFactor(ctx, first.Secret, code, "")
			if models.CodeOf(err) != models.CodeUnauthorized {
				t.Errorf("code %d: %v", i, err)
			}
		}
		for name, try := range map[string]func(secret string) error{
			"a new password": func(s string) error {
				_, err := d.SignIn.ChangePassword(ctx, s, goodPassword, otherPassword)
				return err
			},
			"recovery codes": func(s string) error { _, err := d.SignIn.NewRecovery(ctx, s); return err },
			"confirming":     func(s string) error { _, err := d.SignIn.Confirm(ctx, s, goodPassword, "000000", ""); return err },
			"another factor": func(s string) error { return d.SignIn.RenewFactor(ctx, s) },
		} {
			if err := try(first.Secret); models.CodeOf(err) != models.CodeUnauthorized {
				t.Errorf("%s: %v", name, err)
			}
		}
		d.sleep(10 * time.Minute)
		_, err = d.SignIn.Enrolment(ctx, first.Secret)
		d.want(err, models.CodeUnauthorized) // the session of a password does not last
		first, err = d.SignIn.GivePassword(ctx, accounts.Attempt{Email: m.Email, Password: goodPassword})
		d.must(err)
		if first.Stage != accounts.StageEnrol {
			t.Errorf("signing in again leads to %q", first.Stage)
		}
	})
}

func TestASVS_6_4_1_AnInvitationIsGoodOnceForADay(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		invite := func(name string) (models.Staff, string) {
			m, secret, err := d.People.Invite(ctx, operator(), accounts.Newcomer{Name: name, Email: name + "@example.org", Role: models.RoleAgent, Mail: true})
			d.must(err)
			return m, secret
		}
		accept := func(secret string) error {
			_, err := d.SignIn.AcceptInvitation(ctx, secret, goodPassword, "")
			return err
		}
		ada, secret := invite("ada")
		letters := d.letters(ada.ID)
		if l, ok := letters[0].(*models.StaffInvitationLetter); !ok || l.Secret != secret || l.Again {
			t.Errorf("the letter is %+v", letters[0])
		}
		_, err := d.SignIn.AcceptInvitation(ctx, secret, "too short", "")
		d.want(err, models.CodeInvalid)
		if open, err := d.SignIn.InvitationOpen(ctx, secret); !open || err != nil {
			t.Errorf("a refused password used the link up: %v", err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { errs[i] = accept(secret) })
		}
		wg.Wait()
		n := 0
		for _, err := range errs {
			if err == nil {
				n++
			} else {
				d.want(err, models.CodeNotFound)
			}
		}
		if n != 1 {
			t.Errorf("the link opened %d times", n)
		}
		_, late := invite("late")
		d.sleep(24 * time.Hour)
		d.want(accept(late), models.CodeNotFound)
		bob, first := invite("bob")
		_, second, err := d.People.InviteAgain(ctx, operator(), bob.ID, true, nil)
		d.must(err)
		d.want(accept(first), models.CodeNotFound)
		d.must(d.People.RevokeInvitation(ctx, operator(), bob.ID, nil))
		d.want(accept(second), models.CodeNotFound)
		eve, third := invite("eve")
		d.must(d.People.SetDisabled(ctx, operator(), eve.ID, true, nil))
		d.want(accept(third), models.CodeNotFound)
		_, _, err = d.People.InviteAgain(ctx, operator(), ada.ID, true, nil)
		d.want(err, models.CodeConflict)
		_, _, err = d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "Program", Role: models.RoleAgent})
		d.want(err, models.CodeInvalid)
		_, _, err = d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "ADA", Email: "x@example.org", Role: models.RoleAgent})
		d.want(err, models.CodeConflict)
		d.want(accept("x"), models.CodeNotFound)
	})
}

// A reset gives a new password and nothing else.
func TestASVS_6_4_3_T35_AResetNeverSkipsTheSecondFactor(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAdmin)
		_, _, err := d.People.Reset(ctx, models.Actor{Kind: models.ActorStaff, ID: ada.ID, Role: models.RoleAdmin}, ada.ID, false, true, nil)
		d.want(err, models.CodeOtherPerson)
		_, late, err := d.People.Reset(ctx, operator(), ada.Email, false, true, nil)
		d.must(err)
		d.sleep(30 * time.Minute)
		_, err = d.SignIn.AcceptInvitation(ctx, late, otherPassword, "")
		d.want(err, models.CodeNotFound) // such a link is for now
		_, again, err := d.People.InviteAgain(ctx, operator(), ada.ID, true, nil)
		d.must(err)
		d.sleep(30 * time.Minute)
		_, err = d.SignIn.AcceptInvitation(ctx, again, otherPassword, "")
		d.want(err, models.CodeNotFound) // nor is the next one an invitation
		_, secret, err := d.People.Reset(ctx, operator(), ada.Email, false, true, nil)
		d.must(err)
		if d.in(ada.entry.Secret) {
			t.Error("a session outlives the reset")
		}
		_, err = d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.want(err, models.CodeUnauthorized) // the old password is gone
		first, err := d.SignIn.AcceptInvitation(ctx, secret, otherPassword, "")
		d.must(err)
		if first.Stage != accounts.StageFactor || d.in(first.Secret) {
			t.Errorf("after the reset: %+v", first)
		}
		_, err = d.SignIn.SetFactor(ctx, first.Secret, d.code(ada), "")
		d.want(err, models.CodeUnauthorized) // no new factor by this way
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), "")
		d.must(err)
		ada.password = otherPassword
		d.sleep(30 * time.Second)

		_, secret, err = d.People.Reset(ctx, operator(), ada.ID, true, true, nil) // the telephone is lost
		d.must(err)
		_, err = d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.want(err, models.CodeUnauthorized) // whoever has the password alone does not get in
		ada.entry, err = d.SignIn.AcceptInvitation(ctx, secret, goodPassword, "")
		d.must(err)
		if ada.entry.Stage != accounts.StageEnrol || d.in(ada.entry.Secret) {
			t.Errorf("without a factor: %+v", ada.entry)
		}
		_, err = d.SignIn.GiveFactor(ctx, ada.entry.Secret, ada.recovery[0], "")
		d.want(err, models.CodeUnauthorized)
		d.enrol(ada)
		if !d.in(ada.entry.Secret) {
			t.Error("a new factor does not open")
		}
		notices := map[models.AccountNotice]int{}
		for _, l := range d.letters(ada.ID) {
			if n, ok := l.(*models.StaffAccountLetter); ok {
				notices[n.What]++
			}
		}
		if notices[models.NoticeReset] != 2 || notices[models.NoticeRemoved] != 1 || notices[models.NoticePassword] != 2 || notices[models.NoticeFactor] != 1 {
			t.Errorf("the notices are %v", notices)
		}
	})
}

func TestASVS_6_3_2_TheFirstAdministratorComesInOnce(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		if staff, err := d.store.Staff(ctx); err != nil || len(staff) != 0 {
			t.Errorf("a fresh installation has %v, %v", staff, err)
		}
		secret, err := d.Setup.Arm(ctx)
		d.must(err)
		_, err = d.Setup.Use(ctx, secret, "Grace", "grace@example.org", "short", "")
		d.want(err, models.CodeInvalid)
		_, err = d.Setup.Use(ctx, secret, "Grace", "", goodPassword, "")
		d.want(err, models.CodeInvalid)
		_, err = d.Setup.Use(ctx, "wrong", "Grace", "grace@example.org", goodPassword, "")
		d.want(err, models.CodeNotFound)
		var wg sync.WaitGroup
		errs, entries := make([]error, 8), make([]accounts.Entry, 8)
		for i := range errs {
			wg.Go(func() {
				entries[i], errs[i] = d.Setup.Use(context.Background(), secret, fmt.Sprint("Grace", i), fmt.Sprint(i, "@example.org"), goodPassword, "")
			})
		}
		wg.Wait()
		n := 0
		for i, err := range errs {
			if err != nil {
				d.want(err, models.CodeNotFound)
				continue
			}
			n++
			p := &person{entry: entries[i]}
			d.enrol(p)
			who, err := d.Sessions.SignedIn(ctx, p.entry.Secret)
			d.must(err)
			if who.Role != models.RoleAdmin {
				t.Errorf("the first is %+v", who)
			}
		}
		if n != 1 {
			t.Errorf("%d administrators", n)
		}
		if again, err := d.Setup.Arm(ctx); again != "" || err != nil {
			t.Errorf("the link can be made again: %v", err)
		}
	})
}

func TestASVS_7_3_1_7_3_2_SessionsEndByThemselves(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		idle := map[models.Role]time.Duration{models.RoleAgent: 30 * time.Minute, models.RoleAuditor: 15 * time.Minute}
		most := map[models.Role]time.Duration{models.RoleAgent: 12 * time.Hour, models.RoleAuditor: 8 * time.Hour}
		for role := range idle {
			p := d.hire("P-"+string(role), role)
			lazy := d.enter(p)
			if !d.in(lazy.Secret) { // 30 seconds later: noted
				t.Error("not in")
			}
			d.sleep(idle[role] - time.Second)
			if !d.in(lazy.Secret) {
				t.Errorf("%s: over before its time", role)
			}
			d.sleep(idle[role])
			if d.in(lazy.Secret) {
				t.Errorf("%s: goes on after %v idle", role, idle[role])
			}
			busy, start := d.enter(p), d.clock().Add(-30*time.Second)
			for d.clock().Before(start.Add(most[role] - 10*time.Minute)) {
				d.sleep(10 * time.Minute)
				if !d.in(busy.Secret) {
					t.Fatalf("%s: over after %v of work", role, d.clock().Sub(start))
				}
			}
			d.sleep(start.Add(most[role]).Sub(d.clock()))
			if d.in(busy.Secret) {
				t.Errorf("%s: goes on after %v", role, most[role])
			}
		}
	})
}

func TestASVS_7_4_1_7_4_2_SessionsEndAtOnce(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		for name, end := range map[string]func(p *person) error{
			"signed out": func(p *person) error { return d.Sessions.SignOut(ctx, p.entry.Secret) },
			"disabled":   func(p *person) error { return d.People.SetDisabled(ctx, operator(), p.ID, true, nil) },
			"promoted":   func(p *person) error { return d.People.ChangeRole(ctx, operator(), p.ID, models.RoleAdmin, nil) },
			"reset": func(p *person) error {
				_, _, err := d.People.Reset(ctx, operator(), p.ID, false, false, nil)
				return err
			},
			"ended": func(p *person) error { return d.Sessions.EndAll(ctx, operator(), p.ID, nil) },
		} {
			p := d.hire(strings.ReplaceAll(name, " ", "-"), models.RoleAgent)
			token, err := d.Tokens.Create(ctx, operator(), p.Name, models.RoleAgent, 0, accounts.Remembered[accounts.NewToken]{})
			d.must(err)
			d.must(end(p))
			if d.in(p.entry.Secret) {
				t.Errorf("%s: the session goes on", name)
			}
			_, err = d.Tokens.Authenticate(ctx, token.Secret)
			if stopped := err != nil; stopped != (name == "disabled" || name == "promoted") {
				t.Errorf("%s: the token gives %v", name, err)
			}
		}
		ada := d.hire("Ada", models.RoleAdmin)
		self := models.Actor{Kind: models.ActorStaff, ID: ada.ID, Role: models.RoleAdmin}
		d.want(d.People.ChangeRole(ctx, self, ada.ID, models.RoleAgent, nil), models.CodeOtherPerson)
		d.want(d.People.SetDisabled(ctx, self, ada.ID, true, nil), models.CodeOtherPerson)
		d.want(d.People.ChangeRole(ctx, operator(), ada.ID, "owner", nil), models.CodeInvalid)
		d.must(d.People.ChangeRole(ctx, operator(), ada.ID, models.RoleIntake, nil))
		_, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.want(err, models.CodeUnauthorized) // a form backend does not sign in
	})
}

func TestASVS_7_4_3_7_5_2_OnesSessionsAreListedAndEnded(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		second := d.enter(ada)
		who, err := d.Sessions.SignedIn(ctx, second.Secret)
		d.must(err)
		list, err := d.Sessions.List(ctx, who)
		d.must(err)
		if len(list) != 2 || !list[0].Current || list[1].Current || list[1].Browser != "Firefox" {
			t.Errorf("the sessions are %+v", list)
		}
		bobs, err := d.Sessions.SignedIn(ctx, bob.entry.Secret)
		d.must(err)
		for _, unknown := range []string{bobs.SessionID, "Robin Vale filed HB-1", ""} {
			d.want(d.Sessions.End(ctx, who, unknown), models.CodeNotFound)
		}
		if !d.in(bob.entry.Secret) {
			t.Error("one ends another's session")
		}
		if n := d.events(models.EventSessionsEnded); n != 0 {
			t.Errorf("%d events say so", n)
		}
		d.must(d.Sessions.End(ctx, who, list[1].ID))
		if d.in(ada.entry.Secret) || !d.in(second.Secret) {
			t.Error("the wrong session ended")
		}
		third := d.enter(ada)
		d.must(d.Sessions.End(ctx, who, "*"))
		if d.in(second.Secret) || d.in(third.Secret) {
			t.Error("not all sessions ended")
		}
	})
}

func TestASVS_7_5_1_7_5_3_SensitiveActsNeedBothFactorsAnew(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAdmin)
		at := d.enter(ada)
		fresh := func() bool {
			who, err := d.Sessions.SignedIn(ctx, at.Secret)
			d.must(err)
			return d.Sessions.Fresh(who)
		}
		if !fresh() {
			t.Error("not fresh after signing in")
		}
		d.sleep(5 * time.Minute)
		if fresh() {
			t.Error("fresh after five minutes")
		}
		d.want(d.SignIn.RenewFactor(ctx, at.Secret), models.CodeForbidden)
		_, err := d.SignIn.NewRecovery(ctx, at.Secret)
		d.want(err, models.CodeForbidden)
		_, err = d.SignIn.Enrolment(ctx, at.Secret)
		d.want(err, models.CodeForbidden)
		confirm := func(password, code string) error {
			e, err := d.SignIn.Confirm(ctx, at.Secret, password, code, "")
			if err == nil {
				if d.in(at.Secret) || !d.in(e.Secret) { // ASVS 7.2.4
					t.Error("the secret from before opens, or the new one does not")
				}
				at = e
			}
			return err
		}
		d.want(confirm("wrong", d.code(ada)), models.CodeUnauthorized)
		d.want(confirm(goodPassword, "000000"), models.CodeUnauthorized)
		if fresh() {
			t.Error("fresh after wrong factors")
		}
		code := d.code(ada)
		d.must(confirm(goodPassword, code))
		if !fresh() {
			t.Error("not fresh after both factors")
		}
		d.want(confirm(goodPassword, code), models.CodeUnauthorized)
		d.sleep(30 * time.Second)

		d.must(d.SignIn.RenewFactor(ctx, at.Secret))
		old := *ada
		ada.entry = at
		other := d.enter(&old)
		d.enrol(ada)
		if d.in(at.Secret) || d.in(other.Secret) || !d.in(ada.entry.Secret) {
			t.Error("after a new factor not just this session goes on, under a new secret")
		}
		first, err := d.SignIn.GivePassword(ctx, d.attempt(ada))
		d.must(err)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(&old), "")
		d.want(err, models.CodeUnauthorized)
		_, err = d.SignIn.GiveFactor(ctx, first.Secret, d.code(ada), "")
		d.must(err)
	})
}

func TestASVS_11_4_2_AHashIsMadeAnewWhenItsCostChanges(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAgent)
		before, err := d.store.Account(ctx, ada.ID)
		d.must(err)
		d.enter(ada)
		same, err := d.store.Account(ctx, ada.ID)
		d.must(err)
		d.kit.Credentials = credential.Kit{Hasher: credential.NewHasher(credential.Params{Passes: 2, Memory: 64, Threads: 1}, 4, 200)}
		d.enter(ada)
		after, err := d.store.Account(ctx, ada.ID)
		d.must(err)
		if same.Password != before.Password || !strings.Contains(after.Password, "t=2") {
			t.Errorf("the hash went from %s to %s", before.Password, after.Password)
		}
		d.enter(ada)
	})
}

// Whoever sits at the browser next cannot read what somebody typed there.
func TestACarriedFormOpensForItsSenderOnly(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada, bob := d.hire("Ada", models.RoleAgent), d.hire("Bob", models.RoleAgent)
		d.sleep(time.Hour)
		form := []byte(`{"text":"Dear reader"}`)
		sealed, err := d.Sessions.Carry(ctx, ada.entry.Secret, form)
		d.must(err)
		if sealed == "" || strings.Contains(sealed, "reader") {
			t.Errorf("it is carried as %q", sealed)
		}
		for _, secret := range []string{"", "a secret that nobody had"} {
			if none, err := d.Sessions.Carry(ctx, secret, form); none != "" || err != nil {
				t.Errorf("a stranger's form is carried: %q, %v", none, err)
			}
		}
		open := func(p *person, sealed string) ([]byte, error) {
			who, err := d.Sessions.SignedIn(ctx, d.enter(p).Secret)
			d.must(err)
			return d.Sessions.Carried(who, sealed)
		}
		got, err := open(ada, sealed)
		d.must(err)
		if !bytes.Equal(got, form) {
			t.Errorf("it comes back as %s", got)
		}
		for _, other := range []string{"", "!", sealed[:len(sealed)-4], sealed[4:]} {
			_, err := open(ada, other)
			d.want(err, models.CodeNotFound)
		}
		_, err = open(bob, sealed)
		d.want(err, models.CodeNotFound)
		d.sleep(time.Hour)
		_, err = open(ada, sealed)
		d.want(err, models.CodeNotFound)
	})
}

// Whatever opens or shuts an account is told to its owner, in case it was not
// they who wanted it (ASVS 6.3.7).
func TestASVS_6_3_7_EverybodyIsToldWhatHappensToTheirAccount(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ada := d.hire("Ada", models.RoleAdmin)
		told := func() (all []models.AccountNotice) {
			for _, l := range d.letters(ada.ID) {
				if n, ok := l.(*models.StaffAccountLetter); ok {
					all = append(all, n.What)
				}
			}
			return all
		}
		if all := told(); len(all) != 0 {
			t.Errorf("after coming in they are told %v", all)
		}
		var link string
		accept := func() (err error) {
			ada.entry, err = d.SignIn.AcceptInvitation(ctx, link, otherPassword, "")
			return err
		}
		for _, step := range []struct {
			name string
			do   func() error
			want models.AccountNotice
		}{
			{"a token in their name", func() error {
				_, err := d.Tokens.Create(ctx, operator(), "Ada", models.RoleAgent, 0, accounts.Remembered[accounts.NewToken]{})
				return err
			}, "program"},
			{"their sessions end", func() error { return d.Sessions.EndAll(ctx, operator(), ada.ID, nil) }, "sessions"},
			{"they are disabled", func() error { return d.People.SetDisabled(ctx, operator(), ada.ID, true, nil) }, "disabled"},
			{"they are enabled", func() error { return d.People.SetDisabled(ctx, operator(), ada.ID, false, nil) }, "enabled"},
			{"their factor is lost", func() (err error) {
				_, link, err = d.People.Reset(ctx, operator(), ada.ID, true, false, nil)
				return err
			}, models.NoticeRemoved},
			{"a password by the link", accept, models.NoticePassword},
			{"a factor by the link", func() error { d.enrol(ada); return nil }, models.NoticeFactor},
			{"their password is reset", func() (err error) {
				_, link, err = d.People.Reset(ctx, operator(), ada.ID, false, false, nil)
				return err
			}, models.NoticeReset},
			{"another password by the link", accept, models.NoticePassword},
		} {
			before := len(told())
			d.must(step.do())
			if all := told(); len(all) != before+1 || all[before] != step.want {
				t.Errorf("%s: they are told %v", step.name, all[before:])
			}
		}
		// A program has no mailbox, and no letter that cannot be sent.
		_, err := d.Tokens.Create(ctx, operator(), "crm", models.RoleIntake, 0, accounts.Remembered[accounts.NewToken]{})
		d.must(err)
		crm, err := d.store.FindStaff(ctx, "crm")
		d.must(err)
		d.must(d.People.SetDisabled(ctx, operator(), crm.ID, true, nil))
		if all := d.letters(crm.ID); len(all) != 0 {
			t.Errorf("a program is written to: %v", all)
		}
	})
}

// What somebody made for programs ends with their account, and does not begin
// again with it (ASVS 8.3.2).
func TestTokensEndWithTheAccount(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		ends := map[string]func(*person) error{
			"disabled and enabled": func(p *person) error {
				return errors.Join(d.People.SetDisabled(ctx, operator(), p.ID, true, nil), d.People.SetDisabled(ctx, operator(), p.ID, false, nil))
			},
			"reset with a lost factor": func(p *person) error {
				_, _, err := d.People.Reset(ctx, operator(), p.ID, true, false, nil)
				return err
			},
		}
		for name, end := range ends {
			p := d.hire("Ada "+strings.Fields(name)[0], models.RoleManager)
			token, err := d.Tokens.Create(ctx, operator(), p.Name, models.RoleManager, 0, accounts.Remembered[accounts.NewToken]{})
			d.must(err)
			_, err = d.Tokens.Authenticate(ctx, token.Secret)
			d.must(err)
			d.must(end(p))
			if _, err = d.Tokens.Authenticate(ctx, token.Secret); models.CodeOf(err) != models.CodeUnauthorized {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// An invitation ends by the address of who was invited as well as by their id.
func TestAnInvitationEndsByItsAddress(t *testing.T) {
	atBothDoors(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		m, secret, err := d.People.Invite(ctx, operator(), accounts.Newcomer{Name: "Eve", Email: "eve@example.org", Role: models.RoleAgent})
		d.must(err)
		d.must(d.People.RevokeInvitation(ctx, operator(), m.Email, nil))
		_, err = d.SignIn.AcceptInvitation(ctx, secret, goodPassword, "")
		d.want(err, models.CodeNotFound)
	})
}
