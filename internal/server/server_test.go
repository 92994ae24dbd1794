package server_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"habeas/internal/server"
)

// fixture is a server with two parts, as the program has them.
type fixture struct {
	*server.Server
	log      strings.Builder
	observed []string
}

func newFixture(base string) *fixture {
	f := &fixture{}
	ids := 0
	f.Server = server.New(server.Config{
		BaseURL: base, Log: slog.New(slog.NewTextHandler(&f.log, nil)), Now: time.Now,
		NewID: func() string { ids++; return strconv.Itoa(ids) },
		Observe: func(route, method string, status int, _ time.Duration) {
			f.observed = append(f.observed, method+" "+route+" "+strconv.Itoa(status))
		},
	})
	f.Server.Mount(part("api", "/v1", "/docs"))
	f.Server.Mount(part("pages", ""))
	f.GET("/v1/items/:id", func(c echo.Context) error { return c.String(http.StatusOK, c.Param("id")) })
	f.POST("/form", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	f.GET("/panic", func(echo.Context) error { panic("robin@example.com") })
	f.GET("/half", func(c echo.Context) error {
		if err := c.String(http.StatusOK, strings.Repeat("half ", 10_000)); err != nil {
			return err
		}
		return errors.New("the rest is missing")
	})
	return f
}

// part answers errors with its name; a fault is what neither the router nor the
// check of origins refused.
func part(name string, prefixes ...string) server.Part {
	refused := func(err error) bool {
		_, router := errors.AsType[*echo.HTTPError](err)
		return router || errors.Is(err, server.ErrCrossOrigin)
	}
	return server.Part{
		Prefixes: prefixes, Policy: name,
		Problem: func(c echo.Context, err error) {
			status := http.StatusInternalServerError
			if refused(err) {
				status = http.StatusTeapot
			}
			_ = c.String(status, name)
		},
		Fault: func(err error) bool { return !refused(err) },
	}
}

func (f *fixture) send(method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = path
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func TestThePartOfAPathAnswersItsErrors(t *testing.T) {
	t.Parallel()
	f := newFixture("http://127.0.0.1")
	for path, want := range map[string]string{
		"/v1": "api", "/v1/": "api", "/v1/nowhere": "api", "/docs": "api", "/docs/x": "api",
		"/": "pages", "/v10": "pages", "/docsy": "pages", "/nowhere/v1": "pages", "//v1": "pages", "": "pages", "*": "api",
	} {
		for _, method := range []string{"GET", "POST", "HEAD", "CONNECT", "PROPFIND"} {
			w := f.send(method, path)
			if w.Code != http.StatusTeapot || w.Body.String() != want || w.Header().Get("Content-Security-Policy") != want {
				t.Errorf("%s %q answered %d by %q with policy %q, want %q", method, path, w.Code, w.Body, w.Header().Get("Content-Security-Policy"), want)
			}
		}
	}
	if log := f.log.String() + strings.Join(f.observed, "\n"); strings.Contains(log, "nowhere") || strings.Contains(log, "PROPFIND") || !strings.Contains(log, "other unmatched 418") {
		t.Errorf("logged and observed: %s", log)
	}
}

func TestEveryAnswerHasAnIDAndTheHeaders(t *testing.T) {
	t.Parallel()
	for base, hsts := range map[string]string{
		"http://127.0.0.1": "", "https://privacy.example": "max-age=31536000; includeSubDomains", "HTTPS://privacy.example": "max-age=31536000; includeSubDomains",
	} {
		f := newFixture(base)
		for i, path := range []string{"/v1/items/7", "/nowhere", "/panic"} {
			h := f.send("GET", path, "X-Request-Id", "mine").Header()
			for name, want := range map[string]string{
				"X-Request-Id": strconv.Itoa(i + 1), "Cache-Control": "no-store", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
				"Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": hsts,
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s at %s: %s %q, want %q", path, base, name, got, want)
				}
			}
		}
	}
}

func TestOtherSitesAreRefusedOnEveryPath(t *testing.T) {
	t.Parallel()
	f := newFixture("http://127.0.0.1")
	for _, path := range []string{"/form", "/v1/items/7", "/nowhere"} {
		if w := f.send("POST", path, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusTeapot {
			t.Errorf("%s answered %d", path, w.Code)
		}
	}
	if w := f.send("POST", "/form", "Sec-Fetch-Site", "same-origin"); w.Code != http.StatusNoContent {
		t.Errorf("our own form is answered %d", w.Code)
	}
	if strings.Contains(f.log.String(), "ERROR") {
		t.Errorf("a refusal is logged as a fault: %s", &f.log)
	}
}

func TestAPanicIsAFaultWithoutItsWords(t *testing.T) {
	t.Parallel()
	f := newFixture("http://127.0.0.1")
	if w := f.send("GET", "/panic"); w.Code != http.StatusInternalServerError || w.Body.String() != "pages" {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	log := f.log.String()
	if strings.Contains(log, "robin") || strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, "panic with string") || !strings.Contains(log, "server_test.go") {
		t.Errorf("logged %s", log)
	}
}

func TestAnAnswerThatFailsHalfwayIsBrokenOff(t *testing.T) {
	t.Parallel()
	f := newFixture("http://127.0.0.1")
	listener := httptest.NewUnstartedServer(nil)
	listener.Config = f.HTTP()
	listener.Start()
	answer, err := listener.Client().Get(listener.URL + "/half")
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	listener.Close()
	if err == nil {
		t.Errorf("%d bytes ended as if they were whole", len(content))
	}
	if log := f.log.String(); strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, "status=500") || len(f.observed) != 1 || f.observed[0] != "GET /half 500" {
		t.Errorf("observed %q, logged %s", f.observed, log)
	}
}
