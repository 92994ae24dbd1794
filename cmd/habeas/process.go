package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"

	"habeas/api"
	"habeas/intake/imap"
	"habeas/intake/lmtp"
	"habeas/internal/queue"
	"habeas/internal/server"
	"habeas/migrations"
	"habeas/models"
	"habeas/notifications"
	"habeas/web"
	"habeas/workflows/jobs"
)

// process is one running serve: what it opened, and the parts that run.
type process struct {
	conf  config
	only  string
	log   *slog.Logger
	ports listeners

	app    *app
	queue  redis.UniversalClient
	sender notifications.Sender
	runner *jobs.Runner
	relays []*jobs.Relay // one for each lane
	main   *http.Server
	ops    *http.Server
	lmtp   *lmtp.Server // nil without LMTP
	poller *imap.Poller // nil without a mailbox to read

	closers []func() error // in the order of opening
}

// open opens everything; nothing runs yet. It may have opened a part when it
// fails: close closes that.
func (p *process) open(ctx context.Context) (err error) {
	p.onClose(p.ports.close)
	if err := p.openQueue(); err != nil {
		return err
	}
	if p.app, err = openApp(ctx, p.conf, p.log, migrations.Up, p.kick); err != nil {
		return err
	}
	p.onClose(p.app.Close)
	if err := p.openJobs(); err != nil {
		return err
	}
	if err := p.openMailServers(); err != nil {
		return err
	}
	metrics := newMetrics(p.app.store, p.conf.mailboxName(), p.log)
	ready := &readiness{
		database: p.app.store, queue: p.queue, jobs: p.app.store, lag: p.conf.JobLag,
		mailboxes: p.app.store, mailbox: p.conf.mailboxName(),
	}
	p.ops = newOps(metrics, ready)
	p.main, err = p.newMain(metrics, ready)
	return err
}

// openQueue connects to Redis, or starts one inside this process that lasts
// until everything that uses it has ended.
func (p *process) openQueue() (err error) {
	if p.conf.RedisURL == "" {
		ctx, cancel := context.WithCancel(context.Background())
		p.onClose(func() error { cancel(); return nil })
		p.queue, err = queue.Embedded(ctx)
	} else {
		p.queue, err = queue.Connect(p.conf.RedisURL.reveal())
	}
	if err != nil {
		return err
	}
	p.onClose(p.queue.Close)
	return nil
}

// openJobs prepares what does the jobs, in the processes that do.
func (p *process) openJobs() error {
	c := p.conf
	letters, err := newLetters(c)
	if err != nil {
		return err
	}
	if p.only == onlyAPI {
		return nil
	}
	if p.sender, err = p.openSender(); err != nil {
		return err
	}
	p.runner = jobs.New(jobs.Config{
		Service: p.app.service, Staff: p.app.store, Digests: p.app.store, Letters: letters, Sender: p.sender, Mail: p.app.desk,
		Addresses: newAddresses(c, p.app.keys), TeamAddress: c.StaffEmail, Locale: "en", Log: p.log,
		Systems: p.app.systems, BaseURL: c.BaseURL,
	})
	for _, lane := range []models.JobLane{models.LaneMain, models.LaneCalls} {
		p.relays = append(p.relays, jobs.NewRelay(jobs.RelayConfig{
			Jobs: p.app.store, Redis: p.queue, Now: now, Log: p.log, Lane: lane, Embedded: c.RedisURL == "",
		}))
	}
	return nil
}

func (p *process) openSender() (notifications.Sender, error) {
	if p.conf.mailOff() {
		folder, err := notifications.NewDirectory(p.conf.in("mail"))
		if err != nil {
			return nil, err
		}
		if err := folder.Tidy(); err != nil {
			return nil, err
		}
		return folder, nil
	}
	s, err := notifications.NewSMTP(p.conf.SMTPURL.reveal(), "")
	if err != nil {
		return nil, err
	}
	p.onClose(s.Close)
	return s, nil
}

// kick tells the relay of this process, if it has one, that jobs were
// committed; the relays of others look by themselves.
func (p *process) kick() {
	for _, r := range p.relays {
		r.Kick()
	}
}

