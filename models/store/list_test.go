package store_test

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/migrations"
	"habeas/models"
)

// populate stores requests that differ in everything a list can ask for.
func populate(t testing.TB, b *bed, n int) []models.Request {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	all := make([]models.Request, n)
	for i := range all {
		all[i] = b.submitted(t, func(r *models.Request) { vary(r, rnd) })
	}
	return all
}

func vary(r *models.Request, rnd *rand.Rand) {
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	r.Type = []models.RequestType{models.TypeAccess, models.TypeDeletion, models.TypeCorrection}[rnd.IntN(3)]
	r.State = models.States()[rnd.IntN(6)]
	if r.State == models.StateClosed {
		r.Outcome = models.Outcomes()[rnd.IntN(8)]
		r.ClosedAt = noon
	}
	r.Rights = [][]models.RequestType{nil, nil, {r.Type, models.TypeContentRemoval}, {r.Type, models.TypeDeletion, models.TypeAccess}}[rnd.IntN(4)]
	r.Suppressed = models.Suppression(pick("", "", string(models.SuppressedAutomatic), string(models.SuppressedClient)))
	r.Assignee = pick("", "", "s-1", "s-2")
	// Few instants, so that pages end between equal ones; some within a second.
	r.ReceivedAt = noon.Add(time.Duration(rnd.IntN(5))*time.Hour + time.Duration(rnd.IntN(4))*250*time.Millisecond)
	r.Deadline.RespondBy = noon.Add(time.Duration(rnd.IntN(8)-3)*24*time.Hour + time.Duration(rnd.IntN(4))*250001*time.Microsecond)
	r.Deadline.Regimes = [][]string{{"house"}, {"house", "ccpa"}, {"gdpr"}, {"house", "gdpr", "ccpa"}, {}}[rnd.IntN(5)]
	r.Deadline.Governing = pick("house", "gdpr")
	r.Person.Email = pick("ada@example.org", "Bob@Example.org", "eve@example.org", "")
	if r.Assignee == "" && len(r.Deadline.Regimes) > 1 {
		r.Suppressed = models.SuppressedClient
	}
}

// selected says what a filter means, without SQL.
func selected(f models.Filter, r models.Request) bool {
	return (len(f.States) == 0 || slices.Contains(f.States, r.State)) &&
		(len(f.Types) == 0 || slices.ContainsFunc(r.Asked(), func(t models.RequestType) bool { return slices.Contains(f.Types, t) })) &&
		(f.Regime == "" || slices.Contains(r.Deadline.Regimes, f.Regime)) &&
		(f.Assignee == "" || f.Assignee == r.Assignee || f.Assignee == models.Unassigned && r.Assignee == "") &&
		(f.Outcome == "" || f.Outcome == r.Outcome) &&
		(!f.Overdue || r.Overdue(f.Now)) &&
		(!f.Waiting || slices.Contains([]models.State{models.StateOpen, models.StateInProgress, models.StateInReview}, r.State) ||
			r.State == models.StateUnverified && (r.Person.Email == "" || r.Suppressed == models.SuppressedAutomatic)) &&
		(f.DueBefore.IsZero() || r.Deadline.RespondBy.Before(f.DueBefore)) &&
		(f.ReceivedFrom.IsZero() || !r.ReceivedAt.Before(f.ReceivedFrom)) &&
		(f.ReceivedTo.IsZero() || r.ReceivedAt.Before(f.ReceivedTo)) &&
		(!f.Suppressed || r.Suppressed != "" && r.State != models.StateClosed) &&
		(f.Email == "" || strings.EqualFold(strings.TrimSpace(f.Email), r.Person.Email)) &&
		(f.Reference == "" || f.Reference == r.Reference)
}

