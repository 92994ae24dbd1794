package policies_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"habeas/models"
)

// today is the day on which the forms of these tests are filled in.
var today = models.NewDate(2026, 11, 20)

// fields reads what a person filled in as the API does.
func fields(t testing.TB, s string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParseTakesRequestsApart(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		typ     models.RequestType
		fields  string
		details string
		class   string
		items   string // kind/code, in order
		texts   []models.ItemContent
	}{
		"a copy of everything":   {"access", `{}`, "", "", "", nil},
		"categories only":        {"access", `{"scope":"categories"}`, "", "categories", "", nil},
		"some data":              {"access", `{"scope":"specific_pieces","categories":["email","card","email"]}`, "", "specific_pieces", "categories/email categories/card", []models.ItemContent{{No: 1}, {No: 2}}},
		"pages":                  {"testimonial_removal", `{"places":[" https://example.com/a ","http://example.org"]}`, "", "", "places/ places/", []models.ItemContent{{No: 1, Subject: "https://example.com/a"}, {No: 2, Subject: "http://example.org"}}},
		"pages as lines":         {"content_removal", `{"places":"https://example.com/a\r\n\nhttps://example.com/b"}`, "", "", "places/ places/", []models.ItemContent{{No: 1, Subject: "https://example.com/a"}, {No: 2, Subject: "https://example.com/b"}}},
		"corrections":            {"correction", `{"corrections":[{"field":"company","current":"Acme","requested":" Umbrella "},{"field":"password"}]}`, "", "", "corrections/company corrections/password", []models.ItemContent{{No: 1, Current: "Acme", Requested: "Umbrella"}, {No: 2}}},
		"a correction in words":  {"correction", `{}`, "My name is spelled with two n.", "", "", nil},
		"the last four digits":   {"correction", `{"corrections":[{"field":"card","requested":"ends 4242, 12/2027"}]}`, "", "", "corrections/card", []models.ItemContent{{No: 1, Requested: "ends 4242, 12/2027"}}},
		"a year and a claim":     {"disclosure_1798_83", `{"year":2025,"customer":true}`, "", "", "", nil},
		"the year that runs":     {"disclosure_1798_83", `{"year":2026}`, "", "", "", nil},
		"a year long ago":        {"disclosure_1798_83", `{"year":1999}`, "", "", "", nil},
		"a day that is not over": {"access", `{"from":"2026-11-20","to":"2026-11-20"}`, "", "", "", nil},
		"an end alone":           {"access", `{"to":"2027-01-01"}`, "", "", "", nil},
		"a year of a form":       {"disclosure_1798_83", `{"year":"2025","customer":"on"}`, "", "", "", nil},
		"empty counts as absent": {"access", `{"scope":"","categories":[],"from":null}`, "", "", "", nil},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typ, _ := standard(t).Type(c.typ)
			got, err := typ.Parse(fields(t, c.fields), c.details, today)
			if err != nil {
				t.Fatal(err)
			}
			var items []string
			for i, item := range got.Items {
				if item.No != i+1 {
					t.Errorf("item %d has number %d", i, item.No)
				}
				items = append(items, item.Kind+"/"+item.Code)
			}
			if got.Class != c.class || strings.Join(items, " ") != c.items || fmt.Sprint(got.Texts) != fmt.Sprint(c.texts) {
				t.Errorf("class %q, items %v, texts %+v", got.Class, items, got.Texts)
			}
		})
	}
}

func TestParseCleans(t *testing.T) {
	t.Parallel()
	typ, _ := standard(t).Type(models.TypeDisclosure)
	got, err := typ.Parse(fields(t, `{"year":"2025","customer":"no"}`), "", today)
	if err != nil || !maps.Equal(got.Fields, map[string]any{"year": 2025, "customer": false}) {
		t.Errorf("%v, %v", got.Fields, err)
	}
	objection, _ := standard(t).Type(models.TypeObjection)
	got, err = objection.Parse(fields(t, `{"grounds":" one\r\ntwo "}`), "", today)
	if err != nil || got.Fields["grounds"] != "one\ntwo" {
		t.Errorf("%q, %v", got.Fields["grounds"], err)
	}
}

