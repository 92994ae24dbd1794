package dataset

import (
	"regexp"
	"slices"
	"strings"

	"habeas/internal/yamltree"
	"habeas/models"
)

var keyPattern = regexp.MustCompile(`^[A-Za-z0-9_.<>-]+$`)

// Parse reads the datasets of one file. Without faults that are no advice every
// field is in order by itself; references are the business of Resolve.
func Parse(file string, content []byte) ([]*Dataset, []yamltree.Fault) {
	root, faults := yamltree.Parse(file, content)
	if len(faults) > 0 {
		return nil, faults
	}
	p := &parser{Reader: yamltree.Reader{File: file}}
	var all []*Dataset
	p.Keys(root, "the file", map[string]func(*yamltree.Node){
		"dataset": func(n *yamltree.Node) {
			p.List(n, "dataset", func(item *yamltree.Node) { all = append(all, p.dataset(item)) })
		},
	})
	if len(all) == 0 && len(p.Faults) == 0 {
		p.Bad(root.Line, "the file has no dataset")
	}
	return all, p.Faults
}

type parser struct {
	yamltree.Reader
}

// accepted takes a key that means nothing here.
func accepted(*yamltree.Node) {}

func (p *parser) refused(why string) func(*yamltree.Node) {
	return func(n *yamltree.Node) { p.Bad(n.Line, "%s", why) }
}

func (p *parser) dataset(n *yamltree.Node) *Dataset {
	d := &Dataset{File: p.File, Line: n.Line}
	meta := func(n *yamltree.Node) { p.datasetMeta(n, d) }
	var collections *yamltree.Node
	p.Keys(n, "a dataset", map[string]func(*yamltree.Node){
		"fides_key": p.Text(&d.Key, "fides_key"), "name": p.Text(&d.Name, "name"),
		"description": p.Text(&d.Description, "description"), "data_categories": p.categories(&d.categories),
		"collections": func(n *yamltree.Node) { collections = n },
		"fides_meta":  meta, "fidesops_meta": meta,
		"organization_fides_key": accepted, "tags": accepted, "meta": accepted,
		"data_uses": accepted, "data_purposes": accepted, "data_subjects": accepted,
	})
	if !keyPattern.MatchString(d.Key) {
		p.Bad(n.Line, "a dataset needs a fides_key of letters, digits and . _ - < >")
	}
	if collections == nil {
		p.Bad(n.Line, "dataset %s has no collections", d.Key)
		return d
	}
	p.List(collections, "collections", func(item *yamltree.Node) {
		c := p.collection(item, d)
		if c.Name != "" && d.Collection(c.Name) != nil {
			p.Bad(c.Line, "collection %s is given twice", c.Name)
			return
		}
		d.Collections = append(d.Collections, c)
	})
	return d
}

func (p *parser) datasetMeta(n *yamltree.Node, d *Dataset) {
	p.Keys(n, "a dataset's fides_meta", map[string]func(*yamltree.Node){
		"resource_id": accepted, "after": accepted, "redact": p.redact(new(bool)),
		"namespace": func(n *yamltree.Node) {
			p.Keys(n, "a namespace", map[string]func(*yamltree.Node){
				"schema": p.Text(&d.Schema, "schema"), "database_name": p.Text(&d.Database, "database_name"),
				"database": p.Text(&d.Database, "database"), "connection_type": accepted,
			})
		},
	})
}

func (p *parser) redact(into *bool) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		if n.Text != "name" {
			p.Bad(n.Line, "redact can only be name")
		}
		*into = true
	}
}

// categories takes data categories and refuses what cannot be one.
func (p *parser) categories(into *[]string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		var found []string
		p.Texts(&found, "data_categories")(n)
		for _, c := range found {
			if !known(c) {
				p.Bad(n.Line, "%s is no data category: it begins with neither user nor system", c)
			} else if !listed(c) {
				p.Advise(n.Line, "data category %s is not in the taxonomy of fideslang 3; it is treated like its branch %s", c, nearest(c))
			}
		}
		*into = append(*into, found...)
	}
}

