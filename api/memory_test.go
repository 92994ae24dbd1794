package api_test

import (
	"bytes"
	"net/http"
	"testing"

	"habeas/api/apitest"
	"habeas/internal/server"
	"habeas/models"
)

// Bodies, uploads and downloads have one memory budget, whoever they are of.
func TestUploadsAndDownloadsHaveAMemoryBudget(t *testing.T) {
	t.Parallel()
	memory := server.NewMemory(1 << 20)
	b := newBed(t, func(c *config) { c.server.Memory = memory })
	reference, token := b.session()
	agent := b.tokens[models.RoleAgent]
	own, staff := "/v1/requests/"+reference+"/files", "/v1/admin/requests/"+reference+"/files"
	text := func(n int) []byte { return bytes.Repeat([]byte("text "), n/5) }
	var f struct {
		ID string `json:"id"`
	}
	b.want(http.StatusCreated, b.form(own, token, "a.txt", text(400<<10), nil)).JSON(t, &f)
	b.want(http.StatusOK, b.Send("GET", own+"/"+f.ID, nil, apitest.Bearer(token)))
	for path, who := range map[string]string{own: token, staff: agent} {
		b.want(http.StatusServiceUnavailable, b.form(path, who, "b.txt", text(1100<<10), nil))
	}
	b.want(http.StatusServiceUnavailable, b.Send("POST", "/v1/requests", wish(func(o object) { o["details"] = string(text(300 << 10)) })))

	// Files on their way out are in the budget, too.
	others := memory.Reserve("another")
	if err := others.Grow(t.Context(), 500<<10); err != nil {
		t.Fatal(err)
	}
	others.Transfer(func() {}) // it may be cancelled
	b.want(http.StatusOK, b.Send("GET", own+"/"+f.ID, nil, apitest.Bearer(token)))
	if others.Settle() == nil {
		t.Error("a download is not in the budget")
	}
	others.Release()
	b.want(http.StatusOK, b.Send("GET", staff+"/"+f.ID, nil, apitest.Bearer(agent)))
}
