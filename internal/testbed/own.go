package testbed

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a server that one test has for itself, so that it may end and
// start it as it likes. The port stays the same over all its lives.
type Server struct {
	t    testing.TB
	port string
	data string // its folder, which lasts as long as the test

	command func(port, data string) *exec.Cmd
	ready   func() error         // whether clients are let in
	rest    func(pid int) []int  // processes that outlive a killed one
	born    func(pid int)        // told of each life, and
	died    func(pid int)        // of its end; or nil
	signals map[string]os.Signal // by the mode of Stop

	cmd    *exec.Cmd
	said   *words
	exited chan struct{}
}

// own starts a server on a port of its own and ends it with the test.
func (s *Server) own(t testing.TB) {
	t.Helper()
	s.t = t
	t.Cleanup(s.Kill)
	var err error
	for range 10 { // somebody may be faster on the port
		s.port = freePort(t)
		if err = s.start(); err == nil {
			return
		}
	}
	t.Fatalf("a server of the test's own does not start: %v: %s", err, s.said)
}

// Start starts the server again, on what lies in its folder, and returns once
// it lets clients in. What is left of a life before may refuse it for a while.
func (s *Server) Start() {
	s.t.Helper()
	over := time.After(limit)
	for {
		err := s.start()
		if err == nil {
			return
		}
		select {
		case <-over:
			s.t.Fatalf("the server does not start again: %v: %s", err, s.said)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// start tries once.
func (s *Server) start() error {
	cmd, said, exited := s.command(s.port, s.data), &words{}, make(chan struct{})
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.data, said, said
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	if s.born != nil {
		s.born(cmd.Process.Pid)
	}
	go func() {
		_ = cmd.Wait() // the test ends it, or what it said tells why it ended
		if s.died != nil {
			s.died(cmd.Process.Pid)
		}
		close(exited)
	}()
	s.cmd, s.said, s.exited = cmd, said, exited
	over := time.After(limit)
	for {
		select {
		case <-exited:
			return fmt.Errorf("%s ended with %d", cmd.Path, cmd.ProcessState.ExitCode()) //nolint:err113 // for a person
		case <-over:
			s.Kill()
			return fmt.Errorf("%s lets nobody in", cmd.Path) //nolint:err113 // for a person
		case <-time.After(10 * time.Millisecond):
			if s.ready() == nil && !s.gone() { // nor is it a stranger on the port
				return nil
			}
		}
	}
}

// Kill ends the server and all of its processes as a power cut would. One that
// does not run stays so.
func (s *Server) Kill() {
	s.t.Helper()
	if s.cmd == nil || s.gone() {
		return
	}
	var rest []int
	if s.rest != nil {
		rest = s.rest(s.cmd.Process.Pid)
	}
	s.send(syscall.SIGKILL)
	// Before the first is waited for, so that no number is another's by now.
	for _, pid := range rest {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may be gone
	}
	<-s.exited
}

// Stop ends the server in the way of its own that has this name: immediate,
// fast or smart for PostgreSQL, immediate for Redis.
func (s *Server) Stop(mode string) {
	s.t.Helper()
	signal, known := s.signals[mode]
	if !known {
		s.t.Fatalf("there is no way of stopping called %q", mode)
	}
	s.send(signal)
	select {
	case <-s.exited:
	case <-time.After(limit):
		s.t.Fatalf("the server does not stop: %s", s.said)
	}
}

func (s *Server) send(signal os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Errorf("ending the server: %v", err)
	}
}

func (s *Server) gone() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

// children returns the processes that a process has started.
func children(pid int) []int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	if err != nil {
		return nil // not on this system: they end by themselves, only later
	}
	var pids []int
	for field := range bytes.FieldsSeq(raw) {
		if child, err := strconv.Atoi(string(field)); err == nil {
			pids = append(pids, child)
		}
	}
	return pids
}

// freePort returns a port that nobody listens on, below those which the kernel
// gives to clients, so that it is still free after a restart.
func freePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(10000 + rand.IntN(22000)) //nolint:gosec // no secret
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("there is no free port")
	return ""
}

// words keeps the end of what a server says.
type words struct {
	mu sync.Mutex
	b  []byte
}

const mostWords = 2000

func (l *words) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p...)
	l.b = l.b[max(0, len(l.b)-mostWords):]
	return len(p), nil
}

func (l *words) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.b)
}
