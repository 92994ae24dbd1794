package policies

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// lines maps the path of a value in a file ("regimes[2].respond.within") to
// its line.
type lines map[string]int

// decode reads one policy file. Unlike the decoder of the library it goes on
// after a fault, so that all are reported together, and it remembers the line
// of every value for the checks that follow.
func decode(file string, content []byte) (data, lines, Faults) {
	d := &decoder{file: file, lines: lines{}}
	var into data
	tree, err := parser.ParseBytes(content, 0)
	if err != nil {
		return into, d.lines, Faults{syntaxFault(file, err)}
	}
	for i, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			d.fault(doc.Body, "a second document is not read; use a file of its own")
		default:
			d.value(doc.Body, reflect.ValueOf(&into).Elem(), "")
		}
	}
	return into, d.lines, d.faults
}

func syntaxFault(file string, err error) Fault {
	fault := Fault{File: file, Line: 1, Text: "is not YAML"}
	if at, ok := err.(yaml.Error); ok {
		fault.Text = at.GetMessage()
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			fault.Line = tk.Position.Line
		}
	}
	return fault
}

type decoder struct {
	file   string
	lines  lines
	faults Faults
}

func (d *decoder) fault(n ast.Node, format string, args ...any) {
	d.faults = append(d.faults, Fault{File: d.file, Line: line(n), Text: fmt.Sprintf(format, args...)})
}

// value writes node n into v.
func (d *decoder) value(n ast.Node, v reflect.Value, path string) {
	d.lines[path] = line(n)
	if n.Type() == ast.NullType {
		d.fault(n, "%s has no value", name(path))
		return
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
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
	d.fault(n, "%s must be %s", name(path), wanted(v.Kind()))
}

// integer returns a number of a policy file; none of them is over a million.
func integer(value any) (int64, bool) {
	const most = 1_000_000
	switch i := value.(type) {
	case int64:
		return i, -most <= i && i <= most
	case uint64:
		return int64(min(i, most)), i <= most //nolint:gosec // bounded
	}
	return 0, false
}

func (d *decoder) text(n ast.Node, into encoding.TextUnmarshaler, path string) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		d.fault(n, "%s must be a text", name(path))
		return
	}
	if err := into.UnmarshalText([]byte(s.Value)); err != nil {
		d.fault(n, "%s: %s", name(path), err)
	}
}

func (d *decoder) sequence(n ast.Node, v reflect.Value, path string) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fault(n, "%s must be a list", name(path))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	for i, entry := range list.Values {
		d.value(entry, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string) {
	entries, ok := entriesOf(n)
	if !ok {
		d.fault(n, "%s must be a mapping", name(path))
		return
	}
	seen := map[string]bool{}
	for _, entry := range entries {
		key, ok := entry.Key.(*ast.StringNode)
		if !ok {
			d.fault(entry, "a key must be a text")
			continue
		}
		if seen[key.Value] {
			d.fault(key, "%s is given twice", name(join(path, key.Value)))
			continue
		}
		seen[key.Value] = true
		d.entry(key, entry.Value, v, path)
	}
}

func (d *decoder) entry(key *ast.StringNode, n ast.Node, v reflect.Value, path string) {
	at := join(path, key.Value)
	if v.Kind() == reflect.Map {
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(n, value, at)
		v.SetMapIndex(reflect.ValueOf(key.Value).Convert(v.Type().Key()), value)
		return
	}
	field, ok := fieldOf(v, key.Value)
	if !ok {
		d.fault(key, "%s is not a known key here", name(at))
		return
	}
	d.value(n, field, at)
	d.lines[at] = line(key)
}

// fieldOf returns the field of a struct that has this name in JSON, embedded
// structs included.
func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	fields := reflect.VisibleFields(v.Type())
	i := slices.IndexFunc(fields, func(f reflect.StructField) bool {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return tag == key && tag != ""
	})
	if i < 0 {
		return reflect.Value{}, false
	}
	return v.FieldByIndex(fields[i].Index), true
}
