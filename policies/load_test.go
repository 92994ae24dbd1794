package policies_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"habeas/policies"
)

const promise = `regimes:
  - key: house
    promise: true
    name: {en: Our promise}
    where: ["*"]
    types: ["*"]
    start: {citation: Our policy, certainty: verified}
    respond: {within: 21, unit: calendar_days, citation: Our policy, certainty: verified}
`

func TestAnOverrideReplacesAFile(t *testing.T) {
	t.Parallel()
	p, err := policies.Load(override("house.yaml", promise))
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Deadline(policies.Case{Type: "access", Country: "US", Region: "CA", ReceivedOn: date(t, "2026-03-02")}, utc)
	if err != nil || d.RespondOn.String() != "2026-03-23" || len(d.Regimes) != 2 {
		t.Errorf("%+v, %v", d, err)
	}
	if p.Version() == standard(t).Version() {
		t.Error("the version is the same")
	}
	same, err := policies.Load(override("house.yaml", "# a comment\n\n"+promise))
	if err != nil || same.Version() != p.Version() {
		t.Errorf("a comment changes the version (%v)", err)
	}
}

func TestAnOverrideAddsFiles(t *testing.T) {
	t.Parallel()
	added := fstest.MapFS{
		"README.md": {Data: []byte("not read")},
		"regimes/jp.yaml": {Data: []byte(strings.NewReplacer("key: house", "key: jp-appi", "promise: true", "calendar: JP",
			`where: ["*"]`, "where: [JP]", "within: 21, unit: calendar_days", "within: 10, unit: business_days").Replace(promise) +
			"    remedies: [{kind: court, name: {en: A court}, citation: Our counsel, certainty: verified}]\n")},
		"jp.yaml": {Data: []byte("calendars:\n  - {key: JP, name: Japan, dates: [\"2026-03-11\"], citation: Our office, certainty: verified}\n")},
	}
	p, err := policies.Load(added)
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Explain(policies.Case{Type: "access", Country: "JP", ReceivedOn: date(t, "2026-03-02")})
	if err != nil {
		t.Fatal(err)
	}
	if got := under(t, e, "jp-appi").RespondOn.String(); got != "2026-03-17" {
		t.Errorf("respond on %s", got)
	}
}

