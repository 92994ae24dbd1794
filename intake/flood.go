package intake

import (
	"context"
	"strings"
	"time"

	"habeas/models"
)

// A mailbox that sends so many within a time is not answered: it is a machine,
// or somebody makes it one.
const (
	floodMails  = 5
	floodWindow = 10 * time.Minute
	floodHourly = 21 // the one after twenty
)

// farAbove is how many times the requests that a source may make in an hour it
// may hand over messages: beyond that it has to come again later, for the sake
// of the disk.
const farAbove = 10

// flooded returns why a message that a request could be made of is held: its
// sender, or the way that it came by, brings too many. What belongs to a case
// never gets here, and what was begun by a run that was cut short is finished.
func (p *routing) flooded(ctx context.Context) (reason string, err error) {
	if len(p.received.Requests) > 0 {
		return "", nil
	}
	many, err := p.tooMany(ctx)
	switch {
	case err != nil:
		return "", err
	case many:
		return ReasonFlood, nil
	case p.PerSource == 0:
		return "", nil
	}
	over, err := p.Service.Inbox.CountMailedRequest(ctx, p.received, p.PerSource)
	if over {
		reason = ReasonBusy
	}
	return reason, err
}

// tooMany reports whether the sender of the message sends too many.
func (p *routing) tooMany(ctx context.Context) (bool, error) {
	for _, limit := range []struct {
		mails  int
		within time.Duration
	}{{floodMails, floodWindow}, {floodHourly, time.Hour}} {
		n, err := p.Service.Store.MailsFrom(ctx, p.sender(), p.received.ReceivedAt.Add(-limit.within), p.received.ReceivedAt)
		if err != nil || n >= limit.mails {
			return err == nil, err
		}
	}
	return false, nil
}

// checkRate refuses a message of a source that hands over far too many, before any
// of it is kept. A mailbox that we read ourselves keeps its mail until we come
// again, so it has no such bound; nor has what is sent to the address of a case.
func (d *Ingester) checkRate(ctx context.Context, e Envelope) error {
	if d.PerSource == 0 || e.Source == sourceIMAP || d.known(e.RcptTo) {
		return nil
	}
	over, err := d.Service.Inbox.CountMail(ctx, e.Source, d.PerSource*farAbove)
	if over {
		return models.Errorf(models.CodeTooMany, "too much mail at once; send it again later")
	}
	return err
}

// sourceIMAP is what the poller of a mailbox calls itself.
const sourceIMAP = "imap"

// known reports whether a recipient is the address of a case, or of one of our
// mails.
func (d *Ingester) known(recipients []string) bool {
	for _, a := range recipients {
		if _, ok := d.Tokens.Open(strings.Trim(a, "<> ")); ok {
			return true
		}
	}
	return false
}
