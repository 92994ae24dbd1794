package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/audit"
	"habeas/models"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func writeRequests(t testing.TB, format audit.Format, rs ...models.Request) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := audit.WriteRequests(t.Context(), &b, rows{requests: rs}, models.Period{}, format, now, losAngeles(t))
	if err != nil || n != len(rs) {
		t.Fatalf("wrote %d of %d requests: %v", n, len(rs), err)
	}
	return b.Bytes()
}

func writeEvents(t testing.TB, format audit.Format, es ...models.Event) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := audit.WriteEvents(t.Context(), &b, rows{events: es}, models.Period{}, format)
	if err != nil || n != len(es) {
		t.Fatalf("wrote %d of %d events: %v", n, len(es), err)
	}
	return b.Bytes()
}

// records reads a CSV export as a program would: a map for each row.
func records(t testing.TB, b []byte) (header []string, rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatalf("the CSV cannot be read: %v", err)
	}
	for _, rec := range all[1:] {
		row := map[string]string{}
		for i, v := range rec {
			row[all[0][i]] = v
		}
		rows = append(rows, row)
	}
	return all[0], rows
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, format := range []audit.Format{audit.FormatCSV, audit.FormatJSONL} {
		golden(t, "requests."+string(format), writeRequests(t, format, requests()...))
		golden(t, "events."+string(format), writeEvents(t, format, events()...))
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not as it was (-update rewrites it):\n%s", name, got)
	}
	if bytes.Contains(got, []byte("CANARY")) {
		t.Errorf("%s holds personal data", name)
	}
}

func TestDaysAndDates(t *testing.T) {
	t.Parallel()
	base := open()
	lastSecond := base
	lastSecond.State, lastSecond.Outcome = models.StateClosed, models.OutcomeFulfilled
	lastSecond.ClosedAt = base.Deadline.RespondBy.Add(400 * time.Millisecond)
	sameDay := base
	sameDay.State, sameDay.Outcome, sameDay.ClosedAt = models.StateClosed, models.OutcomeNoData, base.ReceivedAt
	dueToday := base
	dueToday.Deadline.RespondOn, dueToday.Deadline.RespondBy = on("2026-05-15"), at("2026-05-16T06:59:59Z")
	dueYesterday := base
	dueYesterday.Deadline.RespondOn, dueYesterday.Deadline.RespondBy = on("2026-05-14"), at("2026-05-15T06:59:59Z")
	dateless := base
	dateless.Deadline = models.Deadline{}
	pausedAtEnd := sameDay
	pausedAtEnd.ClosedAt = at("2026-05-02T07:00:00Z")
	pausedAtEnd.Outcome = models.OutcomeWithdrawn
	pausedAtEnd.Pauses = []models.Pause{{From: on("2026-04-29"), Purpose: models.HoldClarification}}

	stale := appealed()
	stale.Outcome = models.OutcomeDenied

	tests := map[string]struct {
		request models.Request
		want    map[string]string
	}{
		"an open request has days left":                        {base, map[string]string{"days_left": "9", "overdue": "false", "answered_late": "", "days_taken": "", "closed_on": ""}},
		"the due day is day 0 and not overdue":                 {dueToday, map[string]string{"days_left": "0", "overdue": "false"}},
		"the day after it is minus one":                        {dueYesterday, map[string]string{"days_left": "-1", "overdue": "true"}},
		"on hold is overdue like any other":                    {held(), map[string]string{"days_left": "-2", "overdue": "true", "days_paused": "5"}},
		"closed in the last second is in time":                 {lastSecond, map[string]string{"answered_late": "false", "days_taken": "30", "closed_on": "2026-05-24", "overdue": "", "days_left": ""}},
		"closed on the next second is late":                    {answered(), map[string]string{"answered_late": "true", "days_taken": "91", "closed_on": "2026-05-02", "closed_at": "2026-05-02T07:00:00Z"}},
		"closed on its first day took no days":                 {sameDay, map[string]string{"days_taken": "0", "closed_on": "2026-04-24"}},
		"a pause ends when the request does":                   {pausedAtEnd, map[string]string{"days_paused": "3", "decided_by": ""}},
		"without a due date nothing is late":                   {dateless, map[string]string{"days_left": "", "overdue": "", "respond_on": "", "respond_by": ""}},
		"a due date is the true one, extended or not":          {answered(), map[string]string{"respond_on": "2026-05-01", "extended": "true"}},
		"reasons are listed once, the decision's first":        {answered(), map[string]string{"reason_codes": "legal_claim accurate", "decided_by": "staff-7", "approved_by": "staff-2"}},
		"items are counted by outcome":                         {answered(), map[string]string{"items": "3", "items_fulfilled": "1", "items_partly_fulfilled": "0", "items_denied": "1", "items_no_data": "1", "items_undecided": "0"}},
		"an appeal takes the answer back until it is over":     {appealed(), map[string]string{"appeal": "1", "outcome": "", "reason_codes": "", "decided_by": "", "approved_by": "", "days_left": "0"}},
		"an outcome left behind by a reopening has no reasons": {stale, map[string]string{"reason_codes": "", "decided_by": ""}},
		"a duplicate names the request that goes on":           {merged(), map[string]string{"merged_into": "HB-0000-0001-AA", "moved": "true", "outcome": "duplicate", "closed_on": "2026-04-24", "days_taken": "0"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := records(t, writeRequests(t, audit.FormatCSV, tt.request))
			for column, want := range tt.want {
				if got[0][column] != want {
					t.Errorf("%s is %q, want %q", column, got[0][column], want)
				}
			}
		})
	}
}

