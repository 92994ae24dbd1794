package cases

import (
	"context"
	"time"

	"habeas/models"
)

// MailStore keeps the mail that reaches us. Commit stores and routes it.
type MailStore interface {
	// SealMail seals the bytes of a mail under a new key of its own, which it
	// returns wrapped, for MailReceived; OpenMail undoes it, as long as the key
	// lives.
	SealMail(id string, raw []byte) (sealed, wrapped []byte, err error)
	OpenMail(ctx context.Context, id string, sealed []byte) ([]byte, error)
	// ClaimMail stores what a kept mail says. Of mails of one content that were
	// kept since then only one gets through; the others are CodeConflict. A
	// mail that was placed meanwhile is CodeStale.
	ClaimMail(ctx context.Context, m models.ReceivedMail, hash, sender string, since time.Time) error

	Mail(ctx context.Context, id string) (models.ReceivedMail, error)
	// MailByDelivery finds what a source delivered under a name of its own.
	MailByDelivery(ctx context.Context, source, eventID string) (models.ReceivedMail, error)
	// MailByHash finds another mail of the same content kept since then.
	MailByHash(ctx context.Context, hash string, since time.Time, except string) (models.ReceivedMail, error)
	// Mails returns a page, the oldest first, without content but for what each
	// mail seems to ask for. The cursor is zero on the last page.
	Mails(ctx context.Context, f models.MailFilter) ([]models.ReceivedMail, models.Cursor, error)
	// MailsFrom counts the mails of a sender received in (from, to].
	MailsFrom(ctx context.Context, sender string, from, to time.Time) (int, error)
	// QuarantinedMail counts what waits for staff, to most+1 and no further (all for most
	// 0), and says since when the oldest does.
	QuarantinedMail(ctx context.Context, most int) (int, time.Time, error)
	// Mailboxes returns what is known of every mailbox that is read.
	Mailboxes(ctx context.Context, now time.Time) ([]models.Mailbox, error)
	// Linked returns the references of other requests that share a mail.
	Linked(ctx context.Context, requestID string) ([]string, error)
}
