package workflows

import "habeas/models"

// What a command leads to is written in package models, because the store,
// which may not import this package, takes it.
type (
	// Decision is the whole consequence of one command.
	Decision = models.Decision
	// Delivery is the result of one try to send a mail.
	Delivery = models.MailResult
	// Commit is a Decision on its way into the store.
	Commit = models.Commit
	// Once is an idempotency key and the answer that was given under it.
	Once = models.Once
)
