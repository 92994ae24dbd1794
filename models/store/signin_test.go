package store_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"habeas/internal/keyring"
	"habeas/models"
)

// signedIn is a member of staff with a session, and its hash.
func signedIn(t *testing.T, b *bed) (models.Staff, models.StaffSession) {
	t.Helper()
	ada := admin("Ada "+newID(), newID()+"@example.org")
	must(t, b.AddStaff(t.Context(), ada, nil, staffAdded()))
	return ada, opened(t, b, ada)
}

func opened(t *testing.T, b *bed, m models.Staff) models.StaffSession {
	t.Helper()
	s := models.StaffSession{
		ID: newID(), StaffID: m.ID, Hash: []byte(newID()), CreatedAt: noon, SeenAt: noon, SignedInAt: noon, ConfirmedAt: noon,
		Browser: "Firefox", Candidate: []byte("candidate"),
	}
	must(t, b.CommitAccount(t.Context(), models.AccountChange{StaffID: m.ID, At: noon, Open: &s}))
	return s
}

func TestAStaffSessionIsKeptAndTurned(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		ada, s := signedIn(t, b)
		got, owner, err := b.StaffSession(ctx, s.Hash)
		must(t, err)
		if !reflect.DeepEqual(got, s) || !reflect.DeepEqual(owner, ada) {
			t.Errorf("\n got %+v\nwant %+v", got, s)
		}
		next := s
		next.Hash, next.SeenAt, next.Candidate = []byte("next"), noon.Add(time.Minute), nil
		turn := models.AccountChange{StaffID: ada.ID, At: noon, Turn: &models.SessionTurn{From: s.Hash, To: next}}
		errs := race(8, func(int) error { return b.CommitAccount(ctx, turn) })
		if n := winners(t, errs, hasCode(models.CodeConflict)); n != 1 {
			t.Errorf("%d turned the session", n)
		}
		_, _, err = b.StaffSession(ctx, s.Hash)
		wantCode(t, err, models.CodeNotFound)
		if got, _, err = b.StaffSession(ctx, next.Hash); err != nil || !reflect.DeepEqual(got, next) {
			t.Errorf("then it is %+v, %v", got, err)
		}
		must(t, b.SeeStaffSession(ctx, s.ID, noon.Add(time.Hour)))
		must(t, b.SeeStaffSession(ctx, s.ID, noon))
		next.Candidate = []byte("next")
		must(t, b.KeepCandidate(ctx, next))
		if got, _, err = b.StaffSession(ctx, next.Hash); err != nil || !got.SeenAt.Equal(noon.Add(time.Hour)) || string(got.Candidate) != "next" {
			t.Errorf("then it is %+v, %v", got, err)
		}
	})
}

func TestFiveStaffSessionsStayAndAllCanBeEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		ada, first := signedIn(t, b)
		_, other := signedIn(t, b)
		var last models.StaffSession
		for range 5 {
			last = opened(t, b, ada)
		}
		_, _, err := b.StaffSession(ctx, first.Hash)
		wantCode(t, err, models.CodeNotFound)
		list, err := b.StaffSessions(ctx, ada.ID)
		must(t, err)
		if len(list) != 5 {
			t.Errorf("%d sessions", len(list))
		}
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, End: "*", Keep: last.ID}))
		if list, err = b.StaffSessions(ctx, ada.ID); err != nil || len(list) != 1 || list[0].ID != last.ID {
			t.Errorf("left are %+v, %v", list, err)
		}
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, End: other.ID}))
		_, _, err = b.StaffSession(ctx, other.Hash)
		must(t, err) // somebody else's
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, End: last.ID}))
		_, _, err = b.StaffSession(ctx, last.Hash)
		wantCode(t, err, models.CodeNotFound)
	})
}

func TestSecretsOfAnAccountAreUsedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		ada, _ := signedIn(t, b)
		a, err := b.Account(ctx, ada.ID)
		if err != nil || !reflect.DeepEqual(a, models.Account{StaffID: ada.ID}) {
			t.Errorf("a new account is %+v, %v", a, err)
		}
		must(t, b.CommitAccount(ctx, models.AccountChange{
			StaffID: ada.ID, At: noon, Password: "hash", Factor: []byte("factor"), Recovery: [][]byte{[]byte("c1"), []byte("c2")},
		}))
		want := models.Account{StaffID: ada.ID, Password: "hash", PasswordAt: noon, Factor: []byte("factor"), FactorAt: noon, Recovery: 2}
		if a, err = b.Account(ctx, ada.ID); err != nil || !reflect.DeepEqual(a, want) {
			t.Errorf("\n got %+v, %v\nwant %+v", a, err, want)
		}
		for name, c := range map[string]models.AccountChange{
			"step": {StaffID: ada.ID, At: noon, UseStep: 7},
			"code": {StaffID: ada.ID, At: noon, UseCode: []byte("c1")},
		} {
			errs := race(8, func(int) error { return b.CommitAccount(ctx, c) })
			if n := winners(t, errs, hasCode(models.CodeConflict)); n != 1 {
				t.Errorf("%d used the %s", n, name)
			}
		}
		wantCode(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, UseStep: 6}), models.CodeConflict)
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon.Add(time.Hour), Password: "better", Rehash: &noon}))
		earlier := noon.Add(-time.Hour)
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, Password: "late", Rehash: &earlier}))
		want.Password, want.LastStep, want.Recovery = "better", 7, 1
		if a, err = b.Account(ctx, ada.ID); err != nil || !reflect.DeepEqual(a, want) {
			t.Errorf("\n got %+v, %v\nwant %+v", a, err, want)
		}
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, DropFactor: true}))
		if a, err = b.Account(ctx, ada.ID); err != nil || a.Factor != nil || a.Recovery != 0 {
			t.Errorf("then it is %+v, %v", a, err)
		}
	})
}

func TestAnInvitationIsUsedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		ada := admin("Ada", "ada@example.org")
		invite := func(hash string) *models.Invitation {
			return &models.Invitation{ID: newID(), StaffID: ada.ID, Hash: []byte(hash), CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
		}
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, Add: &ada, Invite: invite("first")}))
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, Invite: invite("second")}))
		use := func(hash string, at time.Time) error {
			return b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: at, UseInvitation: []byte(hash), Password: "p"})
		}
		wantCode(t, use("first", noon), models.CodeNotFound)
		wantCode(t, use("second", noon.Add(time.Hour)), models.CodeNotFound)
		open, err := b.Invitations(ctx, noon)
		must(t, err)
		if len(open) != 1 || string(open[0].Hash) != "second" || !open[0].Usable(noon) {
			t.Errorf("open are %+v", open)
		}
		errs := race(8, func(int) error { return use("second", noon) })
		if n := winners(t, errs, hasCode(models.CodeNotFound)); n != 1 {
			t.Errorf("%d used the invitation", n)
		}
		if i, err := b.Invitation(ctx, []byte("second")); err != nil || i.Usable(noon) {
			t.Errorf("then it is %+v, %v", i, err)
		}
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, Invite: invite("third")}))
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, Revoke: true}))
		wantCode(t, use("third", noon), models.CodeNotFound)
	})
}

func TestWrongTriesAreSlowedDown(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		key := models.Tries{Key: []byte("k"), Free: 5}
		at := noon
		wait := func() time.Duration {
			t.Helper()
			err := b.CountTries(ctx, at, key)
			if err == nil {
				return 0
			}
			wantCode(t, err, models.CodeTooMany)
			e, ok := err.(*models.Error) //nolint:errorlint // the store's own
			if !ok {
				t.Fatalf("%T", err)
			}
			return e.After
		}
		for i := range 5 {
			if w := wait(); w != 0 {
				t.Errorf("try %d waits %v", i+1, w)
			}
		}
		for _, want := range []int{2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
			if w := wait(); w != time.Duration(want)*time.Second {
				t.Errorf("then %v to wait, want %ds", w, want)
			}
			at = at.Add(time.Duration(want) * time.Second)
			if w := wait(); w != 0 {
				t.Errorf("after %d s still %v", want, w)
			}
		}
		must(t, b.CountTries(ctx, at, models.Tries{Key: []byte("other"), Free: 5}))
		wantCode(t, b.CountTries(ctx, at, models.Tries{Key: []byte("other"), Free: 5}, key), models.CodeTooMany)
		if n := b.count(t, "sign_in_tries WHERE tries = 1"); n != 1 {
			t.Error("a try that was not looked at was counted")
		}
		must(t, b.CommitAccount(ctx, models.AccountChange{At: at, Forgive: [][]byte{key.Key}, Refund: [][]byte{[]byte("other")}}))
		if w := wait(); w != 0 {
			t.Errorf("forgiven, %v to wait", w)
		}
		if n := b.count(t, "sign_in_tries WHERE tries = 0"); n != 1 {
			t.Error("a try was not refunded")
		}
		errs := race(20, func(int) error { return b.CountTries(ctx, at, models.Tries{Key: []byte("race"), Free: 5}) })
		if n := winners(t, errs, hasCode(models.CodeTooMany)); n != 5 {
			t.Errorf("%d parallel tries were looked at", n)
		}
	})
}

func TestABrowserIsKnownAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		ada, _ := signedIn(t, b)
		bob, _ := signedIn(t, b)
		must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: ada.ID, At: noon, Device: []byte("d")}))
		for _, m := range []models.Staff{ada, bob} {
			must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: m.ID, At: noon, Device: []byte("shared")}))
		}
		for _, test := range []struct {
			who  string
			hash string
			at   time.Time
			want bool
		}{
			{ada.ID, "d", noon, true},
			{bob.ID, "d", noon, false},
			{bob.ID, "shared", noon, true},
			{ada.ID, "shared", noon, true},
			{ada.ID, "e", noon, false},
			{ada.ID, "d", noon.AddDate(1, 0, 0), false},
		} {
			if got, err := b.KnowsDevice(ctx, test.who, []byte(test.hash), test.at); err != nil || got != test.want {
				t.Errorf("%+v: %v, %v", test, got, err)
			}
		}
	})
}

// A sealed secret of one person opens nothing of another's.
func TestASecretCannotBeMovedToAnotherAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		ada, _ := signedIn(t, b)
		eve, _ := signedIn(t, b)
		for _, m := range []models.Staff{ada, eve} {
			must(t, b.CommitAccount(ctx, models.AccountChange{StaffID: m.ID, At: noon, Password: "hash of " + m.ID, Factor: []byte(m.ID)}))
		}
		b.exec(t, "UPDATE staff_accounts SET password = (SELECT password FROM staff_accounts o WHERE o.staff_id = '"+eve.ID+"') WHERE staff_id = '"+ada.ID+"'")
		if _, err := b.Account(ctx, ada.ID); !errors.Is(err, keyring.ErrUnreadable) {
			t.Errorf("a moved password gives %v", err)
		}
	})
}
