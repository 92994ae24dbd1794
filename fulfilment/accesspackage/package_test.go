package accesspackage_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/net/html"

	"habeas/fulfilment/accesspackage"
	"habeas/models"
	"habeas/workflows/cases"
)

// hostile has what breaks pages, tables and file names.
func hostile() []cases.HeldData {
	return []cases.HeldData{
		{System: models.System{Key: "shop", Name: "Shop <i>database</i>"}, Findings: models.Findings{Records: []models.Finding{
			{Table: "public.person", Key: []models.Field{{Name: "id", Value: new("0")}}, Fields: []models.Field{
				{Name: "name", Value: new("</td><script>alert(1)</script>")}, {Name: "born"}, {Name: "inner_name", HideName: true, Value: new("hidden")},
			}},
			{Table: "public.person", Key: []models.Field{{Name: "id", Value: new("1")}}, Fields: []models.Field{
				{Name: "name", Value: new("=1+1")}, {Name: "later", Value: new("a \"quote\",\r\nand more")},
			}},
			{Table: "../../etc/passwd", Boundary: true, Fields: []models.Field{{Name: "friend", Withheld: models.WithheldOther}}},
		}}},
		{System: models.System{Key: "crm", Name: "CRM"}},
	}
}

func pack(t *testing.T, locale string, review accesspackage.Review) map[string]string {
	t.Helper()
	c := accesspackage.Copy{
		Organisation: "Müller & Söhne", Reference: "HB-0000-0000-00", Person: "Robin", Locale: locale,
		At: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), Items: accesspackage.Items(hostile()),
	}
	if err := c.Apply(review, []models.Reason{{Code: "others", Title: "Rights of others", Citation: "Art. 15(4)"}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
	}
	return all
}

func TestAPackageCanBeReadByPeopleAndMachines(t *testing.T) {
	t.Parallel()
	schema := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(accesspackage.Schema))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.AddResource("data.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	published := schema.MustCompile("data.schema.json")
	for _, locale := range []string{"en", "de-AT", "fr", "es", "", "ja"} {
		files := pack(t, locale, accesspackage.Review{Withhold: []accesspackage.Withholding{
			{FieldOf: accesspackage.FieldOf{Item: "shop/public.person/2", Field: "name"}, Reason: "others"},
		}})
		data, err := jsonschema.UnmarshalJSON(strings.NewReader(files["data.json"]))
		if err != nil {
			t.Fatal(err)
		}
		if err := published.Validate(data); err != nil {
			t.Errorf("%q: %v", locale, err)
		}
		page := files["index.html"]
		if strings.Contains(page, "<script") || strings.Contains(page, "inner_name") || !strings.Contains(page, "hidden") || !strings.Contains(page, "Art. 15(4)") || strings.Contains(page, "%!") {
			t.Errorf("%q: the page is\n%s", locale, page)
		}
		if n := rowsOf(t, page); n["table-1"] != 2 || n["table-2"] != 1 {
			t.Errorf("%q: the tables have %v rows", locale, n)
		}
		if lang := locale[:min(2, len(locale))]; lang == "ja" || lang == "" {
			lang = "en"
			if !strings.Contains(page, `<html lang="en">`) {
				t.Errorf("%q: not in %s", locale, lang)
			}
		}
		for name := range files {
			if strings.Contains(name, "..") && strings.Contains(name, "/..") || strings.HasPrefix(name, "/") || strings.Count(name, "/") > 1 {
				t.Errorf("a file is called %q", name)
			}
		}
	}
}

// rowsOf counts the rows of each section, all of which have as many cells as the
// header has.
func rowsOf(t *testing.T, page string) map[string]int {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for n := range root.Descendants() {
		if n.Data != "tr" || n.Parent.Data != "tbody" {
			continue
		}
		for p := n.Parent; p != nil; p = p.Parent {
			if p.Data != "section" {
				continue
			}
			rows[p.Attr[0].Val]++
			var head, cells int
			for c := range p.Descendants() {
				if c.Data == "th" {
					head++
				}
			}
			for c := range n.ChildNodes() {
				if c.Data == "td" {
					cells++
				}
			}
			if cells != head {
				t.Errorf("%s: %d cells below %d headers", p.Attr[0].Val, cells, head)
			}
		}
	}
	return rows
}

