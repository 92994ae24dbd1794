package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// service is a running habeas.
type service struct {
	binary  string
	env     []string
	command *exec.Cmd
	address string        // host:port of the API
	ready   time.Duration // from start to the first answer
}

// start runs "habeas serve" on free ports and waits for its first answer.
func start(ctx context.Context, binary, dir string, env []string, args ...string) (*service, error) {
	s := &service{binary: binary, env: append(append(os.Environ(),
		"HABEAS_DATA_DIR="+dir, "HABEAS_LISTEN=127.0.0.1:0", "HABEAS_OPS_LISTEN=off", "HABEAS_LOG_LEVEL=error",
		"HABEAS_INTAKE_LIMIT_PER_SECOND=1000000", "HABEAS_FORM_MAILS_PER_HOUR=0"), env...)}
	s.command = exec.CommandContext(ctx, binary, append([]string{"serve"}, args...)...) //nolint:gosec // our own binary
	s.command.Env, s.command.Stderr = s.env, os.Stderr
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	found := regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`)
	for lines := bufio.NewScanner(out); s.address == "" && lines.Scan(); {
		if m := found.FindStringSubmatch(lines.Text()); m != nil {
			s.address = m[1]
		}
	}
	if s.address == "" {
		return nil, errors.New("habeas serve did not say where it listens")
	}
	go func() { _, _ = bufio.NewReader(out).WriteTo(nowhere{}) }() // what else it prints is not of interest
	if err := s.await(ctx); err != nil {
		return nil, err
	}
	s.ready = time.Since(begin)
	return s, nil
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

func (s *service) await(ctx context.Context) error {
	for range 500 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/v1/request-types", nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("no answer within five seconds")
}

// token makes an API token of role intake.
func (s *service) token(ctx context.Context) (string, error) {
	return s.run(ctx, "token", "create", "--role", "intake", "--name", "bench")
}

// run runs another command of habeas beside the service, and returns what it
// prints.
func (s *service) run(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, s.binary, args...) //nolint:gosec // our own binary
	var out, faults bytes.Buffer
	c.Env, c.Stdout, c.Stderr = s.env, &out, &faults
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("running %s: %w: %s", args[0], err, faults.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// memory returns the resident set in MiB.
func (s *service) memory() (float64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.command.Process.Pid) + "/status")
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0, errors.New("no VmRSS in the process's status")
	}
	kib, err := strconv.ParseFloat(string(m[1]), 64)
	return kib / 1024, err
}

// stop ends the service as an operator would.
func (s *service) stop() error {
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.command.Wait()
}
