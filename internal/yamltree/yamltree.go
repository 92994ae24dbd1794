// Package yamltree reads YAML into a tree that knows its lines, so that a
// fault in a file can be named with its place. It does not know what the files
// mean.
package yamltree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Fault is one thing wrong in a file.
type Fault struct {
	File string
	Line int
	Text string
	// Advice: it may stay as it is.
	Advice bool
}

// String returns "file:line: text".
func (f Fault) String() string {
	if f.Advice {
		return fmt.Sprintf("%s:%d: advice: %s", f.File, f.Line, f.Text)
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Kind is what a node is.
type Kind int

// The kinds.
const (
	Null Kind = iota
	Text
	Int
	Bool
	Other // a float, an infinity
	List
	Map
)

// Node is one value of a file.
type Node struct {
	Kind  Kind
	Line  int
	Text  string // of a scalar, as it is written
	Items []*Node
	Pairs []Pair
}

// Pair is one entry of a mapping, in the order of the file.
type Pair struct {
	Key   string
	Line  int
	Value *Node
}

// Parse reads the one document of a file. An empty file is a Null node.
func Parse(file string, content []byte) (*Node, []Fault) {
	tree, err := parser.ParseBytes(content, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, []Fault{syntax(file, err)}
	}
	p := &reader{file: file}
	root := &Node{Line: 1}
	for i, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			p.fault(doc.Body, "a second document is not read; use a file of its own")
		default:
			root = p.node(doc.Body)
		}
	}
	return root, p.faults
}

func syntax(file string, err error) Fault {
	fault := Fault{File: file, Line: 1, Text: "is not YAML"}
	if at, ok := errors.AsType[yaml.Error](err); ok {
		fault.Text = at.GetMessage()
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			fault.Line = tk.Position.Line
		}
	}
	return fault
}

type reader struct {
	file   string
	faults []Fault
}

func (r *reader) fault(n ast.Node, format string, args ...any) {
	r.faults = append(r.faults, Fault{File: r.file, Line: line(n), Text: fmt.Sprintf(format, args...)})
}

func (r *reader) node(n ast.Node) *Node {
	at := &Node{Line: line(n)}
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		at.Kind, at.Text = Text, n.Value
	case *ast.LiteralNode:
		at.Kind, at.Text = Text, strings.TrimSpace(n.Value.Value)
	case *ast.IntegerNode:
		at.Kind, at.Text = Int, fmt.Sprint(n.Value)
	case *ast.BoolNode:
		at.Kind, at.Text = Bool, strconv.FormatBool(n.Value)
	case *ast.SequenceNode:
		at.Kind = List
		for _, item := range n.Values {
			at.Items = append(at.Items, r.node(item))
		}
	case *ast.MappingNode:
		r.pairs(at, n.Values)
	case *ast.MappingValueNode:
		r.pairs(at, []*ast.MappingValueNode{n})
	case *ast.FloatNode:
		at.Kind, at.Text = Other, n.GetToken().Value
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.fault(n, "anchors, aliases and tags are not read")
	default:
		at.Kind = Other
	}
	return at
}

func (r *reader) pairs(at *Node, values []*ast.MappingValueNode) {
	at.Kind = Map
	seen := map[string]bool{}
	for _, v := range values {
		if _, ok := v.Key.(*ast.MergeKeyNode); ok {
			r.fault(v, "anchors, aliases and tags are not read")
			continue
		}
		key := v.Key.String()
		if s, ok := v.Key.(*ast.StringNode); ok {
			key = s.Value
		}
		if seen[key] {
			r.fault(v.Key, "%s is given twice", key)
			continue
		}
		seen[key] = true
		at.Pairs = append(at.Pairs, Pair{Key: key, Line: line(v.Key), Value: r.node(v.Value)})
	}
}

// line returns the line a node begins on. The token of a mapping is its first
// colon, or the brace before it.
func line(n ast.Node) int {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			n = m.Values[0].Key
		}
	case *ast.MappingValueNode:
		n = m.Key
	}
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return tk.Position.Line
	}
	return 1
}
