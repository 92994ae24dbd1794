package cases

import (
	"context"
	"time"

	"habeas/models"
)

// LegalHoldStore keeps legal holds.
type LegalHoldStore interface {
	// LegalHoldsOn returns the legal holds, without what is personal in them, that
	// stand on whoever has one of the digests. It asks for those only if any stands
	// at all.
	LegalHoldsOn(ctx context.Context, digests func() ([][]byte, error)) (models.LegalHolds, error)
	LegalHold(ctx context.Context, id string) (models.LegalHold, error)
	// LegalHolds returns a page, the newest first, without what is personal. The
	// cursor is zero on the last page.
	LegalHolds(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, models.Cursor, error)
}

// RetentionStore finds and erases what was kept long enough.
type RetentionStore interface {
	// Erasable returns a page of the closed requests whose time may be over, by
	// their facts. The cursor is zero on the last page.
	Erasable(ctx context.Context, f models.Erasable) ([]models.Request, models.Cursor, error)
	// Policies returns the versions of all policies that requests were received
	// under.
	Policies(ctx context.Context) ([]string, error)
	// ErasableMail returns a page of received mails of which it was decided before
	// an instant what becomes of them, and that belong to no request whose personal
	// data is there.
	ErasableMail(ctx context.Context, before time.Time, after models.Cursor, limit int) ([]models.ReceivedMail, models.Cursor, error)
	// MailOf returns the received mails that lie in a request.
	MailOf(ctx context.Context, requestID string) ([]models.ReceivedMail, error)
	// CountOwnData counts what is due beside requests: mail and what OwnDataDue
	// returns.
	CountOwnData(ctx context.Context, c models.ErasureCutoffs) (map[models.OwnData]int, error)
	// OwnDataDue returns a slice of the rest that is due, as the effect that erases
	// it; one without rows where nothing is.
	OwnDataDue(ctx context.Context, c models.ErasureCutoffs, limit int) (models.OwnDataErased, error)
	// Leftovers returns files that are to be deleted, after one; those that were
	// tried least come first. LeftoversTried forgets some, and counts the tries of
	// others.
	Leftovers(ctx context.Context, after models.Leftover, limit int) ([]models.Leftover, error)
	LeftoversTried(ctx context.Context, deleted, stuck []string) error
	// Scrub has the database overwrite what it still holds of changed rows, where it
	// can.
	Scrub(ctx context.Context) error
}
