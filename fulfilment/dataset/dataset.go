// Package dataset reads Fides datasets (fideslang 3): which table and column
// holds which personal data, and how the tables hang together. It does not
// know the database that a dataset describes.
package dataset

import (
	"habeas/models"
)

// Dataset describes one database, or one schema of it.
type Dataset struct {
	Key         string // fides_key
	Name        string
	Description string
	// Schema and Database are what the namespace says; "" is the connection's
	// own.
	Schema, Database string
	Collections      []*Collection
	File             string
	Line             int

	categories []string // that every field has
}

// Collection is one table.
type Collection struct {
	Dataset     *Dataset
	Name        string
	Description string
	Fields      []*Field
	// Skip: it is neither read nor changed.
	Skip bool
	// Delete: rows of the person are deleted whatever their categories are.
	Delete bool
	Line   int
}

// Field is one column.
type Field struct {
	Name        string
	Description string
	Categories  []string
	// Identity is the kind of identifier that the column holds, or "".
	Identity   models.IdentifierKind
	PrimaryKey bool
	References []Reference
	DataType   string
	Length     int // 0: that of the column
	ReadOnly   bool
	Override   *Masking
	// HideName: the name is not shown to the person.
	HideName bool
	Line     int
}

// Direction is the way in which find follows a reference.
type Direction string

// The directions. Both is what a reference without one has.
const (
	To   Direction = "to"   // from this row to the one it names
	From Direction = "from" // from the named row to this one
	Both Direction = ""
)

// Reference says that a column holds the value of another table's column.
type Reference struct {
	Dataset    string
	Collection string
	Field      string
	Direction  Direction
	Line       int

	path string // collection.field, until it is resolved
}

// Masking is a strategy with its configuration.
type Masking struct {
	Strategy models.Strategy
	Value    string // of string_rewrite
	Suffix   string // that keeps the format
	Length   int    // of random_string_rewrite; 0 is 30
	Line     int
}

// Personal reports whether the column is about a person: by its category, or
// because it identifies one.
func (f *Field) Personal() bool { return f.Identity != "" || models.AnyPersonal(f.Categories) }

// Collection returns a collection by its name, or nil.
func (d *Dataset) Collection(name string) *Collection {
	for _, c := range d.Collections {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Field returns a field by its name, or nil.
func (c *Collection) Field(name string) *Field {
	for _, f := range c.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}
