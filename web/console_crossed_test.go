package web_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"habeas/internal/testbed"
	"habeas/models"
	"habeas/workflows"
)

// Two people press their buttons at the same moment, on pages that were drawn
// before: one of them has it, the other is told, and it happens once.
func TestTwoPeoplePressAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob, cat := b.hire("Ann", models.RoleManager), b.hire("Bob", models.RoleManager), b.hire("Cat", models.RoleManager)
	denial := workflows.Conclude{Outcome: models.OutcomeDenied, Message: "No.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}}
	begun := func() string {
		r := b.wish(models.TypeAccess)
		b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
		b.do(r.Reference, ann.ID, workflows.Start{})
		return r.Reference
	}
	proposed := func() string {
		reference := begun()
		b.do(reference, ann.ID, denial)
		return reference
	}
	press := func(m *member, reference, command string, fields ...string) func() *page {
		f := m.open(reference).act(command)
		f.fill(fields...)
		return func() *page { return f.send("") }
	}
	// Of the events of these kinds there is to be one, for both presses together.
	tests := map[string]struct {
		begin func() string
		press func(reference string) [2]func() *page
		once  []models.EventKind
	}{
		"both approve": {proposed, func(r string) [2]func() *page {
			return [2]func() *page{press(bob, r, "approve"), press(cat, r, "approve")}
		}, []models.EventKind{models.EventApproved}},
		"one approves, the other sends it back": {proposed, func(r string) [2]func() *page {
			return [2]func() *page{press(bob, r, "approve"), press(cat, r, "return", "reason", "r")}
		}, []models.EventKind{models.EventApproved, models.EventReturned}},
		"both extend it": {begun, func(r string) [2]func() *page {
			return [2]func() *page{press(bob, r, "extend", "reason", "a"), press(cat, r, "extend", "reason", "b")}
		}, []models.EventKind{models.EventExtended}},
		"both close it as spam": {begun, func(r string) [2]func() *page {
			return [2]func() *page{press(bob, r, "mark-spam"), press(cat, r, "mark-spam")}
		}, []models.EventKind{models.EventProposed}},
		"one asks, the other proposes to close it": {begun, func(r string) [2]func() *page {
			return [2]func() *page{press(bob, r, "ask", "message", "?"), press(cat, r, "mark-spam")}
		}, []models.EventKind{models.EventAsked, models.EventProposed}},
	}
	for name, tt := range tests {
		for range testbed.Soak(1, 50) {
			reference := tt.begin()
			before := b.happened(reference, tt.once...)
			acts := tt.press(reference)
			var pages [2]*page
			var both sync.WaitGroup
			for i, act := range acts {
				both.Go(func() { pages[i] = act() })
			}
			both.Wait()
			told := 0
			for _, p := range pages {
				if p.StatusCode >= 500 {
					t.Errorf("%s: answered %d: %s", name, p.StatusCode, p.text())
				}
				if p.StatusCode == http.StatusConflict {
					told++
				}
			}
			if n := b.happened(reference, tt.once...) - before; n != 1 || told != 1 {
				t.Errorf("%s: it happened %d times, and %d were told (%d, %d)", name, n, told, pages[0].StatusCode, pages[1].StatusCode)
			}
		}
	}
}

// happened counts the events of some kinds in the log of a request.
func (b *bed) happened(reference string, kinds ...models.EventKind) (n int) {
	b.t.Helper()
	events, err := b.store.Events(b.t.Context(), b.request(reference).ID)
	must(b.t, err)
	for _, e := range events {
		if slices.Contains(kinds, e.Kind) {
			n++
		}
	}
	return n
}