func TestParseNamesEveryBadField(t *testing.T) {
	t.Parallel()
	many := `"https://example.com/` + strings.Repeat(`x","https://example.com/`, 50) + `"`
	tests := map[string]struct {
		typ     models.RequestType
		fields  string
		details string
		want    string // path:code
	}{
		"unknown field":            {"access", `{"shoe_size":44}`, "", "fields.shoe_size:unknown"},
		"two at once":              {"access", `{"scope":"all","a":1}`, "", "fields.a:unknown fields.scope:choice"},
		"nothing to correct":       {"correction", `{}`, "  ", "fields.corrections:required"},
		"an empty list":            {"correction", `{"corrections":[]}`, "", "fields.corrections:required"},
		"no new value":             {"correction", `{"corrections":[{"field":"company"}]}`, "", "fields.corrections[0].requested:required"},
		"an unknown account field": {"correction", `{"corrections":[{"field":"company","requested":"x"},{"field":"height","requested":"x"}]}`, "", "fields.corrections[1].field:choice"},
		"no account field":         {"correction", `{"corrections":[{"requested":"x"}]}`, "", "fields.corrections[0].field:required"},
		"a password":               {"correction", `{"corrections":[{"field":"password","current":"hunter2"}]}`, "", "fields.corrections[0].current:not_allowed"},
		"a card number":            {"correction", `{"corrections":[{"field":"card","requested":"4242 4242 4242 4242"}]}`, "", "fields.corrections[0].requested:not_allowed"},
		"a card number, Arabic":    {"correction", `{"corrections":[{"field":"card","requested":"٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"}]}`, "", "fields.corrections[0].requested:not_allowed"},
		"a part too many":          {"correction", `{"corrections":[{"field":"name","requested":"x","why":"y"}]}`, "", "fields.corrections[0]:unknown"},
		"not an object":            {"correction", `{"corrections":["name"]}`, "", "fields.corrections[0]:invalid"},
		"not a list":               {"correction", `{"corrections":"name"}`, "", "fields.corrections:invalid"},
		"not a text":               {"correction", `{"corrections":[{"field":"name","requested":7}]}`, "", "fields.corrections[0].requested:invalid"},
		"not an address":           {"testimonial_removal", `{"places":["https://example.com","javascript:alert(1)"]}`, "", "fields.places[1]:invalid"},
		"an address with a login":  {"testimonial_removal", `{"places":["https://a:b@example.com"]}`, "", "fields.places[0]:invalid"},
		"an address too long":      {"testimonial_removal", `{"places":["https://example.com/` + strings.Repeat("x", 2048) + `"]}`, "", "fields.places[0]:too_long"},
		"a line after blank ones":  {"content_removal", `{"places":"https://example.com/a\n\n \nno address"}`, "", "fields.places[3]:invalid"},
		"too many addresses":       {"testimonial_removal", `{"places":[` + many + `]}`, "", "fields.places:too_many"},
		"two lines in one":         {"referral_removal", `{"friend":"a\nBcc: b"}`, "", "fields.friend:invalid"},
		"no such day":              {"access", `{"from":"2026-02-30"}`, "", "fields.from:invalid"},
		"no such year":             {"disclosure_1798_83", `{"year":20.25}`, "", "fields.year:invalid"},
		"a year to come":           {"disclosure_1798_83", `{"year":"2027"}`, "", "fields.year:future"},
		"a day to come":            {"access", `{"from":"2026-11-21","to":"2026-11-30"}`, "", "fields.from:future"},
		"an end before its begin":  {"access", `{"from":"2026-11-02","to":"2026-11-01"}`, "", "fields.to:order"},
		"no truth":                 {"disclosure_1798_83", `{"customer":"maybe"}`, "", "fields.customer:invalid"},
		"too many words":           {"question", `{}`, strings.Repeat("é", 10001), "details:too_long"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typ, _ := standard(t).Type(c.typ)
			_, err := typ.Parse(fields(t, c.fields), c.details, today)
			e, ok := errors.AsType[*models.Error](err)
			if !ok || e.Code != models.CodeInvalid {
				t.Fatalf("error %v", err)
			}
			var got []string
			for _, f := range e.Fields {
				got = append(got, f.Field+":"+f.Code)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("findings %v, want %s", got, c.want)
			}
		})
	}
}

// The kinds that no type of the product uses work as well, and errors never
// repeat what was sent.
func TestParseEveryKind(t *testing.T) {
	t.Parallel()
	good := map[string]any{
		"text": "a", "long_text": "a\nb", "choice": "x", "choices": []any{"x"}, "url": "https://example.com", "urls": []any{"https://example.com"},
		"date": "2026-03-02", "year": 2026.0, "boolean": true, "email": "a@example.com", "corrections": []any{map[string]any{"field": "x", "requested": "y"}},
	}
	bad := []any{"\x00secret", 7.5, []any{[]any{"secret"}}, map[string]any{"secret": "secret"}, "secret@@", "x y@example.com"}
	for _, kind := range slices.Sorted(maps.Keys(good)) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			typ := oneField(t, kind)
			if _, err := typ.Parse(map[string]any{"f": good[kind]}, "", today); err != nil {
				t.Errorf("%v: %v", good[kind], err)
			}
			if _, err := typ.Parse(nil, "", today); err == nil {
				t.Error("a required field may be absent")
			}
			for _, value := range bad {
				_, err := typ.Parse(map[string]any{"f": value}, "", today)
				if e, ok := errors.AsType[*models.Error](err); ok && strings.Contains(fmt.Sprint(e.Fields), "secret") {
					t.Errorf("the error repeats what was sent: %+v", e.Fields)
				}
			}
		})
	}
}
