package policies

import (
	"maps"
	"math"
	"slices"
	"time"

	"habeas/models"
)

// report is a set of yearly figures that a law or an authority asks for.
type report struct {
	Key     string    `json:"key"`
	Name    Localized `json:"name"`
	Note    string    `json:"note,omitempty"` // who has to publish it, and by when
	Regimes []string  `json:"regimes"`        // requests under one of them count
	Rights  []counted `json:"rights"`
	Source
}

// counted is a row of a report: the types that count together.
type counted struct {
	Key   string               `json:"key"`
	Name  Localized            `json:"name"`
	Types []models.RequestType `json:"types"`
}

// everyone is the key of the report of all requests, whatever the law.
const everyone = "everyone"

// Tally counts the requests of a year. What it holds grows with the places and
// the rights, not with the requests. It is for one goroutine.
type Tally struct {
	policy  *Policy
	locale  string
	zone    *time.Location
	figures models.YearFigures
	rows    map[rowKey]*tallied
	regimes map[regimesKey][]string // of the requests received on a day: they come in order
	on      models.Date
}

type rowKey struct{ report, right string }

// regimesKey is what the regimes of a right depend on.
type regimesKey struct {
	kind            models.RequestType
	country, region string
}

// tallied is a row with how many answers took how many days.
type tallied struct {
	models.FiguresRow
	days map[int]int
}

// Tally begins to count the requests of a year, as it is at an instant.
func (p *Policy) Tally(year int, at time.Time, zone *time.Location, locale string) *Tally {
	t := &Tally{policy: p, locale: locale, zone: zone, rows: map[rowKey]*tallied{}, regimes: map[regimesKey][]string{}}
	t.figures = models.YearFigures{Year: year, At: at.UTC().Truncate(time.Second), Over: models.DateOf(at, zone).Year() > year}
	return t
}

// Period is when the requests of the year were received.
func (t *Tally) Period() models.Period {
	first := models.NewDate(t.figures.Year, 1, 1)
	return models.Period{From: first.Start(t.zone), To: models.NewDate(t.figures.Year+1, 1, 1).Start(t.zone)}
}

// Add counts a request, each of its rights in every report that it belongs to.
func (t *Tally) Add(f models.Facts) {
	switch f.Outcome { //nolint:exhaustive // the rest counts
	case models.OutcomeSpam:
		t.figures.LeftOut.Spam++
		return
	case models.OutcomeDuplicate:
		t.figures.LeftOut.Duplicate++
		return
	}
	unproved := false
	for _, right := range f.Asked() {
		regimes := t.regimesOf(f, right)
		if f.Outcome == models.OutcomeExpired && !t.policy.denies(regimes) {
			unproved = true
			continue
		}
		t.count(rowKey{everyone, string(right)}, f, right)
		for _, r := range t.policy.data.Reports {
			for _, row := range r.Rights {
				if slices.Contains(row.Types, right) && slices.ContainsFunc(r.Regimes, func(key string) bool { return slices.Contains(regimes, key) }) {
					t.count(rowKey{r.Key, row.Key}, f, right)
				}
			}
		}
	}
	if unproved {
		t.figures.LeftOut.Unproved++
	}
}

// denies reports whether one of the regimes takes a request that nobody
// verified for denied.
func (p *Policy) denies(regimes []string) bool {
	return slices.ContainsFunc(p.named(regimes), func(r *regime) bool { return r.Expiry != nil })
}

func (t *Tally) regimesOf(f models.Facts, right models.RequestType) []string {
	if f.ReceivedOn != t.on {
		t.on = f.ReceivedOn
		clear(t.regimes)
	}
	key := regimesKey{right, f.Country, f.Region}
	found, ok := t.regimes[key]
	if !ok {
		found = t.policy.RegimesOf(Case{Type: right, Country: f.Country, Region: f.Region, ReceivedOn: f.ReceivedOn})
		t.regimes[key] = found
	}
	return found
}

// count adds one right of a request to a row.
func (t *Tally) count(key rowKey, f models.Facts, right models.RequestType) {
	row := t.rows[key]
	if row == nil {
		row = newTallied()
		t.rows[key] = row
	}
	row.Received++
	if f.Extended {
		row.Extended++
	}
	if t.late(f) {
		row.Late++
	}
	outcome, reasons := answerTo(f, right)
	withheld := outcome == models.OutcomeDenied || outcome == models.OutcomePartly
	if withheld && len(reasons) > 0 && !slices.ContainsFunc(reasons, func(code string) bool { return !t.policy.complies(code) }) {
		outcome = models.OutcomeFulfilled
	}
	switch outcome {
	case models.OutcomeFulfilled:
		row.Whole++
	case models.OutcomePartly:
		row.Part++
		add(row.PartReasons, reasons)
	case models.OutcomeDenied:
		row.deny(t.policy.groundOf(reasons), reasons)
	case models.OutcomeExpired:
		row.deny(models.GroundUnverified, []string{UnverifiableReason})
	case models.OutcomeNoData:
		row.NoData++
	case models.OutcomeWithdrawn:
		row.Withdrawn++
	case models.OutcomeDuplicate, models.OutcomeSpam: // left out before
	default:
		row.Open++
	}
	if answered(f) {
		row.Answered++
		row.days[models.DateOf(f.ClosedAt, t.zone).DaysSince(f.ReceivedOn)]++
	}
}

