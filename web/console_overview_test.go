package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"habeas/models"
)

// populate stores requests of half a year behind the service's back.
func (b *bed) populate(n int) {
	b.t.Helper()
	rnd := rand.New(rand.NewPCG(5, 6))
	policy, err := defaultPolicy()
	must(b.t, err)
	kinds := policy.Types("", "")
	for i := range n {
		received := noon.Add(-time.Duration(rnd.IntN(200*24)) * time.Hour)
		r := models.Request{ID: newID(), Reference: fmt.Sprintf("HB-DEMA-%04d-%02d", i/100, i%100), Version: 1, Facts: models.Facts{
			Type: kinds[rnd.IntN(len(kinds))].Key, Channel: models.ChannelWeb, Country: "US", Region: "CA", Locale: "en", Capacity: models.CapacitySelf,
			Policy: policy.Version(), ReceivedAt: received, ReceivedOn: models.DateOf(received, time.UTC), EnteredAt: received, Level: models.LevelMailbox,
		}}
		on := r.ReceivedOn.AddDays(30 + rnd.IntN(40))
		r.Deadline = models.Deadline{Governing: "house", Regimes: []string{"house"}, RespondOn: on, RespondBy: on.End(time.UTC)}
		r.State = models.States()[rnd.IntN(5)]
		took := time.Duration(rnd.ExpFloat64()*12*24) * time.Hour
		if closed := received.Add(took); closed.Before(noon) {
			r.State, r.Outcome, r.ClosedAt = models.StateClosed, models.Outcomes()[rnd.IntN(5)], closed
		}
		facts := r.Facts
		must(b.t, b.store.Commit(context.Background(), models.Decision{Request: r, Events: []models.Event{{
			ID: newID(), RequestID: r.ID, Reference: r.Reference, Version: 1, At: received, Kind: models.EventSubmitted,
			Actor: models.Actor{Kind: models.ActorSubject}, To: r.State, Change: models.Change{Initial: &facts},
		}}}))
	}
}

func TestTheOverviewDrawsWhatItTells(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleAuditor)
	v.get("/console/overview").want(200, "Nothing is open.", "Nothing was answered since", "Nothing is due.", "Every task is done.")
	b.populate(120)
	p := v.get("/console/overview").want(200, "Unanswered requests by state", "26 weeks", "Days to answer", "Overdue", "90th percentile", "(so far)", "(this week)")
	if drawn := len(nodes(p.doc, "svg")); drawn < 5 {
		t.Errorf("%d drawings", drawn)
	}
	for _, svg := range nodes(p.doc, "svg") {
		if attr(svg, "role") == "img" && (len(nodes(svg, "title")) == 0 || len(nodes(svg, "desc")) != 1 || textOf(nodes(svg, "desc")[0]) == "") {
			t.Errorf("a drawing says nothing to who cannot see it: %s", textOf(svg))
		}
	}
	if days := len(nodes(v.get("/console/overview?by=day").want(200, "30 days").doc, "tr")); days < 30 {
		t.Errorf("%d rows", days)
	}
}
