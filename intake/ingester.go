package intake

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"habeas/models"
	"habeas/workflows/cases"
)

// IngesterConfig is what an Ingester needs. All fields but LookupTXT, PerSource and Budget
// are required.
type IngesterConfig struct {
	Service *cases.Service
	Tokens  Tokens
	Config  Config
	// LookupTXT asks the DNS for DKIM keys. It must end soon; without it no
	// signature is checked.
	LookupTXT LookupTXT
	Log       *slog.Logger
	// PerSource is how many requests may be made in an hour of the mail of one
	// source (a hook, LMTP, IMAP, the command line); what is above it is held for
	// staff. 0 is no limit.
	PerSource int
	// Budget is that of all mail of the process; nil: one of its own. Who
	// brings a message has reserved memory for it; the ingester reserves some where it
	// fetches one.
	Budget *MemoryBudget
}

// Ingester takes mail in. It is the Taker of the real service: it keeps a message
// before it reads it, and places it at once if it can; else the job does. It is
// safe for concurrent use, as are several desks on the same mail.
type Ingester struct{ IngesterConfig }

// NewIngester returns an Ingester.
func NewIngester(c IngesterConfig) *Ingester {
	c.Config.Limits = c.Config.Limits.withDefaults()
	c.Budget = cmp.Or(c.Budget, NewMemoryBudget(MemoryBudgetSize))
	return &Ingester{c}
}

// placeLimit bounds how long whoever brings a message waits for it to be
// placed. It is kept already.
const placeLimit = 20 * time.Second

// ReasonLater is that of a message that is kept and not placed yet.
const ReasonLater = "later"

// Take implements Taker.
func (d *Ingester) Take(ctx context.Context, raw []byte, e Envelope) (Receipt, error) {
	if most := d.Config.Limits.Message; len(raw) > most {
		return Receipt{}, models.Errorf(models.CodeTooLarge, "a message may have %d MiB at most; use the web form and add the files there", most>>20)
	}
	if err := d.checkRate(ctx, e); err != nil {
		return Receipt{}, err
	}
	kept, err := d.Service.Inbox.StoreMail(ctx, models.ReceivedMail{
		Source: e.Source, ReceivedAt: e.ReceivedAt, MailContent: models.MailContent{Envelope: mailEnvelope(e)},
	}, raw)
	if err != nil {
		return Receipt{}, fmt.Errorf("keeping a message: %w", err)
	}
	if kept.Repeated {
		r := receipt(kept.Mail)
		r.Repeated = true
		return r, nil
	}
	// From here on the message is safe, whoever hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), placeLimit)
	defer cancel()
	r, err := d.place(ctx, kept.Mail, kept.Job, raw)
	if err != nil {
		d.Log.WarnContext(ctx, "a mail is placed later", slog.String("mail_id", kept.Mail.ID), slog.Any("error", err))
	}
	return r, nil
}

// Place places a kept message, as the effect of a job. It may run more than
// once: nothing is made twice. CodeConflict says that it is placed already.
func (d *Ingester) Place(ctx context.Context, id, job string) error {
	m, err := d.Service.Store.Mail(ctx, id)
	if err != nil {
		return err
	}
	if m.State != models.MailKept {
		return models.Errorf(models.CodeConflict, "the mail is placed")
	}
	stay, err := d.Budget.Reserve(ctx, m.Size)
	if err != nil {
		return err
	}
	defer stay.Release()
	raw, err := d.Service.Inbox.MailBytes(ctx, m)
	if err != nil {
		return err
	}
	_, err = d.place(ctx, m, job, raw)
	return err
}

// place reads a message and stores what becomes of it. The receipt says as
// much as is known even where that fails.
func (d *Ingester) place(ctx context.Context, m models.ReceivedMail, job string, raw []byte) (r Receipt, err error) {
	// The message is kept. Whatever of it is stored already stays, and the job
	// does the rest.
	defer func() {
		if p := recover(); p != nil {
			d.panicked(ctx, m.ID, fmt.Sprintf("%T", p), debug.Stack())
			r, err = receipt(m), fmt.Errorf("placing a mail: panic: %T", p)
		}
	}()
	e := envelope(m)
	mail := Read(raw, e, d.Config)
	if mail.panicked != "" {
		d.panicked(ctx, m.ID, mail.panicked, mail.stack)
	}
	m.Reading = reading(mail, e, d.Config)
	if d.LookupTXT != nil && mail.Fault == "" && mail.Via == "" { // else it is signed by what passed it on
		m.Reading.DKIM = string(CheckDKIM(raw, d.LookupTXT, d.Config.Limits))
	}
	p := &routing{Ingester: d, job: job, mail: mail, envelope: e, received: m}
	err = p.run(ctx)
	r = receipt(p.received)
	r.Repeated = p.repeated
	return r, err
}

// panicked tells the log of a panic, without its words: they may hold anything.
// The stack shows where, and no values but addresses in memory.
func (d *Ingester) panicked(ctx context.Context, mailID, kind string, stack []byte) {
	d.Log.ErrorContext(ctx, "placing a mail panicked", slog.String("mail_id", mailID),
		slog.String("panic", kind), slog.String("stack", string(stack)))
}

// kept and envelope are the two forms of how a message arrived.
func mailEnvelope(e Envelope) models.MailEnvelope {
	return models.MailEnvelope{
		From: e.MailFrom, FromKnown: e.FromKnown, To: e.RcptTo, RemoteIP: e.RemoteIP,
		EventID: e.SourceEventID, TrustedHeaders: e.TrustedHeaders,
	}
}

func envelope(m models.ReceivedMail) Envelope {
	return Envelope{
		MailFrom: m.Envelope.From, FromKnown: m.Envelope.FromKnown, RcptTo: m.Envelope.To, RemoteIP: m.Envelope.RemoteIP,
		SourceEventID: m.Envelope.EventID, TrustedHeaders: m.Envelope.TrustedHeaders, ReceivedAt: m.ReceivedAt, Source: m.Source,
	}
}
