package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed docs.css
var styles []byte

//go:embed docs.html
var layout string

// mountDocument serves the document, and a page of it for people.
func (a *API) mountDocument() {
	for path, serve := range map[string]echo.HandlerFunc{
		"/openapi.yaml":   fixed("application/yaml", func() []byte { return documented().yaml }),
		"/openapi.json":   fixed(echo.MIMEApplicationJSON, func() []byte { return documented().json }),
		"/docs":           fixed(echo.MIMETextHTMLCharsetUTF8, func() []byte { return documented().page }),
		"/docs/style.css": fixed("text/css; charset=utf-8", func() []byte { return styles }),
	} {
		a.server.Match([]string{http.MethodGet, http.MethodHead}, path, serve)
	}
}

// fixed serves bytes that only change with the program. The page may use our
// own stylesheet and nothing else.
func fixed(media string, content func() []byte) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		return c.Blob(http.StatusOK, media, content())
	}
}

// page writes the document as one HTML page, in the order of the routes.
func page(endpoints []endpoint, document []byte) []byte {
	var spec specView
	must(json.Unmarshal(document, &spec))
	t, err := template.New("docs").Funcs(template.FuncMap{"paragraphs": paragraphs, "kind": kindOfSchema, "link": linkOf}).Parse(layout)
	must(err)
	var b bytes.Buffer
	must(t.Execute(&b, viewDocs(endpoints, spec)))
	return b.Bytes()
}

// specView is what the page needs of the document.
type specView struct {
	Info struct {
		Title, Version, Description string
	} `json:"info"`
	Tags []struct {
		Name, Description string
	} `json:"tags"`
	Paths      map[string]map[string]operationView `json:"paths"`
	Components struct {
		Schemas   map[string]schemaView   `json:"schemas"`
		Responses map[string]responseView `json:"responses"`
	} `json:"components"`
}

type operationView struct {
	ID          string          `json:"operationId"`
	Summary     string          `json:"summary"`
	Description string          `json:"description"`
	Parameters  []parameterView `json:"parameters"`
	RequestBody struct {
		Content map[string]mediaView `json:"content"`
	} `json:"requestBody"`
	Responses map[string]responseView `json:"responses"`
}

type parameterView struct {
	Name, In, Description string
	Required              bool
	Schema                schemaView
}

type mediaView struct {
	Schema  schemaView `json:"schema"`
	Example any        `json:"example"`
}

type responseView struct {
	Ref         string               `json:"$ref"`
	Description string               `json:"description"`
	Content     map[string]mediaView `json:"content"`
}

type schemaView struct {
	Ref         string                `json:"$ref"`
	Type        any                   `json:"type"`
	Format      string                `json:"format"`
	Enum        []any                 `json:"enum"`
	Items       *schemaView           `json:"items"`
	Description string                `json:"description"`
	Properties  map[string]schemaView `json:"properties"`
	Required    []string              `json:"required"`
}

// docsView is the page: sections by tag, then the schemas.
type docsView struct {
	Title, Version, Introduction string
	Sections                     []sectionView
	Schemas                      []namedSchema
}

type sectionView struct {
	Name, Text, Anchor string
	Operations         []opView
}

type opView struct {
	Method, Path string
	Who          string
	operationView
	Bodies  []bodyView
	Answers []answerLine
}

type bodyView struct {
	Media   string
	Schema  schemaView
	Fields  []propertyView
	Example string
}

type answerLine struct {
	Status, Text string
	Bodies       []bodyView
}

type namedSchema struct {
	Name   string
	Text   string
	Fields []propertyView
}

type propertyView struct {
	Name     string
	Required bool
	Schema   schemaView
}

func viewDocs(endpoints []endpoint, spec specView) docsView {
	d := docsView{Title: spec.Info.Title, Version: spec.Info.Version, Introduction: spec.Info.Description}
	for _, tag := range spec.Tags {
		s := sectionView{Name: tag.Name, Text: tag.Description, Anchor: "tag-" + anchor(tag.Name)}
		for _, e := range endpoints {
			if e.Tag == tag.Name {
				s.Operations = append(s.Operations, viewOperation(e, spec))
			}
		}
		d.Sections = append(d.Sections, s)
	}
	for _, name := range slices.Sorted(maps.Keys(spec.Components.Schemas)) {
		schema := spec.Components.Schemas[name]
		d.Schemas = append(d.Schemas, namedSchema{Name: name, Text: schema.Description, Fields: propertiesOf(schema)})
	}
	return d
}

func viewOperation(e endpoint, spec specView) opView {
	path := openAPIPath(e.Path)
	op := spec.Paths[path][strings.ToLower(e.Method)]
	v := opView{Method: e.Method, Path: path, operationView: op, Bodies: bodiesOf(op.RequestBody.Content), Who: whoMay(e.Access)}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := op.Responses[status]
		if shared, ok := spec.Components.Responses[lastOf(answer.Ref)]; ok {
			answer = responseView{Description: shared.Description}
		}
		v.Answers = append(v.Answers, answerLine{Status: status, Text: answer.Description, Bodies: bodiesOf(answer.Content)})
	}
	return v
}

func whoMay(access Access) string {
	switch access {
	case Public:
		return "Anybody"
	case Session:
		return "The requester, with the token of a session"
	case Signed:
		return "Whoever holds the key of the hook"
	}
	return "Staff: " + strings.Join(rolesWith(access), ", ")
}

func bodiesOf(content map[string]mediaView) []bodyView {
	var all []bodyView
	for _, media := range slices.Sorted(maps.Keys(content)) {
		m := content[media]
		b := bodyView{Media: media, Schema: m.Schema, Fields: propertiesOf(m.Schema)}
		if m.Example != nil {
			text, err := json.MarshalIndent(m.Example, "", "  ")
			must(err)
			b.Example = string(text)
		}
		all = append(all, b)
	}
	return all
}

func propertiesOf(s schemaView) []propertyView {
	var all []propertyView
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		all = append(all, propertyView{Name: name, Required: slices.Contains(s.Required, name), Schema: s.Properties[name]})
	}
	return all
}

// kindOfSchema names a schema in a few words: "list of text", "text: a, b".
func kindOfSchema(s schemaView) string {
	kind := ""
	switch t := s.Type.(type) {
	case string:
		kind = t
	case []any:
		kind = strings.ReplaceAll(strings.Trim(fmt.Sprint(t), "[]"), " ", " or ")
	}
	switch {
	case s.Ref != "":
		kind = lastOf(s.Ref)
	case s.Items != nil:
		kind = "list of " + kindOfSchema(*s.Items)
	case s.Format != "":
		kind += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		kind += ": " + strings.ReplaceAll(strings.Trim(fmt.Sprint(s.Enum), "[]"), " ", ", ")
	}
	return kind
}

// linkOf is the anchor of the schema that a schema refers to, or "".
func linkOf(s schemaView) string {
	if s.Ref == "" && s.Items != nil {
		return linkOf(*s.Items)
	}
	return lastOf(s.Ref)
}

func lastOf(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

func anchor(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
}

func paragraphs(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "**", ""), "\n\n")
}
