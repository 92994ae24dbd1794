package workflows

import "habeas/models"

// Decision is the whole consequence of one command: the request as it then
// is, and everything to store with it in the same transaction.
type Decision struct {
	Request  models.Request
	Events   []models.Event
	Messages []models.Message
	Jobs     []models.Job

	Code     *models.MailedCode // a fresh code; ends the ones before
	CodeUsed string             // the code that was typed
	Session  *models.Session    // what it opened
	File     *models.File
	Delivery *Delivery // what became of a mail
}

// Delivery is the result of one try to send a mail. Message is the message as
// it then is.
type Delivery struct {
	Message models.Message
}

// Commit is a Decision on its way into the store.
type Commit struct {
	Decision
	// Before is the version the request had when it was read: 0 for a new one.
	// The store refuses with models.CodeStale if it has moved on.
	Before int
	// JobDone is the id of the job whose effect this is: marked done in the
	// same transaction, which fails with ErrJobDone if it already was.
	JobDone string
	// Once makes the command happen once under an idempotency key.
	Once *Once
}

// Once is an idempotency key and the answer that was given under it.
type Once struct {
	Scope    string // who used the key: a token id, or "public"
	Key      string
	BodyHash []byte // SHA-256 of method, path and body
	Answer   []byte // sealed at rest; the same again for the same body
	Status   int
}
