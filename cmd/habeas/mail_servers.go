package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"habeas/intake/imap"
	"habeas/intake/lmtp"
	"habeas/models"
	"habeas/workflows/cases"
	"habeas/workflows/jobs"
)

// socketPrefix begins a HABEAS_LMTP_LISTEN that names a Unix socket.
const socketPrefix = "unix:"

// isLMTPAddress accepts unix:/path and addresses that only this machine
// reaches: whoever reaches LMTP is not asked who they are.
func isLMTPAddress(s string) bool {
	if path, ok := strings.CutPrefix(s, socketPrefix); ok {
		return filepath.IsAbs(path) && !strings.HasSuffix(path, "/")
	}
	if !isAddress(s) {
		return false
	}
	host, _, err := net.SplitHostPort(s)
	ip, perr := netip.ParseAddr(host)
	return err == nil && perr == nil && ip.IsLoopback()
}

// isIMAP reports whether a mailbox can be read from there.
func isIMAP(s secret) error {
	_, err := imap.ParseURL(s.reveal())
	return err
}

// checkMailIn returns what is wrong with how mail comes in.
func (c config) checkMailIn() faults {
	var f faults
	if c.LMTPListen != "" {
		f.unless("HABEAS_LMTP_LISTEN", isLMTPAddress(c.LMTPListen), "must be unix:/path/of/a/socket, or host:port of the loopback interface")
		f.unless("HABEAS_MAIL_IN", len(c.MailIn) > 0, "is needed beside HABEAS_LMTP_LISTEN: mail to other addresses is refused")
	}
	if c.IMAPURL != "" {
		if err := isIMAP(c.IMAPURL); err != nil {
			f.add("HABEAS_IMAP_URL", "cannot be used: %v", err)
		}
		f.unless("HABEAS_MAIL_IN", len(c.MailIn) > 0, "is needed beside HABEAS_IMAP_URL: the addresses whose mail comes into that mailbox")
	}
	f.unless("HABEAS_IMAP_INTERVAL", c.IMAPInterval >= time.Second, "must be 1s at least, such as 1m")
	return f
}

// listenLMTP opens the socket or port of LMTP.
func listenLMTP(ctx context.Context, at string) (net.Listener, error) {
	path, isSocket := strings.CutPrefix(at, socketPrefix)
	if !isSocket {
		return bind(ctx, "HABEAS_LMTP_LISTEN", at)
	}
	if err := removeStale(ctx, path); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("listening on %s (HABEAS_LMTP_LISTEN): %w", path, err)
	}
	// For us and the group of the folder, which is that of the mail server.
	if err := os.Chmod(path, 0o660); err != nil { //nolint:gosec // on purpose
		return nil, errors.Join(fmt.Errorf("opening %s to the mail server: %w", path, err), l.Close())
	}
	return l, nil
}

// removeStale removes a socket that a life before left behind. One that
// somebody listens on stays, and so does what is no socket.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking at %s (HABEAS_LMTP_LISTEN): %w", path, err)
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return fmt.Errorf("%s (HABEAS_LMTP_LISTEN) is there and no socket", path)
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		_ = c.Close() // it was only asked
		return fmt.Errorf("%s is taken: another program listens there; set HABEAS_LMTP_LISTEN to another path", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%s (HABEAS_LMTP_LISTEN) cannot be tried: %w", path, err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing what is left of the socket (HABEAS_LMTP_LISTEN): %w", err)
	}
	return nil
}

// openMailServers prepares what takes mail in: LMTP in the processes that
// answer, the mailbox in those that do jobs.
func (p *process) openMailServers() error {
	c := p.conf
	if p.ports.lmtp != nil {
		p.lmtp = lmtp.New(lmtp.Config{
			Taker: p.app.desk, Mailboxes: append([]string{c.MailBounce}, c.MailIn...), Now: now, Log: p.log,
			Hostname: domain(c.MailIn[0]), Apology: "Please use the form at " + c.BaseURL, Room: p.app.room,
		})
	}
	if c.IMAPURL == "" || p.only == onlyAPI {
		return nil
	}
	account, err := imap.ParseURL(c.IMAPURL.reveal())
	if err != nil {
		return err
	}
	holder := newID()
	if c.RedisURL == "" {
		holder = "the only process" // so that what a life before held is ours
	}
	p.poller = imap.New(imap.Config{
		Account: account, Taker: p.app.desk, Ledger: p.app.store, Bell: bell{p.app.service}, Now: now, Log: p.log,
		Holder: holder, Interval: c.IMAPInterval, Room: p.app.room,
	})
	return nil
}

// runLMTP serves until ctx is over, and then lets what is on its way come in,
// within the grace.
func (p *process) runLMTP(ctx context.Context, fail context.CancelCauseFunc) {
	go func() {
		if err := p.lmtp.Serve(p.ports.lmtp); err != nil {
			fail(fmt.Errorf("serving %s: %w", p.ports.lmtp.Addr(), err))
		}
	}()
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.conf.Grace)
	defer cancel()
	if err := p.lmtp.Shutdown(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
		p.log.WarnContext(ctx, "mails were cut off; their server will send them again", slog.Any("error", err))
	}
}

// bell rings by a job, which survives us and rings once.
type bell struct{ service *cases.Service }

func (b bell) MailboxSilent(ctx context.Context, key string, since time.Time, fault models.MailboxFault) error {
	return b.service.Jobs.EnsureJob(ctx, jobs.MailboxSilent(key, since, fault))
}

func (b bell) MailRefused(ctx context.Context, source, name string, size int64) error {
	return b.service.Jobs.EnsureJob(ctx, jobs.MailRefused(source, name, size))
}

func (b bell) MailStuck(ctx context.Context, name string) error {
	return b.service.Jobs.EnsureJob(ctx, jobs.MailStuck(name))
}

// mailboxName is that of the mailbox that is read, or "".
func (c config) mailboxName() string {
	a, err := imap.ParseURL(c.IMAPURL.reveal())
	if c.IMAPURL == "" || err != nil {
		return ""
	}
	return a.Name()
}
