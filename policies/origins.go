package policies

import (
	"cmp"
	"fmt"
	"regexp"
)

// origins knows where in the policy files everything stands. It is keyed by
// pointers to a regime, a type, a reason, a calendar, the workflow, the
// rules for mail, what is never disclosed, or a treatment.
type origins struct {
	of    map[any]origin
	lines map[string]lines
}

type origin struct{ file, path string }

func newOrigins() origins { return origins{map[any]origin{}, map[string]lines{}} }

// add remembers what a file holds.
func (o origins) add(file string, l lines, d data) {
	o.lines[file] = l
	register(o, file, "regimes", d.Regimes)
	register(o, file, "types", d.Types)
	register(o, file, "reasons", d.Reasons)
	register(o, file, "calendars", d.Calendars)
	register(o, file, "texts", d.Texts)
	register(o, file, "territories", d.Territories)
	register(o, file, "provisions", d.Provisions)
	register(o, file, "reports", d.Reports)
	if d.Workflow != nil {
		o.of[d.Workflow] = origin{file, "workflow"}
	}
	register(o, file, "never_disclose", d.NeverDisclose)
	register(o, file, "retention", d.Retention)
	if d.Package != nil {
		o.of[d.Package] = origin{file, "package"}
	}
	if d.Erasure != nil {
		o.of[d.Erasure] = origin{file, "erasure"}
		register(o, file, "erasure.categories", d.Erasure.Categories)
	}
	if d.Mail != nil {
		o.of[d.Mail] = origin{file, "mail"}
	}
}

func register[T any](o origins, file, list string, entries []*T) {
	for i, entry := range entries {
		o.of[entry] = origin{file, fmt.Sprintf("%s[%d]", list, i)}
	}
}

func (o origins) file(of any) string { return o.of[of].file }

// lastPart is the end of a path that a missing line falls back from.
var lastPart = regexp.MustCompile(`(\.[^.\[]*|\[\d+\])$`)

// finding returns what is wrong at the path at below of.
func (o origins) finding(of any, at, format string, args ...any) Finding {
	from := o.of[of]
	path := from.path
	if at != "" {
		path = join(path, at)
	}
	finding := Finding{File: cmp.Or(from.file, "."), Text: fmt.Sprintf(format, args...)}
	for finding.Line == 0 && path != "" {
		finding.Line = o.lines[from.file][path]
		shorter := lastPart.ReplaceAllString(path, "")
		if shorter == path {
			break
		}
		path = shorter
	}
	return finding
}

// byPlace orders findings by file and line.
func byPlace(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}
