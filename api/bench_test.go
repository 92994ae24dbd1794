package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkRefusedSubmit is what a submit costs beside the service: routing,
// binding, validating and answering.
func BenchmarkRefusedSubmit(b *testing.B) {
	bed := newBed(b)
	body, err := json.Marshal(wish(with("person.email", "x")))
	must(b, err)
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/v1/requests", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		bed.handler.ServeHTTP(w, r)
		if w.Code != http.StatusUnprocessableEntity {
			b.Fatal(w.Body)
		}
	}
}

// BenchmarkSubmit is a whole submit, with its transaction.
func BenchmarkSubmit(b *testing.B) {
	bed := newBed(b)
	for b.Loop() {
		body, err := json.Marshal(wish())
		must(b, err)
		r := httptest.NewRequest(http.MethodPost, "/v1/requests", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		bed.handler.ServeHTTP(w, r)
		if w.Code != http.StatusCreated {
			b.Fatal(w.Body)
		}
	}
}
