package accesspackage

import (
	"archive/zip"
	"cmp"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"habeas/fulfilment/category"
	"habeas/models"
)

// Schema is the JSON Schema of data.json.
//
//go:embed data.schema.json
var Schema []byte

//go:embed index.html.tmpl
var pageText string

var page = template.Must(template.New("index.html").Parse(pageText)) //nolint:gochecknoglobals // parsed once

// Attachment is a file that goes along as it is.
type Attachment struct {
	Name string
	Open func() (io.Reader, error)
}

// Write writes the copy as one ZIP, as it goes: index.html, data.json, a CSV for each
// table, and the files as they are.
func (c *Copy) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	if err := c.entry(z, "index.html", c.page); err != nil {
		return err
	}
	if err := c.entry(z, "data.json", c.data); err != nil {
		return err
	}
	for _, t := range c.tables() {
		if err := c.entry(z, "tables/"+t.File, t.csv); err != nil {
			return err
		}
	}
	for n, f := range c.Files {
		err := c.entry(z, c.fileName(n), func(w io.Writer) error {
			r, err := f.Open()
			if err == nil {
				_, err = io.Copy(w, r)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// fileName is where the nth file lies: a number keeps apart those of one name.
func (c *Copy) fileName(n int) string { return fmt.Sprintf("files/%d-%s", n+1, plain(c.Files[n].Name)) }

// FileNames are those of the files that go along.
func (c *Copy) FileNames() []string {
	all := make([]string, len(c.Files))
	for n := range c.Files {
		all[n] = c.fileName(n)
	}
	return all
}

func (c *Copy) entry(z *zip.Writer, name string, write func(io.Writer) error) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: c.At})
	if err != nil {
		return fmt.Errorf("packing %s: %w", name, err)
	}
	if err := write(w); err != nil {
		return fmt.Errorf("packing %s: %w", name, err)
	}
	return nil
}

// table is what one system holds in one table. Its rows are made as they are read: the
// copy is in memory once.
type table struct {
	ID, System, Name, File string
	Columns                []string
	Context                bool // all of it names somebody else
	items                  []*Item
	words                  words
}

type cell struct{ Label, Text, Withheld string }

// tables groups the items. A table has the columns of all its records, in the
// order in which they come.
func (c *Copy) tables() []*table {
	var all []*table
	found := map[[2]string]*table{}
	for i := range c.Items {
		one := &c.Items[i]
		t := found[[2]string{one.SystemName, one.Table}]
		if t == nil {
			t = &table{
				ID: fmt.Sprint("table-", len(all)+1), System: one.SystemName, Name: one.Table,
				File: plain(one.System) + "-" + plain(one.Table) + ".csv", Context: true, words: wordsIn(c.Locale),
			}
			found[[2]string{one.SystemName, one.Table}] = t
			all = append(all, t)
		}
		t.add(one)
	}
	return all
}

func (t *table) add(i *Item) {
	t.Context = t.Context && i.Boundary
	t.items = append(t.items, i)
	for _, f := range visible(*i) {
		if !slices.Contains(t.Columns, f.Name) {
			t.Columns = append(t.Columns, f.Name)
		}
	}
}

// Len is how many records the table has.
func (t *table) Len() int { return len(t.items) }

// Title is the name of the table as people read it.
func (t *table) Title() string { return readable(t.Name) }

// Wide reports whether paper has no room for the columns beside each other.
func (t *table) Wide() bool { return len(t.Columns) > 6 }

// Headers are the names of the columns as people read them.
func (t *table) Headers() []string {
	all := make([]string, len(t.Columns))
	for i, name := range t.Columns {
		all[i] = readable(name)
	}
	return all
}

// Rows are the records, each with a cell for every column.
func (t *table) Rows() iter.Seq[[]cell] {
	return func(yield func([]cell) bool) {
		for _, i := range t.items {
			row := make([]cell, len(t.Columns))
			for _, f := range visible(*i) {
				row[slices.Index(t.Columns, f.Name)] = t.cell(f)
			}
			for at, name := range t.Columns {
				row[at].Label = readable(name)
			}
			if !yield(row) {
				return
			}
		}
	}
}

func (t *table) cell(f models.Field) cell {
	switch {
	case f.Withheld == models.WithheldNever && len(f.Categories) > 0:
		return cell{Withheld: t.words.Withheld + " (" + category.Label(t.words.Lang, strings.Join(f.Categories, " ")) + ")"}
	case f.Withheld != "":
		return cell{Withheld: t.words.Withheld}
	case f.Value == nil:
		return cell{}
	}
	return cell{Text: *f.Value}
}

// readable is a name of a database as people read it: "public.payment_card" is
// "payment card".
func readable(name string) string {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.TrimSpace(strings.ReplaceAll(name, "_", " "))
}

// kind is how many values of one kind of data the copy has.
type kind struct {
	Label string
	Count int
}

// kinds count what the copy holds of the person, by kind of data, the most first.
func (c *Copy) kinds() []kind {
	counts := map[string]int{}
	for _, i := range c.Items {
		for _, f := range visible(i) {
			if f.Personal && f.Value != nil && !i.Boundary {
				counts[category.Label(wordsIn(c.Locale).Lang, strings.Join(f.Categories, " "))]++
			}
		}
	}
	var all []kind
	for label, n := range counts {
		all = append(all, kind{label, n})
	}
	slices.SortFunc(all, func(a, b kind) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Label, b.Label)) })
	return all
}