func TestJSONLinesSayWhatTheCSVSays(t *testing.T) {
	t.Parallel()
	header, table := records(t, writeRequests(t, audit.FormatCSV, requests()...))
	for i, line := range lines(writeRequests(t, audit.FormatJSONL, requests()...)) {
		if keys := keysOf(t, line); !slices.Equal(keys, header) {
			t.Errorf("line %d has the columns %v, the CSV %v", i, keys, header)
		}
		var row map[string]any
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		for column, v := range row {
			if got := cellOf(v); got != table[i][column] {
				t.Errorf("line %d: %s is %q, in the CSV %q", i, column, got, table[i][column])
			}
		}
	}
}

// cellOf is how the CSV writes a JSON value.
func cellOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		words := make([]string, len(v))
		for i := range v {
			words[i] = cellOf(v[i])
		}
		return strings.Join(words, " ")
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
}

// keysOf returns the keys of an object in the order they are written.
func keysOf(t *testing.T, line []byte) (keys []string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(line))
	depth, key := 0, true
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return keys
		}
		if err != nil {
			t.Fatal(err)
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
				key = depth == 1
			}
			continue
		case string:
			if depth == 1 && key {
				keys = append(keys, v)
				key = false
				continue
			}
		}
		key = depth == 1
	}
}

func lines(b []byte) [][]byte {
	return bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
}

func TestEventLinesAreTheCanonicalBytes(t *testing.T) {
	t.Parallel()
	_, table := records(t, writeEvents(t, audit.FormatCSV, events()...))
	for i, line := range lines(writeEvents(t, audit.FormatJSONL, events()...)) {
		if want := events()[i].Canonical(); !bytes.Equal(line, want) {
			t.Errorf("line %d is\n%s, canonical is\n%s", i, line, want)
		}
		if e, err := models.ParseEvent(line); err != nil || !bytes.Equal(e.Canonical(), line) {
			t.Errorf("line %d read back is another event: %+v, %v", i, e, err)
		}
		sum := sha256.Sum256(line)
		if table[i]["sha256"] != hex.EncodeToString(sum[:]) {
			t.Errorf("line %d has another digest than the CSV says", i)
		}
	}
}

func TestEventColumns(t *testing.T) {
	t.Parallel()
	_, got := records(t, writeEvents(t, audit.FormatCSV, events()...))
	want := []map[string]string{
		{"kind": "submitted", "acknowledge_on": "2026-05-08", "respond_on": "2026-05-24", "level": "mailbox", "outcome": "", "detail": "", "actor_id": ""},
		{"kind": "extended", "acknowledge_on": "2026-05-08", "respond_on": "2026-07-08", "detail": `{"message":"m-1","reason":"complex\u003b =1+1"}`, "level": ""},
		{"kind": "proposed", "respond_on": "", "outcome": "partly_fulfilled", "reason_codes": "legal_claim trade_secret", "to": "in_review"},
		{"kind": "approved", "outcome": "partly_fulfilled", "reason_codes": "legal_claim trade_secret", "actor_id": "staff-2", "actor_role": "manager"},
		{"kind": "opened", "version": "0", "outcome": "", "from": "", "to": "", "reason_codes": ""},
		{"kind": "token_created", "reference": "", "version": "0", "policy_version": ""},
	}
	for i := range want {
		for column, v := range want[i] {
			if got[i][column] != v {
				t.Errorf("%s: %s is %q, want %q", want[i]["kind"], column, got[i][column], v)
			}
		}
	}
}

