package testbed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"
)

// DovecotServer is a Dovecot of one test's own, with one account. Mails and
// their UIDs outlive its ends.
type DovecotServer struct {
	*Server
	User, Password string

	dir     string // of mails
	tlsPort string
	ca      string
	roots   *x509.CertPool
}

// URL is the account with STARTTLS.
func (d *DovecotServer) URL() string {
	return fmt.Sprintf("imap://%s:%s@localhost:%s/INBOX?ca=%s", escaped(d.User), d.Password, d.port, d.ca)
}

// TLSURL is the account with TLS from the first byte.
func (d *DovecotServer) TLSURL() string {
	return fmt.Sprintf("imaps://%s:%s@localhost:%s/INBOX?ca=%s", escaped(d.User), d.Password, d.tlsPort, d.ca)
}

// PlainURL is the account without encryption.
func (d *DovecotServer) PlainURL() string {
	return fmt.Sprintf("imap://%s:%s@localhost:%s/INBOX?tls=none", escaped(d.User), d.Password, d.port)
}

func escaped(user string) string { return strings.ReplaceAll(user, "@", "%40") }

// DovecotOption is a line of configuration.
type DovecotOption string

// OwnDovecot starts a Dovecot that lasts as long as the test. It has to be
// started by root, since it has users of its own.
func OwnDovecot(t testing.TB, options ...DovecotOption) *DovecotServer {
	t.Helper()
	program := mailProgram(t, "dovecot", "/usr/sbin/dovecot")
	data := folder(t, nil)
	if err := os.Chmod(data, 0o711); err != nil { //nolint:gosec // its processes are other users
		t.Fatal(err)
	}
	d := &DovecotServer{User: "privacy@example.org", Password: "secret", dir: filepath.Join(data, "mail"), tlsPort: freePort(t), ca: filepath.Join(data, "cert.pem")}
	d.roots = writeCertificate(t, d.ca, filepath.Join(data, "key.pem"))
	mailDir(t, d.dir)
	writeFile(t, filepath.Join(data, "users"), d.User+":{PLAIN}"+d.Password+"\n", 0o644)
	conf := filepath.Join(data, "dovecot.conf")
	var release func()
	d.Server = &Server{
		data: data, signals: map[string]os.Signal{"fast": syscall.SIGTERM},
		command: func(port, data string) *exec.Cmd {
			writeFile(t, conf, dovecotConf(data, port, d.tlsPort, options), 0o644)
			c := exec.Command(program, "-F", "-c", conf) //nolint:noctx,gosec // Kill ends it
			c.SysProcAttr = inGroup()
			return c
		},
		ready: func() error { return d.greets() },
		born:  func(pid int) { release = guard(t, pid, data) },
		died:  func(pid int) { release(); endGroup(t, pid) },
	}
	d.own(t)
	return d
}

// dovecotConf is a Dovecot that keeps everything in one folder.
func dovecotConf(data, port, tlsPort string, options []DovecotOption) string {
	var more strings.Builder
	for _, o := range options {
		more.WriteString(string(o) + "\n")
	}
	return strings.NewReplacer("DATA", data, "TLSPORT", tlsPort, "PORT", port).Replace(`
protocols = imap
listen = 127.0.0.1
base_dir = DATA/run
state_dir = DATA/state
log_path = /dev/stderr
ssl = yes
ssl_cert = <DATA/cert.pem
ssl_key = <DATA/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
mail_location = maildir:DATA/mail/%u
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = DATA/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=DATA/mail/%u
}
service imap-login {
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = TLSPORT
    ssl = yes
  }
}
`) + more.String()
}

// greets reports whether the server lets its user in.
func (d *DovecotServer) greets() error {
	c, err := d.dial()
	if err != nil {
		return err
	}
	return c.Logout()
}

func (d *DovecotServer) dial() (*client.Client, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+d.port)
	if err != nil {
		return nil, fmt.Errorf("dialling: %w", err)
	}
	c, err := client.New(conn)
	if err != nil {
		return nil, fmt.Errorf("greeting: %w", err)
	}
	c.ErrorLog = log.New(io.Discard, "", 0)
	if err := c.StartTLS(&tls.Config{RootCAs: d.roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}); err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	if err := c.Login(d.User, d.Password); err != nil {
		return nil, fmt.Errorf("logging in: %w", err)
	}
	return c, nil
}

// With calls do with a client of the account.
func (d *DovecotServer) With(do func(c *client.Client) error) {
	d.t.Helper()
	c, err := d.dial()
	if err == nil {
		err = do(c)
		_ = c.Logout() // it is done
	}
	if err != nil {
		d.t.Fatalf("the test's own look into the mailbox: %v", err)
	}
}

// Append puts mails into a folder, as if they had come at that time.
func (d *DovecotServer) Append(folder string, at time.Time, mails ...string) {
	d.t.Helper()
	d.With(func(c *client.Client) error {
		for _, m := range mails {
			if err := c.Append(folder, nil, at, strings.NewReader(m)); err != nil {
				return fmt.Errorf("appending: %w", err)
			}
		}
		return nil
	})
}

// Mails returns the mails in a folder, and none of one that is not there.
func (d *DovecotServer) Mails(folder string) []string {
	d.t.Helper()
	var all []string
	d.With(func(c *client.Client) error {
		box, err := c.Select(folder, true)
		if err != nil || box.Messages == 0 {
			return nil //nolint:nilerr // it is not there
		}
		set := new(imap.SeqSet)
		set.AddRange(1, box.Messages)
		section, found, done := &imap.BodySectionName{Peek: true}, make(chan *imap.Message, 10), make(chan error, 1)
		go func() { done <- c.Fetch(set, []imap.FetchItem{section.FetchItem()}, found) }()
		for m := range found {
			raw, err := io.ReadAll(m.GetBody(section))
			if err != nil {
				return fmt.Errorf("reading: %w", err)
			}
			all = append(all, string(raw))
		}
		return <-done
	})
	return all
}

// NewValidity gives the folder another UIDVALIDITY and its mails other UIDs, as
// a server does that was restored from a backup. Stop it first.
func (d *DovecotServer) NewValidity() {
	d.t.Helper()
	lists, err := filepath.Glob(filepath.Join(d.dir, d.User, "dovecot*"))
	if err != nil || len(lists) == 0 {
		d.t.Fatalf("there is no list of UIDs: %v", err)
	}
	for _, l := range lists {
		if err := os.Remove(l); err != nil {
			d.t.Fatal(err)
		}
	}
}

// mailDir makes a folder for mails, which belong to nobody.
func mailDir(t testing.TB, path string) {
	t.Helper()
	uid, gid := ids(t, "nobody")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, uid, gid); err != nil {
		t.Fatal(err)
	}
}

// mailProgram finds a program that only root can start.
func mailProgram(t testing.TB, name, path string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatalf("a real %s has users of its own, so only root can start it: run this test as root, in a container if need be", name)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("run scripts/need %s: %v", name, err)
	}
	return path
}

func writeFile(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// writeCertificate puts a certificate for localhost and its key into files.
func writeCertificate(t testing.TB, cert, key string) *x509.CertPool {
	t.Helper()
	c, roots := certificate(t)
	der, err := x509.MarshalPKCS8PrivateKey(c.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	writeFile(t, cert, block("CERTIFICATE", c.Certificates[0].Certificate[0]), 0o644)
	writeFile(t, key, block("PRIVATE KEY", der), 0o600)
	return roots
}