func newTallied() *tallied {
	return &tallied{
		FiguresRow: models.FiguresRow{Grounds: map[models.DenialGround]int{}, DeniedReasons: map[string]int{}, PartReasons: map[string]int{}},
		days:       map[int]int{},
	}
}

// answered reports whether a request that counts was answered: by a decision,
// or by the denial of what nobody verified.
func answered(f models.Facts) bool {
	return f.State == models.StateClosed && (f.Outcome == models.OutcomeExpired || slices.Contains(models.Decidable(), f.Outcome))
}

func (r *tallied) deny(ground models.DenialGround, reasons []string) {
	r.Denied++
	r.Grounds[ground]++
	add(r.DeniedReasons, reasons)
}

func add(counts map[string]int, codes []string) {
	for _, code := range codes {
		counts[code]++
	}
}

// late reports whether the answer came, or is still awaited, after its date. A
// request that was withdrawn wants none.
func (t *Tally) late(f models.Facts) bool {
	if f.State != models.StateClosed {
		return f.Overdue(t.figures.At)
	}
	return answered(f) && f.ClosedAt.Truncate(time.Second).After(f.Deadline.RespondBy)
}

// answerTo returns what became of one right of a request, with the codes of its
// reasons, each once. Of a request for several rights, each is an item.
func answerTo(f models.Facts, right models.RequestType) (models.Outcome, []string) {
	if f.State != models.StateClosed {
		return "", nil
	}
	reasons := f.Decision.Reasons
	for _, item := range f.Items {
		if item.Kind == models.ItemRights {
			if item.Code == string(right) && item.Outcome != "" {
				if len(item.Reasons) > 0 {
					reasons = item.Reasons
				}
				return item.Outcome, eachOnce(reasons)
			}
			continue
		}
		reasons = append(slices.Clone(reasons), item.Reasons...)
	}
	return f.Outcome, eachOnce(reasons)
}

func eachOnce(codes []string) []string {
	var all []string
	for _, c := range codes {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// complies reports whether an answer with this reason is compliance.
func (p *Policy) complies(code string) bool {
	r, ok := p.reasons[code]
	return ok && r.Complies
}

// groundOf returns the ground of a denial: that of its first reason.
func (p *Policy) groundOf(reasons []string) models.DenialGround {
	for _, code := range reasons {
		if r, ok := p.reasons[code]; ok && r.Ground != "" {
			return r.Ground
		}
	}
	return models.GroundOther
}

// Figures returns what was counted: the report of everyone, with a row for each
// type that was asked for, and every report of the policy with all its rows.
func (t *Tally) Figures() models.YearFigures {
	f, p := t.figures, t.policy
	all := models.FiguresReport{Key: everyone, Name: "Everyone", Rows: []models.FiguresRow{}}
	for _, kind := range p.data.Types {
		if row, ok := t.rows[rowKey{everyone, string(kind.Key)}]; ok {
			all.Rows = append(all.Rows, row.summary(string(kind.Key), kind.Name(t.locale), []models.RequestType{kind.Key}))
		}
	}
	f.Reports = append(f.Reports, all)
	for _, r := range p.data.Reports {
		one := models.FiguresReport{
			Key: r.Key, Name: r.Name.In(t.locale), Note: r.Note, Citation: p.Cited(r.Citation, t.locale), Certainty: string(r.Certainty),
		}
		for _, c := range r.Rights {
			row, ok := t.rows[rowKey{r.Key, c.Key}]
			if !ok {
				row = newTallied()
			}
			one.Rows = append(one.Rows, row.summary(c.Key, c.Name.In(t.locale), c.Types))
		}
		f.Reports = append(f.Reports, one)
	}
	return f
}

// summary is the row with its names and the days that its answers took.
func (r *tallied) summary(right, name string, types []models.RequestType) models.FiguresRow {
	row := r.FiguresRow
	row.Right, row.Name, row.Types = right, name, types
	if n := r.Answered; n > 0 {
		median := float64(r.nth((n-1)/2)+r.nth(n/2)) / 2
		sum := 0
		for days, answers := range r.days {
			sum += days * answers
		}
		mean := math.Round(10*float64(sum)/float64(n)) / 10
		row.MedianDays, row.MeanDays = &median, &mean
	}
	return row
}

// nth returns the days of one of the answers, in their order; 0 is the fastest.
func (r *tallied) nth(n int) int {
	for _, days := range slices.Sorted(maps.Keys(r.days)) {
		if n -= r.days[days]; n < 0 {
			return days
		}
	}
	return 0
}

// report checks a set of figures.
func (k *checker) report(r *report) {
	k.slug(r, "key", r.Key)
	k.localized(r, "name", r.Name)
	k.source(r, "", r.Source)
	if r.Key == everyone || len(r.Regimes) == 0 || len(r.Rights) == 0 {
		k.bad(r, "", "a report needs a key other than everyone, regimes and rights")
	}
	for i, key := range r.Regimes {
		if _, ok := k.regimes[key]; !ok {
			k.bad(r, entry("regimes", i), "there is no regime %q", key)
		}
	}
	seen := map[string]bool{}
	for i, c := range r.Rights {
		at := entry("rights", i)
		k.slug(r, at+".key", c.Key)
		k.localized(r, at+".name", c.Name)
		if seen[c.Key] || len(c.Types) == 0 {
			k.bad(r, at, "%s needs a key of its own and types", at)
		}
		seen[c.Key] = true
		for j, t := range c.Types {
			k.typeKnown(r, entry(at+".types", j), t)
		}
	}
}