// visible are the fields of an item as the person reads them, what tells the
// record from others first. A name that they may not read is a number.
func visible(i Item) []models.Field {
	var all []models.Field
	for _, f := range slices.Concat(i.Key, i.Fields) {
		f.Name = i.nameOf(f)
		if !slices.ContainsFunc(all, func(o models.Field) bool { return o.Name == f.Name }) {
			all = append(all, f)
		}
	}
	return all
}

// nameOf is what a field is called for the person: a number, where the dataset hides
// its name.
func (i Item) nameOf(f models.Field) string {
	if !f.HideName {
		return f.Name
	}
	return fmt.Sprint("field ", slices.IndexFunc(i.Fields, func(o models.Field) bool { return o.Name == f.Name })+1)
}

// csv writes the table for a spreadsheet, which must not take a text for a
// formula. The exact values are in data.json.
func (t *table) csv(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // without it Excel misreads UTF-8
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	_ = c.Write(inert(t.Columns)) // Error tells
	for row := range t.Rows() {
		texts := make([]string, len(t.Columns))
		for i, one := range row {
			texts[i] = one.Text
			if one.Withheld != "" {
				texts[i] = "[" + one.Withheld + "]"
			}
		}
		_ = c.Write(inert(texts))
	}
	c.Flush()
	return c.Error()
}

// inert puts an apostrophe before what a spreadsheet would run.
func inert(texts []string) []string {
	all := make([]string, len(texts))
	for i, s := range texts {
		start := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
		if start != "" && strings.ContainsRune("=+-@＝＋－＠", first(start)) {
			s = "'" + s
		}
		all[i] = s
	}
	return all
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// plain is a name that every file system takes.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '.' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '-'
	}, name)
}

func (c *Copy) page(w io.Writer) error {
	in := wordsIn(c.Locale)
	return page.Execute(w, struct {
		*Copy
		W      words
		Tables []*table
		Kinds  []kind
		Date   string
	}{c, in, c.tables(), c.kinds(), c.At.Format(in.Date)})
}

type dataRecord struct {
	System       string      `json:"system"`
	Table        string      `json:"table"`
	SomebodyElse bool        `json:"somebody_else,omitempty"`
	Fields       []dataField `json:"fields"`
}

type dataField struct {
	Name       string   `json:"name"`
	Value      *string  `json:"value"`
	Categories []string `json:"categories,omitempty"`
	Withheld   string   `json:"withheld,omitempty"`
}

type dataLeft struct {
	System   string `json:"system"`
	Table    string `json:"table"`
	Field    string `json:"field,omitempty"`
	Reason   string `json:"reason"`
	Citation string `json:"citation"`
}

// data writes data.json, a record at a time: see Schema.
func (c *Copy) data(w io.Writer) error {
	j := &jsonLines{w: w}
	j.text("{\n  \"organisation\": ").value(c.Organisation).text(",\n  \"reference\": ").value(c.Reference)
	if c.Person != "" {
		j.text(",\n  \"person\": ").value(c.Person)
	}
	j.text(",\n  \"made_at\": ").value(c.At.UTC()).text(",\n  \"records\": [")
	for n, i := range c.Items {
		r := dataRecord{System: i.SystemName, Table: i.Table, SomebodyElse: i.Boundary, Fields: []dataField{}}
		for _, f := range visible(i) {
			r.Fields = append(r.Fields, dataField{Name: f.Name, Value: f.Value, Categories: f.Categories, Withheld: string(f.Withheld)})
		}
		j.item(n, r)
	}
	j.text("\n  ]")
	if len(c.Left) > 0 {
		j.text(",\n  \"not_included\": [")
		for n, l := range c.Left {
			j.item(n, dataLeft{System: l.System, Table: l.Table, Field: l.Field, Reason: l.Reason.Title, Citation: l.Reason.Citation})
		}
		j.text("\n  ]")
	}
	j.text("\n}\n")
	return j.err
}

// jsonLines writes JSON in parts, until one fails.
type jsonLines struct {
	w   io.Writer
	err error
}

func (j *jsonLines) text(s string) *jsonLines {
	if j.err == nil {
		_, j.err = io.WriteString(j.w, s)
	}
	return j
}

func (j *jsonLines) value(v any) *jsonLines {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("    ", "  ")
	if j.err == nil {
		j.err = e.Encode(v)
	}
	return j.text(strings.TrimSuffix(b.String(), "\n"))
}

// item is one more value of an array.
func (j *jsonLines) item(n int, v any) {
	if n > 0 {
		j.text(",")
	}
	j.text("\n    ").value(v)
}
