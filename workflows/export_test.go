package workflows

import "habeas/models"

// For tests of the log alone.
var Ties = ties

// Listed reports whether the lifecycle lists a command for a state.
func Listed(s models.State, c CommandName) bool { return table[s][c] != nil }
