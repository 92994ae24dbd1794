//go:build browser

package web_test

import (
	"cmp"
	"context"
	"encoding/base32"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"habeas/accounts"
	"habeas/models"
	"habeas/web"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// The pages in a real browser, a service for each script of web/browser. make
// browser runs it, after fetching what it needs; what is missing is a failure,
// not a skip.
func TestBrowser(t *testing.T) {
	scripts := []string{"portal", "lives", "console", "keys", "registers", "states", "work", "signin"}
	g, ran := newGallery(), atomic.Int32{}
	t.Cleanup(func() {
		if int(ran.Load()) == len(scripts) && os.Getenv("HABEAS_BROWSER_STEP") == "" {
			g.complete(t)
		}
	})
	for _, script := range scripts {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			ran.Add(1)
			limit := brake{new(atomic.Bool)}
			b := newBed(t)
			b.observe = append(b.observe, g.observe)
			b.serve(func(c *web.Config) { c.Limits = limit })
			mux := b.control(limit)
			mux.HandleFunc("GET /looked", g.look)
			mux.HandleFunc("GET /first/{digest}", g.first)
			control := httptest.NewServer(mux)
			t.Cleanup(control.Close)
			ctx, cancel := context.WithTimeout(context.Background(), 40*time.Minute)
			defer cancel()
			run := exec.CommandContext(ctx, "node", script+".mjs")
			run.Dir = "browser"
			run.Env = append(os.Environ(), "LC_ALL=C.UTF-8", // or Chromium names no file é
				"HABEAS_PORTAL="+b.url, "HABEAS_CONTROL="+control.URL, "HABEAS_SETUP="+b.setup)
			run.Stdout, run.Stderr = os.Stdout, os.Stderr
			if err := run.Run(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// control is the other side of the story, for the script: the mailbox, staff
// and the clock.
func (b *bed) control(limit brake) *http.ServeMux {
	mux := http.NewServeMux()
	b.backstage(mux, limit)
	mux.HandleFunc("GET /code/{reference}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, b.code(r.PathValue("reference")))
	})
	mux.HandleFunc("GET /owned", func(w http.ResponseWriter, _ *http.Request) {
		_, task := b.toDo()
		fmt.Fprint(w, task.ID)
	})
	mux.HandleFunc("GET /owner-code/{id}", func(w http.ResponseWriter, r *http.Request) {
		task, err := b.store.Task(r.Context(), r.PathValue("id"))
		must(b.t, err)
		fmt.Fprint(w, b.ownerCode(task))
	})
	mux.HandleFunc("GET /count/{table}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, b.count(r.PathValue("table")))
	})
	mux.HandleFunc("GET /sleep/{minutes}", func(_ http.ResponseWriter, r *http.Request) {
		minutes, err := strconv.Atoi(r.PathValue("minutes"))
		must(b.t, err)
		b.sleep(time.Duration(minutes) * time.Minute)
	})
	mux.HandleFunc("GET /signin/{role}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "habeas-staff="+b.signIn(models.Role(r.PathValue("role"))))
	})
	mux.HandleFunc("GET /invite/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		_, secret, err := b.accounts.People.Invite(context.Background(), staff("operator"), accounts.Newcomer{
			Name: name, Email: strings.ToLower(name) + "@acme.example", Role: models.Role(cmp.Or(r.FormValue("role"), "agent")),
		})
		must(b.t, err)
		fmt.Fprint(w, "/console/invitation/"+secret)
	})
	mux.HandleFunc("GET /totp/{key}", func(w http.ResponseWriter, r *http.Request) {
		secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(r.PathValue("key"))
		must(b.t, err)
		fmt.Fprint(w, app(secret).code(b))
	})
	mux.HandleFunc("GET /wish/{type}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, b.wish(models.RequestType(r.PathValue("type"))).Reference)
	})
	mux.HandleFunc("GET /flood/{limit}", func(_ http.ResponseWriter, r *http.Request) {
		limit, err := strconv.Atoi(r.PathValue("limit"))
		must(b.t, err)
		b.service.MailLimits = workflows.MailLimits{FormPerHour: limit}
		for n := range limit { // until mail is short
			_, err := b.service.Cases.Submit(context.Background(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
				Type: models.TypeAccess, Person: models.Person{Name: "Flood", Email: fmt.Sprintf("flood.%d@example.net", n)},
			}, cases.Option{})
			must(b.t, err)
		}
	})
	mux.HandleFunc("GET /held", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, b.mailIn(twoSenders("Delete me", "Please delete all my data.")))
	})
	acts := map[string]workflows.Command{
		"verify":  workflows.Verify{Level: models.LevelHigh, Method: "staff_check"},
		"start":   workflows.Start{},
		"ask":     workflows.Ask{Message: "Which of the two addresses do you mean:\nthe old one or the new one?"},
		"reply":   workflows.Reply{Message: "Thank you. We have found both entries."},
		"extend":  workflows.Extend{Reason: "One of the records lies in an archive."},
		"propose": workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Everything about you is gone."},
		"answer":  workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Everything about you is gone."},
		"decide": workflows.Conclude{Message: "We have corrected your company. Your position stays as it is.", Items: []workflows.ItemGiven{
			{No: 1, Outcome: models.OutcomeFulfilled},
			{No: 2, Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "accurate_data", Explanation: "The register of companies says the same."}}},
		}},
	}
	mux.HandleFunc("GET /do/{reference}/{act}", func(_ http.ResponseWriter, r *http.Request) {
		reference := r.PathValue("reference")
		b.do(reference, "ann", acts[r.PathValue("act")])
		if r.PathValue("act") != "propose" && b.request(reference).State == models.StateInReview {
			b.do(reference, "bob", workflows.Approve{})
		}
	})
	return mux
}
