package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"habeas/intake"
	"habeas/migrations"
	"habeas/models"
)

// What habeas ingest exits with besides 0: codes of sysexits.h, which every
// mail server that pipes understands.
const (
	exitWrongFlags = 64 // EX_USAGE: the line in the mail server's configuration is wrong; the message goes back
	exitRefused    = 65 // EX_DATAERR: never to be taken; the message goes back with our words
	exitTryAgain   = 75 // EX_TEMPFAIL: a fault of ours, whichever; the message stays in the mail server's queue
)

// exitError ends the program with a code of its own.
type exitError struct {
	error
	code int
}

func (e exitError) Unwrap() error { return e.error }

func newIngest(configure configured) *cobra.Command {
	var from string
	var rcpt []string
	var asJSON bool
	c := &cobra.Command{
		Use: "ingest [--from=ADDRESS] [--rcpt=ADDRESS]…", Short: "Take one mail from standard input",
		Long: "Takes one message (RFC 5322) from standard input, as a mail server pipes it. It ends with 0 once the\n" +
			"message is stored, whatever became of it; with 75 on any fault of its own, so that the mail server\n" +
			"tries again; with 65 where the message is too large, and with 64 if the flags are wrong.\n" +
			"It works beside a running serve, and alone.",
		Example: "  habeas ingest --from=${sender} --rcpt=${recipient}\n  habeas ingest --json < message.eml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exitError{errors.New("ingest takes no arguments; the message comes from standard input"), exitWrongFlags}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			e := intake.Envelope{MailFrom: intake.BareAddress(from), FromKnown: c.Flags().Changed("from"), RcptTo: rcpt, Source: "ingest"}
			receipt, err := ingest(c.Context(), configure, c, e)
			if err != nil {
				return err
			}
			if asJSON {
				sayReceipt(c.OutOrStdout(), receipt)
			}
			return nil
		},
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return exitError{err, exitWrongFlags} })
	c.Flags().StringVar(&from, "from", "", `the envelope sender; "" or <> is the null sender. Without it Return-Path is read`)
	c.Flags().StringArrayVar(&rcpt, "rcpt", nil, "an envelope recipient; may be given several times")
	c.Flags().BoolVar(&asJSON, "json", false, "print what was made of it, in one line")
	return c
}

// ingest takes the message. Its every error is an exitError: what is not known
// to be the message's fault is ours.
func ingest(ctx context.Context, configure configured, c *cobra.Command, e intake.Envelope) (receipt intake.Receipt, err error) {
	committed := false
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic with %T\n%s", p, debug.Stack())
		}
		if committed {
			err = nil // what fails from here on is no reason to send it again
		}
		if _, coded := errors.AsType[exitError](err); err != nil && !coded {
			err = exitError{err, exitTryAgain}
		}
	}()
	raw, err := io.ReadAll(io.LimitReader(c.InOrStdin(), mostMail+1))
	if err != nil {
		return receipt, fmt.Errorf("reading the message: %w", err)
	}
	if len(raw) > mostMail {
		drain(c.InOrStdin())
	}
	err = withApp(c, configure, migrations.Up, func(a *app) error {
		if len(raw) > mostMail {
			return tooLarge(a.conf)
		}
		e.ReceivedAt = now()
		receipt, err = a.desk.Take(ctx, raw, e)
		committed = err == nil
		if models.CodeOf(err) == models.CodeTooLarge {
			return tooLarge(a.conf)
		}
		return err
	})
	return receipt, err
}

// drain reads the rest, so that the mail server hears the reason and not of a
// broken pipe.
func drain(r io.Reader) { _, _ = io.Copy(io.Discard, r) }

// tooLarge tells the sender, to whom the mail server sends it back, where large
// files can be handed in.
func tooLarge(c config) error {
	form := "the web form"
	if c.BaseURL != "" {
		form += " at " + c.BaseURL
	}
	return exitError{fmt.Errorf("a message may have %d MiB at most; please use %s, which takes files too", mostMail>>20, form), exitRefused}
}

// sayReceipt prints a receipt in one line. The message is stored by now, so
// that nobody reads it is no fault.
func sayReceipt(w io.Writer, r intake.Receipt) {
	if r.From == nil {
		r.From = []string{}
	}
	_ = json.NewEncoder(w).Encode(r)
}