func sorted(all []models.Request, by models.Sort) []models.Request {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b models.Request) int {
		if by == models.SortReceivedAt {
			if c := b.ReceivedAt.Compare(a.ReceivedAt); c != 0 {
				return c
			}
			return strings.Compare(b.ID, a.ID)
		}
		if c := a.Deadline.RespondBy.Compare(b.Deadline.RespondBy); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

func TestAListIsWhatItsFilterSelects(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		all := populate(t, b, 150)
		filters := []models.Filter{
			{},
			{States: []models.State{models.StateOpen}},
			{States: []models.State{models.StateOpen, models.StateClosed}},
			{States: []models.State{models.StateOpen, models.StateOnHold, models.StateInReview}},
			{Types: []models.RequestType{models.TypeDeletion}},
			{Types: []models.RequestType{models.TypeDeletion, models.TypeAccess}},
			{Types: []models.RequestType{models.TypeContentRemoval}},
			{Types: []models.RequestType{"content%removal"}},
			{Types: []models.RequestType{models.TypeDeletion}, States: []models.State{models.StateOpen}, Assignee: models.Unassigned},
			{Regime: "ccpa"},
			{Regime: "gdpr"},
			{Regime: "gdp"},
			{Regime: "%"},
			{Assignee: "s-1"},
			{Assignee: models.Unassigned},
			{Assignee: "s-3"},
			{Outcome: models.OutcomeDenied},
			{Overdue: true, Now: noon},
			{Overdue: true, Now: all[7].Deadline.RespondBy},
			{DueBefore: noon.Add(24 * time.Hour)},
			{DueBefore: all[3].Deadline.RespondBy},
			{ReceivedFrom: noon.Add(time.Hour), ReceivedTo: noon.Add(2 * time.Hour)},
			{ReceivedFrom: all[5].ReceivedAt, ReceivedTo: all[5].ReceivedAt.Add(time.Microsecond)},
			{Email: " ADA@example.ORG "},
			{Email: "nobody@example.org"},
			{Email: "' OR 1=1 --"},
			{Reference: all[9].Reference},
			{Reference: "\x00"},
			{Waiting: true},
			{Suppressed: true},
			{Suppressed: true, Assignee: models.Unassigned, Types: []models.RequestType{models.TypeAccess}},
			{Waiting: true, Assignee: "s-1"},
			{States: []models.State{models.StateOpen, models.StateInProgress}, Types: []models.RequestType{models.TypeAccess}, Regime: "house", Assignee: models.Unassigned, DueBefore: noon.Add(72 * time.Hour)},
		}
		rich := 0
		for _, f := range filters {
			for _, f.Sort = range []models.Sort{"", models.SortRespondBy, models.SortReceivedAt} {
				var want []models.Request
				for _, r := range sorted(all, f.Sort) {
					if selected(f, r) {
						r.Content = models.Content{}
						want = append(want, r)
					}
				}
				if len(want) > 1 {
					rich++
				}
				f.Limit = 7
				if got := pages(t, b, f); !reflect.DeepEqual(got, want) {
					t.Errorf("%+v\nlists %v\nwant  %v", f, references(got), references(want))
				}
				if got := backwards(t, b, f, want); !reflect.DeepEqual(got, want) {
					t.Errorf("%+v\nlists backwards %v\nwant  %v", f, references(got), references(want))
				}
				for _, most := range []int{1000, len(want), 3} {
					counts, err := b.Counts(t.Context(), []models.Filter{{}, f}, most)
					must(t, err)
					if counts[0] != min(len(all), most+1) || counts[1] != min(len(want), most+1) {
						t.Errorf("%+v\ncounts %v up to %d, want %d and %d", f, counts, most, len(all), len(want))
					}
				}
			}
		}
		if rich < len(filters)*2 {
			t.Errorf("only %d of the lists had more than one line", rich)
		}
	})
}

// backwards reads a list page by page from the end to its start.
func backwards(t *testing.T, b *bed, f models.Filter, want []models.Request) []models.Request {
	t.Helper()
	if len(want) == 0 {
		return nil
	}
	last := want[len(want)-1]
	all := []models.Request{last}
	f.Backwards, f.After = true, models.Cursor{At: last.Deadline.RespondBy, ID: last.ID}
	if f.Sort == models.SortReceivedAt {
		f.After.At = last.ReceivedAt
	}
	for {
		page, next, err := b.List(t.Context(), f)
		must(t, err)
		if len(page) > f.Limit {
			t.Fatalf("a page of %d", len(page))
		}
		all = append(slices.Clone(page), all...)
		if next.IsZero() {
			return all
		}
		f.After = next
	}
}

