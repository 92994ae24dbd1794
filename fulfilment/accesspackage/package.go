// Package accesspackage makes the copy of their data that a person gets: a page
// to read or print, the same as data for a machine, and a table each as CSV
// (Articles 15(3) and 20(1) GDPR, Cal. Civ. Code § 1798.130(a)(3)(B)(iii)).
package accesspackage

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"habeas/models"
	"habeas/workflows/cases"
)

// Item is one record that a system holds of the person, as staff review it.
type Item struct {
	ID         string // "shop/person/1": system, table, and the how-manieth of both
	System     string // its key
	SystemName string
	Table      string
	Boundary   bool // it names somebody else, and is shown for context
	Key        []models.Field
	Fields     []models.Field
}

// Items numbers what systems hold, in the order in which they found it.
func Items(all []cases.HeldData) []Item {
	var items []Item
	for _, h := range all {
		seen := map[string]int{}
		for _, r := range h.Findings.Records {
			seen[r.Table]++
			items = append(items, Item{
				ID: fmt.Sprintf("%s/%s/%d", h.System.Key, r.Table, seen[r.Table]), System: h.System.Key, SystemName: h.System.Name,
				Table: r.Table, Boundary: r.Boundary, Key: slices.Clone(r.Key), Fields: slices.Clone(r.Fields),
			})
		}
	}
	return items
}

// Review is what staff decide about single items. What they say nothing of goes
// along, but for what may be about somebody else, which does not.
type Review struct {
	Withhold []Withholding
	Include  []FieldOf
	Redact   []Redaction
	Files    []string // the ids of files of the request that go along as they are
}

// FieldOf names one field of an item.
type FieldOf struct{ Item, Field string }

// Withholding leaves an item out, or one of its fields, for a reason of the
// policy: one by one, or everything of a table or of a data category, with what is
// below it.
type Withholding struct {
	FieldOf
	System, Table, Category string // in bulk, instead of an item
	Reason                  string
}

// bulk reports whether it is about more than one item.
func (w Withholding) bulk() bool { return w.Item == "" }

// of reports whether something in bulk is about an item as a whole, or its table.
func (w Withholding) of(i Item) bool {
	return (w.System == "" || w.System == i.System) && (w.Table == "" || w.Table == i.Table)
}

// Redaction blacks out a text wherever it is in a field, in capitals or not.
// Without an item it is any field of all.
type Redaction struct {
	FieldOf
	Text string
}

// blacked replaces what is about somebody else.
const blacked = "█████"

// Left is what the copy does not hold, and why.
type Left struct {
	System, Table, Field string // Field is empty for a whole item
	Reason               models.Reason
}

// Copy is what goes out.
type Copy struct {
	Organisation, Reference, Person string
	Locale                          string
	At                              time.Time
	Items                           []Item
	Files                           []Attachment
	Left                            []Left
	Redacted                        int
}

// Apply does what a review says, on items that it may change. Errors name the
// part of the review: an item, a field or a reason that is not there, a text that
// the field does not have, a value that nobody may disclose.
func (c *Copy) Apply(review Review, reasons []models.Reason) error {
	var faults []models.FieldError
	fault := func(list string, i int, field, code, message string) {
		faults = append(faults, models.FieldError{Field: fmt.Sprintf("%s[%d].%s", list, i, field), Code: code, Message: message})
	}
	for i, o := range review.Include {
		if f := c.field("include", i, o, fault); f != nil && f.Withheld == models.WithheldOther && f.Value != nil {
			f.Withheld = ""
		} else if f != nil {
			fault("include", i, "field", "not_withheld", "has no value that could be shown")
		}
	}
	c.redact(review.Redact, fault)
	// What is named alone goes first: of a table that was left out whole, nothing can
	// be named any more. And what several name is found by each of them.
	found := make([]bool, len(review.Withhold))
	for i, o := range review.Withhold {
		found[i] = o.bulk() && c.matches(o)
	}
	for _, bulk := range []bool{false, true} {
		for i, o := range review.Withhold {
			if o.bulk() == bulk {
				c.withhold(i, o, found[i], reasons, fault)
			}
		}
	}
	if len(faults) > 0 {
		return models.Invalid(faults...)
	}
	c.settle()
	return nil
}

type faulty func(list string, i int, field, code, message string)

