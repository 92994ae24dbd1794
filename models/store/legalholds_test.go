package store_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"habeas/models"
)

func TestALegalHoldFindsItsSubjectUntilItIsLifted(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		on := func(digests ...string) models.LegalHolds {
			t.Helper()
			got, err := b.LegalHoldsOn(ctx, func() ([][]byte, error) {
				var all [][]byte
				for _, d := range digests {
					all = append(all, []byte(d))
				}
				return all, nil
			})
			must(t, err)
			return got
		}
		none := on("ana")
		if !none.Known || len(none.On) != 0 {
			t.Errorf("without any there are %+v", none)
		}
		h := models.LegalHold{
			ID: newID(), Version: 1,
			LegalHoldFacts: models.LegalHoldFacts{
				Reason: "legal_claims", Kinds: []models.IdentifierKind{models.IdentifierEmail},
				History: []models.LegalHoldStep{{Act: models.LegalHoldSet, By: "max", At: noon}},
			},
			LegalHoldContent: models.LegalHoldContent{
				Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: "ana@canary.example"}}, Notes: []string{"Canary against us"},
			},
		}
		must(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{models.LegalHoldChanged{Hold: h, Digests: [][]byte{[]byte("ana"), []byte("0170")}}}}))
		wantCode(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{models.LegalHoldsSeen{Version: none.Version}}}), models.CodeStale)
		for _, digest := range []string{"ana", "0170"} {
			got := on("bob", digest)
			if len(got.On) != 1 || got.On[0].ID != h.ID || !reflect.DeepEqual(got.On[0].LegalHoldContent, models.LegalHoldContent{}) {
				t.Errorf("by %s there are %+v", digest, got)
			}
			must(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{models.LegalHoldsSeen{Version: got.Version}}}))
		}
		if got := on("bob"); len(got.On) != 0 {
			t.Errorf("on somebody else there are %+v", got.On)
		}
		read, err := b.LegalHold(ctx, h.ID)
		must(t, err)
		if !reflect.DeepEqual(read, h) {
			t.Errorf("\n got %+v\nwant %+v", read, h)
		}
		if row := b.bytes(t, "SELECT content FROM legal_holds"); len(row) == 0 || bytes.Contains(bytes.ToLower(row), []byte("canary")) {
			t.Errorf("the content is %q", row)
		}

		h.Version, h.LiftedAt = 2, noon
		lift := models.Decision{Effects: []models.Effect{models.LegalHoldChanged{Hold: h, Before: 1}}}
		must(t, b.Commit(ctx, lift))
		wantCode(t, b.Commit(ctx, lift), models.CodeStale)
		if got := on("ana"); len(got.On) != 0 || got.Version == none.Version {
			t.Errorf("a lifted one: %+v", got)
		}
		lifted, standing := true, false
		for filter, want := range map[*bool]int{nil: 1, &lifted: 1, &standing: 0} {
			if list, _, err := b.LegalHolds(ctx, models.LegalHoldFilter{Lifted: filter, Limit: 10}); err != nil || len(list) != want {
				t.Errorf("%d are listed, want %d: %v", len(list), want, err)
			}
		}
		due, err := b.OwnDataDue(ctx, models.ErasureCutoffs{LegalHolds: noon.AddDate(1, 0, 0)}, 10)
		must(t, err)
		must(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{due}}))
		read, err = b.LegalHold(ctx, h.ID)
		must(t, err)
		if len(read.Identifiers) != 0 || read.SetBy() != "max" || b.count(t, "legal_hold_subjects") != 0 {
			t.Errorf("after its time there is %+v", read)
		}
	})
}

// What got more time after it was found due stays, with all of its slice.
func TestOwnDataThatIsNotDueAnyMoreStays(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r, ctx := b.submitted(t), t.Context()
		for range 2 {
			session := models.Session{ID: newID(), RequestID: r.ID, Hash: []byte(newID()), ExpiresAt: noon}
			must(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{models.SessionOpened{Session: session}}}))
		}
		due, err := b.OwnDataDue(ctx, models.ErasureCutoffs{Codes: noon.Add(time.Hour)}, 10)
		must(t, err)
		if len(due.IDs) != 2 {
			t.Fatalf("%d are due", len(due.IDs))
		}
		b.exec(t, "UPDATE sessions SET expires_at = '2199-01-01 00:00:00+00:00' WHERE id = '"+due.IDs[0]+"'")
		wantCode(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{due}}), models.CodeStale)
		if n := b.count(t, "sessions"); n != 2 {
			t.Errorf("%d sessions are left, want 2", n)
		}
	})
}
