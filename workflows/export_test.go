package workflows

import (
	"slices"

	"habeas/models"
)

// CommandsOf lists the commands of a kind of actor.
var CommandsOf = commandsOf

// AboutTask reports whether staff give the command about a task.
func AboutTask(c CommandName) bool { return slices.Contains(taskCommands(), c) }

// TaskListed reports whether the life of a task lists a command for it.
func TaskListed(t models.Task, c CommandName) bool { return taskListed(t, c) }

// Listed reports whether the lifecycle lists a command for a state.
func Listed(s models.State, c CommandName) bool { return known(s, c) }