func (p *parser) collection(n *yamltree.Node, d *Dataset) *Collection {
	c := &Collection{Dataset: d, Line: n.Line}
	var fields *yamltree.Node
	var categories []string
	meta := func(n *yamltree.Node) { p.collectionMeta(n, c) }
	p.Keys(n, "a collection", map[string]func(*yamltree.Node){
		"name": p.Text(&c.Name, "name"), "description": p.Text(&c.Description, "description"),
		"data_categories": p.categories(&categories), "fields": func(n *yamltree.Node) { fields = n },
		"fides_meta": meta, "fidesops_meta": meta,
		"data_uses": accepted, "data_purposes": accepted, "data_subjects": accepted,
	})
	if c.Name == "" {
		p.Bad(n.Line, "a collection needs a name")
	}
	if fields == nil {
		p.Bad(n.Line, "collection %s has no fields", c.Name)
		return c
	}
	p.List(fields, "fields", func(item *yamltree.Node) {
		f := p.field(item)
		f.Categories = inherit(f.Categories, categories, d.categories)
		if f.Name != "" && c.Field(f.Name) != nil {
			p.Bad(f.Line, "field %s is given twice", f.Name)
			return
		}
		c.Fields = append(c.Fields, f)
	})
	return c
}

// inherit adds the categories that apply to all fields above.
func inherit(own []string, above ...[]string) []string {
	all := slices.Clone(own)
	for _, more := range above {
		for _, c := range more {
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

func (p *parser) collectionMeta(n *yamltree.Node, c *Collection) {
	p.Keys(n, "a collection's fides_meta", map[string]func(*yamltree.Node){
		// Find reads to a fixed point and erase is one transaction, so neither
		// has an order that anybody could see.
		"after": accepted, "erase_after": accepted, "redact": p.redact(new(bool)),
		"skip_processing": func(n *yamltree.Node) {
			p.Bool(&c.Skip, "skip_processing")(n)
			if c.Skip {
				p.Advise(n.Line, "the collection is not read: what it holds of a person is neither found nor erased")
			}
		},
		"masking_strategy_override": func(n *yamltree.Node) {
			m := p.masking(n)
			if m.Strategy != models.StrategyDelete {
				p.Bad(n.Line, "the masking_strategy_override of a collection can only be delete")
			}
			c.Delete = true
		},
		"partitioning": p.refused("partitioning is not read: write the reference to the key of the partition"),
	})
}

func (p *parser) field(n *yamltree.Node) *Field {
	f := &Field{Line: n.Line}
	p.Keys(n, "a field", p.fieldKeys(f))
	if f.Name == "" {
		p.Bad(n.Line, "a field needs a name")
	}
	if f.Identity != "" && !models.AnyPersonal(f.Categories) {
		p.Advise(n.Line, "field %s identifies a person but has no user category; it is treated as personal", f.Name)
	}
	return f
}

func (p *parser) fieldKeys(f *Field) map[string]func(*yamltree.Node) {
	meta := func(n *yamltree.Node) { p.fieldMeta(n, f) }
	return map[string]func(*yamltree.Node){
		"name": p.Text(&f.Name, "name"), "description": p.Text(&f.Description, "description"),
		"data_categories": p.categories(&f.Categories), "fides_meta": meta, "fidesops_meta": meta,
		"fields":    func(n *yamltree.Node) { p.nested(n, f) },
		"data_uses": accepted, "data_purposes": accepted, "data_subjects": accepted,
	}
}

// nested takes what lies inside a JSON column. The column is read and masked as
// a whole, so it has the categories of everything in it.
func (p *parser) nested(n *yamltree.Node, f *Field) {
	p.List(n, "fields", func(item *yamltree.Node) {
		inner := p.field(item)
		if inner.Identity != "" || len(inner.References) > 0 || inner.PrimaryKey || inner.Override != nil || inner.ReadOnly {
			p.Bad(item.Line, "a nested field can have no identity, references, primary_key, read_only or masking_strategy_override: the column is read and masked as a whole")
		}
		f.Categories = inherit(f.Categories, inner.Categories)
	})
}

func (p *parser) fieldMeta(n *yamltree.Node, f *Field) {
	var identity string
	p.Keys(n, "a field's fides_meta", map[string]func(*yamltree.Node){
		"identity": p.Text(&identity, "identity"), "primary_key": p.Bool(&f.PrimaryKey, "primary_key"),
		"references": func(n *yamltree.Node) {
			p.List(n, "references", func(item *yamltree.Node) { f.References = append(f.References, p.reference(item)) })
		},
		"data_type": p.dataType(&f.DataType), "length": p.Number(&f.Length, "length"),
		"read_only": p.Bool(&f.ReadOnly, "read_only"), "redact": p.redact(&f.HideName),
		"masking_strategy_override": func(n *yamltree.Node) { f.Override = p.masking(n) },
		"return_all_elements": func(n *yamltree.Node) {
			if n.Text != "true" {
				p.Bad(n.Line, "an array is always shown whole: return_all_elements cannot be false")
			}
		},
		"custom_request_field": p.refused("custom_request_field is not read: name the identifier by identity instead"),
	})
	f.Identity = models.IdentifierKind(identity)
	if strings.HasSuffix(f.DataType, "[]") && (f.Identity != "" || len(f.References) > 0) {
		p.Bad(n.Line, "an array can be neither an identity nor a reference")
	}
}

func (p *parser) dataType(into *string) func(*yamltree.Node) {
	return func(n *yamltree.Node) {
		p.Text(into, "data_type")(n)
		known := []string{"string", "integer", "float", "boolean", "object", "object_id"}
		if !slices.Contains(known, strings.TrimSuffix(*into, "[]")) {
			p.Bad(n.Line, "data_type must be one of %s, or one of them followed by []", strings.Join(known, ", "))
		}
	}
}

func (p *parser) reference(n *yamltree.Node) Reference {
	r := Reference{Line: n.Line}
	var direction string
	p.Keys(n, "a reference", map[string]func(*yamltree.Node){
		"dataset": p.Text(&r.Dataset, "dataset"), "field": p.Text(&r.path, "field"),
		"direction": func(n *yamltree.Node) {
			p.Text(&direction, "direction")(n)
			if direction != string(To) && direction != string(From) {
				p.Bad(n.Line, "direction must be to or from")
			}
		},
	})
	r.Direction = Direction(direction)
	if r.Dataset == "" || r.path == "" {
		p.Bad(n.Line, "a reference needs a dataset and a field")
	}
	if direction == "" {
		p.Advise(n.Line, "the reference has no direction, so find follows it both ways")
	}
	return r
}

func (p *parser) masking(n *yamltree.Node) *Masking {
	m := &Masking{Line: n.Line, Value: "MASKED"}
	var strategy string
	p.Keys(n, "a masking_strategy_override", map[string]func(*yamltree.Node){
		"strategy":      p.Text(&strategy, "strategy"),
		"configuration": func(n *yamltree.Node) { p.maskingConfiguration(n, m) },
	})
	m.Strategy = models.Strategy(strategy)
	switch {
	case strategy == "hash" || strategy == "aes_encrypt":
		p.Bad(n.Line, "%s is refused: what it makes is still personal, or can be turned back", strategy)
	case !slices.Contains(models.Strategies(), m.Strategy):
		p.Bad(n.Line, "there is no masking strategy %q", strategy)
	}
	return m
}

func (p *parser) maskingConfiguration(n *yamltree.Node, m *Masking) {
	p.Keys(n, "a masking configuration", map[string]func(*yamltree.Node){
		"rewrite_value": p.Text(&m.Value, "rewrite_value"), "length": p.Number(&m.Length, "length"),
		"algorithm": func(n *yamltree.Node) {
			if n.Text != "SHA-256" {
				p.Bad(n.Line, "the algorithm of hmac is always SHA-256")
			}
		},
		"format_preservation": func(n *yamltree.Node) {
			p.Keys(n, "format_preservation", map[string]func(*yamltree.Node){"suffix": p.Text(&m.Suffix, "suffix")})
		},
	})
}
