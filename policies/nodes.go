package policies

import (
	"reflect"

	"github.com/goccy/go-yaml/ast"
)

// entriesOf returns the pairs of a mapping; the library has a node of its own
// for a mapping of one pair.
func entriesOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// line returns the line a node begins on. The token of a mapping is its first
// colon, or the brace before it.
func line(n ast.Node) int {
	if entries, ok := entriesOf(n); ok && len(entries) > 0 {
		n = entries[0].Key
	}
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return tk.Position.Line
	}
	return 1
}

// name returns a path for a message.
func name(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func wanted(k reflect.Kind) string {
	switch k {
	case reflect.Int:
		return "a whole number up to a million"
	case reflect.Bool:
		return "true or false"
	}
	return "a text"
}
