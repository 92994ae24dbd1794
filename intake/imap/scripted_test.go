package imap_test

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"habeas/intake/imap"
	"habeas/models"
)

// scripted is a mail server that answers FETCH as a test says: the odd ways of
// servers that Dovecot does not have. The script of a UID returns the lines of
// the answer, or false to hang up.
type scripted struct {
	url    string
	script map[uint32]func(body bool) (answer string, ok bool)

	mu    sync.Mutex
	inbox map[uint32]string
	moved map[string][]uint32 // by folder
	opens int
}

func newScripted(t *testing.T, mails ...string) *scripted {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{inbox: map[uint32]string{}, moved: map[string][]uint32{}, script: map[uint32]func(bool) (string, bool){}}
	s.url = "imap://privacy:secret@" + listener.Addr().String() + "/INBOX?tls=none"
	for i, m := range mails {
		s.inbox[uint32(i+1)] = m
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			all.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
	})
	return s
}

// serve speaks as much of IMAP as the poller does.
func (s *scripted) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewScanner(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
	say("* OK ready")
	for in.Scan() {
		tag, command, _ := strings.Cut(in.Text(), " ")
		words := strings.Fields(command)
		switch strings.ToUpper(words[0]) {
		case "CAPABILITY":
			say("* CAPABILITY IMAP4rev1 MOVE")
		case "SELECT":
			s.mu.Lock()
			s.opens++
			s.mu.Unlock()
			say("* OK [UIDVALIDITY 7] v")
		case "LOGOUT":
			say("* BYE")
		case "UID":
			if !s.uid(say, words[1:]) {
				return
			}
		}
		say("%s OK done", tag)
	}
}

func (s *scripted) uid(say func(string, ...any), words []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.EqualFold(words[0], "SEARCH") {
		var uids []string
		for _, uid := range slices.Sorted(maps.Keys(s.inbox)) {
			uids = append(uids, strconv.Itoa(int(uid)))
		}
		say("* SEARCH %s", strings.Join(uids, " "))
		return true
	}
	n, _ := strconv.Atoi(words[1]) // 0 is no message
	uid := uint32(n)
	if strings.EqualFold(words[0], "MOVE") {
		folder := strings.Trim(words[2], `"`)
		s.moved[folder] = append(s.moved[folder], uid)
		delete(s.inbox, uid)
		return true
	}
	body := strings.Contains(strings.Join(words, " "), "BODY")
	answer, ok := s.usual(uid, body), true
	if script := s.script[uid]; script != nil {
		answer, ok = script(body)
	}
	if answer != "" {
		say("%s", answer)
	}
	return ok
}

// usual is how servers answer.
func (s *scripted) usual(uid uint32, body bool) string {
	if raw := s.inbox[uid]; body {
		return content(uid, raw)
	}
	return facts(uid, len(s.inbox[uid]))
}

func facts(uid uint32, size int) string {
	return fmt.Sprintf(`* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "24-Nov-2026 09:00:00 +0000")`, uid, uid, size)
}

func content(uid uint32, raw string) string {
	return fmt.Sprintf("* %d FETCH (UID %d BODY[] {%d}\r\n%s)", uid, uid, len(raw), raw)
}

// beside is a poller beside a scripted server.
func beside(t *testing.T, s *scripted) *bed {
	t.Helper()
	b := &bed{
		t: t, clock: &clock{at: noon}, ledger: &ledger{}, log: &bytes.Buffer{}, taker: &taker{events: map[string]bool{}},
		bell: &bell{silent: map[string]int{}, refused: map[string]int{}, stuck: map[string]int{}},
	}
	account, err := imap.ParseURL(s.url)
	if err != nil {
		t.Fatal(err)
	}
	b.poller = imap.New(imap.Config{
		Account: account, Taker: b.taker, Ledger: b.ledger, Bell: b.bell, Holder: "a", Now: b.clock.now,
		Log: slog.New(slog.NewTextHandler(b.log, nil)), MaxSize: 100_000,
	})
	return b
}

// A message that the folder lists and nobody can fetch is told, once it happens
// again; one that somebody moved meanwhile is not.
func TestAMessageThatIsListedAndNotGivenIsTold(t *testing.T) {
	t.Parallel()
	s := newScripted(t, mail("lost"), mail("one"))
	s.script[1] = func(bool) (string, bool) { return "", true }
	b := beside(t, s)
	b.turn(b.poller, "")
	if len(b.bell.stuck) != 0 || !slices.Equal(b.taker.kept, []string{mail("one")}) {
		t.Fatalf("at first: told %v, taken %q", b.bell.stuck, b.taker.kept)
	}
	b.turn(b.poller, "")
	if b.bell.stuck["7/1"] != 1 || len(b.bell.stuck) != 1 {
		t.Errorf("told %v", b.bell.stuck)
	}
	delete(s.script, 1)
	b.turn(b.poller, "")
	if len(b.taker.kept) != 2 {
		t.Errorf("taken %q", b.taker.kept)
	}
}

