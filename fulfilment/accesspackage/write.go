package accesspackage

import (
	"archive/zip"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"habeas/models"
)

// Schema is the JSON Schema of data.json.
//
//go:embed data.schema.json
var Schema []byte

//go:embed index.html.tmpl
var pageText string

var page = template.Must(template.New("index.html").Parse(pageText)) //nolint:gochecknoglobals // parsed once

// Write writes the copy as one ZIP: index.html, data.json, and a CSV for each
// table.
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
	return z.Close()
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

// table is what one system holds in one table.
type table struct {
	ID, System, Name, File string
	Columns                []string
	Rows                   [][]cell
	Context                bool // all of it names somebody else
	words                  words
}

type cell struct{ Text, Withheld string }

// tables groups the items. A table has the columns of all its records, in the
// order in which they come.
func (c *Copy) tables() []*table {
	var all []*table
	for _, i := range c.Items {
		at := slices.IndexFunc(all, func(t *table) bool { return t.System == i.SystemName && t.Name == i.Table })
		if at < 0 {
			id := fmt.Sprint("table-", len(all)+1)
			all = append(all, &table{
				ID: id, System: i.SystemName, Name: i.Table, File: plain(i.System) + "-" + plain(i.Table) + ".csv", Context: true, words: wordsIn(c.Locale),
			})
			at = len(all) - 1
		}
		all[at].add(i)
	}
	for _, t := range all {
		for i, row := range t.Rows { // the first ones did not know of later columns
			t.Rows[i] = slices.Concat(row, make([]cell, len(t.Columns)-len(row)))
		}
	}
	return all
}

func (t *table) add(i Item) {
	t.Context = t.Context && i.Boundary
	shown := visible(i)
	for _, f := range shown {
		if !slices.Contains(t.Columns, f.Name) {
			t.Columns = append(t.Columns, f.Name)
		}
	}
	row := make([]cell, len(t.Columns))
	for _, f := range shown {
		row[slices.Index(t.Columns, f.Name)] = t.cell(f)
	}
	t.Rows = append(t.Rows, row)
}

func (t *table) cell(f models.Field) cell {
	switch {
	case f.Withheld != "":
		return cell{Withheld: t.words.Withheld}
	case f.Value == nil:
		return cell{}
	}
	return cell{Text: *f.Value}
}

// visible are the fields of an item as the person reads them, what tells the
// record from others first. A name that they may not read is a number.
func visible(i Item) []models.Field {
	var all []models.Field
	for _, f := range slices.Concat(i.Key, i.Fields) {
		if f.HideName {
			f.Name = fmt.Sprint("field ", slices.IndexFunc(i.Fields, func(o models.Field) bool { return o.Name == f.Name })+1)
		}
		if !slices.ContainsFunc(all, func(o models.Field) bool { return o.Name == f.Name }) {
			all = append(all, f)
		}
	}
	return all
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
	for _, row := range t.Rows {
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
		Date   string
	}{c, in, c.tables(), c.At.Format(in.Date)})
}

type dataFile struct {
	Organisation string       `json:"organisation"`
	Reference    string       `json:"reference"`
	Person       string       `json:"person,omitempty"`
	MadeAt       time.Time    `json:"made_at"`
	Records      []dataRecord `json:"records"`
	NotIncluded  []dataLeft   `json:"not_included,omitempty"`
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

// data writes data.json: see Schema.
func (c *Copy) data(w io.Writer) error {
	d := dataFile{Organisation: c.Organisation, Reference: c.Reference, Person: c.Person, MadeAt: c.At.UTC(), Records: []dataRecord{}}
	for _, i := range c.Items {
		r := dataRecord{System: i.SystemName, Table: i.Table, SomebodyElse: i.Boundary, Fields: []dataField{}}
		for _, f := range visible(i) {
			r.Fields = append(r.Fields, dataField{Name: f.Name, Value: f.Value, Categories: f.Categories, Withheld: string(f.Withheld)})
		}
		d.Records = append(d.Records, r)
	}
	for _, l := range c.Left {
		d.NotIncluded = append(d.NotIncluded, dataLeft{System: l.System, Table: l.Table, Field: l.Field, Reason: l.Reason.Title, Citation: l.Reason.Citation})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}
