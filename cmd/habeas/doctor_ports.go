package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"
)

func checkListen(ctx context.Context, c config) finding {
	return listening(ctx, c, "portal and API", "HABEAS_LISTEN", c.Listen)
}

func checkOps(ctx context.Context, c config) finding {
	if c.OpsListen == disabled {
		return finding{what: "operations", note: "no port"}
	}
	f := listening(ctx, c, "operations", "HABEAS_OPS_LISTEN", c.OpsListen)
	if errors.Is(f.err, syscall.EADDRINUSE) && c.OpsListen == defaultOf("HABEAS_OPS_LISTEN") {
		f.err, f.warn = nil, "another program listens at "+c.OpsListen+", so a free port is used: set HABEAS_OPS_LISTEN"
	}
	return f
}

// listening sees whether the service could listen, or whether it does.
func listening(ctx context.Context, c config, what, variable, at string) finding {
	f := finding{what: what, note: at + " is free, and the service can listen there"}
	l, err := bind(ctx, variable, at)
	switch {
	case err == nil:
		f.err = l.Close()
	case errors.Is(err, syscall.EADDRINUSE) && healthy(ctx, address(at)+"/healthz"):
		f.note = "a service answers at " + at
		if unserved(c) {
			f.err = fmt.Errorf("a service answers at %s, and not on the data in %s: set HABEAS_DATA_DIR to its place, or %s to another address (%w)",
				at, absolute(c.DataDir), variable, syscall.EADDRINUSE)
		}
	default:
		f.err = err
	}
	return f
}

// healthy reports whether what listens there answers as we do.
func healthy(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	client := http.Client{Transport: new(http.Transport)} // of our own: no proxy
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close() //nolint:errcheck // it was only asked
	body, err := io.ReadAll(io.LimitReader(answer.Body, 100))
	return err == nil && answer.StatusCode == http.StatusOK && strings.TrimSpace(string(body)) == `{"status":"ok"}`
}