// newMain returns the server of portal and API.
func (p *process) newMain(m metrics, ready *readiness) (*http.Server, error) {
	c := p.conf
	mail := c.hooks()
	mail.Taker, mail.Bell, mail.Room = p.app.desk, bell{p.app.service}, p.app.room
	on := server.New(server.Config{
		BaseURL: c.BaseURL, TrustedProxies: c.TrustedProxies, Log: p.log, Now: now, NewID: newID, Observe: m.observe, Traced: models.Traced,
	})
	rest := api.Mount(on, api.Config{
		Service: p.app.service, Accounts: p.app.accounts, Exports: p.app.exports, Mail: mail, Callbacks: p.app.systems, Packages: p.app.packages(), Ready: ready.forAPI, Logger: p.log, Limits: c.limits(), Now: now,
	})
	ports, err := p.consolePorts(ready)
	if err != nil {
		return nil, err
	}
	site := c.pages()
	site.Console, site.Setup, site.Requests, site.Staff, site.Accounts = ports, p.app.accounts.Setup, web.ForPortal(p.app.service), web.ForConsole(p.app.service), p.app.accounts
	site.Owners, site.Packages = p.app.service.Owners, p.app.packages()
	site.Policy, site.Network, site.Limits = p.app.service.Policy, rest.Network, rest
	site.Log, site.Now = p.log, now
	if err := web.Mount(on, site); err != nil {
		return nil, err
	}
	return on.HTTP(), nil
}

// pages is what the configuration says about them.
func (c config) pages() web.Config {
	return web.Config{
		Organisation: c.OrgName, Contact: c.OrgContact, BaseURL: c.BaseURL, Zone: c.Zone, Theme: os.DirFS(c.in("portal")),
	}
}

// run runs every part until ctx is over or one of them fails, and then ends
// them: what is under way may take as long as the grace. started is called
// once all of them run.
func (p *process) run(ctx context.Context, started func() error) error {
	// Operators see to the very end what the rest is doing.
	if p.ports.ops != nil {
		p.onClose(p.ops.Close)
		go p.serveHTTP(p.ops, p.ports.ops, func(error) {})
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var parts sync.WaitGroup
	if p.ports.main != nil {
		parts.Go(func() { p.serveHTTP(p.main, p.ports.main, fail) })
		parts.Go(func() { p.stopHTTP(ctx) })
	}
	if p.runner != nil {
		if err := p.runner.Schedule(ctx); err != nil {
			fail(err)
		}
		workers := map[models.JobLane]int{models.LaneMain: p.conf.workers(), models.LaneCalls: p.conf.callers()}
		for lane, n := range workers {
			worker := jobs.NewWorker(jobs.WorkerConfig{
				Redis: p.queue, Run: p.runner.Run, Log: p.log, Lane: lane, Concurrency: n, Grace: p.conf.Grace,
			})
			parts.Go(func() { fail(worker.Run(ctx)) })
		}
		for _, relay := range p.relays {
			parts.Go(func() { relay.Run(ctx) })
		}
	}
	if p.lmtp != nil {
		parts.Go(func() { p.runLMTP(ctx, fail) })
	}
	if p.poller != nil {
		parts.Go(func() { p.poller.Run(ctx) })
	}
	if err := started(); err != nil {
		fail(err)
	}
	p.log.InfoContext(ctx, "started", slog.String("version", version()), slog.String("only", p.only))
	<-ctx.Done()
	p.log.InfoContext(ctx, "stopping", slog.String("grace", p.conf.Grace.String()))
	parts.Wait()
	p.log.InfoContext(ctx, "stopped")
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

func (p *process) serveHTTP(s *http.Server, l net.Listener, fail context.CancelCauseFunc) {
	// Its lines quote clients, or a panic's words.
	s.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn)
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		fail(fmt.Errorf("serving %s: %w", l.Addr(), err))
	}
}

// stopHTTP takes no more connections once ctx is over and lets those at work
// end, within the grace.
func (p *process) stopHTTP(ctx context.Context) {
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.conf.Grace)
	defer cancel()
	if err := p.main.Shutdown(ctx); err != nil {
		p.log.WarnContext(ctx, "requests were cut off", slog.Any("error", err))
		_ = p.main.Close() // there is nothing left to try
	}
}

func (p *process) onClose(f func() error) { p.closers = append(p.closers, f) }

// close closes what was opened, the last first. That a listener is closed
// already is how servers end.
func (p *process) close() error {
	var errs []error
	for _, closer := range slices.Backward(p.closers) {
		if err := closer(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
