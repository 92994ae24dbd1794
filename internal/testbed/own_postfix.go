package testbed

import (
	"errors"
	"fmt"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// PostfixServer is a Postfix of one test's own. It takes mail by SMTP from this
// machine, resolves nothing, and knows the addresses of one [PostfixConfig]
// only. What it has queued outlives its ends.
type PostfixServer struct {
	*Server
	data string
}

// PostfixConfig is what a Postfix knows.
type PostfixConfig struct {
	// Boxes are the addresses that it delivers into files; any other address of
	// their domains bounces.
	Boxes []string
	// Transports say where other addresses or whole domains go, in the words of
	// transport(5): "privacy@example.org" to "lmtp:unix:/run/habeas/lmtp". An
	// address stands for its plus-addresses, too.
	Transports map[string]string
	// Services are more lines of master.cf.
	Services string
}

// OwnPostfix starts a Postfix that lasts as long as the test. It has to be
// started by root, since it has users of its own.
func OwnPostfix(t testing.TB, c PostfixConfig) *PostfixServer {
	t.Helper()
	mailProgram(t, "postfix", "/usr/sbin/postfix")
	data := folder(t, nil)
	if err := os.Chmod(data, 0o711); err != nil { //nolint:gosec // its processes are other users
		t.Fatal(err)
	}
	postfixFolders(t, data)
	daemons := strings.TrimSpace(run(t, "/usr/sbin/postconf", "-d", "-h", "daemon_directory"))
	p := &PostfixServer{data: data}
	var release func()
	p.Server = &Server{
		data: data, signals: map[string]os.Signal{"fast": syscall.SIGTERM},
		command: func(port, data string) *exec.Cmd {
			writeFile(t, filepath.Join(data, "etc", "main.cf"), postfixMain(data, c), 0o644)
			writeFile(t, filepath.Join(data, "etc", "master.cf"), strings.ReplaceAll(postfixMaster, "PORT", port)+c.Services, 0o644)
			m := exec.Command(filepath.Join(daemons, "master"), "-c", filepath.Join(data, "etc"), "-d") //nolint:noctx,gosec // Kill ends it
			m.SysProcAttr = inGroup()
			return m
		},
		ready: func() error {
			c, err := smtp.Dial(p.Address())
			if err != nil {
				return fmt.Errorf("asking postfix: %w", err)
			}
			return c.Quit()
		},
		born: func(pid int) { release = guard(t, pid, data) },
		died: func(pid int) { release(); endGroup(t, pid) },
	}
	p.own(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what Postfix said:\n%s", p.Log())
		}
	})
	return p
}

