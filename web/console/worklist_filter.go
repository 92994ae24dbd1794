package console

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"habeas/accounts"
	"habeas/models"
)

// listFilter is what the address of a list says, as it was typed.
type listFilter struct {
	State, Type, Regime, Assignee, Outcome string
	Overdue, Suppressed                    bool
	SimilarTo                              string // a reference
	DueBefore, ReceivedFrom, ReceivedTo    string
	Wrong                                  []string // what could not be read
}

// filterNames are the parameters of a filter, as the API calls them.
func filterNames() []string {
	return []string{"state", "type", "regime", "assignee", "outcome", "overdue", "suppressed", "similar_to", "due_before", "received_from", "received_to"}
}

func readFilter(q url.Values) listFilter {
	return listFilter{
		State: q.Get("state"), Type: q.Get("type"), Regime: q.Get("regime"), Assignee: q.Get("assignee"), Outcome: q.Get("outcome"),
		Overdue: q.Get("overdue") != "", Suppressed: q.Get("suppressed") != "", SimilarTo: q.Get("similar_to"), DueBefore: q.Get("due_before"), ReceivedFrom: q.Get("received_from"), ReceivedTo: q.Get("received_to"),
	}
}

// set reports whether the filter restricts anything.
func (f listFilter) set() bool {
	f.Wrong = nil
	return f.query() != ""
}

// query is the filter as an address has it.
func (f listFilter) query() string {
	q := url.Values{}
	ticked := map[bool]string{true: "1"}
	for i, value := range []string{
		f.State, f.Type, f.Regime, f.Assignee, f.Outcome, ticked[f.Overdue], ticked[f.Suppressed], f.SimilarTo, f.DueBefore, f.ReceivedFrom, f.ReceivedTo,
	} {
		if value != "" {
			q.Set(filterNames()[i], value)
		}
	}
	return q.Encode()
}

// of is the filter for the store. Days are those of the organisation's zone;
// both ends of a period are in it.
func (f *listFilter) of(s *Site, who accounts.Identity) models.Filter {
	out := models.Filter{Regime: f.Regime, Outcome: models.Outcome(f.Outcome), Overdue: f.Overdue, Suppressed: f.Suppressed, Assignee: f.Assignee}
	if f.SimilarTo != "" {
		var ok bool
		out.SimilarTo, ok = models.NormaliseReference(f.SimilarTo)
		f.unless(ok, "“Similar to” must be a reference such as HB-7K3M-9QXD-2F.")
		if !ok {
			out.Reference = f.SimilarTo // there is none
		}
	}
	if f.State != "" {
		out.States = []models.State{models.State(f.State)}
		f.unless(slices.Contains(models.States(), out.States[0]), "The state is not one that there is.")
	}
	if f.Type != "" {
		out.Types = []models.RequestType{models.RequestType(f.Type)}
	}
	if f.Assignee == "me" {
		out.Assignee = who.Staff.ID
	}
	out.DueBefore = f.day(f.DueBefore, "due before", s.Zone)
	out.ReceivedFrom = f.day(f.ReceivedFrom, "received from", s.Zone)
	if to := f.day(f.ReceivedTo, "received to", s.Zone); !to.IsZero() {
		out.ReceivedTo = models.DateOf(to, s.Zone).AddDays(1).At(0, s.Zone)
	}
	return out
}

func (f *listFilter) day(text, name string, zone *time.Location) time.Time {
	if text == "" {
		return time.Time{}
	}
	d, err := models.ParseDate(text)
	f.unless(err == nil, "The day “"+name+"” must be one such as 2026-12-01.")
	if err != nil {
		return time.Time{}
	}
	return d.At(0, zone)
}

func (f *listFilter) unless(holds bool, text string) {
	if !holds {
		f.Wrong = append(f.Wrong, text)
	}
}

// writeCursor makes a cursor one parameter; it names a row of one order.
func writeCursor(sort models.Sort, c models.Cursor) string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(cmp.Or(sort, models.SortRespondBy)) + "|" + c.At.UTC().Format(time.RFC3339Nano) + "|" + c.ID))
}

// readCursor undoes writeCursor. What is no cursor of this order is the first
// page: addresses are kept as bookmarks.
func readCursor(sort models.Sort, text string) models.Cursor {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.SplitN(string(raw), "|", 3)
	if err != nil || len(parts) != 3 || models.Sort(parts[0]) != cmp.Or(sort, models.SortRespondBy) {
		return models.Cursor{}
	}
	at, err := time.Parse(time.RFC3339Nano, parts[1])
	if err != nil {
		return models.Cursor{}
	}
	return models.Cursor{At: at, ID: parts[2]}
}

// cursorAt is the cursor of a row.
func cursorAt(sort models.Sort, r models.Request) string {
	c := models.Cursor{At: r.Deadline.RespondBy, ID: r.ID}
	if sort == models.SortReceivedAt {
		c.At = r.ReceivedAt
	}
	return writeCursor(sort, c)
}
