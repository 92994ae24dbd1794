package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"habeas/api"
	"habeas/intake/imap"
)

// checksMailIn are the checks of the ways by which mail comes in that are
// configured.
func checksMailIn(c config) []func(context.Context, config) finding {
	var all []func(context.Context, config) finding
	if c.LMTPListen != "" {
		all = append(all, checkLMTP)
	}
	if c.IMAPURL != "" {
		all = append(all, checkIMAP)
	}
	if len(all) > 0 || len(c.MailIn) > 0 || c.hooks() != (api.Mail{}) {
		all = append(all, checkSenders)
	}
	return all
}

// checkSenders knows that without a mail server that we believe, the From of a
// mail is proven only where its own domain signed it.
func checkSenders(_ context.Context, c config) finding {
	f := finding{what: "senders of mail", note: "are checked by " + strings.Join(c.MailAuthserv, ", ")}
	if len(c.MailAuthserv) == 0 {
		f.warn = "HABEAS_MAIL_AUTHSERV is not set: a mail without a DKIM signature of its sender's domain is shown as not proven; " +
			"set it to the name with which your mail server begins its Authentication-Results"
	}
	return f
}

// checkLMTP asks whoever listens where the mail server delivers to, or sees
// whether the service could.
func checkLMTP(ctx context.Context, c config) finding {
	f := finding{what: "mail by LMTP", note: "a service answers at " + c.LMTPListen}
	network, at := "tcp", c.LMTPListen
	if path, ok := strings.CutPrefix(at, socketPrefix); ok {
		network, at = "unix", path
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, at)
	switch {
	case err == nil:
		f.err = greeted(conn)
	case errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist):
		f.note = c.LMTPListen + " is free, and the service can listen there"
		f.err = canListen(ctx, network, at)
	default:
		f.err = fmt.Errorf("%s (HABEAS_LMTP_LISTEN) cannot be tried: %w", c.LMTPListen, err)
	}
	return f
}

// greeted reads the first word of who answers, and says goodbye.
func greeted(conn net.Conn) error {
	defer conn.Close() //nolint:errcheck // it was only asked
	if err := conn.SetDeadline(now().Add(10 * time.Second)); err != nil {
		return fmt.Errorf("waiting for an answer (HABEAS_LMTP_LISTEN): %w", err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "220 ") || !strings.Contains(line, "LMTP") {
		return errors.New("something listens there that does not speak LMTP: set HABEAS_LMTP_LISTEN to another place")
	}
	_, err = fmt.Fprint(conn, "QUIT\r\n")
	return err
}

// canListen reports why the service could not listen there. What is left of a
// socket stays.
func canListen(ctx context.Context, network, at string) error {
	if network == "unix" {
		if info, err := os.Lstat(at); err == nil && info.Mode()&fs.ModeSocket == 0 {
			return fmt.Errorf("%s (HABEAS_LMTP_LISTEN) is there and no socket", at)
		}
		if err := writable(filepath.Dir(at)); err != nil {
			return fmt.Errorf("the folder of %s (HABEAS_LMTP_LISTEN) %w", at, err)
		}
		return nil
	}
	l, err := bind(ctx, "HABEAS_LMTP_LISTEN", at)
	if err != nil {
		return err
	}
	return l.Close()
}

// checkIMAP signs in to the mailbox and looks for its folder, as reading it
// begins.
func checkIMAP(ctx context.Context, c config) finding {
	f := finding{what: "mail by IMAP"}
	account, err := imap.ParseURL(c.IMAPURL.reveal())
	if err == nil {
		f.note = "the mailbox " + account.Name() + " can be read"
		err = account.Check(ctx)
	}
	if err != nil {
		f.err = fmt.Errorf("the mailbox (HABEAS_IMAP_URL) cannot be read: %w", err)
	}
	return f
}
