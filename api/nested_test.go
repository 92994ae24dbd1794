package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"habeas/models"
)

// Whatever a body or an address holds, the answer is short and repeats nothing
// of it.
func TestAnAnswerListsFewFaults(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	keys := func(n int) object {
		o := object{"field": "email"}
		for i := range n {
			o[fmt.Sprintf("k%05d", i)] = 1
		}
		return o
	}
	objects := make([]any, 900)
	for i := range objects {
		objects[i] = keys(30)
	}
	few := make([]any, 120)
	for i := range few {
		few[i] = keys(3)
	}
	query := make([]string, 3000)
	for i := range query {
		query[i] = fmt.Sprintf("q%05d", i)
	}
	for name, body := range map[string]any{
		"an object of 60,000 keys": []any{keys(60_000)}, "27,000 keys in objects": objects, "few keys in many objects": few,
	} {
		correction := func(o object) { o["type"], o["fields"] = "correction", object{"corrections": body} }
		answer := b.Send("POST", "/v1/requests", wish(correction))
		b.want(http.StatusUnprocessableEntity, answer)
		short(t, name, string(answer.Content), "k00001")
	}
	answer := b.as(models.RoleAgent, "GET", "/v1/admin/requests?"+strings.Join(query, "&"), nil)
	b.want(http.StatusUnprocessableEntity, answer)
	short(t, "a query", string(answer.Content), "q02999")
}

func short(t *testing.T, name, answer, secret string) {
	t.Helper()
	if n := strings.Count(answer, `"field"`); len(answer) > 20_000 || n == 0 || n > 100 || strings.Contains(answer, secret) {
		t.Errorf("%s: an answer of %d bytes, %d faults, that begins %.200s", name, len(answer), n, answer)
	}
}
