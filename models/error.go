package models

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of refusal an Error is; each becomes one HTTP status and
// one problem type.
type Code string

// The codes.
const (
	CodeInvalid      Code = "invalid"      // the input is wrong; Fields name what
	CodeMalformed    Code = "malformed"    // the input cannot be read at all
	CodeUnauthorized Code = "unauthorized" // nobody known is asking
	CodeForbidden    Code = "forbidden"    // known, but may not
	CodeNotFound     Code = "not_found"    // no such thing, or not for the one who asks
	CodeConflict     Code = "conflict"     // not now; Allowed names what is
	CodeStale        Code = "stale"        // it changed since it was read (If-Match)
	CodeTooLarge     Code = "too_large"    // over a size limit
	CodeTooMany      Code = "too_many"     // over a rate limit
	CodeUnavailable  Code = "unavailable"  // a part we need is down; try again later
	CodeKeyReused    Code = "key_reused"   // an idempotency key came again with another body
	CodeInFlight     Code = "in_flight"    // the first request with this idempotency key is not done
	CodeUnsupported  Code = "unsupported"  // a media type that is not taken
	CodeUnverified   Code = "unverified"   // the verification level is too low for it
	CodeOtherPerson  Code = "other_person" // somebody else has to do it (four eyes, appeal)
	CodeInternal     Code = "internal"     // a fault of our own; details are for the log
)

// Error is a refusal meant for the user. Everything else is for the log. Its
// texts never repeat what the user sent.
type Error struct {
	Code    Code
	Message string
	Fields  []FieldError // CodeInvalid: what is wrong, field by field
	Allowed []string     // CodeConflict: the commands that are allowed now
	// After is how long to wait, of a CodeTooMany that knows; else 0.
	After time.Duration
}

// FieldError names one bad field by its path in the input (person.email,
// items[0].outcome) and says what is wrong with it.
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }

// Errorf returns an Error with a code and a formatted message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid returns a CodeInvalid error for one or more fields.
func Invalid(fields ...FieldError) *Error {
	return &Error{Code: CodeInvalid, Message: "the input is not valid", Fields: fields}
}

// CodeOf returns the code of the Error in err's chain, CodeInternal for any
// other error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