func TestCSVForm(t *testing.T) {
	t.Parallel()
	b := writeRequests(t, audit.FormatCSV, requests()...)
	if bytes.Count(b, []byte("\n")) != bytes.Count(b, []byte("\r\n")) || !bytes.HasSuffix(b, []byte("\r\n")) {
		t.Error("lines do not all end in CRLF")
	}
	if !bytes.Contains(b, []byte(`,-2,"true",`)) {
		t.Error("two days over is not the bare number -2")
	}
	if b := writeRequests(t, audit.FormatCSV); len(b) == 0 || bytes.Count(b, []byte("\r\n")) != 1 {
		t.Errorf("without rows it is not the header alone: %q", b)
	}
	if b := writeEvents(t, audit.FormatJSONL); len(b) != 0 {
		t.Errorf("without rows JSONL is not empty: %q", b)
	}
}

func TestParseFormat(t *testing.T) {
	t.Parallel()
	for _, ok := range []string{"csv", "jsonl"} {
		if f, err := audit.ParseFormat(ok); err != nil || string(f) != ok {
			t.Errorf("%s: %q, %v", ok, f, err)
		}
	}
	for _, bad := range []string{"", "CSV", "xlsx", "json", "csv "} {
		_, err := audit.ParseFormat(bad)
		refused(t, bad, err)
		_, err = audit.WriteRequests(t.Context(), io.Discard, rows{}, models.Period{}, audit.Format(bad), now, time.UTC)
		refused(t, bad, err)
		_, err = audit.WriteEvents(t.Context(), io.Discard, rows{}, models.Period{}, audit.Format(bad))
		refused(t, bad, err)
	}
}

func refused(t *testing.T, format string, err error) {
	t.Helper()
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Code != models.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Field != "format" {
		t.Errorf("format %q: %v", format, err)
	}
}

// The manual explains every column, in the order of the files, and no other.
func TestManualExplainsEveryColumn(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "docs", "exports.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, columns, _ := strings.Cut(string(page), "## The requests")
	requestPart, eventPart, _ := strings.Cut(columns, "## The event log")
	requestPart, figures, _ := strings.Cut(requestPart, "## The figures of a year")
	var file bytes.Buffer
	if err := audit.WriteFigures(t.Context(), &file, models.YearFigures{}); err != nil {
		t.Fatal(err)
	}
	for _, column := range first(records(t, file.Bytes())) {
		if !strings.Contains(figures, "`"+column+"`") {
			t.Errorf("docs/exports.md does not explain %s of the figures", column)
		}
	}
	for part, header := range map[string][]string{
		requestPart: first(records(t, writeRequests(t, audit.FormatCSV))),
		eventPart:   first(records(t, writeEvents(t, audit.FormatCSV))),
	} {
		var explained []string
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\|").FindAllStringSubmatch(part, -1) {
			explained = append(explained, m[1])
		}
		if !slices.Equal(explained, header) {
			t.Errorf("docs/exports.md explains\n%v\nthe export has\n%v", explained, header)
		}
	}
}

func first[A, B any](a A, _ B) A { return a }

// failing takes bytes up to a limit, then fails like a client that went away.
type failing struct{ left int }

var errGone = errors.New("broken pipe")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errGone
	}
	return len(p), nil
}

// endless is a Source that does not end by itself.
type endless struct {
	rows
	calls  int
	cancel context.CancelFunc
	deaf   bool // goes on after an error, a few times, and then forgets it
}

func (s *endless) EachRequest(_ context.Context, _, _ time.Time, _ models.RequestType, fn func(models.Request, []byte) error) error {
	for s.calls < 100_000 { // a writer that does not stop it fails its test
		if s.calls++; s.cancel != nil && s.calls == 1000 {
			s.cancel()
		}
		if err := fn(open(), nil); err != nil && !s.deaf {
			return err
		} else if err != nil && s.calls > 1000 {
			return nil
		}
	}
	return nil
}

func TestClientGone(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]*endless{"stops": {}, "deaf": {deaf: true}} {
		n, err := audit.WriteRequests(t.Context(), &failing{left: 100 << 10}, src, models.Period{}, audit.FormatCSV, now, time.UTC)
		if !errors.Is(err, errGone) {
			t.Errorf("%s: %v, want the error of the writer", name, err)
		}
		if n == 0 || n >= src.calls {
			t.Errorf("%s: %d rows reached the client, %d left the source", name, n, src.calls)
		}
		if !src.deaf && src.calls > 1000 {
			t.Errorf("the source ran on for %d rows", src.calls)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	src := &endless{cancel: cancel}
	_, err := audit.WriteRequests(ctx, io.Discard, src, models.Period{}, audit.FormatJSONL, now, time.UTC)
	if !errors.Is(err, context.Canceled) || src.calls > 2000 {
		t.Errorf("%v after %d rows", err, src.calls)
	}
}

type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestShortWrite(t *testing.T) {
	t.Parallel()
	n, err := audit.WriteEvents(t.Context(), short{}, rows{events: events()}, models.Period{}, audit.FormatJSONL)
	if n != 0 || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("%d rows, %v", n, err)
	}
}

