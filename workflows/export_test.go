package workflows

import "habeas/models"

// For tests of the log alone.
var Ties = ties

// CommandsOf lists the commands of a kind of actor.
var CommandsOf = commandsOf

// Listed reports whether the lifecycle lists a command for a state.
func Listed(s models.State, c CommandName) bool { return known(s, c) }
