package apitest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"habeas/api/apitest"
)

// TestAnswersOffTheDocumentAreTold shows that the judge can say no.
func TestAnswersOffTheDocumentAreTold(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		path, media, body string
		status            int
		want              string // must be in what is told; "" is no complaint
	}{
		"as described":          {"/healthz", "application/json", `{"status":"ok"}`, 200, ""},
		"a field too many":      {"/healthz", "application/json", `{"status":"ok","secret":1}`, 200, "secret"},
		"a field missing":       {"/healthz", "application/json", `{}`, 200, "status"},
		"a value of no enum":    {"/healthz", "application/json", `{"status":"fine"}`, 200, "status"},
		"a status not listed":   {"/healthz", "application/json", `{"status":"ok"}`, 418, "status"},
		"a media type":          {"/healthz", "text/html", `hello`, 200, "text/html"},
		"a list that is null":   {"/v1/request-types", "application/json", `{"items":null}`, 200, "items"},
		"a problem with a leak": {"/nowhere", "application/problem+json", `{"type":"urn:habeas:problem:x","title":"x","status":404,"stack":"main.go"}`, 404, "stack"},
		"a page for a problem":  {"/nowhere", "text/html", `not found`, 404, "not a problem"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.media)
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer server.Close()
			told := ""
			client := http.Client{Transport: apitest.Validating(http.DefaultTransport, func(format string, args ...any) {
				told += fmt.Sprintf(format, args...)
			})}
			answer, err := client.Get(server.URL + test.path)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if (test.want == "") != (told == "") || !strings.Contains(told, test.want) {
				t.Errorf("told %q, want something about %q", told, test.want)
			}
		})
	}
}
