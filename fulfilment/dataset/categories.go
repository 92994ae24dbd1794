package dataset

import (
	_ "embed"
	"slices"
	"strings"

	"habeas/models"
)

// The data categories of fideslang 3, one a line (CC BY 4.0, Ethyca).
//
//go:embed categories.txt
var taxonomy string

// Categories lists the data categories of fideslang 3.
func Categories() []string { return strings.Fields(taxonomy) }

// listed reports whether the taxonomy has a category.
func listed(category string) bool { return slices.Contains(Categories(), category) }

// known reports whether a category is of one of the two trees, whatever the
// version of the taxonomy.
func known(category string) bool {
	return models.CategoryWithin(category, "user") || models.CategoryWithin(category, "system")
}

// nearest returns the branch of the taxonomy that a category of an older one
// belongs to.
func nearest(category string) string {
	for !listed(category) {
		category = category[:strings.LastIndexByte(category, '.')]
	}
	return category
}
