package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"time"

	goimap "github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"
	"github.com/emersion/go-sasl"

	"habeas/models"
)

const (
	dialTimeout = 30 * time.Second
	// commandTimeout bounds one command, with all that it brings: a message of
	// 25 MiB over a slow line.
	commandTimeout = 2 * time.Minute
)

// fault is why a mailbox cannot be read.
type fault struct {
	code models.MailboxFault
	err  error
}

func (f *fault) Error() string { return string(f.code) + ": " + f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

func faulty(code models.MailboxFault, step string, err error) error {
	return &fault{code, fmt.Errorf("%s: %w", step, err)}
}

// session is one connection that is logged in and has the folder open.
type session struct {
	c        *client.Client
	account  Account
	validity uint32
	quit     func() bool // lets the context go
}

// open connects, logs in and opens the folder. The end of ctx ends the
// connection.
func open(ctx context.Context, a Account) (*session, error) {
	conn, err := dial(ctx, a)
	if err != nil {
		return nil, faulty(models.MailboxUnreachable, "connecting", err)
	}
	quit := context.AfterFunc(ctx, func() { _ = conn.Close() }) // it may be closed already
	c, err := greet(conn, a)
	if err == nil {
		err = login(c, a)
	}
	if err != nil {
		quit()
		_ = conn.Close() // the error says more
		return nil, err
	}
	s := &session{c: c, account: a, quit: quit}
	box, err := c.Select(a.folder, false)
	if err != nil {
		s.close()
		return nil, faulty(models.MailboxFolder, "opening the folder", err)
	}
	s.validity = box.UidValidity
	return s, nil
}

func dial(ctx context.Context, a Account) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	address := net.JoinHostPort(a.host, a.port)
	if a.transport == implicitTLS {
		return (&tls.Dialer{Config: a.tls}).DialContext(ctx, "tcp", address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

// greet makes a client of a connection, and an encrypted one.
func greet(conn net.Conn, a Account) (*client.Client, error) {
	impatience := time.AfterFunc(dialTimeout, func() { _ = conn.Close() })
	defer impatience.Stop()
	c, err := client.New(conn)
	if err != nil {
		return nil, faulty(models.MailboxUnreachable, "reading the greeting", err)
	}
	c.ErrorLog = log.New(io.Discard, "", 0) // its lines quote messages
	c.Timeout = commandTimeout
	// A server that lets somebody in before the encryption is not the one meant.
	if c.State() != goimap.NotAuthenticatedState {
		return nil, faulty(models.MailboxUnreachable, "reading the greeting", errors.New("it asks for no password"))
	}
	if a.transport == startTLS {
		if err := c.StartTLS(a.tls); err != nil {
			return nil, faulty(models.MailboxUnreachable, "starting the encryption", err)
		}
	}
	return c, nil
}

func login(c *client.Client, a Account) error {
	plain, err := c.SupportAuth("PLAIN")
	if err == nil {
		if plain {
			err = c.Authenticate(sasl.NewPlainClient("", a.user, a.password))
		} else {
			err = c.Login(a.user, a.password)
		}
	}
	if err != nil {
		return faulty(models.MailboxLogin, "logging in", err)
	}
	return nil
}

// close says goodbye, without waiting for the answer for long.
func (s *session) close() {
	s.c.Timeout = 5 * time.Second
	_ = s.c.Logout() // the server sees the connection end anyway
	s.quit()
	_ = s.c.Terminate()
}

// lost reports whether the connection is over: said goodbye, or broken.
func (s *session) lost() bool {
	select {
	case <-s.c.LoggedOut():
		return true
	default:
		return s.c.State() == goimap.LogoutState
	}
}

// list returns the messages in the folder, oldest first, without those marked
// as deleted: a server without MOVE may leave those behind.
func (s *session) list() ([]uint32, error) {
	uids, err := s.c.UidSearch(&goimap.SearchCriteria{WithoutFlags: []string{goimap.DeletedFlag}})
	if err != nil {
		return nil, faulty(models.MailboxFolder, "listing the folder", err)
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// errGone says that the folder lists a message that cannot be fetched. Once,
// somebody else moved it meanwhile; listed and not there again, it is lost.
var errGone = errors.New("the message is not there")

// fetched is what a server says of one message, in as many answers as it likes.
type fetched struct {
	size uint32
	at   time.Time // when the server got it
	body []byte    // nil where none came
}

// facts returns the size of a message and when the server got it.
func (s *session) facts(uid uint32) (size uint32, at time.Time, err error) {
	m, err := s.fetch(uid, goimap.FetchRFC822Size, goimap.FetchInternalDate)
	return m.size, m.at, err
}

// body returns the bytes of a message, and does not mark it as seen.
func (s *session) body(uid uint32) ([]byte, error) {
	m, err := s.fetch(uid, (&goimap.BodySectionName{Peek: true}).FetchItem())
	return m.body, err
}

// fetch asks for one message. Of several answers about it each may say a part,
// in any order; others, about what changed meanwhile, say nothing that was
// asked for.
func (s *session) fetch(uid uint32, items ...goimap.FetchItem) (fetched, error) {
	answers := make(chan *goimap.Message, 1)
	done := make(chan error, 1)
	go func() { done <- s.c.UidFetch(one(uid), append(items, goimap.FetchUid), answers) }()
	var all fetched
	found := false
	for m := range answers { // closed when the command ends
		if m.Uid != uid {
			continue
		}
		found = true
		if m.Size > 0 {
			all.size = m.Size
		}
		if !m.InternalDate.IsZero() {
			all.at = m.InternalDate
		}
		if body := content(m); len(body) > len(all.body) {
			all.body = body
		}
	}
	if err := <-done; err != nil {
		return fetched{}, fmt.Errorf("fetching a message: %w", err)
	}
	if !found {
		return fetched{}, errGone
	}
	return all, nil
}

// content is that of a message in one answer, or nil.
func content(m *goimap.Message) []byte {
	literal := m.GetBody(&goimap.BodySectionName{Peek: true})
	if literal == nil {
		return nil
	}
	body, err := io.ReadAll(literal)
	if err != nil {
		return nil // it lies in memory: none came
	}
	return body
}

// move puts a message into another folder, which is made when it is missing.
func (s *session) move(uid uint32, folder string) error {
	err := s.moveOnce(uid, folder)
	if err == nil || s.lost() {
		return err
	}
	if s.c.Create(folder) != nil { // so it is there already, and the reason is another
		return err
	}
	return s.moveOnce(uid, folder)
}

func (s *session) moveOnce(uid uint32, folder string) error {
	can, err := s.c.Support("MOVE")
	if err != nil {
		return fmt.Errorf("moving a message: %w", err)
	}
	if can {
		if err := s.c.UidMove(one(uid), folder); err != nil {
			return fmt.Errorf("moving a message: %w", err)
		}
		return nil
	}
	return s.copyAway(uid, folder)
}

// copyAway is for servers without MOVE. It leaves alone what others marked as
// deleted: without UIDPLUS the message stays, marked.
func (s *session) copyAway(uid uint32, folder string) error {
	if err := s.c.UidCopy(one(uid), folder); err != nil {
		return fmt.Errorf("copying a message: %w", err)
	}
	flags := []any{goimap.DeletedFlag}
	if err := s.c.UidStore(one(uid), goimap.FormatFlagsOp(goimap.AddFlags, true), flags, nil); err != nil {
		return fmt.Errorf("marking a message: %w", err)
	}
	if can, err := s.c.Support("UIDPLUS"); err != nil || !can {
		return err
	}
	expunge := &goimap.Command{Name: "UID", Arguments: []any{goimap.RawString("EXPUNGE"), one(uid)}}
	status, err := s.c.Execute(expunge, nil)
	if err == nil {
		err = status.Err()
	}
	if err != nil {
		return fmt.Errorf("removing a message: %w", err)
	}
	return nil
}

func one(uid uint32) *goimap.SeqSet {
	set := new(goimap.SeqSet)
	set.AddNum(uid)
	return set
}
