package lmtp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/emersion/go-smtp"

	"habeas/intake"
	"habeas/models"
)

// session is one client and the messages it brings.
type session struct {
	server *Server
	conn   *conn
	from   string
	to     []string
	size   int64 // as the client announced it; 0 if it did not
}

// The answers. Their texts are read by whoever runs the mail server, and those
// with 550 and 552 by the person who wrote.
func refusal(code int, enhanced smtp.EnhancedCode, format string, args ...any) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: fmt.Sprintf(format, args...)}
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	own, ok := c.Conn().(*conn)
	if !ok {
		return nil, errors.New("lmtp: a connection of somebody else")
	}
	return &session{server: s, conn: own}, nil
}

// Mail begins a message. The null sender is a sender like any other.
func (x *session) Mail(from string, options *smtp.MailOptions) error {
	if !x.server.begin(x.conn) {
		return refusal(421, smtp.EnhancedCode{4, 3, 2}, "Shutting down, come again later")
	}
	x.from, x.size = from, options.Size
	return nil
}

// Rcpt takes our own mailboxes only.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !intake.Ours(to, x.server.c.Mailboxes) {
		return refusal(550, smtp.EnhancedCode{5, 1, 1}, "No such mailbox here")
	}
	x.to = append(x.to, to)
	return nil
}

// LMTPData takes the message, once for all of its recipients. Each has the same
// answer: the message is kept for all of them or for none.
func (x *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	err := x.take(r)
	for _, to := range x.to {
		status.SetStatus(to, err)
	}
	return nil
}

// Data is of the interface; with LMTP the library calls LMTPData.
func (x *session) Data(r io.Reader) error { return x.take(r) }

func (x *session) take(r io.Reader) (err error) {
	ctx, log := x.server.taking, x.server.c.Log
	defer func() {
		if p := recover(); p != nil { // its words may quote the message
			log.ErrorContext(ctx, "taking a mail panicked", slog.String("source", "lmtp"), slog.String("type", fmt.Sprintf("%T", p)))
			err = refusal(451, smtp.EnhancedCode{4, 3, 0}, "A fault of our own, come again later")
		}
	}()
	raw, stay, err := x.read(r)
	switch {
	case errors.Is(err, smtp.ErrDataTooLarge):
		return x.tooLarge()
	case models.CodeOf(err) == models.CodeUnavailable:
		log.WarnContext(ctx, "there was no room for a mail; its sender's system will send it again", slog.String("source", "lmtp"))
		return refusal(451, smtp.EnhancedCode{4, 3, 1}, "Too much mail at once, come again later")
	case err != nil: // the client left, so nobody reads this
		return refusal(451, smtp.EnhancedCode{4, 4, 2}, "The message broke off")
	}
	defer stay.Release()
	ctx, cancel := context.WithTimeout(ctx, takeTimeout)
	defer cancel()
	now := x.server.c.Now()
	receipt, err := x.server.c.Taker.Take(ctx, raw, intake.Envelope{
		MailFrom: x.from, FromKnown: true, RcptTo: x.to, ReceivedAt: arrived(raw, now), Source: "lmtp",
	})
	switch {
	case models.CodeOf(err) == models.CodeTooLarge:
		return x.tooLarge()
	case models.CodeOf(err) == models.CodeTooMany:
		log.WarnContext(ctx, "too much mail within an hour; its sender's system will send it again", slog.String("source", "lmtp"))
		return refusal(451, smtp.EnhancedCode{4, 7, 0}, "Too much mail at once, come again later")
	case err != nil:
		log.ErrorContext(ctx, "a mail was not kept; its sender's system will send it again", slog.String("source", "lmtp"), slog.Any("error", err))
		return refusal(451, smtp.EnhancedCode{4, 3, 0}, "A fault of our own, come again later")
	}
	log.InfoContext(ctx, "mail", slog.String("source", "lmtp"), slog.String("mail_id", receipt.ID),
		slog.String("outcome", string(receipt.Outcome)), slog.Bool("repeated", receipt.Repeated))
	return nil
}

// small is how many bytes a message is read for whose size nobody announced,
// before it asks for the room of the largest.
const small = 256 << 10

// read waits for room and reads the message. What was announced is a word, and
// one that turns out larger asks for as much as there may be.
func (x *session) read(r io.Reader) ([]byte, *intake.Reservation, error) {
	c := x.server.c
	ctx, cancel := context.WithTimeout(x.server.taking, c.Patience)
	defer cancel()
	told := min(max(small, x.size+1), c.MaxSize) // one more, to see its end
	stay, err := c.Room.Reserve(ctx, told)
	if err != nil {
		return nil, nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, told))
	if err == nil && int64(len(raw)) == told {
		raw, err = readOn(ctx, stay, c.MaxSize, raw, r)
	}
	if err != nil {
		stay.Release()
		return nil, nil, err
	}
	err = stay.Resize(ctx, int64(len(raw)))
	return raw, stay, err
}

func readOn(ctx context.Context, stay *intake.Reservation, most int64, raw []byte, r io.Reader) ([]byte, error) {
	if err := stay.Resize(ctx, most); err != nil {
		return nil, err
	}
	whole := bytes.NewBuffer(raw)
	_, err := whole.ReadFrom(r)
	return whole.Bytes(), err
}

func (x *session) tooLarge() error {
	text := fmt.Sprintf("The message is larger than %d MiB", x.server.c.MaxSize>>20)
	if x.server.c.Apology != "" {
		text += ". " + x.server.c.Apology
	}
	return refusal(552, smtp.EnhancedCode{5, 3, 4}, "%s", text)
}

// Reset ends a message, whether it was taken or given up.
func (x *session) Reset() {
	x.from, x.to, x.size = "", nil, 0
	x.server.end(x.conn)
}

// Logout ends the session.
func (x *session) Logout() error {
	x.Reset()
	return nil
}
