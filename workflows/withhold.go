package workflows

import (
	"slices"

	"habeas/models"
)

// NeverDisclosedAny reports whether one of the data categories is never disclosed.
func (r Rules) NeverDisclosedAny(categories []string) bool {
	return slices.ContainsFunc(categories, func(c string) bool {
		_, never := r.NeverDisclosed(c)
		return never
	})
}

// WithholdFields empties the fields that the law never lets anybody disclose.
func (r Rules) WithholdFields(fields []models.Field) {
	for i := range fields {
		if r.NeverDisclosedAny(fields[i].Categories) {
			fields[i].Value, fields[i].Withheld = nil, models.WithheldNever
		}
	}
}
