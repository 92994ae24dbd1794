package fulfilment

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas/models"
)

// ReceiptOf is the receipt of a preview that was applied at a time.
func ReceiptOf(p models.Preview, at time.Time) models.Receipt {
	r := models.Receipt{System: p.System, Version: p.Version, Action: p.Action, Commitment: p.Hash, At: at, Outcome: models.TaskCompleted}
	if len(p.Rows) == 0 {
		r.Outcome = models.TaskNothingFound
	}
	for _, row := range p.Rows {
		count(&r, row)
		for _, f := range row.Fields {
			if f.Kept == nil {
				erased(&r, f)
				masked(&r, row.Table, f)
				continue
			}
			keep(&r, row.Table, f)
			if partly(f.Kept.Reason) {
				r.Outcome = models.TaskPartly
			}
		}
	}
	return r
}

// partly reports whether a kept field means that not all was done. What may be
// somebody else's was not asked for, and a key that is left names nobody.
func partly(reason models.KeptReason) bool {
	return reason != models.KeptOther && reason != models.KeptJoins
}

func count(r *models.Receipt, row models.RowChange) {
	i := slices.IndexFunc(r.Tables, func(c models.Counts) bool { return c.Table == row.Table })
	if i < 0 {
		i = len(r.Tables)
		r.Tables = append(r.Tables, models.Counts{Table: row.Table})
	}
	switch row.Operation {
	case models.OperationUpdate:
		r.Tables[i].Updated++
	case models.OperationDelete:
		r.Tables[i].Deleted++
	case models.OperationKeep:
		r.Tables[i].Kept++
	}
}

// erased counts a value that is gone. There was none in an empty field.
func erased(r *models.Receipt, f models.FieldChange) {
	if f.Before == nil || f.Verdict != models.VerdictErased && f.Verdict != models.VerdictMasked {
		return
	}
	one := models.CategoryCount{Category: strings.Join(f.Categories, " "), Verdict: f.Verdict}
	i := slices.IndexFunc(r.Erased, func(c models.CategoryCount) bool { return c.Category == one.Category && c.Verdict == one.Verdict })
	if i < 0 {
		i = len(r.Erased)
		r.Erased = append(r.Erased, one)
	}
	r.Erased[i].Count++
}

// masked counts a value that was written in place of another.
func masked(r *models.Receipt, table string, f models.FieldChange) {
	if f.Verdict != models.VerdictMasked || f.After == nil {
		return
	}
	i := slices.IndexFunc(r.Masked, func(c models.FieldCount) bool { return c.Table == table && c.Field == f.Name })
	if i < 0 {
		i = len(r.Masked)
		r.Masked = append(r.Masked, models.FieldCount{Table: table, Field: f.Name})
	}
	r.Masked[i].Count++
}

func keep(r *models.Receipt, table string, f models.FieldChange) {
	one := models.KeptCount{Table: table, Field: f.Name, Category: strings.Join(f.Categories, " "), Reason: f.Kept.Reason, Citation: f.Kept.Citation, Months: f.Kept.Months}
	i := slices.IndexFunc(r.Kept, func(k models.KeptCount) bool {
		k.Count = 0
		return k == one
	})
	if i < 0 {
		i = len(r.Kept)
		r.Kept = append(r.Kept, one)
	}
	r.Kept[i].Count++
}

// Seen says what a find after an action saw: how much is there, and how much of
// it is neither listed as kept nor what the action wrote.
func Seen(p models.Preview, found models.Findings, at time.Time) *models.Afterwards {
	known := map[string]models.FieldChange{}
	for _, row := range p.Rows {
		for _, f := range row.Fields {
			known[place(row.Dataset, row.Table, row.Key, f.Name)] = f
		}
	}
	seen := &models.Afterwards{At: at, Values: found.Values()}
	for _, r := range found.Records {
		if r.Boundary {
			continue
		}
		seen.Records++
		for _, f := range r.Fields {
			if !f.Personal || f.Value == nil || f.Withheld != "" {
				continue
			}
			before, ok := known[place(r.Dataset, r.Table, r.Key, f.Name)]
			if !ok || before.Kept == nil && (before.After == nil || *before.After != *f.Value) {
				seen.Remaining++
			}
		}
	}
	return seen
}

// place names a field of a record.
func place(dataset, table string, key []models.Field, field string) string {
	var b strings.Builder
	for _, s := range []string{dataset, table, field} {
		b.WriteString(strconv.Quote(s))
	}
	for _, k := range key {
		if k.Value != nil {
			b.WriteString(strconv.Quote(*k.Value))
		}
	}
	return b.String()
}