type broken struct{ rows }

var errDown = errors.New("database is down")

func (b broken) EachEvent(ctx context.Context, from, to time.Time, t models.RequestType, fn func([]byte) error) error {
	return errors.Join(b.rows.EachEvent(ctx, from, to, t, fn), errDown)
}

// Whoever answers over HTTP can still send a problem if nothing was written.
func TestSourceThatFailsAtOnceWritesNothing(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	n, err := audit.WriteEvents(t.Context(), &b, broken{rows{events: events()}}, models.Period{}, audit.FormatCSV)
	if n != 0 || b.Len() != 0 || !errors.Is(err, errDown) {
		t.Errorf("%d rows, %d bytes, %v", n, b.Len(), err)
	}
}

type asked struct {
	rows
	period models.Period
}

func (a *asked) EachRequest(_ context.Context, from, to time.Time, t models.RequestType, _ func(models.Request, []byte) error) error {
	a.period = models.Period{From: from, To: to, Type: t}
	return nil
}

func TestPeriodReachesTheSource(t *testing.T) {
	t.Parallel()
	src, want := &asked{}, models.Period{From: now, To: now.AddDate(1, 0, 0), Type: models.TypeDeletion}
	_, err := audit.WriteRequests(t.Context(), io.Discard, src, want, audit.FormatCSV, now, time.UTC)
	if err != nil || src.period != want {
		t.Errorf("%v, %v", src.period, err)
	}
}

func TestTasksAreCountedByHowTheyEnded(t *testing.T) {
	t.Parallel()
	task := func(state models.TaskState, outcome models.TaskOutcome, due, ended string) string {
		f := models.TaskFacts{State: state, Outcome: outcome, DueOn: on(due), DueBy: on(due).End(losAngeles(t))}
		if ended != "" {
			f.EndedAt = at(ended)
		}
		return string(models.CanonicalJSON(f))
	}
	r := open()
	tasks := "[" + strings.Join([]string{
		task(models.TaskDone, models.TaskCompleted, "2026-05-10", "2026-05-09T08:00:00Z"),
		task(models.TaskDone, models.TaskCompleted, "2026-05-10", "2026-05-11T08:00:00Z"),
		task(models.TaskDone, models.TaskNothingFound, "2026-05-10", "2026-05-01T08:00:00Z"),
		task(models.TaskDone, models.TaskPartly, "2026-05-10", "2026-05-01T08:00:00Z"),
		task(models.TaskDone, models.TaskRefused, "2026-05-10", "2026-05-01T08:00:00Z"),
		task(models.TaskCancelled, "", "2026-05-10", "2026-05-01T08:00:00Z"),
		task(models.TaskOpen, "", "2026-05-15", ""), // today
		task(models.TaskFailed, "", "2026-05-14", ""),
	}, ",") + "]"
	var b bytes.Buffer
	if _, err := audit.WriteRequests(t.Context(), &b, rows{requests: []models.Request{r}, tasks: map[string][]byte{r.ID: []byte(tasks)}}, models.Period{}, audit.FormatCSV, now, losAngeles(t)); err != nil {
		t.Fatal(err)
	}
	_, got := records(t, b.Bytes())
	for column, want := range map[string]string{
		"tasks": "8", "tasks_completed": "2", "tasks_nothing_found": "1", "tasks_partly": "1", "tasks_refused": "1", "tasks_cancelled": "1",
		"tasks_undone": "2", "tasks_overdue": "1", "tasks_due_on": "2026-05-14", "tasks_ended_at": "2026-05-11T08:00:00Z",
	} {
		if got[0][column] != want {
			t.Errorf("%s is %q, want %q", column, got[0][column], want)
		}
	}
	_, none := records(t, writeRequests(t, audit.FormatCSV, r))
	if none[0]["tasks"] != "0" || none[0]["tasks_due_on"] != "" || none[0]["tasks_ended_at"] != "" {
		t.Errorf("without tasks the row is %v", none[0])
	}
}
