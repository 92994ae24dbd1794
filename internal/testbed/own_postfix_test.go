package testbed_test

import (
	"strings"
	"testing"
	"time"

	"habeas/internal/testbed"
)

func TestOwnPostfixDeliversAndBounces(t *testing.T) {
	t.Parallel()
	p := testbed.OwnPostfix(t, testbed.PostfixConfig{
		Boxes:      []string{"ann@people.example", "bob@people.example"},
		Transports: map[string]string{"privacy@example.org": "lmtp:unix:/nowhere/lmtp"},
	})
	p.Send("bob@people.example", "Subject: hello\r\n\r\nhello\r\n", "ann@people.example")
	p.Send("bob@people.example", "Subject: lost\r\n\r\nlost\r\n", "nobody@people.example")
	p.Send("bob@people.example", "Subject: later\r\n\r\nlater\r\n", "privacy+x@example.org")
	await(t, "a mail and a bounce", func() bool {
		return len(p.Delivered("ann@people.example")) == 1 && len(p.Delivered("bob@people.example")) == 1
	})
	if got := p.Delivered("bob@people.example")[0]; !strings.Contains(got, "multipart/report") {
		t.Errorf("no bounce: %s", got)
	}
	for _, end := range []func(){p.Kill, func() { p.Stop("fast") }} {
		end()
		if n := p.Queued(); n != 1 {
			t.Errorf("%d are queued", n)
		}
		p.Start()
	}
}

// await waits until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	over := time.After(3 * time.Minute)
	for !so() {
		select {
		case <-over:
			t.Fatalf("not so after minutes: %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
