package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"habeas/internal/keyring"
	"habeas/internal/queue"
	"habeas/migrations"
	"habeas/models/store"
)

func newDoctor(configure configured) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check a deployment, line by line", Args: noArguments,
		Long: "Checks what the configuration leads to, and with it all that serve would not start with. It changes\n" +
			"nothing: what it writes to see whether it can, it takes away again. Every line begins with ok, warn or\n" +
			"fault; it exits with 1 if there is a fault. Run it as the user that serve runs as.",
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := configure()
			if faulty := (faults{}); errors.As(err, &faulty) {
				for _, f := range faulty {
					fmt.Fprintf(c.OutOrStdout(), "fault  configuration: %s %s\n", f.name, f.text) //nolint:errcheck // the exit code says it too
				}
				return errSaid
			}
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
			defer cancel()
			if !examine(ctx, conf, c.OutOrStdout()) {
				return errSaid
			}
			return nil
		},
	}
}

// finding is one line of the doctor.
type finding struct {
	what string
	note string
	warn string
	err  error
}

func examine(ctx context.Context, c config, out io.Writer) (healthy bool) {
	healthy = true
	checks := []func(context.Context, config) finding{
		checkMode, checkProxy, checkListen, checkOps, checkDataDir, checkDatabase, checkQueue, checkMail, checkLinks,
		checkFiles, checkPolicy, checkTemplates, checkPortal, checkPasswords, checkClock,
	}
	for _, check := range append(checks, checksMailIn(c)...) {
		f := check(ctx, c)
		line := "ok     " + f.what + ": " + f.note
		switch {
		case f.err != nil:
			healthy, line = false, "fault  "+f.what+": "+f.err.Error()
		case f.warn != "":
			line = "warn   " + f.what + ": " + f.warn
		}
		fmt.Fprintln(out, strings.ReplaceAll(line, "\n", "; ")) //nolint:errcheck // the exit code says it too
	}
	return healthy
}

func checkMode(_ context.Context, c config) finding {
	f := finding{what: "configuration", note: "embedded mode, nothing else is needed"}
	switch {
	case c.production() && c.RedisURL != "":
		f.note = "production mode, any number of processes"
	case c.production():
		f.note = "production mode, one process: without HABEAS_REDIS_URL the queue is inside it"
	}
	return f
}

// checkProxy knows that somebody else speaks TLS for us, and that all of the
// world is one address then.
func checkProxy(_ context.Context, c config) finding {
	f := finding{what: "proxy", note: "none, addresses are those of the peers"}
	switch {
	case len(c.TrustedProxies) > 0:
		f.note = "X-Forwarded-For counts where one of HABEAS_TRUSTED_PROXIES sends it"
	case strings.HasPrefix(c.BaseURL, "https://"):
		f.warn = "HABEAS_BASE_URL is https, so a proxy stands before us, and HABEAS_TRUSTED_PROXIES does not name it: the limits of one address hold for everybody together"
	}
	return f
}

// errEmpty ends the opening of a database that holds nothing sealed yet, which
// would otherwise be bound to its keys now.
var errEmpty = errors.New("nothing is stored yet")

func checkDatabase(ctx context.Context, c config) finding {
	f := finding{what: "database and keys", note: "schema is up to date, the keys in " + c.Keys + " are those of the data"}
	if _, err := os.Stat(c.in("habeas.db")); c.DatabaseURL == "" && errors.Is(err, fs.ErrNotExist) {
		f.note, f.err = "are made by the first start", firstKeys(c)
		return f
	}
	s, err := store.Open(ctx, store.Config{
		URL: c.DatabaseURL.reveal(), Path: c.in("habeas.db"), Migrate: migrations.Check, Now: now,
		Keyring: func(fresh bool) (store.Keyring, error) {
			keys, err := keyring.OpenOrCreate(c.Keys, false)
			if fresh && (err == nil || errors.Is(err, keyring.ErrMissing)) {
				return nil, errEmpty
			}
			return keys, err
		},
	})
	switch {
	case errors.Is(err, migrations.ErrEmpty):
		f.warn, f.err = "the database is empty: the first start makes its tables and the keys"+elsewhere, firstKeys(c)
	case errors.Is(err, errEmpty):
		f.note, f.err = "schema is up to date, and nothing is stored yet", firstKeys(c)
	case err != nil:
		f.err = explainKeys(c, err)
	default:
		f.err = s.Close()
	}
	return f
}

func checkQueue(ctx context.Context, c config) finding {
	f := finding{what: "queue", note: "inside the process"}
	if c.RedisURL == "" {
		return f
	}
	f.note = "the Redis server answers"
	client, err := queue.Connect(c.RedisURL.reveal())
	if err != nil {
		f.err = err
		return f
	}
	defer client.Close() //nolint:errcheck // it was only asked
	if err := client.Ping(ctx).Err(); err != nil {
		f.err = fmt.Errorf("the Redis server does not answer: %w", err)
	}
	return f
}

// checkClock compares the clock with that of the queue's server, and with
// common sense: dates are this program's business.
func checkClock(ctx context.Context, c config) finding {
	at := now()
	f := finding{what: "clock", note: at.In(c.Zone).Format("2006-01-02 15:04:05 MST")}
	if at.Year() < 2026 {
		f.err = fmt.Errorf("it is not %s: set the clock", f.note)
	}
	if c.RedisURL == "" {
		return f
	}
	client, err := queue.Connect(c.RedisURL.reveal())
	if err != nil {
		return f
	}
	defer client.Close() //nolint:errcheck // it was only asked
	if there, err := client.Time(ctx).Result(); err == nil && at.Sub(there).Abs() > 30*time.Second {
		f.err = fmt.Errorf("it differs from that of the Redis server by %s", at.Sub(there).Round(time.Second))
	}
	return f
}
