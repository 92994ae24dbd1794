package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestLogHoldsNoAddresses(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	log := newLog(&b, slog.LevelDebug)
	log.With("email", "canary").Error("sending failed",
		"error", errors.New(`550 <canary@example.org>: no such user "canary+x@example.org"`),
		"request", "0199", slog.Group("peer", "name", "canary", "words", "to:canary@example.org"))
	if strings.Contains(b.String(), "canary") {
		t.Error(b.String())
	}
	for _, want := range []string{`"request":"0199"`, "550", "no such user", redacted} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in %s", want, b.String())
		}
	}
}
