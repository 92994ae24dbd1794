package policies

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// lines maps the path of a value in a file ("regimes[2].respond.within") to
// its line.
type lines map[string]int

// decode reads one policy file. Unlike the decoder of the library it goes on
// after a finding, so that all are reported together, and it remembers the line
// of every value for the checks that follow.
func decode(file string, content []byte) (data, lines, Findings) {
	d := &decoder{file: file, lines: lines{}}
	var into data
	tree, err := parser.ParseBytes(content, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return into, d.lines, Findings{syntaxFinding(file, err)}
	}
	for i, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			d.finding(doc.Body, "a second document is not read; use a file of its own")
		default:
			d.value(doc.Body, reflect.ValueOf(&into).Elem(), "")
		}
	}
	return into, d.lines, d.findings
}

func syntaxFinding(file string, err error) Finding {
	finding := Finding{File: file, Line: 1, Text: "is not YAML"}
	if at, ok := errors.AsType[yaml.Error](err); ok {
		finding.Text = at.GetMessage()
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			finding.Line = tk.Position.Line
		}
	}
	return finding
}

type decoder struct {
	file     string
	lines    lines
	findings Findings
}

func (d *decoder) finding(n ast.Node, format string, args ...any) {
	d.findings = append(d.findings, Finding{File: d.file, Line: line(n), Text: fmt.Sprintf(format, args...)})
}

// value writes node n into v.
func (d *decoder) value(n ast.Node, v reflect.Value, path string) {
	d.lines[path] = line(n)
	if n.Type() == ast.NullType {
		d.finding(n, "%s has no value", name(path))
		return
	}
	if t, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		d.text(n, t, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path)
	case reflect.Struct, reflect.Map:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.sequence(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	switch n := n.(type) {
	case *ast.StringNode:
		if v.Kind() == reflect.String {
			v.SetString(n.Value)
			return
		}
	case *ast.LiteralNode:
		if v.Kind() == reflect.String {
			v.SetString(strings.TrimSpace(n.Value.Value))
			return
		}
	case *ast.BoolNode:
		if v.Kind() == reflect.Bool {
			v.SetBool(n.Value)
			return
		}
	case *ast.IntegerNode:
		if i, ok := integer(n.Value); ok && v.Kind() == reflect.Int {
			v.SetInt(i)
			return
		}
	}
	d.finding(n, "%s must be %s", name(path), wanted(v.Kind()))
}

// integer returns a number of a policy file; none of them is over a million.
func integer(value any) (int64, bool) {
	const most = 1_000_000
	i, err := strconv.ParseInt(fmt.Sprint(value), 10, 64)
	return i, err == nil && -most <= i && i <= most
}

func (d *decoder) text(n ast.Node, into encoding.TextUnmarshaler, path string) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		d.finding(n, "%s must be a text", name(path))
		return
	}
	if err := into.UnmarshalText([]byte(s.Value)); err != nil {
		d.finding(n, "%s: %s", name(path), err)
	}
}

func (d *decoder) sequence(n ast.Node, v reflect.Value, path string) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		d.finding(n, "%s must be a list", name(path))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	for i, entry := range list.Values {
		d.value(entry, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}
