package sqlsystem

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"habeas/fulfilment/dataset"
	"habeas/models"
)

// mask is what a strategy makes of a field.
type mask struct {
	strategy models.Strategy
	value    value
}

// masker makes masks. Everything it makes follows from the task's key and the
// place, so that a second run gives the same.
type masker struct {
	m   *model
	key []byte
}

// secret is 32 bytes that belong to one field of one row.
func (k masker) secret(t *table, key []value, column string) []byte {
	mac := hmac.New(sha256.New, k.key)
	mac.Write([]byte(t.collection.Dataset.Key + "\x00" + t.collection.Name + "\x00" + column + "\x00" + joined(key)))
	return mac.Sum(nil)
}

// apply returns what a strategy makes of a field, or why it does not fit the
// column.
func (k masker) apply(s dataset.Masking, t *table, f *field, key []value) (mask, string) {
	c := t.columns[f.column]
	made := mask{strategy: s.Strategy}
	if s.Strategy == models.StrategyPreserve || s.Strategy == models.StrategyDelete {
		return made, ""
	}
	if why := k.fixed(t, f.column); why != "" {
		return made, why
	}
	if s.Strategy == models.StrategyNull {
		switch {
		case !c.nullable:
			return made, "it is NOT NULL"
		case slices.ContainsFunc(t.uniques, func(u unique) bool { return u.nullsSame && slices.Contains(u.columns, f.column) }):
			return made, "it is UNIQUE and NULL counts as a value"
		}
		return made, ""
	}
	isUnique := slices.ContainsFunc(t.uniques, func(u unique) bool { return slices.Contains(u.columns, f.column) })
	var why string
	made.value, why = k.write(s, c, bound(f, c), k.secret(t, key, c.name), isUnique)
	return made, why
}

// fixed says why a column cannot have another value, or "".
func (k masker) fixed(t *table, column int) string {
	c := t.columns[column]
	switch {
	case c.generated:
		return "it is generated"
	case t.view:
		return "it belongs to a view"
	case slices.Contains(t.key, column):
		return "it is part of the primary key"
	case slices.ContainsFunc(t.incoming, func(f *foreignKey) bool { return slices.Contains(f.toCols, column) }):
		return "foreign keys point at it"
	}
	return ""
}

// bound is how many characters a field may have; 0 is any number.
func bound(f *field, c *column) int {
	if f.Length > 0 && (c.length == 0 || f.Length < c.length) {
		return f.Length
	}
	return c.length
}

const (
	shortestUnique = 12 // characters that hold 60 bits
	alphabet       = "abcdefghijklmnopqrstuvwxyz234567"
)

// write makes the value of a strategy for a column that is not emptied.
func (k masker) write(s dataset.Masking, c *column, most int, secret []byte, isUnique bool) (value, string) {
	if s.Strategy == models.StrategyString {
		if isUnique {
			return value{}, "it is UNIQUE and all rows would get the same"
		}
		if c.family != famText && c.family != famAny {
			return value{}, "its type " + c.base + " is no text"
		}
		return text(cut(s.Value+s.Suffix, most)), ""
	}
	switch c.family {
	case famText, famAny:
		length := 32
		if s.Strategy == models.StrategyRandomString {
			length = s.Length
			if length == 0 {
				length = 30
			}
		}
		made := cut(letters(secret, length), most-len(s.Suffix)*min(most, 1)) + s.Suffix
		if most > 0 && len(s.Suffix) >= most {
			return value{}, "the suffix is as long as the column"
		}
		if isUnique && len(made)-len(s.Suffix) < shortestUnique {
			return value{}, "it is UNIQUE and too short for a mask that nobody else has"
		}
		return text(made), ""
	case famUUID:
		h := hex.EncodeToString(secret[:16])
		return text(fmt.Sprintf("%s-%s-8%s-8%s-%s", h[:8], h[8:12], h[13:16], h[17:20], h[20:32])), ""
	case famInt:
		if isUnique && c.bits < 31 {
			return value{}, "it is UNIQUE and too small for a mask that nobody else has"
		}
		n := binary.BigEndian.Uint64(secret) >> (64 - min(c.bits, 53))
		v := text(strconv.FormatUint(n, 10))
		if c.base == "integer" && k.sqlite() {
			v.kind = isInt
		}
		return v, ""
	case famJSON:
		return text(`"` + letters(secret, 32) + `"`), ""
	case famNumber, famBinary, famBool, famEnum, famOther:
	}
	return value{}, "its type " + c.base + " has no value that says nothing"
}

func (k masker) sqlite() bool { return k.m.lite }

// letters writes a secret as so many letters and digits.
func letters(secret []byte, length int) string {
	var b strings.Builder
	for i := 0; b.Len() < length; i++ {
		if i == len(secret) {
			sum := sha256.Sum256(secret)
			secret, i = sum[:], 0
		}
		b.WriteByte(alphabet[secret[i]&31])
	}
	return b.String()
}

// cut shortens a text to so many characters; below 1 is without a bound.
func cut(s string, most int) string {
	if r := []rune(s); most > 0 && len(r) > most {
		return string(r[:most])
	}
	return s
}
