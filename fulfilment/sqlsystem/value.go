package sqlsystem

import (
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// value is one value of a database in the form that it is compared and bound
// in: its text, which is exact for every type. In SQLite, where the type is the
// value's and not the column's, kind says which it is.
type value struct {
	kind kind
	text string
}

type kind byte

const (
	isNull   kind = iota
	isText        // also a number, a date, … in the database's own writing
	isBinary      // text is hexadecimal
	isInt         // SQLite alone, and so
	isReal
)

func text(s string) value { return value{isText, s} }

func (v value) null() bool { return v.kind == isNull }

// shown is the value as people see it; nil is NULL.
func (v value) shown() *string {
	if v.kind == isNull {
		return nil
	}
	return &v.text
}

// valueOf returns the value that was shown.
func valueOf(shown *string) value {
	if shown == nil {
		return value{}
	}
	return text(*shown)
}

// same reports whether two values are shown alike.
func same(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// family is what kind of type a column has: those of one family are compared
// as they are.
type family byte

const (
	famOther family = iota // compared only with a column of the very same type
	famText
	famInt
	famNumber
	famUUID
	famBinary
	famBool
	famJSON
	famEnum
	famAny // SQLite: a column without a type
)

var (
	wholeNumber = regexp.MustCompile(`^-?[0-9]{1,38}$`)
	anyNumber   = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	uuidText    = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
)

// comparableColumns reports whether values of one column can be equal to those of the
// other.
func comparableColumns(a, b *column) bool {
	if a.base == b.base && a.family != famJSON {
		return true
	}
	plain := func(f family) bool {
		return f == famText || f == famInt || f == famNumber || f == famUUID || f == famAny || f == famEnum
	}
	return plain(a.family) && plain(b.family)
}

// fit returns a value of one column as a value of another. It is false if no
// value of the other can be equal to it.
func fit(v value, into *column) (value, bool) {
	if v.kind == isNull {
		return v, false
	}
	if v.kind == isBinary || into.family == famAny {
		return v, true
	}
	switch into.family {
	case famInt:
		if !wholeNumber.MatchString(v.text) {
			return v, false
		}
		_, errSigned := strconv.ParseInt(v.text, 10, 64)
		_, errUnsigned := strconv.ParseUint(v.text, 10, 64)
		return v, errSigned == nil || into.unsigned && errUnsigned == nil
	case famNumber:
		return v, anyNumber.MatchString(v.text)
	case famUUID:
		return text(strings.ToLower(v.text)), uuidText.MatchString(v.text)
	case famBinary:
		return v, false
	case famText, famEnum, famAny, famOther, famBool, famJSON:
	}
	return v, true
}

// compared is a value in the form in which two columns meet: numbers without
// leading zeros, so that '007' and 7 do.
func compared(v value, a, b *column) string {
	s := v.text
	if a.family != famText || b.family != famText {
		if wholeNumber.MatchString(s) {
			sign, digits := "", s
			if digits[0] == '-' {
				sign, digits = "-", digits[1:]
			}
			if digits = strings.TrimLeft(digits, "0"); digits == "" {
				return "0"
			}
			return sign + digits
		}
		if uuidText.MatchString(s) {
			return strings.ToLower(s)
		}
	}
	if a.fold || b.fold { // a collation that does not tell case
		s = strings.ToLower(strings.TrimRight(s, " "))
	}
	return s
}

// bytes returns what a binary value holds.
func (v value) bytes() []byte {
	b, err := hex.DecodeString(v.text)
	if err != nil {
		return []byte(v.text)
	}
	return b
}

// joined writes values one after another so that no two lists are written
// alike.
func joined(values []value) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(strconv.Itoa(int(v.kind)))
		b.WriteString(strconv.Itoa(len(v.text)))
		b.WriteByte(':')
		b.WriteString(v.text)
	}
	return b.String()
}
