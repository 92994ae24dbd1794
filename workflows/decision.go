package workflows

import "habeas/models"

// What a command leads to is written in package models, because the store,
// which may not import this package, takes it.
type (
	// Decision is the whole consequence of one command.
	Decision = models.Decision
	// Once is an idempotency key and the answer that was given under it.
	Once = models.Once
	// Stamp is what a decision takes from outside: the time, and ids.
	Stamp = models.Stamp
)
