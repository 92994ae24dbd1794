package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// wholePage is a command for all of a list: asked about first, then carried out
// as far as one answer may take, and gone on with by the next button.
type wholePage struct {
	What  string // "Close as spam"
	Count string // how many there are
	Done  int    // so far
	Not   int    // and not possible
	Back  string

	// What the form carries along.
	Do, Assignee, Drawn, After string
	Going                      bool // it was begun
	More                       bool
}

// A list is worked on for so long at once, by so many at a time: a page that
// does not come for a minute is taken for broken.
const (
	wholeTime  = 8 * time.Second
	wholePart  = 400
	wholeHands = 4
	mostWhole  = 100_000 // are counted
)

// whole reports whether one command may be for all of a list: where that is
// what a flood is, and not everybody's work.
func whole(f models.Filter) bool { return f.Suppressed || f.SimilarTo != "" }

// wholeList gives one command to all that a list had when it was drawn. What
// came later nobody has seen, and it stays.
func (s *Site) wholeList(w http.ResponseWriter, r *http.Request, command workflows.Command, what string) error {
	page := wholePage{
		What: what, Back: backTo(r.PostForm.Get("back")), Do: r.PostForm.Get("do"), Assignee: r.PostForm.Get("assignee"),
		Drawn: r.PostForm.Get("drawn"), After: r.PostForm.Get("after"), Going: r.PostForm.Get("sure") != "",
	}
	page.Done, _ = strconv.Atoi(r.PostForm.Get("done"))
	page.Not, _ = strconv.Atoi(r.PostForm.Get("not"))
	address, err := url.Parse(page.Back)
	if err != nil {
		return models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	view, _ := s.viewOf(address.Query(), s.savedViews(who(r)), who(r))
	f := view.filter
	drawn, err := time.Parse(time.RFC3339, page.Drawn)
	if err != nil || !whole(f) {
		return models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	f.Now = s.Now()
	if page.Going {
		f.After = readCursor(f.Sort, page.After)
		if err := s.carryOn(r, command, f, drawn, &page); err != nil {
			return err
		}
	}
	if !page.Going {
		counts, err := s.Staff.Counts(r.Context(), []models.Filter{f}, mostWhole)
		if err != nil {
			return err
		}
		page.Count = strconv.Itoa(min(counts[0], mostWhole))
		if counts[0] > mostWhole {
			page.Count += "+"
		}
	}
	return s.show(w, r, http.StatusOK, viewWhole, layout{Title: what, Here: "worklist", Body: page})
}

// carryOn works on the list from where it stopped, until it ends or the time is
// up.
func (s *Site) carryOn(r *http.Request, command workflows.Command, f models.Filter, drawn time.Time, page *wholePage) error {
	until := s.Now().Add(wholeTime)
	f.Limit, page.More = wholePart, true
	for page.More && s.Now().Before(until) {
		list, next, err := s.Staff.List(r.Context(), who(r).Actor(), f)
		if err != nil {
			return err
		}
		// A condition of the database would have SQLite walk another index.
		list = slices.DeleteFunc(list, func(q models.Request) bool { return q.EnteredAt.After(drawn) })
		done := s.each(r, command, list)
		page.Done, page.Not = page.Done+done, page.Not+len(list)-done
		if page.More = !next.IsZero(); page.More {
			f.After = next
			page.After = writeCursor(f.Sort, next)
		}
	}
	return r.Context().Err()
}

// each gives the command to every one of a list, and returns how many took it.
func (s *Site) each(r *http.Request, command workflows.Command, list []models.Request) int {
	var done, taken atomic.Int64
	var hands sync.WaitGroup
	for range wholeHands {
		hands.Go(func() {
			for i := taken.Add(1) - 1; i < int64(len(list)) && r.Context().Err() == nil; i = taken.Add(1) - 1 {
				var o cases.Option
				unread(command, list[i].Version, &o)
				_, err := s.Staff.Do(r.Context(), who(r).Actor(), list[i].Reference, command, o)
				if err == nil {
					done.Add(1)
					continue
				}
				s.logFault(r, err)
			}
		})
	}
	hands.Wait()
	return int(done.Load())
}
