package server_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"habeas/internal/server"
)

// transfer is a request whose bytes come as slowly as its client likes.
type transfer struct {
	*server.Reservation
	cancelled bool
}

// begin begins one, with a session where session is not empty.
func begin(m *server.Memory, network, session string) *transfer {
	t := &transfer{Reservation: m.Reserve(network)}
	if session != "" {
		server.Proven(server.WithReservation(httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", http.NoBody), t.Reservation), session)
	}
	t.Transfer(func() { t.cancelled = true })
	return t
}

// grow reserves n bytes without waiting.
func (t *transfer) grow(n int64) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return t.Grow(ctx, n)
}

func TestMemoryIsTakenFromTheBiggestClient(t *testing.T) {
	t.Parallel()
	m := server.NewMemory(100)
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	one, two := begin(m, "a", ""), begin(m, "a", "")
	other := begin(m, "b", "")
	must("a's first", one.grow(20))
	must("a's second", two.grow(20))
	must("b's", other.grow(10))
	newcomer := begin(m, "c", "")
	must("a newcomer", newcomer.grow(10))
	if !one.cancelled || two.cancelled || other.cancelled {
		t.Errorf("cancelled: a's first %v, a's second %v, b's %v", one.cancelled, two.cancelled, other.cancelled)
	}
	if err := one.grow(1); !errors.Is(err, server.ErrMemory) || !errors.Is(one.Settle(), server.ErrMemory) {
		t.Errorf("what was cancelled goes on: %v", err)
	}
	if err := newcomer.grow(60); !errors.Is(err, server.ErrMemory) {
		t.Errorf("somebody has more than the half of those without a session: %v", err)
	}
}

func TestHalfOfTheMemoryIsForSessions(t *testing.T) {
	t.Parallel()
	m := server.NewMemory(100)
	stranger, slow, person := begin(m, "a", ""), begin(m, "a", "mallory"), begin(m, "a", "ada")
	for what, err := range map[string]error{
		"a stranger": stranger.grow(50), "a slow session": slow.grow(50),
		"a person": person.grow(30), "more of it": person.grow(19),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !stranger.cancelled || slow.cancelled {
		t.Error("memory of somebody with a session was taken before that of a stranger")
	}
	next := begin(m, "a", "grace")
	if err := next.grow(40); err != nil || !slow.cancelled || person.cancelled {
		t.Errorf("a further session: %v; the biggest goes: %v, another: %v", err, slow.cancelled, person.cancelled)
	}
}

// What is being worked on is released soon, and is waited for.
func TestMemoryIsWaitedFor(t *testing.T) {
	t.Parallel()
	m := server.NewMemory(100)
	working := begin(m, "a", "ada")
	if err := errors.Join(working.grow(90), working.Settle()); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	next := begin(m, "b", "grace")
	go func() { done <- next.Grow(context.Background(), 90) }()
	working.Release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A slow upload gives up the memory that it holds when others need it.
func TestASlowUploadGivesItsMemoryUp(t *testing.T) {
	t.Parallel()
	m := server.NewMemory(3 << 20)
	in, out := io.Pipe()
	w := &listening{ResponseRecorder: httptest.NewRecorder()}
	one := m.Reserve("a")
	r := server.WithReservation(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/form", in), one)
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	form, err := server.MultipartForm(w, r, 8<<20)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(out, "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n")
		_, _ = out.Write(make([]byte, 900<<10))
		other := begin(m, "b", "")
		_ = other.grow(800 << 10)
		_, _ = out.Write(make([]byte, 1<<20))
		_ = out.Close()
	}()
	part, err := form.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if content, err := form.Content(part, 8<<20); !errors.Is(err, server.ErrMemory) {
		t.Errorf("%d bytes, %v", len(content), err)
	}
}
