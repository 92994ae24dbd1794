package cases

import (
	"context"
	"io"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// Store keeps requests. Each method is one transaction. What it cannot find is
// a models.CodeNotFound error.
type Store interface {
	MailStore
	TaskStore
	LegalHoldStore
	SystemStore
	RetentionStore

	Find(ctx context.Context, reference string) (models.Request, error)
	FindByID(ctx context.Context, id string) (models.Request, error)
	// List returns facts only: no Content. The cursor is zero on the last page.
	List(ctx context.Context, f models.Filter) ([]models.Request, models.Cursor, error)
	// Counts returns how many requests each filter selects, counted to most+1.
	Counts(ctx context.Context, filters []models.Filter, most int) ([]int, error)
	// SimilarOpen returns, by id, how many open requests are like an open one of ids:
	// of its type and mailbox, itself included, counted to most+1. Those that
	// have none are left out.
	SimilarOpen(ctx context.Context, ids []string, most int) (map[string]int, error)
	// Duplicates returns the references of other unanswered requests of the
	// same mailbox that ask for the same, or for more.
	Duplicates(ctx context.Context, r models.Request) ([]string, error)
	// CountAnswered counts the other requests of the mailbox for one of the types
	// that were fulfilled, in whole or in part, since an instant.
	CountAnswered(ctx context.Context, r models.Request, types []models.RequestType, since time.Time) (int, error)
	Stats(ctx context.Context, now time.Time) (models.Stats, error)
	Figures

	// Commit stores all of d or nothing. See the fields of Decision and the
	// effects for the errors it returns. A job or message whose unique key is
	// there already is left out; a new request whose reference is taken is
	// CodeConflict.
	Commit(ctx context.Context, d workflows.Decision) error
	// Answered returns what was stored under an idempotency key, or CodeNotFound.
	Answered(ctx context.Context, scope, key string) (workflows.Once, error)
	// Suppressed reports whether a mailbox, in its canonical form, is on the
	// suppression list.
	Suppressed(ctx context.Context, mailbox string) (bool, error)
	// ErasedMailbox reports whether the owner of a mailbox, in its canonical form, had
	// their data erased, and has not come back since.
	ErasedMailbox(ctx context.Context, mailbox string) (bool, error)
	// MailUsage returns how much of the limits on a mail is used up.
	MailUsage(ctx context.Context, m models.MailCounted, now time.Time) (models.MailUsage, error)
	// MailsThisHour returns how many mails to unverified mailboxes a group was
	// counted for in the hour of now.
	MailsThisHour(ctx context.Context, group string, now time.Time) (int, error)
	// CountHour counts something within the hour of at, or is models.ErrHourFull
	// where that was as often as it may be.
	CountHour(ctx context.Context, scope string, most int, at time.Time) error
	// ForgetMailCounts drops counts of mail that no limit looks at any more.
	ForgetMailCounts(ctx context.Context, now time.Time) error
	// ForgetAnswers drops answers that were stored under idempotency keys, but
	// for those of mails, days after.
	ForgetAnswers(ctx context.Context, now time.Time) error
	// Record appends events that change no request.
	Record(ctx context.Context, events ...models.Event) error

	Events(ctx context.Context, requestID string) ([]models.Event, error)
	// WaysIn returns the events of models.WayInEvents since a request came in, the
	// oldest first.
	WaysIn(ctx context.Context, r models.Request) ([]models.Event, error)
	Messages(ctx context.Context, requestID string) ([]models.Message, error)
	// LastByStaff returns the id of the last event that staff caused in a request;
	// "" for none.
	LastByStaff(ctx context.Context, requestID string) (string, error)
	// Written counts what came in, of messages lately only those since then.
	Written(ctx context.Context, requestID string, since time.Time) (models.Written, error)
	// SentKeys returns those of the keys that there is a message under.
	SentKeys(ctx context.Context, keys []string) ([]string, error)
	Message(ctx context.Context, id string) (models.Message, error)
	// OutgoingMail returns a page of our mails in a delivery state, the newest
	// first, without their words. The cursor is zero on the last page.
	OutgoingMail(ctx context.Context, d models.Delivery, after models.Cursor, limit int) ([]models.OutgoingMail, models.Cursor, error)
	// MessageByMailID finds by the Message-ID, without brackets, of a mail that
	// we sent.
	MessageByMailID(ctx context.Context, mailID string) (models.Message, error)
	Files(ctx context.Context, requestID string) ([]models.File, error)

	// CountTry counts a try of the request's live code before it is compared:
	// against the client, which has so many at one code, and then against the
	// code. It returns the code with that try counted, or CodeNotFound.
	CountTry(ctx context.Context, requestID string, by []models.Tries, now time.Time) (models.MailedCode, error)
	// Codes returns the codes issued for a request since then, the newest first.
	Codes(ctx context.Context, requestID string, since time.Time) ([]models.MailedCode, error)
	Session(ctx context.Context, hash []byte, now time.Time) (models.Session, error)
	// SeeSession notes that a session was used.
	SeeSession(ctx context.Context, id string, at time.Time) error
	// EndSession forgets a session, known or not.
	EndSession(ctx context.Context, hash []byte) error

	SavePolicy(ctx context.Context, version string, snapshot []byte) error
	Policy(ctx context.Context, version string) ([]byte, error)

	// SealFile and OpenFile seal a file's bytes under its request's key.
	SealFile(ctx context.Context, f models.File, plain []byte) ([]byte, error)
	OpenFile(ctx context.Context, f models.File, sealed []byte) ([]byte, error)
	// SealStream and OpenStream do so for packages, in constant memory.
	SealStream(ctx context.Context, f models.File, w io.Writer) (io.WriteCloser, error)
	OpenStream(ctx context.Context, f models.File, r io.Reader) (io.Reader, error)
}

// Figures counts requests for the overview. A period's bounds are instants; a
// zero one does not restrict.
type Figures interface {
	CountReceived(ctx context.Context, periods []models.Period) ([]int, error)
	// CountClosed counts by when a closed request was closed last.
	CountClosed(ctx context.Context, periods []models.Period) ([]int, error)
	// CountDue counts unanswered requests by when they are due.
	CountDue(ctx context.Context, periods []models.Period) ([]int, error)
	// AnswerTimes groups the requests that staff answered in the period by the
	// days it took, as the calendar in zone has them.
	AnswerTimes(ctx context.Context, p models.Period, zone *time.Location) ([]models.AnswerTime, error)
}

// JobStore keeps the job rows.
type JobStore interface {
	Job(ctx context.Context, id string) (models.Job, error)
	Jobs(ctx context.Context, state models.JobState, after models.Cursor, limit int) ([]models.Job, models.Cursor, error)
	// Claim takes up to limit pending jobs due at now that no relay took since
	// now minus lease, soonest first, and marks them taken: those of one lane, if
	// given.
	Claim(ctx context.Context, now time.Time, lease time.Duration, limit int, of ...models.JobLane) ([]models.Job, error)
	// Unclaim lets every pending job be claimed again at once: after the queue
	// was lost, and at the start of an embedded service. ids nil means all.
	Unclaim(ctx context.Context, ids []string) error
	// Begin counts a try of a pending job that had so many before, and keeps
	// every other run and every relay from it until then: for an effect that
	// leaves the house and cannot share the row's transaction. It is ErrJobDone
	// for all runs but the first.
	Begin(ctx context.Context, id string, attempts int, now, until time.Time) error
	// Finish marks a job done that had no other effect, or ErrJobDone.
	Finish(ctx context.Context, id string, at time.Time) error
	// Retry makes a dead job due at once, with its event; CodeConflict if it
	// is not dead.
	Retry(ctx context.Context, id string, at time.Time, e models.Event) error
	// Ensure adds a job unless its unique key is there.
	Ensure(ctx context.Context, j models.Job) error
	// OldestDue returns the RunAt of the pending job longest overdue, or zero.
	OldestDue(ctx context.Context, now time.Time) (time.Time, error)
	// JobCounts and MailCounts count in each state, to most+1 and no further.
	JobCounts(ctx context.Context, most int) (map[models.JobState]int, error)
	MailCounts(ctx context.Context, most int) (map[models.Delivery]int, error)
}

// Digests reads what a daily digest lists.
type Digests interface {
	// Unanswered returns the facts of the unanswered requests of an assignee
	// ("" for nobody's), soonest due first, at most limit.
	Unanswered(ctx context.Context, assignee string, limit int) ([]models.Request, error)
}

// Keyring makes keyed digests of things too short for a plain hash.
type Keyring interface {
	MAC(purpose string, value []byte) []byte
	// Indexes returns a digest of 16 bytes under every key, the newest first.
	Indexes(purpose string, value []byte) [][]byte
}

// MailFolder keeps our mails as files, in the embedded mode.
type MailFolder interface {
	// Delete removes the mail with a Message-ID. One that is not there is no error.
	Delete(mailID string) error
}

// Blobs keeps the sealed bytes of files.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
}
