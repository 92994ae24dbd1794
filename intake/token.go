package intake

import (
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"
)

// Purpose is what a token may be used for.
type Purpose string

// The purposes. A token for one opens nothing for another, because the purpose
// is under its MAC.
const (
	PurposeReply  Purpose = "reply"
	PurposeBounce Purpose = "bounce"
)

// MAC is a keyed message authentication code: HMAC-SHA256 under a key that the
// caller holds. It returns 16 bytes at least.
type MAC func(message []byte) []byte

// Tokens makes and opens the addresses that answers come back to:
// privacy+v1.id.mac@example.org. A token puts a message into a case and gives
// no right to anything there: forwarded mail leaks it.
type Tokens struct {
	Mailbox string // the local part in front of the plus
	Domain  string
	Current string         // the key id that new tokens are made under: letters and digits
	Keys    map[string]MAC // by key id: the current one, and former ones until their last token is dead
}

// Token is what an address says once it is opened.
type Token struct {
	Purpose Purpose
	ID      string   // of the case
	Parts   []string // what else it was made for, such as the number of a message
}

// ErrToken is returned for parts that do not fit an address.
var ErrToken = errors.New("the token does not fit an address")

// macBytes is how much of the MAC stands in the address: 128 bits.
const macBytes = 16

// longestLocal is the limit of RFC 5321 for what stands before the "@".
const longestLocal = 64

// Mint returns the address for one purpose and case.
func (t Tokens) Mint(p Purpose, id string, parts ...string) (string, error) {
	mac, ok := t.Keys[t.Current]
	fields := append([]string{id}, parts...)
	for i, f := range fields {
		fields[i] = strings.ToLower(f)
		ok = ok && plain(f)
	}
	local := t.Mailbox + "+" + t.Current + "." + strings.Join(fields, ".") + "." + sum(mac, ok, p, fields)
	if !ok || len(local) > longestLocal {
		return "", ErrToken
	}
	return local + "@" + t.Domain, nil
}

// Open reads the token in an address, and says whether it is one of ours. Case
// does not matter: mail servers fold it.
func (t Tokens) Open(address string) (Token, bool) {
	local, _, ok := strings.Cut(strings.ToLower(address), "@")
	plus := strings.LastIndexByte(local, '+')
	if !ok || plus < 0 || len(local) > longestLocal {
		return Token{}, false
	}
	fields := strings.Split(local[plus+1:], ".")
	if len(fields) < 3 {
		return Token{}, false
	}
	mac, known := t.Keys[fields[0]]
	if !known {
		return Token{}, false
	}
	got, fields := fields[len(fields)-1], fields[1:len(fields)-1]
	for _, p := range []Purpose{PurposeReply, PurposeBounce} {
		if subtle.ConstantTimeCompare([]byte(got), []byte(sum(mac, true, p, fields))) == 1 {
			return Token{Purpose: p, ID: fields[0], Parts: fields[1:]}, true
		}
	}
	return Token{}, false
}

// sum is the MAC over the purpose and the fields, each with its length.
func sum(mac MAC, ok bool, p Purpose, fields []string) string {
	if !ok {
		return ""
	}
	var message []byte
	for _, f := range append([]string{"habeas mail token", string(p)}, fields...) {
		message = binary.BigEndian.AppendUint32(message, uint32(len(f))) //nolint:gosec // an address is short
		message = append(message, f...)
	}
	out := mac(message)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(out[:min(macBytes, len(out))]))
}

// plain reports whether a field may stand in an address as it is.
func plain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	})
}