func (c *Copy) withhold(i int, o Withholding, found bool, reasons []models.Reason, fault faulty) {
	r := slices.IndexFunc(reasons, func(r models.Reason) bool { return r.Code == o.Reason })
	at := c.item(o.Item)
	switch {
	case r < 0:
		fault("withhold", i, "reason", "unknown", "is not a reason that this request may be refused for")
	case o.bulk() && !found:
		fault("withhold", i, "item", "unknown", "names nothing that is in this package")
	case o.bulk():
		c.withholdAll(o, reasons[r])
	case at < 0:
		fault("withhold", i, "item", "unknown", "is not an item of this package")
	case o.Field == "":
		c.Left = append(c.Left, Left{System: c.Items[at].SystemName, Table: c.Items[at].Table, Reason: reasons[r]})
		c.Items = slices.Delete(c.Items, at, at+1)
	default:
		if f := c.field("withhold", i, o.FieldOf, fault); f != nil {
			c.Left = append(c.Left, Left{System: c.Items[at].SystemName, Table: c.Items[at].Table, Field: c.Items[at].nameOf(*f), Reason: reasons[r]})
			f.Value, f.Withheld = nil, models.Withheld(reasons[r].Code)
		}
	}
}

// matches reports whether a bulk withholding names anything.
func (c *Copy) matches(o Withholding) bool {
	if o.Category == "" && o.System == "" && o.Table == "" {
		return false
	}
	within := func(f models.Field) bool {
		return slices.ContainsFunc(f.Categories, func(own string) bool { return models.CategoryWithin(own, o.Category) })
	}
	return slices.ContainsFunc(c.Items, func(i Item) bool {
		return o.of(i) && (o.Category == "" || slices.ContainsFunc(i.Key, within) || slices.ContainsFunc(i.Fields, within))
	})
}

// withholdAll leaves out all records of a table, or all values of a category.
func (c *Copy) withholdAll(o Withholding, reason models.Reason) {
	c.Items = slices.DeleteFunc(c.Items, func(i Item) bool {
		if !o.of(i) {
			return false
		}
		if o.Category == "" {
			c.Left = append(c.Left, Left{System: i.SystemName, Table: i.Table, Reason: reason})
			return true
		}
		for _, fields := range [][]models.Field{i.Key, i.Fields} {
			for n := range fields {
				f := &fields[n]
				if f.Withheld == "" && slices.ContainsFunc(f.Categories, func(own string) bool { return models.CategoryWithin(own, o.Category) }) {
					c.Left = append(c.Left, Left{System: i.SystemName, Table: i.Table, Field: i.nameOf(*f), Reason: reason})
					f.Value, f.Withheld = nil, models.Withheld(reason.Code)
				}
			}
		}
		return false
	})
}

// redact blacks texts out, the longest first: a name may be part of another.
func (c *Copy) redact(all []Redaction, fault faulty) {
	type mark struct {
		only *models.Field // nil: any
		text *regexp.Regexp
	}
	fields := c.everyField()
	var marks []mark
	for i, o := range all {
		m, among := mark{text: regexp.MustCompile(`(?i)` + regexp.QuoteMeta(o.Text))}, fields
		if o.Item != "" {
			if m.only = c.field("redact", i, o.FieldOf, fault); m.only == nil {
				continue
			}
			among = []*models.Field{m.only}
		}
		has := func(f *models.Field) bool { return f.Value != nil && m.text.MatchString(*f.Value) }
		if o.Text == "" || !slices.ContainsFunc(among, has) {
			fault("redact", i, "text", "absent", "is not there")
			continue
		}
		marks = append(marks, m)
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return len(b.text.String()) - len(a.text.String()) })
	for _, f := range fields {
		for _, m := range marks {
			if f.Value != nil && (m.only == nil || m.only == f) && m.text.MatchString(*f.Value) {
				f.Value = new(m.text.ReplaceAllLiteralString(*f.Value, blacked))
				c.Redacted++
			}
		}
	}
}

func (c *Copy) everyField() []*models.Field {
	var all []*models.Field
	for i := range c.Items {
		for _, fields := range [][]models.Field{c.Items[i].Key, c.Items[i].Fields} {
			for j := range fields {
				all = append(all, &fields[j])
			}
		}
	}
	return all
}

// settle takes out the values that were not let in.
func (c *Copy) settle() {
	for _, f := range c.everyField() {
		if f.Withheld != "" {
			f.Value = nil
		}
	}
}

func (c *Copy) item(id string) int {
	return slices.IndexFunc(c.Items, func(i Item) bool { return i.ID == id })
}

func (c *Copy) field(list string, i int, of FieldOf, fault faulty) *models.Field {
	at := c.item(of.Item)
	if at < 0 {
		fault(list, i, "item", "unknown", "is not an item of this package")
		return nil
	}
	for _, fields := range [][]models.Field{c.Items[at].Fields, c.Items[at].Key} {
		for j := range fields {
			if fields[j].Name == of.Field {
				return &fields[j]
			}
		}
	}
	fault(list, i, "field", "unknown", "is not a field of this item")
	return nil
}
