package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// What serve may be restricted to.
const (
	onlyAPI    = "api"    // answers HTTP and does no jobs
	onlyWorker = "worker" // does jobs and answers operators only
)

// softMemory is how many bytes the collector lets the process have before it
// works harder: what clients can have it hold (server.Memory) and what it needs
// anyway fit in. Where passwords are hashed at the same time (64 MiB each) it may
// be passed, at the price of more collecting. GOMEMLIMIT, where it is set, wins.
const softMemory = 256 << 20

func newServe(configure configured, getenv func(string) string) *cobra.Command {
	var only string
	c := &cobra.Command{
		Use: "serve [--only api|worker]", Short: "Run the service", Args: noArguments,
		Long: "Runs the service until SIGINT or SIGTERM, which lets what is under way end; a second signal ends\n" +
			"at once. Without any configuration everything it needs lies in ./habeas-data.",
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := configure()
			if err != nil {
				return err
			}
			if err := checkSplit(conf, only); err != nil {
				return err
			}
			if conf.systems, err = loadSystems(conf.SystemsDir, getenv); err != nil {
				return err
			}
			return serve(c.Context(), conf, only, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&only, "only", "", "do a part of the work: api or worker; needs PostgreSQL and Redis")
	return c
}

// checkSplit refuses parts that could not find each other.
func checkSplit(c config, only string) error {
	if only == "" {
		return nil
	}
	if only != onlyAPI && only != onlyWorker {
		return usagef("--only must be api or worker")
	}
	var f faults
	f.unless("HABEAS_DATABASE_URL", c.DatabaseURL != "", "is needed with --only: SQLite belongs to one process")
	f.unless("HABEAS_REDIS_URL", c.RedisURL != "", "is needed with --only: the queue inside a process is seen by nobody else")
	if len(f) > 0 {
		return f
	}
	return nil
}

// serve runs the service until ctx is over.
func serve(ctx context.Context, conf config, only string, stdout, stderr io.Writer) error {
	if _, chosen := os.LookupEnv("GOMEMLIMIT"); !chosen {
		debug.SetMemoryLimit(softMemory)
	}
	log := newLog(stderr, conf.LogLevel)
	unlock, err := lockData(conf)
	if err != nil {
		return err
	}
	defer unlock() //nolint:errcheck // the lock ends with the process anyway
	ports, err := listen(ctx, conf, only, log)
	if err != nil {
		return err
	}
	if conf.BaseURL == "" {
		conf.BaseURL = localURL(conf, ports)
		if conf.production() {
			log.WarnContext(ctx, "links in mails lead to this machine: set HABEAS_BASE_URL", slog.String("base_url", conf.BaseURL))
		}
	}
	p := &process{conf: conf, only: only, log: log, ports: ports}
	err = p.open(ctx)
	if err == nil {
		err = p.run(ctx, func() error { return p.announce(ctx, stdout) })
	}
	// A start that was interrupted is no fault.
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = nil
	}
	return errors.Join(err, p.close())
}

// localURL is how this machine reaches the portal, here or in the process that
// answers HTTP.
func localURL(c config, l listeners) string {
	if l.main != nil {
		return address(l.main.Addr().String())
	}
	return address(c.Listen)
}

// announce says where everything is.
func (p *process) announce(ctx context.Context, out io.Writer) error {
	c := p.conf
	say := func(what, where string) { fmt.Fprintf(out, "  %-16s %s\n", what, where) } //nolint:errcheck // nobody may be reading
	fmt.Fprintf(out, "Habeas is running. Stop it with Ctrl-C.\n\n")                   //nolint:errcheck // likewise
	if p.ports.main != nil {
		at := address(p.ports.main.Addr().String())
		say("Portal and API", at)
		say("API reference", at+"/docs")
	}
	if p.ports.ops != nil {
		say("Operations", address(p.ports.ops.Addr().String())+"/metrics")
	}
	if c.mailOff() {
		say("Mails", "files in "+c.in("mail"))
	} else {
		say("Mails", "sent by SMTP from "+c.MailFrom)
	}
	if p.lmtp != nil {
		say("Mails in", "by LMTP at "+c.LMTPListen)
	}
	if p.poller != nil {
		say("Mails in", "by IMAP from "+c.mailboxName())
	}
	say("Data", c.dataPlace())
	say("Keys", c.Keys+" (without them nothing can be read: back them up)")
	if p.only == onlyWorker {
		return nil
	}
	secret, err := p.app.accounts.Setup.Arm(ctx)
	if err != nil {
		return fmt.Errorf("preparing the setup link: %w", err)
	}
	if secret != "" {
		fmt.Fprintf(out, "\nThere is no staff yet. Make the first administrator here; the link works once:\n  %s/setup/%s\n", c.BaseURL, secret) //nolint:errcheck // likewise
	}
	return nil
}

func (c config) dataPlace() string {
	if c.DatabaseURL != "" {
		return "in PostgreSQL"
	}
	return c.in("habeas.db")
}