func TestATableOpensInASpreadsheetAndRunsNothing(t *testing.T) {
	t.Parallel()
	files := pack(t, "en", accesspackage.Review{})
	text, ok := strings.CutPrefix(files["tables/shop-public.person.csv"], "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !ok {
		t.Fatal(err, ok)
	}
	want := [][]string{{"id", "name", "born", "field 3", "later"}, {"0", "</td><script>alert(1)</script>", "", "hidden", ""}, {"1", "'=1+1", "", "", "a \"quote\",\nand more"}}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", rows, want)
	}
}

// Of words that overlap each is found, in capitals or not, in keys as well.
func TestWordsAreBlackedOutWhereverTheyAre(t *testing.T) {
	t.Parallel()
	c := accesspackage.Copy{Items: accesspackage.Items([]cases.HeldData{{System: models.System{Key: "shop"}, Findings: models.Findings{Records: []models.Finding{
		{Table: "note", Key: []models.Field{{Name: "by", Value: new("alex@example.com")}}, Fields: []models.Field{{Name: "text", Value: new("Alex Smith, ALEX and Robin")}}},
	}}}})}
	words := []accesspackage.Redaction{{Text: "Alex"}, {Text: "alex smith"}, {Text: "$"}}
	err := c.Apply(accesspackage.Review{Redact: words}, nil)
	if e, ok := errors.AsType[*models.Error](err); !ok || len(e.Fields) != 1 || e.Fields[0].Field != "redact[2].text" {
		t.Errorf("a word that is not there: %v", err)
	}
	if err := c.Apply(accesspackage.Review{Redact: words[:2]}, nil); err == nil {
		t.Error("what is blacked out already is found again")
	}
	if got := *c.Items[0].Fields[0].Value + "|" + *c.Items[0].Key[0].Value; got != "█████, █████ and Robin|█████@example.com" {
		t.Errorf("it says %q", got)
	}
}

func TestAnEmptyPackageSaysSo(t *testing.T) {
	t.Parallel()
	c := accesspackage.Copy{Organisation: "Example", Reference: "HB", Locale: "fr", Items: accesspackage.Items(nil)}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(z.File) != 2 {
		t.Fatal(err, len(z.File))
	}
}

// Records may be named alone and within a table or a system, in any order.
func TestWhatSeveralNameIsLeftOutOnce(t *testing.T) {
	t.Parallel()
	first := accesspackage.Items(hostile())[0].ID
	all := pack(t, "en", accesspackage.Review{Withhold: []accesspackage.Withholding{
		{System: "shop", Table: "public.person", Reason: "others"},
		{System: "shop", Reason: "others"},
		{FieldOf: accesspackage.FieldOf{Item: first}, Reason: "others"},
	}})
	if strings.Contains(all["data.json"], "alert(1)") || strings.Contains(all["data.json"], "and more") {
		t.Errorf("the package holds %s", all["data.json"])
	}
}

// The name of a field may say something about the person, too, and what is left out
// is told of with the number instead.
func TestAHiddenNameIsNotToldWithWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	first := accesspackage.Items(hostile())[0].ID
	all := pack(t, "en", accesspackage.Review{Withhold: []accesspackage.Withholding{{FieldOf: accesspackage.FieldOf{Item: first, Field: "inner_name"}, Reason: "others"}}})
	for name, text := range all {
		if strings.Contains(text, "inner_name") {
			t.Errorf("%s names the field", name)
		}
	}
	if !strings.Contains(all["index.html"], "field 3") {
		t.Error("the page does not say that a field was left out")
	}
}
