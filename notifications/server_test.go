package notifications_test

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"net"
	"strings"
	"sync"
	"testing"
)

// rawServer answers each step of an SMTP conversation with the line it is
// given, right or wrong; testbed.SMTP is too well-behaved for that. An answer
// of "" is silence, and "hangup" closes the connection.
type rawServer struct {
	addr    string
	answers map[string]string

	mu    sync.Mutex
	lines []string // what the client said, commands and content
	taken int      // mails answered with 250
}

// steps of a conversation, and how a good server answers.
func goodAnswers() map[string]string {
	return map[string]string{
		"greeting": "220 raw", "EHLO": "250 raw", "HELO": "250 raw", "MAIL": "250 ok", "RCPT": "250 ok",
		"DATA": "354 go", "dot": "250 taken", "RSET": "250 ok", "QUIT": "221 bye",
	}
}

func newRawServer(t *testing.T, changes map[string]string) *rawServer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{addr: l.Addr().String(), answers: goodAnswers()}
	maps.Copy(s.answers, changes)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				stop := context.AfterFunc(ctx, func() { c.Close() })
				defer stop()
				defer c.Close()
				s.talk(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); cancel(); wg.Wait() })
	return s
}

func (s *rawServer) talk(c net.Conn) {
	if !s.answer(c, "greeting") {
		return
	}
	content := false
	for in := bufio.NewScanner(c); in.Scan(); {
		line := in.Text()
		s.mu.Lock()
		s.lines = append(s.lines, line)
		s.mu.Unlock()
		step := strings.ToUpper(strings.FieldsFunc(line+" \x00", func(r rune) bool { return r == ' ' || r == ':' })[0])
		switch {
		case content && line != ".":
			continue
		case content:
			content, step = false, "dot"
		}
		if !s.answer(c, step) {
			return
		}
		content = content || (step == "DATA" && strings.HasPrefix(s.answers["DATA"], "354"))
	}
}

func (s *rawServer) answer(c net.Conn, step string) bool {
	answer, ok := s.answers[step]
	if !ok {
		answer = "500 what?"
	}
	if answer == "hangup" {
		return false
	}
	if step == "dot" && strings.HasPrefix(answer, "250") {
		s.mu.Lock()
		s.taken++
		s.mu.Unlock()
	}
	if answer != "" {
		fmt.Fprintf(c, "%s\r\n", answer)
	}
	return true
}

func (s *rawServer) heard() (lines []string, taken int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.lines...), s.taken
}
