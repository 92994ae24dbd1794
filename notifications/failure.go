package notifications

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/textproto"
	"syscall"
)

// Replies that speak of the connection or of our login, whatever command they
// answer; no mail is given up for them.
const (
	serviceClosing = 421
	authRequired   = 530 // also: "must issue STARTTLS first"
	authTooWeak    = 534
	authRefused    = 535
	authNeedsTLS   = 538
)

// tlsError marks what went wrong while making the connection private.
type tlsError struct{ cause error }

func (e tlsError) Error() string {
	return "no trusted TLS connection to the mail server: " + e.cause.Error()
}
func (e tlsError) Unwrap() error { return e.cause }

// failure turns what went wrong into a SendError. asked says that the server
// was asked about this very mail: only then is a 5xx final.
func failure(ctx context.Context, asked bool, err error, o Outgoing) *SendError {
	if ctx.Err() != nil {
		return interrupted(ctx.Err())
	}
	if ours, ok := errors.AsType[unsendable](err); ok {
		return &SendError{Words: ours.Error()}
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return &SendError{
			Temporary: !asked || !final(reply.Code), Code: reply.Code,
			Words: words(reply.Msg, append([]string{o.From}, o.To...)...),
		}
	}
	return &SendError{Temporary: true, Words: words(silence(err), append([]string{o.From}, o.To...)...)}
}

// final reports whether a reply means that the same mail will never be taken.
func final(code int) bool {
	switch code {
	case authRequired, authTooWeak, authRefused, authNeedsTLS:
		return false
	}
	return code >= 500 && code < 600
}

// unsendable is what we say of an address ourselves; no retry changes it.
type unsendable string

func (u unsendable) Error() string { return string(u) }

const (
	errNoAddress     unsendable = "the address is not a mail address"
	errInternational unsendable = "the mail server does not take international addresses"
)

// fault is what is wrong with one recipient: the server's reply, or unsendable.
type fault struct {
	to  string
	err error
}

func (f fault) final() bool {
	_, ours := errors.AsType[unsendable](f.err)
	return ours || final(codeOf(f.err))
}

// worst returns the fault to report where there are several: one that may pass,
// if there is one, so that it is tried again.
func worst(faults []fault) error {
	for _, f := range faults {
		if !f.final() {
			return f.err
		}
	}
	return faults[0].err
}

// refusal is a failure that is about some recipients only, while the mail went
// to so many others.
func refusal(e *SendError, faults []fault, delivered int) *SendError {
	e.Delivered = delivered
	e.Temporary = e.Temporary && delivered == 0
	for _, f := range faults {
		e.Refused = append(e.Refused, Refusal{To: f.to, Temporary: !f.final()})
	}
	return e
}

// silence says in our words why the server said nothing.
func silence(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "the mail server did not answer in time"
	case isTLS(err):
		return err.Error()
	case errors.Is(err, errNoLogin):
		return err.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the mail server refused the connection"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return "the mail server closed the connection"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name of the mail server cannot be resolved"
	}
	return "the mail server could not be understood or reached"
}

func isTLS(err error) bool {
	_, ours := errors.AsType[tlsError](err)
	_, cert := errors.AsType[*tls.CertificateVerificationError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	return ours || cert || unknown
}

// interrupted is the failure of a Send that was told to stop.
func interrupted(cause error) *SendError {
	return &SendError{Temporary: true, Words: "interrupted before the mail was handed over", cause: cause}
}