func TestFindingsNameFileAndLine(t *testing.T) {
	t.Parallel()
	change := func(old, new string) string { return strings.Replace(promise, old, new, 1) }
	tests := map[string]struct {
		file, content string
		want          []string
	}{
		"not YAML":                  {"house.yaml", "regimes:\n  - key: [", []string{"house.yaml:2: "}},
		"a tab":                     {"house.yaml", "regimes:\n\t- key: x\n", []string{"house.yaml:2: "}},
		"an unknown key":            {"house.yaml", change("promise: true", "promised: true"), []string{"house.yaml:3: regimes[0].promised is not a known key here"}},
		"an unknown part":           {"house.yaml", "rules: []\n", []string{"house.yaml:1: rules is not a known key here"}},
		"a key twice":               {"house.yaml", change("promise: true", "key: home"), []string{"house.yaml:3: regimes[0].key is given twice"}},
		"two findings at once":      {"house.yaml", change("promise: true", "promise: maybe\n    a: 1"), []string{"house.yaml:3: regimes[0].promise must be true or false", "house.yaml:4: regimes[0].a is not"}},
		"a text for a number":       {"house.yaml", change("within: 21", "within: soon"), []string{"house.yaml:8: regimes[0].respond.within must be a whole number"}},
		"a number for a text":       {"house.yaml", change("key: house", "key: 7"), []string{"house.yaml:2: regimes[0].key must be a text"}},
		"a text for a list":         {"house.yaml", change(`where: ["*"]`, "where: DE"), []string{"house.yaml:5: regimes[0].where must be a list"}},
		"a list for a mapping":      {"house.yaml", change("{en: Our promise}", "[en]"), []string{"house.yaml:4: regimes[0].name must be a mapping"}},
		"nothing for a value":       {"house.yaml", change("{en: Our promise}", ""), []string{"house.yaml:4: regimes[0].name has no value"}},
		"an alias":                  {"house.yaml", change("{en: Our promise}", "&n {en: *n}"), []string{"house.yaml:4: regimes[0].name must be a mapping"}},
		"two documents":             {"house.yaml", promise + "---\nregimes: []\n", []string{"house.yaml:10: a second document"}},
		"no time at all":            {"house.yaml", change("within: 21", "within: 0"), []string{"house.yaml:8: respond.within must be between 1 and 3650"}},
		"an unknown unit":           {"house.yaml", change("calendar_days", "weeks"), []string{"house.yaml:8: respond.unit must be calendar_days"}},
		"no citation":               {"house.yaml", change("start: {citation: Our policy, ", "start: {"), []string{"house.yaml:7: start needs a citation"}},
		"an unknown certainty":      {"house.yaml", change("certainty: verified", "certainty: sure"), []string{"house.yaml:7: start.certainty must be verified"}},
		"an extension too short":    {"house.yaml", promise + "    extended: {within: 20, unit: calendar_days, citation: x, certainty: verified}\n", []string{"house.yaml:9: extended must be longer than respond"}},
		"no such country":           {"house.yaml", change(`where: ["*"]`, `where: ["*", UK]`), []string{`house.yaml:5: "UK" is not a country`}},
		"no such type":              {"house.yaml", change(`types: ["*"]`, `types: ["*", holiday]`), []string{`house.yaml:6: there is no type "holiday"`}},
		"no such calendar":          {"house.yaml", promise + "    calendar: moon\n", []string{`house.yaml:9: there is no calendar "moon"`}},
		"business days of nobody":   {"house.yaml", change("calendar_days", "business_days"), []string{"house.yaml:2: calendar is missing"}},
		"an impossible date":        {"house.yaml", promise + "    applies_from: \"2026-02-30\"\n", []string{`house.yaml:9: regimes[0].applies_from: "2026-02-30" is not a date`}},
		"a type without a date":     {"house.yaml", change(`types: ["*"]`, "types: [access]"), []string{"types.yaml:", "type deletion would have no date to answer by"}},
		"the same regime again":     {"mine.yaml", promise, []string{"mine.yaml:2: regime house is already given in house.yaml"}},
		"no English":                {"house.yaml", change("en: Our", "de: Our"), []string{"house.yaml:4: name needs a text in English"}},
		"an unknown reason":         {"types.yaml", typeFile("reasons: [because]"), []string{`types.yaml:7: there is no reason "because"`}},
		"an unknown outcome":        {"types.yaml", typeFile("approval: [spam]"), []string{`types.yaml:7: "spam" is not an outcome`}},
		"an unknown level":          {"types.yaml", strings.Replace(typeFile(""), "mailbox", "blood", 1), []string{"types.yaml:5: level.default must be none"}},
		"an unknown kind":           {"types.yaml", typeFile("fields: [{name: a, kind: song, label: {en: A}}]"), []string{`types.yaml:7: fields[0].kind: there is no kind "song"`}},
		"a text of the past":        {"types.yaml", typeFile("fields: [{name: a, kind: text, label: {en: A}, past: true}]"), []string{"types.yaml:7: fields[0].past is for a date or a year"}},
		"an order of texts":         {"types.yaml", typeFile("fields: [{name: a, kind: text, label: {en: A}}, {name: b, kind: date, label: {en: B}, not_before: a}]"), []string{"types.yaml:7: fields[1].not_before must name a field of kind date, and be in one"}},
		"a choice of nothing":       {"types.yaml", typeFile("fields: [{name: a, kind: choice, label: {en: A}}]"), []string{"types.yaml:7: fields[0]: choice, choices and corrections need choices"}},
		"a reason without citation": {"more.yaml", "reasons:\n  - code: because\n    title: {en: Because}\n", []string{"more.yaml:2: the file needs a citation", "more.yaml:2: certainty must be"}},
		"a reason of no regime":     {"more.yaml", "reasons:\n  - code: because\n    title: {en: Because}\n    rules:\n      - {regimes: [mars], citation: x, certainty: verified}\n", []string{`more.yaml:5: there is no regime "mars"`}},
		"the workflow twice":        {"more.yaml", "workflow:\n  digest_hour: 7\n", []string{"workflow.yaml:3: workflow is already given in more.yaml"}},
		"no workflow":               {"workflow.yaml", "", []string{".:0: no file gives the workflow times"}},
		"an hour that is none":      {"workflow.yaml", "workflow:\n  verify_reminder_hours: 24\n  expire_unverified_days: 14\n  digest_hour: 25\n  reminder_hour: 8\n  reminders: [{percent: 50, to: boss}]\n  overdue: {to: everyone}\n", []string{"workflow.yaml:4: digest_hour must be between 0 and 23", "workflow.yaml:6: reminders[0].to must be assignee"}},
		"a day that is none":        {"more.yaml", "calendars:\n  - {key: JP, name: Japan, citation: x, certainty: memory,\n     days: [{name: A, month: 2, day: 30}]}\n", []string{"more.yaml:3: days[0] must be month and day"}},
		"an unknown library":        {"more.yaml", "calendars:\n  - {key: JP, name: Japan, library: jp, citation: x, certainty: memory}\n", []string{`more.yaml:2: there is no library calendar "jp"`}},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := policies.Load(override(c.file, c.content))
			if err == nil {
				t.Fatal("loaded")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in\n%s", want, err)
				}
			}
		})
	}
}