// pages reads a list to its end.
func pages(t *testing.T, b *bed, f models.Filter) (all []models.Request) {
	t.Helper()
	for {
		page, next, err := b.List(t.Context(), f)
		must(t, err)
		if len(page) > f.Limit {
			t.Fatalf("a page of %d", len(page))
		}
		all = append(all, page...)
		if next.IsZero() {
			return all
		}
		if len(page) < f.Limit {
			t.Fatalf("a page of %d before the last", len(page))
		}
		f.After = next
	}
}

func references(rs []models.Request) (s []string) {
	for _, r := range rs {
		s = append(s, r.Reference)
	}
	return s
}

func TestRegimesFollowTheDeadline(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		c := step(r, func(r *models.Request) { r.Deadline.Regimes = []string{"gdpr", "gdpr"} })
		c.Events[0].Change.Deadline = &c.Request.Deadline
		must(t, b.Commit(t.Context(), c))
		for regime, want := range map[string]int{"house": 0, "ccpa": 0, "gdpr": 1} {
			list, _, err := b.List(t.Context(), models.Filter{Regime: regime, Limit: 5})
			must(t, err)
			if len(list) != want {
				t.Errorf("%s lists %d, want %d", regime, len(list), want)
			}
		}
	})
}

func TestStatsCountWhatIsThere(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		all := populate(t, b, 60)
		want := models.Stats{
			ByState: map[models.State]int{}, ByType: map[models.RequestType]int{}, ByRegime: map[string]int{},
			ByTypeState: map[models.RequestType]map[models.State]int{},
		}
		for _, r := range all {
			want.ByState[r.State]++
			if want.ByTypeState[r.Type] == nil {
				want.ByTypeState[r.Type] = map[models.State]int{}
			}
			want.ByTypeState[r.Type][r.State]++
			if r.State == models.StateClosed {
				continue
			}
			want.ByType[r.Type]++
			want.ByRegime[r.Deadline.Governing]++
			switch left := r.Deadline.RespondBy.Sub(noon); {
			case left < 0:
				want.Overdue++
			case left < 7*24*time.Hour:
				want.DueSoon++
			}
		}
		got, err := b.Stats(t.Context(), noon)
		must(t, err)
		if !reflect.DeepEqual(got, want) || got.Overdue == 0 || got.DueSoon == 0 {
			t.Errorf("\n got %+v\nwant %+v", got, want)
		}
	})
}

func TestDuplicatesAreUnansweredOfTheSameTypeAndMailbox(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		mailbox := func(email string) func(*models.Request) {
			return func(r *models.Request) { r.Person.Email = email }
		}
		first := b.submitted(t, mailbox("ada@example.org"))
		second := b.submitted(t, mailbox("Ada@Example.org "))
		b.submitted(t, mailbox("a.da@example.org"))
		b.submitted(t, mailbox("ada+1@example.org"))
		b.submitted(t, mailbox(""))
		b.submitted(t, mailbox("ada@example.org"), func(r *models.Request) { r.Type = models.TypeDeletion })
		b.submitted(t, mailbox("ada@example.org"), func(r *models.Request) { r.State = models.StateClosed })
		parent := b.submitted(t, mailbox("child@example.org"), func(r *models.Request) {
			r.OnBehalf = &models.OnBehalf{Role: models.CapacityParent, Email: "ada@example.org"}
		})
		got, err := b.Duplicates(t.Context(), first)
		must(t, err)
		if want := []string{second.Reference, parent.Reference}; !slices.Equal(got, want) {
			t.Errorf("duplicates of %s are %v, want %v", first.Reference, got, want)
		}
		if got, err := b.Duplicates(t.Context(), parent); err != nil || !slices.Equal(got, []string{first.Reference, second.Reference}) {
			t.Errorf("duplicates of %s are %v, %v", parent.Reference, got, err)
		}
		none := newRequest(mailbox(""))
		if got, err := b.Duplicates(t.Context(), none); err != nil || len(got) != 0 {
			t.Errorf("a request without a mailbox has the duplicates %v, %v", got, err)
		}
	})
}

