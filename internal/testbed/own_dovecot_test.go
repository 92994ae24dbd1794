package testbed_test

import (
	"testing"
	"time"

	"habeas/internal/testbed"
)

func TestOwnDovecotKeepsItsMails(t *testing.T) {
	t.Parallel()
	d := testbed.OwnDovecot(t)
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	d.Append("INBOX", at, "Subject: a\r\n\r\na\r\n", "Subject: b\r\n\r\nb\r\n")
	for _, end := range []func(){d.Kill, func() { d.Stop("fast") }} {
		end()
		d.Start()
		if got := d.Mails("INBOX"); len(got) != 2 || got[0] != "Subject: a\r\n\r\na\r\n" {
			t.Fatalf("%q", got)
		}
	}
	if got := d.Mails("Elsewhere"); got != nil {
		t.Errorf("%q", got)
	}
}
