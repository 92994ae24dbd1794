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
)

// Places of sealed values: the row follows after the colon.
const (
	placeContent    = "requests.content:"
	placeText       = "messages.text:"
	placeLetter     = "messages.letter:"
	placeInReplyTo  = "messages.in_reply_to:"
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
	placeDraft     = "staff_sessions.draft:"
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

// box seals and opens values: those of a request under its key, those of none
// under the ring. It lives for one call.
type box struct {
	ring Keyring
	keys map[string]*keyring.Key // a nil key is destroyed
}

// boxOf returns a box with the keys of these requests; "" is none.
func (s *Store) boxOf(ctx context.Context, requestIDs ...string) (*box, error) {
	b := &box{ring: s.keys, keys: map[string]*keyring.Key{}}
	var ids []string
	for _, id := range requestIDs {
		if id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return b, nil
	}
	var rows []keyRow
	if err := s.read(ctx).Where("request_id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("loading keys: %w", fault(err))
	}
	for _, r := range rows {
		if err := b.unwrap(r.RequestID, r.Wrapped); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// unwrap puts a key into the box; without wrapped bytes it is destroyed.
func (b *box) unwrap(requestID string, wrapped []byte) (err error) {
	b.keys[requestID] = nil
	if len(wrapped) > 0 {
		if b.keys[requestID], err = b.ring.Unwrap(requestID, wrapped); err != nil {
			return fmt.Errorf("unwrapping the key of a request: %w", err)
		}
	}
	return nil
}

// destroyed reports whether the request's key is gone.
func (b *box) destroyed(requestID string) bool {
	k, ok := b.keys[requestID]
	return ok && k == nil
}

// seal returns nil for nothing.
func (b *box) seal(requestID string, plain []byte, place string) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	if requestID == "" {
		return b.ring.Seal(plain, place)
	}
	k, ok := b.keys[requestID]
	if !ok {
		return nil, missing("such request")
	}
	if k == nil {
		return nil, models.Errorf(models.CodeConflict, "the personal data of the request is destroyed")
	}
	return k.Seal(plain, place)
}

// open returns nil for what was destroyed with the request's key.
func (b *box) open(requestID string, sealed []byte, place string) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	if requestID == "" {
		return b.ring.Open(sealed, place)
	}
	k, ok := b.keys[requestID]
	if !ok {
		return nil, missing("such request")
	}
	if k == nil {
		return nil, nil
	}
	return k.Open(sealed, place)
}

func (b *box) sealJSON(requestID string, v any, place string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", place, err)
	}
	return b.seal(requestID, plain, place)
}