// What comes short of its size is tried again, told, and never moved.
func TestAShortMessageIsNotMoved(t *testing.T) {
	t.Parallel()
	raw := mail("short") + strings.Repeat("x", 2000) + "\r\n"
	for name, tt := range map[string]struct {
		body  string
		taken bool
	}{
		"empty":                         {content(1, ""), false},
		"half":                          {content(1, raw[:len(raw)/2]), false},
		"none":                          {"* 1 FETCH (UID 1 FLAGS (\\Seen))", false},
		"NIL":                           {"* 1 FETCH (UID 1 BODY[] NIL)", false},
		"a little short, as it guesses": {content(1, raw[:len(raw)-50]), true},
		"longer":                        {content(1, raw+"more\r\n"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScripted(t, raw)
			s.script[1] = func(body bool) (string, bool) {
				if body {
					return tt.body, true
				}
				return facts(1, len(raw)), true
			}
			b := beside(t, s)
			if tt.taken {
				b.turn(b.poller, "")
				if len(b.taker.kept) != 1 || len(s.moved["habeas-done"]) != 1 {
					t.Errorf("taken %d, moved %v", len(b.taker.kept), s.moved)
				}
				return
			}
			b.turn(b.poller, models.MailboxMessages)
			b.turn(b.poller, models.MailboxMessages)
			if len(b.taker.kept) != 0 || len(s.moved) != 0 || b.bell.stuck["7/1"] != 1 {
				t.Errorf("taken %d, moved %v, told %v", len(b.taker.kept), s.moved, b.bell.stuck)
			}
			delete(s.script, 1)
			b.turn(b.poller, "")
			if !slices.Equal(b.taker.kept, []string{raw}) {
				t.Errorf("then it is taken as %q", b.taker.kept)
			}
		})
	}
}

// Servers say what they know in answers of their own, in any order, and what
// changed meanwhile besides.
func TestAnswersInAnyOrder(t *testing.T) {
	t.Parallel()
	raw := mail("odd")
	for name, answers := range map[string][2]string{
		"flags after the body":    {facts(1, len(raw)), content(1, raw) + "\r\n* 1 FETCH (UID 1 FLAGS (\\Seen))"},
		"flags before":            {"* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n" + facts(1, len(raw)), "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n" + content(1, raw)},
		"the UID last":            {facts(1, len(raw)), fmt.Sprintf("* 1 FETCH (BODY[] {%d}\r\n%s UID 1)", len(raw), raw)},
		"the size after the date": {"* 1 FETCH (INTERNALDATE \"24-Nov-2026 09:00:00 +0000\" UID 1)\r\n" + fmt.Sprintf("* 1 FETCH (RFC822.SIZE %d UID 1)", len(raw)), content(1, raw)},
		"another message besides": {facts(2, 5) + "\r\n" + facts(1, len(raw)), content(2, "other") + "\r\n" + content(1, raw) + "\r\n" + content(2, "other")},
		"an empty body besides":   {facts(1, len(raw)), content(1, raw) + "\r\n* 1 FETCH (UID 1 BODY[] \"\")"},
		"new mail meanwhile":      {"* 9 EXISTS\r\n" + facts(1, len(raw)), content(1, raw) + "\r\n* 9 EXISTS\r\n* 3 EXPUNGE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScripted(t, raw)
			s.script[1] = func(body bool) (string, bool) {
				if body {
					return answers[1], true
				}
				return answers[0], true
			}
			b := beside(t, s)
			b.turn(b.poller, "")
			if !slices.Equal(b.taker.kept, []string{raw}) || b.taker.last.ReceivedAt.Hour() != 9 {
				t.Errorf("taken %q at %s", b.taker.kept, b.taker.last.ReceivedAt)
			}
		})
	}
}

// A message that breaks the connection holds nobody up: neither those behind it
// in the same turn, nor those that come later.
func TestAMessageThatBreaksTheConnectionHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"hangs up":             "",
		"hangs up in a body":   "* 1 FETCH (UID 1 BODY[] {500}\r\nhalf",
		"says what is no IMAP": "* 1 FETCH (UID 1 BODY[] {x}\r\n)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScripted(t, mail("bad"), mail("two"), mail("worse"), mail("four"))
			for _, uid := range []uint32{1, 3} {
				s.script[uid] = func(body bool) (string, bool) {
					if !body {
						return facts(uid, 500), true
					}
					return strings.ReplaceAll(answer, "1 FETCH (UID 1", fmt.Sprintf("%d FETCH (UID %d", uid, uid)), false
				}
			}
			b := beside(t, s)
			b.turn(b.poller, models.MailboxMessages)
			if !slices.Equal(b.taker.kept, []string{mail("two"), mail("four")}) {
				t.Fatalf("in the same turn %q were taken", b.taker.kept)
			}
			s.mu.Lock()
			s.inbox[5] = mail("five")
			s.mu.Unlock()
			b.turn(b.poller, models.MailboxMessages)
			if len(b.taker.kept) != 3 || len(b.bell.stuck) != 2 {
				t.Errorf("later %q were taken, told %v", b.taker.kept, b.bell.stuck)
			}
			if s.opens > 8 {
				t.Errorf("it connected %d times", s.opens)
			}
		})
	}
	many := newScripted(t)
	for uid := uint32(1); uid <= 25; uid++ {
		many.inbox[uid] = mail("bad")
		many.script[uid] = func(bool) (string, bool) { return "", false }
	}
	many.inbox[26] = mail("good")
	b := beside(t, many)
	for range 3 {
		b.turn(b.poller, models.MailboxMessages)
	}
	if !slices.Equal(b.taker.kept, []string{mail("good")}) || many.opens > 33 {
		t.Errorf("behind many %q were taken over %d connections", b.taker.kept, many.opens)
	}
}