// typeFile returns a types file of one type, with a last line.
func typeFile(line string) string {
	return fmt.Sprintf(`types:
  - key: access
    name: {en: Access}
    description: {en: Access}
    level: {default: mailbox, citation: x, certainty: verified}
    retention: {months: 24, citation: x, certainty: verified}
    %s
`, line)
}

// All findings are reported together, in the order of files and lines.
func TestFindingsComeTogetherAndInOrder(t *testing.T) {
	t.Parallel()
	findings := policies.Check(fstest.MapFS{
		"b.yaml": {Data: []byte("x: 1\ny: 2\n")},
		"a.yaml": {Data: []byte("\n\nz: 3\n")},
	})
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%s:%d", f.File, f.Line))
	}
	if want := []string{"a.yaml:3", "b.yaml:1", "b.yaml:2"}; !slices.Equal(got, want) {
		t.Errorf("findings at %v, want %v", got, want)
	}
	_, err := policies.Load(override("a.yaml", "x: 1"))
	if _, ok := errors.AsType[policies.Findings](err); !ok {
		t.Errorf("error %T", err)
	}
	if findings := policies.Check(nil); len(findings) > 0 {
		t.Error(findings)
	}
}

// Every finding of a broken default file stands at a line of it.
func TestCheckNeverPointsNowhere(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"house.yaml": "regimes: [{}]", "types.yaml": "types: [{}]", "reasons.yaml": "reasons: [{}]",
		"calendars.yaml": "calendars: [{}]", "workflow.yaml": "workflow: {}",
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, f := range policies.Check(override(name, files[name])) {
			if f.Line == 0 || f.Text == "" {
				t.Errorf("%s: %s", name, f)
			}
		}
	}
}

// whole is a policy in one file.
const whole = promise + `types:
  - key: access
    name: {en: Access}
    description: {en: Access}
    level: {default: mailbox, citation: x, certainty: verified}
    fields: [{name: a, kind: choice, label: {en: A}, choices: [{value: b, label: {en: B}}]}]
    retention: {months: 24, citation: x, certainty: verified}
reasons: [{code: because, title: {en: Because}, citation: x, certainty: memory}]
calendars: [{key: DE, name: Germany, library: de, days: [{name: A, easter: -2}], citation: x, certainty: memory}]
workflow:
  {verify_reminder_hours: 24, expire_unverified_days: 14, digest_hour: 7, reminder_hour: 8,
   reminders: [{percent: 50, to: assignee}, {days_before: 0, to: everyone}], overdue: {to: everyone}}
`

// alone returns a directory that replaces every embedded file by one.
func alone(content string) fstest.MapFS {
	files := override("house.yaml", content)
	for _, name := range []string{
		"types", "reasons", "calendars", "workflow", "places", "texts", "regimes/us-ca", "regimes/us-states",
		"regimes/eu", "regimes/international", "regimes/marketing", "figures",
	} {
		files[name+".yaml"] = &fstest.MapFile{Data: []byte("# nothing\n")}
	}
	return files
}

func TestAPolicyMayStandAlone(t *testing.T) {
	t.Parallel()
	p, err := policies.Load(alone(whole))
	if err != nil {
		t.Fatal(err)
	}
	if all := p.Types("", ""); len(all) != 1 || all[0].Name("de") != "Access" {
		t.Errorf("types %+v", all)
	}
}

// Found by FuzzLoad: such a policy was taken, and its snapshot was not.
func TestAPolicyOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	_, err := policies.Load(alone("workflow: {verify_reminder_hours: 1, expire_unverified_days: 10, overdue: {to: everyone}}"))
	for _, want := range []string{"no file gives a regime", "no file gives a request type"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Whatever a file holds, loading gives findings or a policy that works.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		whole, promise, typeFile("reasons: []"), "", "a: &a [*a]", "- 1", "? {x: 1}\n: 2", "regimes: [{}]",
		"types: [{fields: [{}]}]", "workflow: {reminders: [{}]}", "calendars: [{days: [{}]}]", "regimes:\n - key: |\n    x\n", "<<: {a: b}", "!!map {a: 1}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		p, err := policies.Load(alone(content))
		if err != nil {
			return
		}
		if _, err := policies.Restore(p.Snapshot()); err != nil {
			t.Fatal(err)
		}
		for _, typ := range p.Types("", "") {
			received := date(t, "2026-03-02")
			d, err := p.Deadline(policies.Case{Type: typ.Key, Country: "DE", ReceivedOn: received}, utc)
			if err != nil || !d.RespondOn.After(received) {
				t.Fatal(d, err)
			}
			p.Reminders(received.At(0, utc), d, utc)
		}
	})
}
