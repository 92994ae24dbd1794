package api //nolint:testpackage // how places are given away is inside

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"habeas/models"
)

// Strangers who hold every place for a large body keep out neither small ones
// nor somebody with a session.
func TestLargeBodiesOfStrangersKeepNobodyElseOut(t *testing.T) {
	t.Parallel()
	p := newPlaces(2)
	sent := func(size int, subject string) *call {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", size)))
		return &call{Context: echo.New().NewContext(r, httptest.NewRecorder()), subject: models.Request{Facts: models.Facts{}, ID: subject}}
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	var leave func()
	for range 2 {
		var err error
		if leave, err = p.enter(t.Context(), sent(1<<20, "")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.enter(impatient, sent(1<<20, "")); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("a third large body of strangers: %v", err)
	}
	for name, c := range map[string]*call{"a small body": sent(2000, ""), "somebody with a session": sent(1<<20, "r1")} {
		if _, err := p.enter(t.Context(), c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	leave()
	if _, err := p.enter(t.Context(), sent(1<<20, "")); err != nil {
		t.Errorf("once one has left: %v", err)
	}
}
