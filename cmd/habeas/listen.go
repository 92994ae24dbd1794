package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"
)

// listeners are the ports of a process; nil where it has none.
type listeners struct{ main, ops, lmtp net.Listener }

// listen opens the ports before anything else, so that a port that is taken
// ends the start and not a service that already works.
func listen(ctx context.Context, c config, only string, log *slog.Logger) (l listeners, err error) {
	if only != onlyWorker {
		if l.main, err = bind(ctx, "HABEAS_LISTEN", c.Listen); err != nil {
			return l, err
		}
	}
	if only != onlyWorker && c.LMTPListen != "" {
		if l.lmtp, err = listenLMTP(ctx, c.LMTPListen); err != nil {
			return l, errors.Join(err, l.close())
		}
	}
	if c.OpsListen == disabled {
		return l, nil
	}
	l.ops, err = bind(ctx, "HABEAS_OPS_LISTEN", c.OpsListen)
	// A second process on one machine, or Prometheus itself, often has the
	// default already. An address that somebody chose is theirs to free.
	if errors.Is(err, syscall.EADDRINUSE) && c.OpsListen == defaultOf("HABEAS_OPS_LISTEN") {
		log.WarnContext(ctx, "operations port is taken, using a free one", slog.String("listen", c.OpsListen))
		l.ops, err = bind(ctx, "HABEAS_OPS_LISTEN", "127.0.0.1:0")
	}
	if err != nil {
		return l, errors.Join(err, l.close())
	}
	return l, nil
}

func bind(ctx context.Context, variable, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken: another program listens there; set %s to another address (%w)", address, variable, err)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s (%s): %w", address, variable, err)
	}
	return l, nil
}

func defaultOf(name string) string {
	for _, v := range variables() {
		if v.name == name {
			return v.fallback
		}
	}
	return ""
}

func (l listeners) close() error {
	var errs []error
	for _, each := range []net.Listener{l.main, l.ops, l.lmtp} {
		if each != nil {
			errs = append(errs, each.Close())
		}
	}
	return errors.Join(errs...)
}

// address is where a browser on this machine finds what listens there: what
// listens everywhere is reached by a name too.
func address(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
