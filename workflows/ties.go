package workflows

import (
	"maps"
	"slices"

	"habeas/models"
)

// Ties are the staff behind an actor by the log of accounts, oldest first: who
// made or reset the account, or the token that it came in with, and who did so
// for those.
func Ties(log []models.Event, by models.Actor) []string {
	behind := map[string]map[string]bool{} // account or token → who made it
	for _, e := range log {
		made := madeBy(e)
		if made == "" || e.Actor.Kind != models.ActorStaff || e.Actor.ID == made {
			continue
		}
		all := maps.Clone(behind[e.Actor.ID])
		if all == nil {
			all = map[string]bool{}
		}
		all[e.Actor.ID] = true
		maps.Copy(all, behind[made])
		behind[made] = all
	}
	found := maps.Clone(behind[by.ID])
	if found == nil {
		found = map[string]bool{}
	}
	if by.Token != "" {
		maps.Copy(found, behind[by.Token])
	}
	delete(found, by.ID)
	return slices.Sorted(maps.Keys(found))
}

// madeBy is the account or token that an event made or reset.
func madeBy(e models.Event) string {
	if e.Kind == models.EventTokenCreated {
		return e.Detail["token"]
	}
	return e.Detail["staff"]
}
