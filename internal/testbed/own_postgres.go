package testbed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// PostgresServer is a cluster of one test's own, with the durable settings of
// production.
type PostgresServer struct {
	*Server
}

// URL is where its only database is.
func (p *PostgresServer) URL() string {
	return "postgres://habeas@127.0.0.1:" + p.port + "/postgres?sslmode=disable"
}

// OwnPostgres makes a cluster that lasts as long as the test and starts it. It
// needs the programs of PostgreSQL and, as root, the user postgres, since the
// server refuses to be root.
func OwnPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	as := unprivileged(t)
	data := folder(t, as)
	initdb := exec.CommandContext(t.Context(), postgresProgram(t, "initdb"), "-D", data, "-U", "habeas", "-A", "trust", //nolint:gosec // the program we mean
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync") // the server itself syncs
	initdb.Dir, initdb.SysProcAttr = data, as
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	program := postgresProgram(t, "postgres")
	p := &PostgresServer{}
	p.Server = &Server{
		data: data, rest: children,
		signals: map[string]os.Signal{"immediate": syscall.SIGQUIT, "fast": syscall.SIGINT, "smart": syscall.SIGTERM},
		command: func(port, data string) *exec.Cmd {
			c := exec.Command(program, "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", //nolint:noctx,gosec // Kill ends it
				"-c", "unix_socket_directories=", "-c", "max_connections=100")
			c.SysProcAttr = as
			return c
		},
		ready: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			c, err := pgx.Connect(ctx, p.URL())
			if err != nil {
				return fmt.Errorf("connecting: %w", err)
			}
			return c.Close(ctx)
		},
	}
	p.own(t)
	return p
}

// unprivileged is how a program is started that must not be root.
func unprivileged(t testing.TB) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatalf("PostgreSQL refuses to run as root: %v", err)
	}
	uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
	if errUID != nil || errGID != nil {
		t.Fatalf("the user postgres has no number: %s:%s", u.Uid, u.Gid)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// folder makes a folder for a server that runs as somebody else. Those of
// t.TempDir can only be entered by who made them.
func folder(t testing.TB, as *syscall.SysProcAttr) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "habeas-testbed-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if as != nil {
		if err := os.Chown(dir, int(as.Credential.Uid), int(as.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// postgresProgram finds a program of the server, which Debian keeps out of
// PATH; the newest goes first.
func postgresProgram(t testing.TB, name string) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return postgresVersion(a) - postgresVersion(b) })
		return found[len(found)-1]
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("run scripts/need postgres: %v", err)
	}
	return path
}

func postgresVersion(program string) int {
	v, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(program)))) // no number goes first
	return v
}
