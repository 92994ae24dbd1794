package audit_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"habeas/audit"
	"habeas/internal/testbed"
	"habeas/internal/testbed/property"
	"habeas/models"
)

// live is the oracle: what a spreadsheet takes for a formula. Blanks, quotes
// and what cannot be seen do not count; a control character in front does.
func live(v string) bool {
	seen := strings.TrimLeftFunc(v, func(r rune) bool { return r == '"' || unicode.In(r, unicode.Z, unicode.Cc, unicode.Cf) })
	first, _ := utf8.DecodeRuneInString(seen)
	return seen != "" && strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20", first) || v != "" && (v[0] < ' ' || v[0] == 0x7f)
}

var (
	isCount = regexp.MustCompile(`^(-?[0-9]+)?$`)
	numeric = map[string]bool{
		"version": true, "days_paused": true, "items": true, "items_fulfilled": true, "items_partly_fulfilled": true,
		"items_denied": true, "items_no_data": true, "items_undecided": true, "days_taken": true, "days_left": true, "appeal": true,
		"tasks": true, "tasks_completed": true, "tasks_nothing_found": true, "tasks_partly": true, "tasks_refused": true,
		"tasks_cancelled": true, "tasks_undone": true, "tasks_overdue": true,
	}
)

// checkCells returns how many cells an export has and fails if one is live: as
// a reader of commas and quotes sees it, and as one set to semicolons or tabs,
// to which quotes inside a line mean nothing.
func checkCells(t testing.TB, b []byte) (cells int) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatalf("not RFC 4180: %v\n%q", err, b)
	}
	for _, row := range all {
		for i, v := range row {
			cells++
			if numeric[all[0][i]] && &row[0] != &all[0][0] {
				if !isCount.MatchString(v) {
					t.Errorf("%s is not a number: %q", all[0][i], v)
				}
			} else if live(v) {
				t.Errorf("%s is a formula: %q", all[0][i], v)
			}
		}
	}
	for _, v := range strings.FieldsFunc(string(b), func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) {
		if live(v) {
			t.Errorf("with another separator this is a formula: %q", v)
		}
	}
	return cells
}

// hostile fills every text of a request with what text returns.
func hostileRequest(text func() string, number func() int) models.Request {
	r := answered()
	r.Reference, r.Version = text(), number()
	r.Type, r.DataClass, r.Channel = models.RequestType(text()), text(), models.Channel(text())
	r.Country, r.Region, r.Locale = text(), text(), text()
	r.Capacity, r.Policy, r.Level = models.Capacity(text()), text(), models.Level(text())
	r.Deadline.Governing, r.Deadline.Regimes = text(), []string{text(), text()}
	r.Assignee, r.MergedInto, r.Appeal.No = text(), text(), number()
	r.Decision.By, r.Decision.ApprovedBy, r.Decision.Reasons = text(), text(), []string{text(), text()}
	if number()%2 == 0 {
		r.State, r.Outcome = models.State(text()), models.Outcome(text())
		r.Deadline.RespondOn = r.Deadline.RespondOn.AddDays(number() % 1000)
	}
	return r
}

func hostileEvent(text func() string, number func() int) models.Event {
	outcome, level := models.Outcome(text()), models.Level(text())
	return models.Event{
		ID: text(), RequestID: text(), Reference: text(), Version: number(), At: now, Kind: models.EventKind(text()),
		Actor: models.Actor{Kind: models.ActorKind(text()), ID: text(), Role: models.Role(text())},
		From:  models.State(text()), To: models.State(text()), Policy: text(),
		Change: models.Change{Outcome: &outcome, Level: &level, Decision: &models.Proposal{Reasons: []string{text(), text()}}},
		Detail: map[string]string{text(): text(), text(): text()},
	}
}

const dangers = "=+-@\t\r\n\x00\v\f\x7f ;,|\"'\\=+-@＝＋－＠\u00a0\u200b\ufeff\u2028\u3000aZ09_{}"

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	property.Check(t, func(rt *rapid.T) {
		text := func() string {
			return rapid.OneOf(rapid.StringOf(rapid.SampledFrom([]rune(dangers))), rapid.String()).Draw(rt, "text")
		}
		number := func() int { return rapid.Int().Draw(rt, "number") }
		checkCells(t, writeRequests(t, audit.FormatCSV, hostileRequest(text, number)))
		checkCells(t, writeEvents(t, audit.FormatCSV, hostileEvent(text, number)))
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// The figure of threat T11: no live cell in a million, which make soak writes.
func TestNoLiveCellInAMillion(t *testing.T) {
	t.Parallel()
	seed := rand.New(rand.NewPCG(1, 2))
	runes := []rune(dangers)
	text := func() string {
		var b strings.Builder
		for range seed.IntN(8) {
			b.WriteRune(runes[seed.IntN(len(runes))])
		}
		return b.String()
	}
	number := func() int { return seed.IntN(2000) - 1000 }
	cells, enough := 0, testbed.Soak(50_000, 1_000_000)
	for cells < enough && !t.Failed() {
		rs, es := make([]models.Request, 500), make([]models.Event, 500)
		for i := range rs {
			rs[i], es[i] = hostileRequest(text, number), hostileEvent(text, number)
		}
		cells += checkCells(t, writeRequests(t, audit.FormatCSV, rs...))
		cells += checkCells(t, writeEvents(t, audit.FormatCSV, es...))
	}
}

// Ordinary values come out as they went in.
func TestOrdinaryTextIsUntouched(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"", "en-US", "HB-0000-0001-AA", "us-ca-ccpa", "a;b", "O'Hara", "x=y", "naïve", `say "hi"`, "a, b", "{}", "x\ny"} {
		r := open()
		r.Assignee = v
		if _, got := records(t, writeRequests(t, audit.FormatCSV, r)); got[0]["assignee"] != v {
			t.Errorf("%q came out as %q", v, got[0]["assignee"])
		}
	}
}

// JSON lines hold any text as it is.
func TestJSONLinesKeepEveryText(t *testing.T) {
	t.Parallel()
	property.Check(t, func(rt *rapid.T) {
		v := rapid.OneOf(rapid.StringOf(rapid.SampledFrom([]rune(dangers))), rapid.String()).Draw(rt, "text")
		r := open()
		r.Reference, r.Deadline.Regimes = v, []string{v, v}
		b := writeRequests(t, audit.FormatJSONL, r)
		var got struct {
			Reference string
			Regimes   []string
		}
		if err := json.Unmarshal(b, &got); err != nil || bytes.Count(b, []byte("\n")) != 1 {
			rt.Fatalf("not one line of JSON: %v: %s", err, b)
		}
		if got.Reference != v || !slices.Equal(got.Regimes, r.Deadline.Regimes) {
			rt.Fatalf("%q came out as %q", v, got)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"=1+1", " =1", "-1", "'=1", "a;=1", "a\t@b", "\x00=", "＝1", "\ufeff+1", "a\r\n=b", `"=1`, "\xff=", "ok"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		r := open()
		r.Reference, r.Assignee, r.Deadline.Regimes = v, v, []string{v, v}
		b := writeRequests(t, audit.FormatCSV, r)
		checkCells(t, b)
		// Nothing is lost: but for the apostrophes it is the text again.
		_, got := records(t, b)
		if want := readable(v); readable(got[0]["assignee"]) != want {
			t.Errorf("%q came out as %q", v, got[0]["assignee"])
		}
	})
}

// readable leaves out what reading the CSV back may change.
func readable(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\xff", "\ufffd"), "\ufffd")
	return strings.NewReplacer("'", "", "\r", "", "\ufffd", "").Replace(s)
}
