package webhook_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"habeas/fulfilment/conformance"
	"habeas/fulfilment/kinds"
	"habeas/fulfilment/system"
	"habeas/fulfilment/webhook"
	"habeas/models"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"

func definition(t *testing.T, more string) *system.Definition {
	t.Helper()
	all, faults := system.Load(fstest.MapFS{"crm.yaml": {Data: []byte(`
system: crm
name: CRM
owner: crm@example.com
kind: webhook
categories: [user.name]
identifiers: [email]
actions: [find, erase]
webhook:
  url: https://crm.example.com/habeas
  secret: ${CRM_SECRET}
` + more)}}, func(string) string { return secret })
	for _, f := range faults {
		t.Fatal(f)
	}
	return all[0]
}

// connect returns a connector whose calls all go to a server of the test.
func connect(t *testing.T, address, more string) *webhook.System {
	t.Helper()
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
	}
	s, err := webhook.New(definition(t, more), transport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func callOf(who string) models.Call {
	return models.Call{
		Task: "task-of-" + who, Action: models.ActionErase, Key: []byte("0123456789abcdef0123456789abcdef"),
		Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: who, Verified: models.VerifiedMailbox}},
	}
}

// serve answers over TLS.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// receiver runs the example that the docs show, behind TLS, and says what it
// holds.
func receiver(t *testing.T, around func(http.Handler) http.Handler) (address string, state func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain := l.Addr().String()
	l.Close()
	c := exec.Command(example(t), plain)
	c.Env = append(os.Environ(), "WEBHOOK_SECRET="+secret)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	for {
		conn, err := net.Dial("tcp", plain)
		if err == nil {
			conn.Close()
			break
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
	proxy := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		req, _ := http.NewRequest(r.Method, "http://"+plain, strings.NewReader(string(body)))
		req.Header = r.Header
		answer, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body) // the test sees a cut answer
	})
	address = serve(t, around(proxy))
	asks := connect(t, serve(t, proxy), "")
	return address, func() string {
		found, err := asks.Find(context.Background(), callOf("ada@example.com"))
		return fmt.Sprint(len(found.Records), err)
	}
}

var built = make(chan string, 1)

// example builds the receiver once.
func example(t *testing.T) string {
	t.Helper()
	select {
	case path := <-built:
		built <- path
		return path
	default:
	}
	dir, err := os.MkdirTemp("", "habeas-receiver") //nolint:usetesting // it outlives the test: others use what is built
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "receiver")
	if out, err := exec.Command("go", "build", "-o", path, "../../examples/webhook-receiver").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	built <- path
	return path
}

func TestMain(m *testing.M) {
	code := m.Run()
	select {
	case path := <-built:
		_ = os.RemoveAll(filepath.Dir(path)) // a temporary folder
	default:
	}
	os.Exit(code)
}

func asItIs(h http.Handler) http.Handler { return h }

func fixture(t *testing.T, around func(http.Handler) http.Handler, more string) conformance.Fixture {
	address, state := receiver(t, around)
	return conformance.Fixture{
		Connector: connect(t, address, more), State: state,
		Held: callOf("ada@example.com"), Nobody: callOf("eve@example.com"),
	}
}

// spoilt is a system that answers everything in one way.
func spoilt(h http.HandlerFunc, more string) func(t *testing.T) conformance.Fixture {
	return func(t *testing.T) conformance.Fixture {
		return conformance.Fixture{Connector: connect(t, serve(t, h), more), Held: callOf("ada@example.com")}
	}
}

// breaking is the example behind a line that breaks at the first apply, before
// or after it was carried out.
func breaking(after bool) func(t *testing.T) conformance.Fixture {
	return func(t *testing.T) conformance.Fixture {
		broken := make(chan bool, 1)
		broken <- true
		return fixture(t, func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(strings.NewReader(string(body)))
				if strings.Contains(string(body), `"step":"apply"`) {
					select {
					case <-broken:
						if after {
							h.ServeHTTP(httptest.NewRecorder(), r)
						}
						panic(http.ErrAbortHandler)
					default:
					}
				}
				h.ServeHTTP(w, r)
			})
		}, "")
	}
}

func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Kind{
		New: func(t *testing.T) conformance.Fixture { return fixture(t, asItIs, "") },
		Gone: func(t *testing.T) conformance.Fixture {
			return conformance.Fixture{Connector: connect(t, "127.0.0.1:1", ""), Held: callOf("ada@example.com")}
		},
		Hangs: spoilt(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			<-r.Context().Done()
		}, "  timeout: 200ms\n"),
		Garbage:        spoilt(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, ""),
		TooMuch:        spoilt(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat(" ", 2000)) }, "  bytes: 1000\n"),
		Credentials:    spoilt(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, ""),
		DiesInApply:    breaking(false),
		DiesAfterApply: breaking(true),
	})
}

