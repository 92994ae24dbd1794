package policies

import (
	"reflect"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
)

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string) {
	entries, ok := entriesOf(n)
	if !ok {
		d.finding(n, "%s must be a mapping", name(path))
		return
	}
	seen := map[string]bool{}
	for _, entry := range entries {
		key, ok := entry.Key.(*ast.StringNode)
		if !ok {
			d.finding(entry, "a key must be a text")
			continue
		}
		if seen[key.Value] {
			d.finding(key, "%s is given twice", name(join(path, key.Value)))
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
		d.finding(key, "%s is not a known key here", name(at))
		return
	}
	d.value(n, field, at)
	d.lines[at] = line(key)
}

// fieldOf returns the field of a struct that has this name in JSON, embedded
// structs included.
func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	index, ok := indexes(v.Type())[key]
	if !ok {
		return reflect.Value{}, false
	}
	return v.FieldByIndex(index), true
}

var indexed sync.Map //nolint:gochecknoglobals // reflect.Type → map[string][]int, each computed once

// indexes finds the fields of a struct by their names in JSON.
func indexes(t reflect.Type) map[string][]int {
	if known, ok := indexed.Load(t); ok {
		return known.(map[string][]int) //nolint:forcetypeassert,errcheck // only this function stores
	}
	all := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if _, outer := all[tag]; tag != "" && !outer {
			all[tag] = f.Index
		}
	}
	indexed.Store(t, all)
	return all
}