// Both ways to write a domain are one mailbox, also in rows from before they
// were.
func TestAMailboxIsFoundHoweverItsDomainIsWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		ways := []string{"ada@b\u00fccher.example", "Ada@xn--bcher-kva.example", "ADA@B\u00dcCHER.example"}
		var made []models.Request
		for _, email := range ways {
			made = append(made, b.submitted(t, func(r *models.Request) { r.Person.Email = email }))
		}
		b.submitted(t, func(r *models.Request) { r.Person.Email = "ada@bucher.example" })
		ring, err := b.config.Keyring(false)
		must(t, err)
		index := hex.EncodeToString(ring.Index("requests.email_index", []byte(ways[0])))
		b.exec(t, "UPDATE requests SET email_index = "+map[string]string{migrations.SQLite: "x'" + index + "'", migrations.Postgres: "'\\x" + index + "'"}[b.dialect]+" WHERE id = '"+made[0].ID+"'")
		for i, email := range ways {
			found, _, err := b.List(ctx, models.Filter{Email: email, Limit: 10})
			if err != nil || len(found) != 3 {
				t.Errorf("%s finds %d, %v", email, len(found), err)
			}
			if others, err := b.Duplicates(ctx, made[i]); err != nil || len(others) != 2 {
				t.Errorf("%s has %d duplicates, %v", email, len(others), err)
			}
		}
		zoe := admin("Zo\u00eb", ways[0])
		must(t, b.AddStaff(ctx, zoe, nil, staffAdded()))
		wantCode(t, b.AddStaff(ctx, admin("Ada", ways[1]), nil, staffAdded()), models.CodeConflict)
		for _, email := range ways {
			if got, err := b.StaffAt(ctx, email); err != nil || got.ID != zoe.ID {
				t.Errorf("%s finds %+v, %v", email, got, err)
			}
		}
	})
}

func TestWhatIsAlikeIsOpenOfOneTypeAndMailbox(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		like := func(email string, change ...func(*models.Request)) models.Request {
			return b.submitted(t, append(change, func(r *models.Request) { r.Person.Email = email })...)
		}
		var group []models.Request
		for _, email := range []string{"ada@example.org", "ADA@example.org", "ada+1@example.org", "ada+2@Example.org"} {
			group = append(group, like(email))
		}
		other := like("ada+x@example.org", func(r *models.Request) { r.Type = models.TypeDeletion })
		alone := like("a.da@example.org")
		none := like("")
		closed := like("ada@example.org", func(r *models.Request) { r.State = models.StateClosed })
		var ids []string
		for _, r := range append(slices.Clone(group), other, alone, none, closed) {
			ids = append(ids, r.ID)
		}
		for most, want := range map[int]int{500: 4, 3: 4, 2: 3} {
			got, err := b.SimilarOpen(t.Context(), ids, most)
			must(t, err)
			wanted := map[string]int{}
			for _, r := range group {
				wanted[r.ID] = want
			}
			if !reflect.DeepEqual(got, wanted) {
				t.Errorf("counted to %d: %v, want %v", most, got, wanted)
			}
		}
		for reference, want := range map[string][]models.Request{
			group[2].Reference: group, other.Reference: {other}, alone.Reference: {alone}, none.Reference: nil,
			closed.Reference: group, "HB-NONE-NONE-NO": nil, "\x00": nil,
		} {
			var got []string
			for _, r := range pages(t, b, models.Filter{SimilarTo: reference, Limit: 3}) {
				got = append(got, r.ID)
			}
			var wanted []string
			for _, r := range want {
				wanted = append(wanted, r.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, wanted) {
				t.Errorf("like %q: %d, want %d", reference, len(got), len(wanted))
			}
		}
	})
}

func TestADigestListsWhatIsUnanswered(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		all := sorted(populate(t, b, 60), models.SortRespondBy)
		for _, assignee := range []string{"", "s-1"} {
			var want []string
			for _, r := range all {
				if r.Assignee == assignee && r.State != models.StateClosed && len(want) < 5 {
					want = append(want, r.Reference)
				}
			}
			got, err := b.Unanswered(t.Context(), assignee, 5)
			must(t, err)
			if !slices.Equal(references(got), want) || len(want) != 5 {
				t.Errorf("%q has %v, want %v", assignee, references(got), want)
			}
		}
	})
}

func TestAnExportHasEveryRowOnceInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		all := populate(t, b, 60)
		slices.SortFunc(all, func(x, y models.Request) int {
			if c := x.ReceivedAt.Compare(y.ReceivedAt); c != 0 {
				return c
			}
			return strings.Compare(x.ID, y.ID)
		})
		from, to := noon.Add(time.Hour), noon.Add(3*time.Hour)
		for _, typ := range []models.RequestType{"", models.TypeAccess} {
			for _, bounds := range [][2]time.Time{{}, {from, to}, {from, {}}, {{}, to}} {
				var want, got []string
				for _, r := range all {
					f := models.Filter{ReceivedFrom: bounds[0], ReceivedTo: bounds[1]}
					if typ != "" {
						f.Types = []models.RequestType{typ}
					}
					if selected(f, r) {
						want = append(want, r.Reference)
					}
				}
				must(t, b.EachRequest(ctx, bounds[0], bounds[1], typ, func(r models.Request, _ []byte) error {
					if !reflect.DeepEqual(r.Content, models.Content{}) {
						t.Errorf("%s is exported with its content", r.Reference)
					}
					got = append(got, r.Reference)
					return nil
				}))
				if !slices.Equal(got, want) || len(want) == 0 {
					t.Errorf("%q %v exports %v\nwant %v", typ, bounds, got, want)
				}
			}
		}
		stop := errors.New("stop")
		n := 0
		if err := b.EachRequest(ctx, time.Time{}, time.Time{}, "", func(models.Request, []byte) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
			t.Errorf("it went on for %d rows and gave %v", n, err)
		}
	})
}

func TestAnExportOfEventsDoesNotHinderWriters(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		var want []string
		for i := range 20 {
			r := b.submitted(t, func(r *models.Request) {
				if i%2 == 1 {
					r.Type = models.TypeDeletion
				}
			})
			late := event(r, models.EventNoted)
			late.At = noon.Add(time.Hour)
			must(t, b.Record(ctx, late))
			if i%2 == 1 {
				want = append(want, late.ID)
			}
		}
		must(t, b.Record(ctx, models.Event{ID: newID(), At: noon.Add(time.Hour), Kind: models.EventExported}))
		var got []string
		must(t, b.EachEvent(ctx, noon.Add(time.Hour), noon.Add(2*time.Hour), models.TypeDeletion, func(body []byte) error {
			e, err := models.ParseEvent(body)
			must(t, err)
			got = append(got, e.ID)
			r := b.submitted(t) // while the export is under way
			late := event(r, models.EventNoted)
			late.At = noon.Add(time.Hour)
			return b.Record(ctx, late)
		}))
		if !slices.Equal(got, want) {
			t.Errorf("exported %v\nwant     %v", got, want)
		}
		n := 0
		must(t, b.EachEvent(ctx, time.Time{}, time.Time{}, "", func([]byte) error { n++; return nil }))
		if want := b.count(t, "events"); n != want || n != 61 {
			t.Errorf("%d of %d events", n, want)
		}
	})
}

func TestTimesKeepTheirMicroseconds(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		at := time.Date(2026, 3, 1, 4, 5, 6, 789012345, time.FixedZone("", -7*3600))
		r := b.submitted(t, func(r *models.Request) { r.ReceivedAt, r.Deadline.RespondBy = at, at })
		got, err := b.Find(t.Context(), r.Reference)
		must(t, err)
		want := time.Date(2026, 3, 1, 11, 5, 6, 789012000, time.UTC)
		if got.ReceivedAt != want || got.Deadline.RespondBy != want {
			t.Errorf("received at %v, due at %v, want %v", got.ReceivedAt, got.Deadline.RespondBy, want)
		}
		for _, d := range []time.Duration{-time.Microsecond, 0, time.Microsecond} {
			list, _, err := b.List(t.Context(), models.Filter{DueBefore: at.Add(d), Limit: 1})
			must(t, err)
			if found := len(list) == 1; found != (d > 0) {
				t.Errorf("due before %v: %v", d, found)
			}
		}
		j := job("j", func(j *models.Job) { j.RunAt = at })
		must(t, b.Ensure(t.Context(), j))
		due, err := b.OldestDue(t.Context(), at)
		must(t, err)
		if due != want {
			t.Errorf("the oldest job is due at %v", due)
		}
		if due, err := b.OldestDue(t.Context(), at.Add(-time.Microsecond)); err != nil || !due.IsZero() {
			t.Errorf("before that it is %v, %v", due, err)
		}
	})
}
