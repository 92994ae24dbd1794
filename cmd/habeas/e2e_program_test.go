package main_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"habeas/internal/testbed"
)

// program is one running "habeas serve". What it writes to standard error over
// all its lives is kept for the search for canaries.
type program struct {
	t    *testing.T
	name string // of the executable
	env  []string
	args []string
	dir  string // the data directory

	cmd    *exec.Cmd
	stdout *output
	stderr *output
	ended  chan struct{} // closed when the present life is over
	killed bool

	base, ops string

	reading sync.Mutex
	read    map[string]letter // mails by file
}

// output collects what a process writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// serve starts the program on free ports and waits until it runs.
func serve(t *testing.T, dir string, env ...string) *program {
	t.Helper()
	return serveOnly(t, "", dir, env...)
}

// serveRaced does so under the race detector, where the tests are.
func serveRaced(t *testing.T, dir string, env ...string) *program {
	t.Helper()
	return serveAs(t, "habeas-raced", "", dir, env...)
}

func serveOnly(t *testing.T, only, dir string, env ...string) *program {
	t.Helper()
	return serveAs(t, "habeas", only, dir, env...)
}

func serveAs(t *testing.T, name, only, dir string, env ...string) *program {
	t.Helper()
	p := &program{t: t, name: name, dir: dir, stdout: &output{}, stderr: &output{}, args: []string{"serve"}, env: append([]string{
		"HABEAS_DATA_DIR=" + dir, "HABEAS_LISTEN=127.0.0.1:0", "HABEAS_OPS_LISTEN=127.0.0.1:0",
		"HABEAS_SUBMIT_LIMIT_PER_HOUR=100000", "HABEAS_CODE_LIMIT_PER_HOUR=100000", "HABEAS_FORM_MAILS_PER_HOUR=0",
		"HABEAS_STAFF_EMAIL=team@staff.example",
	}, env...)}
	if only != "" {
		p.args = append(p.args, "--only", only)
	}
	p.start()
	t.Cleanup(p.finish)
	return p
}

// start begins a life of the program. The address of the one before is kept,
// so that clients find it again.
func (p *program) start() {
	p.t.Helper()
	p.killed, p.ended = false, make(chan struct{})
	env := p.env
	if p.base != "" {
		env = append(env, "HABEAS_LISTEN="+strings.TrimPrefix(p.base, "http://"))
	}
	p.cmd = exec.Command(p.name, p.args...)
	p.cmd.Env = environ(env...)
	p.cmd.Stderr = p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	said := make(chan string, 100)
	go func() {
		defer close(said)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			_, _ = p.stdout.Write(append(lines.Bytes(), '\n'))
			said <- lines.Text()
		}
	}()
	p.await(said)
	ended := p.ended
	go func() {
		for range said { // until it has said everything
		}
		_ = p.cmd.Wait()
		close(ended)
	}()
}

var (
	portalLine = regexp.MustCompile(`Portal and API +(http://\S+)`)
	opsLine    = regexp.MustCompile(`Operations +(http://\S+)/metrics`)
	setupLine  = regexp.MustCompile(`http://\S+/setup/\S+`)
	keysLine   = regexp.MustCompile(`^  Keys `)
)

// await reads what the program says until the last line that always comes.
func (p *program) await(said <-chan string) {
	p.t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case line, ok := <-said:
			if !ok {
				_ = p.cmd.Wait()
				p.t.Fatalf("habeas %v ended at once:\n%s%s", p.args, p.stdout, p.stderr)
			}
			if m := portalLine.FindStringSubmatch(line); m != nil {
				p.base = m[1]
			}
			if m := opsLine.FindStringSubmatch(line); m != nil {
				p.ops = m[1]
			}
			if keysLine.MatchString(line) {
				return
			}
		case <-limit:
			p.t.Fatalf("habeas %v does not start:\n%s%s", p.args, p.stdout, p.stderr)
		}
	}
}

// setupLink waits for the link of the first start.
func (p *program) setupLink() string {
	p.t.Helper()
	var link string
	testbed.Eventually(p.t, "a setup link", func() bool {
		link = setupLine.FindString(p.stdout.String())
		return link != ""
	})
	return link
}

// kill ends the program as a power cut would.
func (p *program) kill() {
	p.t.Helper()
	p.killed = true
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
}

// stop asks the program to end and wants it to do so well.
func (p *program) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		_ = p.cmd.Process.Kill()
		p.t.Errorf("habeas %v does not stop:\n%s", p.args, p.stderr)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("habeas %v stopped with %d:\n%s", p.args, code, tail(p.stderr.String()))
	}
}

func (p *program) finish() {
	select {
	case <-p.ended:
		if !p.killed && p.cmd.ProcessState.ExitCode() != 0 {
			p.t.Errorf("habeas %v ended by itself with %d:\n%s", p.args, p.cmd.ProcessState.ExitCode(), tail(p.stderr.String()))
		}
	default:
		p.stop()
	}
	if s := p.stderr.String(); strings.Contains(s, "DATA RACE") || strings.Contains(s, "panic") {
		p.t.Errorf("habeas %v raced or panicked:\n%s", p.args, tail(s))
	} else if p.t.Failed() {
		p.t.Logf("habeas %v said last:\n%s", p.args, tail(s))
	}
}

// run runs another command of the program on the same data and returns what it
// printed.
func (p *program) run(args ...string) string {
	p.t.Helper()
	stdout, stderr, code := run(p.t, p.env, args...)
	if code != 0 {
		p.t.Fatalf("habeas %v: %d\n%s", args, code, stderr)
	}
	_, _ = p.stderr.Write([]byte(stderr))
	return stdout
}

// token makes a token beside the running service.
func (p *program) token(role, name string) string {
	p.t.Helper()
	return strings.TrimSpace(p.run("token", "create", "--role", role, "--name", name))
}

// run runs one command to its end. Who may have the usual ports is nothing to
// it.
func run(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "habeas", args...)
	c.Env = environ(append([]string{"HABEAS_LISTEN=127.0.0.1:0", "HABEAS_OPS_LISTEN=127.0.0.1:0"}, env...)...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatalf("habeas %v: %v", args, err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// environ is an environment with nothing of Habeas in it but what is given.
func environ(more ...string) []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "HABEAS_") {
			env = append(env, pair)
		}
	}
	return append(env, more...)
}

// dataDir is a place for the data of one program.
func dataDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "data")
}

func tail(s string) string {
	if len(s) > 4000 {
		return "…" + s[len(s)-4000:]
	}
	return s
}
