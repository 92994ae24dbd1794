package console

import (
	"context"
	"strconv"

	"habeas/accounts"
	"habeas/models"
)

// savedView is a list that is always there, as a link with its count.
type savedView struct {
	Key, Name string
	Empty     string // what an empty one says
	filter    models.Filter
}

// link is a saved view as the page draws it.
type viewLink struct {
	Name, Address, Count string
	Here                 bool
}

// mostCounted is how far views are counted: what is more is "500+".
const mostCounted = 500

// savedViews are the views of a member of staff, in the order they are shown.
// The first is where the worklist begins.
func (s *Site) savedViews(who accounts.Identity) []savedView {
	unanswered := []models.State{models.StateUnverified, models.StateOpen, models.StateInProgress, models.StateOnHold, models.StateInReview}
	week := models.DateOf(s.Now(), s.Zone).AddDays(7).End(s.Zone)
	all := []savedView{
		{"todo", "To do", "Nothing waits for anybody. Enjoy it.", models.Filter{Waiting: true}},
		{"mine", "Mine", "You have no open requests.", models.Filter{Assignee: who.Staff.ID, States: unanswered}},
		{"unassigned", "Unassigned", "Every request that waits for staff has an owner.", models.Filter{Assignee: models.Unassigned, Waiting: true}},
		{"suppressed", "Not written to", "Everybody who filed a request was written to.", models.Filter{Suppressed: true}},
		{"week", "Due this week", "Nothing is due within seven days.", models.Filter{States: unanswered, DueBefore: week}},
		{"overdue", "Overdue", "Nothing is overdue.", models.Filter{Overdue: true}},
		{"waiting", "Waiting for the requester", "No request waits for its requester.", models.Filter{States: []models.State{models.StateOnHold, models.StateUnverified}}},
		{"approve", "To approve", "No decision waits for approval.", models.Filter{States: []models.State{models.StateInReview}}},
		{"open", "All open", "There are no open requests.", models.Filter{States: unanswered}},
		{"closed", "Closed", "No request was closed yet.", models.Filter{States: []models.State{models.StateClosed}, Sort: models.SortReceivedAt}},
	}
	if !models.Permit(who.Role, models.MayOwn) {
		all = append(all[:1], all[2:]...) // whoever is given no requests has none
	}
	return all
}

// viewLinks counts the views, all in one question to the database.
func (s *Site) viewLinks(ctx context.Context, views []savedView, here string) ([]viewLink, error) {
	filters := make([]models.Filter, len(views))
	for i, v := range views {
		filters[i] = v.filter
		filters[i].Now = s.Now()
	}
	counts, err := s.Staff.Counts(ctx, filters, mostCounted)
	if err != nil {
		return nil, err
	}
	links := make([]viewLink, len(views))
	for i, v := range views {
		links[i] = viewLink{v.Name, "/console?view=" + v.Key, capped(counts[i]), v.Key == here}
	}
	return links, nil
}

// capped is a count that stops.
func capped(n int) string {
	if n > mostCounted {
		return strconv.Itoa(mostCounted) + "+"
	}
	return strconv.Itoa(n)
}