// postfixFolders makes what "postfix check" would, which takes it seconds.
func postfixFolders(t testing.TB, data string) {
	t.Helper()
	postfix, own := ids(t, "postfix")
	folder := func(name string, uid, gid int, mode os.FileMode) {
		path := filepath.Join(data, name)
		if err := errors.Join(os.Mkdir(path, 0o700), os.Chown(path, uid, gid), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"etc", "queue", "queue/pid"} {
		folder(name, 0, 0, 0o755)
	}
	folder("state", postfix, own, 0o700)
	for _, name := range []string{"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"} {
		folder("queue/"+name, postfix, 0, 0o700)
	}
	drop := group(t, "postdrop")
	folder("queue/maildrop", postfix, drop, 0o730)
	folder("queue/public", postfix, drop, 0o710)
	mailDir(t, filepath.Join(data, "mail"))
}

func postfixMain(data string, c PostfixConfig) string {
	var boxes, domains, transports strings.Builder
	for _, b := range c.Boxes {
		local, domain, _ := strings.Cut(b, "@")
		fmt.Fprintf(&boxes, " {%s = %s/%s/}", b, domain, local)
		domains.WriteString(" " + domain)
	}
	for to, where := range c.Transports {
		fmt.Fprintf(&transports, " {%s = %s}", to, where)
		domains.WriteString(" " + to[strings.LastIndex(to, "@")+1:])
	}
	return strings.NewReplacer("DATA", data, "BOXES", boxes.String(), "DOMAINS", domains.String(), "TRANSPORTS", transports.String()).Replace(`
compatibility_level = 3.6
queue_directory = DATA/queue
data_directory = DATA/state
maillog_file = DATA/log
maillog_file_prefixes = DATA
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
recipient_delimiter = +
message_size_limit = 30000000
smtpd_relay_restrictions = permit_mynetworks, reject
# What nobody has is accepted and bounces, as it does behind a relay.
smtpd_reject_unlisted_recipient = no
virtual_mailbox_limit = 0
virtual_mailbox_domains =DOMAINS
virtual_mailbox_base = DATA/mail
virtual_mailbox_maps = inline:{ {none@localhost = none/}BOXES }
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = inline:{ {none@localhost = error:}TRANSPORTS }
# A test waits for no retry.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
transport_retry_time = 1s
`)
}

// postfixMaster are its processes. The queue manager is woken each second: a mail
// that it found locked stays among the incoming ones, which it looks at only
// when it is woken, every five minutes by default.
const postfixMaster = `
127.0.0.1:PORT inet n - n - - smtpd
pickup    unix n - n 60  1 pickup
cleanup   unix n - n -   0 cleanup
qmgr      unix n - n 1   1 qmgr
rewrite   unix - - n -   - trivial-rewrite
bounce    unix - - n -   0 bounce
defer     unix - - n -   0 bounce
trace     unix - - n -   0 bounce
flush     unix n - n 300 0 flush
proxymap  unix - - n -   - proxymap
smtp      unix - - n -   - smtp
error     unix - - n -   - error
retry     unix - - n -   - error
virtual   unix - n n -   - virtual
lmtp      unix - - n -   - lmtp
anvil     unix - - n -   1 anvil
scache    unix - - n -   1 scache
postlog   unix-dgram n - n - 1 postlogd
`

// Address is where it takes mail.
func (p *PostfixServer) Address() string { return "127.0.0.1:" + p.port }

// URL is the same for who sends mail.
func (p *PostfixServer) URL() string { return "smtp://" + p.Address() + "?tls=none" }

// Send hands a mail in. From may be "", the null sender.
func (p *PostfixServer) Send(from, raw string, to ...string) {
	p.t.Helper()
	if err := smtp.SendMail(p.Address(), nil, from, to, []byte(raw)); err != nil {
		p.t.Fatalf("handing a mail to postfix: %v", err)
	}
}

// Delivered returns the mails in the file of an address.
func (p *PostfixServer) Delivered(box string) []string {
	p.t.Helper()
	local, domain, _ := strings.Cut(box, "@")
	files, err := filepath.Glob(filepath.Join(p.data, "mail", domain, local, "new", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, string(raw))
	}
	return all
}

// Queued is how many mails it still has to deliver.
func (p *PostfixServer) Queued() int {
	p.t.Helper()
	n := 0
	for _, queue := range []string{"incoming", "active", "deferred"} {
		err := filepath.WalkDir(filepath.Join(p.data, "queue", queue), func(_ string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return nil // what is gone was delivered
		})
		if err != nil {
			p.t.Fatal(err)
		}
	}
	return n
}

// Log is what it said.
func (p *PostfixServer) Log() string {
	raw, err := os.ReadFile(filepath.Join(p.data, "log"))
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// SocketFolder makes a folder in which a Postfix, and nobody else, finds a
// socket: what is made in it belongs to its group.
func SocketFolder(t testing.TB) string {
	t.Helper()
	mailProgram(t, "postfix", "/usr/sbin/postfix")
	dir := folder(t, nil)
	_, gid := ids(t, "postfix")
	if err := os.Chown(dir, -1, gid); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o750|os.ModeSetgid); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a program to its end and returns what it printed.
func run(t testing.TB, program string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), program, args...) //nolint:gosec // the program we mean
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}
