package store_test

import (
	"testing"
	"time"

	"habeas/models"
)

// Of many sign-ins the last one of each is found, and of those alone who are
// asked for.
func TestWhoSignedInLast(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		at := map[string]time.Time{}
		var ids []string
		for i, name := range []string{"Ann", "Bob", "Eve"} {
			m := models.Staff{ID: newID(), Name: name, Role: models.RoleAgent, CreatedAt: noon}
			must(t, b.AddStaff(t.Context(), m, nil, models.Event{ID: newID(), At: noon, Kind: models.EventStaffAdded}))
			ids = append(ids, m.ID)
			for n := range 3 * i { // Ann never did
				at[m.ID] = noon.Add(time.Duration(n) * time.Hour)
				by := models.Actor{Kind: models.ActorStaff, ID: m.ID, Role: m.Role}
				must(t, b.Record(t.Context(), models.Event{ID: newID(), At: at[m.ID], Kind: models.EventSignedIn, Actor: by}))
			}
		}
		for _, asked := range [][]string{ids, ids[1:2], ids[:1], nil} {
			got, err := b.LastSignIns(t.Context(), asked)
			must(t, err)
			want := 0
			for _, id := range asked {
				if !at[id].IsZero() {
					want++
				}
				if !got[id].Equal(at[id]) {
					t.Errorf("%s signed in at %s, want %s", id, got[id], at[id])
				}
			}
			if len(got) != want {
				t.Errorf("of %d people %d signed in, want %d", len(asked), len(got), want)
			}
		}
	})
}
