package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"habeas/internal/keyring"
	"habeas/internal/mailaddr"
	"habeas/models"
)

// Purposes of blind indexes, one for each column, so that one person's rows
// do not match across tables.
const (
	indexMailbox    = "requests.email_index"
	indexAlike      = "requests.alike"
	indexStaffName  = "staff.name_index"
	indexStaffEmail = "staff.email_index"
	indexMailEvent  = "received_mail.event_key"
	indexMailHash   = "received_mail.hash_key"
	indexMailSender = "received_mail.sender_key"
	indexMessageID  = "messages.message_id_index"
)

// Places of sealed values: the row follows after the colon.
const (
	placeContent    = "requests.content:"
	placeText       = "messages.text:"
	placeLetter     = "messages.letter:"
	placeInReplyTo  = "messages.in_reply_to:"
	placeMessageID  = "messages.message_id:"
	placeFileName   = "files.name:"
	placeFileBytes  = "files.bytes:"
	placeAnswer     = "idempotency.answer:"
	placeStaffName  = "staff.name:"
	placeStaffEmail = "staff.email:"
	placeMail       = "received_mail.content:"
	placeMailBytes  = "received_mail.bytes:"

	placePassword  = "staff_accounts.password:"
	placeFactor    = "staff_accounts.factor:"
	placeBrowser   = "staff_sessions.browser:"
	placeCandidate = "staff_sessions.candidate:"
)

// normal brings a name or a mailbox into the one spelling that is indexed. Dots
// and plus tags stay: they are another mailbox to most servers.
func normal(purpose, s string) string {
	if mailbox(purpose) {
		return mailaddr.Normal(s)
	}
	return folded(s)
}

func mailbox(purpose string) bool { return purpose == indexMailbox || purpose == indexStaffEmail }

func folded(s string) string {
	return norm.NFC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(s))))
}

// index returns the blind index to store for s, and none for no value.
func (s *Store) index(purpose, value string) []byte {
	if n := normal(purpose, value); n != "" {
		return s.keys.Index(purpose, []byte(n))
	}
	return nil
}

// indexes returns every blind index that s may be stored under: also those of
// before both ways to write a domain were one.
func (s *Store) indexes(purpose, value string) [][]byte {
	n := normal(purpose, value)
	spelt := []string{n}
	if mailbox(purpose) {
		spelt = append(spelt, mailaddr.Unicode(n), folded(value))
		slices.Sort(spelt)
		spelt = slices.Compact(spelt)
	}
	var all [][]byte
	for _, way := range spelt {
		all = append(all, s.keys.Indexes(purpose, []byte(way))...)
	}
	return all
}

// keyRow holds the wrapped key of a request.
type keyRow struct {
	RequestID string
	Wrapped   []byte // nil once destroyed
}

func (keyRow) TableName() string { return "request_keys" }

// sealer seals and opens values: those of a request under its key, those of
// none under the ring. It loads the key of a request when it is first needed,
// and lives for one call.
type sealer struct {
	ctx   context.Context //nolint:containedctx // of the one call
	store *Store
	keys  map[string]*keyring.Key // a nil key is destroyed
}

func (s *Store) newSealer(ctx context.Context) *sealer {
	return &sealer{ctx: ctx, store: s, keys: map[string]*keyring.Key{}}
}

// newKey makes the key of a new request, and returns it wrapped.
func (b *sealer) newKey(requestID string) ([]byte, error) {
	wrapped, k, err := b.store.keys.NewKey(requestID)
	b.keys[requestID] = k
	return wrapped, err
}

// unwrap takes a key; without wrapped bytes it is destroyed.
func (b *sealer) unwrap(id string, wrapped []byte) (err error) {
	b.keys[id] = nil
	if len(wrapped) > 0 {
		if b.keys[id], err = b.store.keys.Unwrap(id, wrapped); err != nil {
			return fmt.Errorf("unwrapping the key of a request: %w", err)
		}
	}
	return nil
}

// key returns the key of a request, or nil if it is destroyed.
func (b *sealer) key(requestID string) (*keyring.Key, error) {
	if k, ok := b.keys[requestID]; ok {
		return k, nil
	}
	var row keyRow
	if err := first(b.store.read(b.ctx).Where("request_id = ?", requestID), &row, "such request"); err != nil {
		return nil, err
	}
	err := b.unwrap(requestID, row.Wrapped)
	return b.keys[requestID], err
}

// loadMailKey takes the key of a received mail, which lies beside it.
func (b *sealer) loadMailKey(id string) error {
	var row mailRow
	if err := first(b.store.read(b.ctx).Select("id, wrapped").Where("id = ?", id), &row, "such mail"); err != nil {
		return err
	}
	return b.unwrap(id, row.Wrapped)
}

// destroyed reports whether the request's key is gone.
func (b *sealer) destroyed(requestID string) (bool, error) {
	if requestID == "" {
		return false, nil
	}
	k, err := b.key(requestID)
	return k == nil && err == nil, err
}

// seal returns nil for nothing.
func (b *sealer) seal(requestID string, plain []byte, place string) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	if requestID == "" {
		return b.store.sealed(plain, place)
	}
	k, err := b.key(requestID)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, models.Errorf(models.CodeConflict, "the personal data of the request is destroyed")
	}
	return k.Seal(plain, place)
}

// sealed seals a value of no request; nil for nothing.
func (s *Store) sealed(plain []byte, place string) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	return s.keys.Seal(plain, place)
}

// open returns nil for what was destroyed with the request's key.
func (b *sealer) open(requestID string, sealed []byte, place string) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	if requestID == "" {
		return b.store.keys.Open(sealed, place)
	}
	k, err := b.key(requestID)
	if k == nil || err != nil {
		return nil, err
	}
	return k.Open(sealed, place)
}

func (b *sealer) sealJSON(requestID string, v any, place string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", place, err)
	}
	return b.seal(requestID, plain, place)
}