// late is a line on which an empty answer comes once the time limit is over, as
// from a server that ends what it does when we close the connection.
type late struct{}

func (late) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

func TestWhatComesAfterTheTimeLimitIsNoGarbage(t *testing.T) {
	t.Parallel()
	s, err := webhook.New(definition(t, "  timeout: 200ms\n"), late{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Preview(t.Context(), callOf("ada@example.com"))
	if e, ok := errors.AsType[*models.ConnectorError](err); !ok || e.Fault != models.FaultTimeout {
		t.Errorf("it is %v", err)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		want   models.ConnectorFault
	}{
		"it follows later":             {202, "", models.FaultPending},
		"not now":                      {503, "", models.FaultUnavailable},
		"too many calls":               {429, "", models.FaultUnavailable},
		"no such person is no refusal": {200, `{"records": []}`, ""},
		"a refusal":                    {422, "", models.FaultRefused},
		"a refusal with a reason":      {200, `{"refused": "litigation"}`, models.FaultRefused},
		"elsewhere is not followed":    {307, "", models.FaultRefused},
		"no records":                   {200, `{}`, models.FaultGarbage},
		"an unknown key":               {200, `{"records": [], "more": 1}`, models.FaultGarbage},
		"something behind":             {200, `{"records": []} x`, models.FaultGarbage},
		"a record without a kind":      {200, `{"records": [{"fields": []}]}`, models.FaultGarbage},
		"records that are none":        {200, `{"records": "all"}`, models.FaultGarbage},
		"changed since":                {409, "", models.FaultChanged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := connect(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://elsewhere.example.com/")
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			})), "")
			call := callOf("ada@example.com")
			call.Action = models.ActionFind
			_, err := s.Find(context.Background(), call)
			got := models.ConnectorFault("")
			e := &models.ConnectorError{}
			if errors.As(err, &e) {
				got = e.Fault
			}
			if got != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
		})
	}
}

// A webhook that leads inside is refused before a byte is sent.
func TestInside(t *testing.T) {
	t.Parallel()
	called := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(s.Close)
	def := definition(t, "")
	for _, address := range []string{s.URL, "https://localhost", "https://[::ffff:127.0.0.1]", "https://169.254.169.254"} {
		def.Webhook.URL = address
		c, err := kinds.Open(def, kinds.Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Find(context.Background(), callOf("ada@example.com"))
		e := &models.ConnectorError{}
		if !errors.As(err, &e) || e.Fault != models.FaultDefinition {
			t.Errorf("%s: %v", address, err)
		}
	}
	if called {
		t.Error("it was called")
	}
}

func TestCallback(t *testing.T) {
	t.Parallel()
	s := connect(t, "127.0.0.1:1", "")
	call := callOf("ada@example.com")
	sign := func(id, with, body string, at time.Time) http.Header {
		w, err := standardwebhooks.NewWebhook(with)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := w.Sign(id, at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return http.Header{
			"Webhook-Id": {id}, "Webhook-Timestamp": {fmt.Sprint(at.Unix())}, "Webhook-Signature": {signature},
		}
	}
	found := `{"step": "find", "records": [{"kind": "contact", "key": "7", "fields": [{"name": "name", "value": "Ada", "categories": ["user.name"]}]}]}`
	applied := `{"step": "apply", "changes": [{"kind": "contact", "key": "7", "operation": "delete", "fields": [{"name": "name", "verdict": "erased"}]}]}`
	a, err := s.Callback(sign(call.Task, secret, found, time.Now()), []byte(found), call, models.Preview{})
	if err != nil || a.Findings == nil || len(a.Findings.Records) != 1 || !a.Findings.Records[0].Fields[0].Personal {
		t.Errorf("%+v %v", a, err)
	}
	a, err = s.Callback(sign(call.Task, secret, applied, time.Now()), []byte(applied), call, models.Preview{Hash: "h"})
	if err != nil || a.Receipt == nil || a.Receipt.Tables[0].Deleted != 1 || a.Receipt.Commitment != "h" {
		t.Errorf("%+v %v", a, err)
	}
	for name, header := range map[string]http.Header{
		"of another task":   sign("task-2", secret, found, time.Now()),
		"by somebody else":  sign(call.Task, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", found, time.Now()),
		"an old one again":  sign(call.Task, secret, found, time.Now().Add(-time.Hour)),
		"of other contents": sign(call.Task, secret, applied, time.Now()),
		"not at all":        {},
	} {
		if _, err := s.Callback(header, []byte(found), call, models.Preview{}); err == nil {
			t.Errorf("a callback signed %s is taken", name)
		}
	}
}
