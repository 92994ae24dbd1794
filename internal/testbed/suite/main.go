// Command suite runs go test and holds it to what a suite may take, so that
// people go on running it:
//
//	suite go test -race ./...
//
// It prints what go test prints, and fails if a process, of the tests or of
// their making, took more than 2 GiB. It names each test that took more than 30
// seconds: what is only repetition belongs to make soak. That fails nothing,
// since the same test takes longer on a busy machine.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"
)

const (
	mostSeconds = 30
	mostMemory  = 2 << 30
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "exec" {
		os.Exit(wrapped(os.Args[2:], mostMemory))
	}
	if len(os.Args) < 3 || os.Args[1] != "go" || os.Args[2] != "test" {
		fmt.Fprintln(os.Stderr, "usage: suite go test ...")
		os.Exit(2)
	}
	os.Exit(watched(os.Args[3:], os.Stdout))
}

// wrapped runs the tests of one package and fails if they, or a process that
// they started, grew beyond so many bytes.
//
// The collector of the tests comes early unless told otherwise: under the race
// detector each byte of the heap takes several of memory.
func wrapped(args []string, most int64) int {
	if _, told := os.LookupEnv("GOMEMLIMIT"); !told {
		_ = os.Setenv("GOMEMLIMIT", "800MiB") // cannot fail for such a name
	}
	c, err := run(args, os.Stdout)
	if c.ProcessState == nil {
		_, _ = fmt.Fprintln(os.Stdout, "suite:", err)
		return 1
	}
	_, _ = fmt.Fprintf(os.Stdout, "suite: %s of processors, %d MiB at most in one process\n", processors(c), memory(c)>>20)
	if peak := memory(c); peak > most {
		_, _ = fmt.Fprintf(os.Stdout, "FAIL: a process of this package grew to %d MiB; the suite allows %d\n", peak>>20, most>>20)
		return 1
	}
	if code := c.ProcessState.ExitCode(); code >= 0 {
		return code
	}
	return 1 // a signal ended it
}

// run runs a command to its end and passes on what it is told to do.
func run(args []string, out io.Writer) (*exec.Cmd, error) {
	c := exec.Command(args[0], args[1:]...) //nolint:gosec,noctx // it runs what it is told to, until that ends
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, out, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := c.Start(); err != nil {
		return c, fmt.Errorf("starting %s: %w", args[0], err)
	}
	go func() {
		for s := range signals {
			_ = c.Process.Signal(s) // it may have ended
		}
	}()
	err := c.Wait()
	return c, err
}

// memory is the most that a process or one of those it waited for had.
func memory(c *exec.Cmd) int64 {
	u, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return u.Maxrss
	}
	return u.Maxrss << 10
}

// processors is the time that a process and those it waited for ran on any of
// them.
func processors(c *exec.Cmd) time.Duration {
	return (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Round(time.Second)
}

// watched runs go test and says at the end what took too much.
func watched(args []string, out io.Writer) int {
	self, err := os.Executable()
	if err != nil {
		_, _ = fmt.Fprintln(out, "suite:", err)
		return 1
	}
	start := time.Now()
	r, w := io.Pipe()
	v := view{out: out, held: map[string]*bytes.Buffer{}}
	done := make(chan error, 1)
	go func() { done <- v.read(r) }()
	c, err := run(append([]string{"go", "test", "-json", "-exec", self + " exec"}, args...), w)
	_ = w.Close()
	if err := errors.Join(err, <-done); err != nil && c.ProcessState == nil {
		_, _ = fmt.Fprintln(out, "suite:", err)
		return 1
	}
	code := c.ProcessState.ExitCode()
	wall := time.Since(start)
	_, _ = fmt.Fprintf(out, "suite: %s, %s of processors, %d MiB at most in one process\n", wall.Round(time.Second), processors(c), memory(c)>>20)
	if memory(c) > mostMemory && code == 0 {
		_, _ = fmt.Fprintf(out, "FAIL: a process grew beyond %d MiB\n", mostMemory>>20)
		code = 1
	}
	for _, t := range v.slow {
		_, _ = fmt.Fprintf(out, "suite: %s took %.0f s, and should take %d at most\n", t.name, t.seconds, mostSeconds)
	}
	return code
}

// event is a line of go test -json.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// view shows events as go test without -json would.
type view struct {
	out  io.Writer
	held map[string]*bytes.Buffer // by package and test
	slow []slow
}

type slow struct {
	name    string
	seconds float64
}

func (v *view) read(r io.Reader) error {
	d := json.NewDecoder(r)
	for {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			slices.SortFunc(v.slow, func(a, b slow) int { return cmp.Compare(b.seconds, a.seconds) })
			return nil
		} else if err != nil {
			_, cerr := io.Copy(io.Discard, r) // lest it waits for us
			return errors.Join(fmt.Errorf("reading what go test says: %w", err), cerr)
		}
		v.take(e)
	}
}

func (v *view) take(e event) {
	key := e.Package + "\n" + e.Test
	if v.held[key] == nil {
		v.held[key] = &bytes.Buffer{}
	}
	switch e.Action {
	case "build-output":
		_, _ = fmt.Fprint(v.out, e.Output)
	case "output":
		if e.Test != "" || e.Output != "PASS\n" {
			v.held[key].WriteString(e.Output)
		}
	case "pass", "skip", "fail":
		// Of a package everything is shown; of a test only how it failed.
		if e.Action == "fail" || e.Test == "" {
			_, _ = v.held[key].WriteTo(v.out)
		}
		delete(v.held, key)
		if e.Test != "" && e.Elapsed > mostSeconds {
			v.slow = append(v.slow, slow{e.Package + " " + e.Test, e.Elapsed})
		}
		if e.Test == "" && e.Action == "fail" {
			v.rest(e.Package)
		}
	}
}

// rest shows the tests that never ended, as where one panicked.
func (v *view) rest(pkg string) {
	for key, b := range v.held {
		if len(key) > len(pkg) && key[:len(pkg)+1] == pkg+"\n" {
			_, _ = b.WriteTo(v.out)
			delete(v.held, key)
		}
	}
}
