package main_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"habeas/internal/testbed"
)

// A real Postfix pipes mail into habeas ingest by the lines of docs/email.md,
// as a user who is not root. While the configuration is broken it keeps what
// comes; nothing bounces and nothing is lost.
func TestPostfixPipes(t *testing.T) {
	t.Parallel()
	const mailbox, second = "privacy@example.org", "dpo@example.org"
	dir, err := os.MkdirTemp("", "habeas-pipe") //nolint:usetesting // the folder of a test is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Chmod(dir, 0o755))
	data, conf, binary := filepath.Join(dir, "data"), filepath.Join(dir, "habeas.conf"), filepath.Join(dir, "habeas")
	copyProgram(t, binary)
	must(os.Mkdir(data, 0o700))
	must(os.Chown(data, 65534, 65534))
	configure := func(lines string) {
		must(os.WriteFile(conf, []byte("HABEAS_DATA_DIR="+data+"\nHABEAS_MAIL_FROM="+mailbox+"\n"+lines), 0o644))
	}
	configure("HABEAS_LISTEN=broken\n")
	post := testbed.OwnPostfix(t, testbed.PostfixConfig{
		Boxes: boxes(), Transports: map[string]string{mailbox: "habeas:", second: "habeas:"},
		Services: "habeas unix - n n - 2 pipe\n  flags=Rq user=nobody null_sender=\n  argv=" + binary + " --config " + conf + " ingest --from=${sender} --rcpt=${recipient}\n",
	})
	mail := func(id string) string {
		return "From: Robin <" + robin + ">\r\nSubject: Delete my data " + id + "\r\nMessage-ID: <" + id + "@people.example>\r\n\r\nPlease delete my account.\r\n"
	}
	post.Send(robin, mail("1"), mailbox, second)
	post.Send("", mail("2"), mailbox)
	post.Send("o'dd$x@people.example", strings.ReplaceAll(mail("3"), robin, "o'dd$x@people.example"), mailbox)
	testbed.Eventually(t, "a deferral", func() bool {
		return strings.Contains(post.Log(), "status=deferred (temporary failure. Command output: habeas:") && strings.Contains(post.Log(), "HABEAS_LISTEN")
	})
	configure("")
	testbed.Eventually(t, "an empty queue", func() bool { return post.Queued() == 0 })
	if log := post.Log(); strings.Contains(log, "status=bounced") || strings.Count(log, "relay=habeas") == 0 {
		t.Errorf("something bounced")
	}
	if got := post.Delivered(robin); len(got) > 0 {
		t.Errorf("the sender was told %q", got)
	}
	p := serve(t, data, "HABEAS_MAIL_FROM="+mailbox)
	admin := p.as(t, p.token("manager", managerName))
	if got := admin.get("/v1/admin/requests?limit=100").items(); len(got) != 2 {
		t.Errorf("%d requests of 2 people: %v", len(got), got)
	}
	if got := admin.get("/v1/admin/mail").items(); len(got) != 1 { // of the null sender
		t.Errorf("%d mails wait for staff: %v", len(got), got)
	}
}

// copyProgram copies the program to a place where others may run it.
func copyProgram(t *testing.T, to string) {
	t.Helper()
	at, err := exec.LookPath("habeas")
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(at)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	copied, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(copied, from); err != nil {
		t.Fatal(err)
	}
	if err := copied.Close(); err != nil {
		t.Fatal(err)
	}
}
