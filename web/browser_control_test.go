//go:build browser

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// backstage is the part of the test bed that no page leads to: mail that comes
// and goes, work in the background, and what breaks.
func (b *bed) backstage(mux *http.ServeMux, limit brake) {
	ctx := context.Background()
	say := func(path string, do func(*http.Request) string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, do(r)) })
	}
	say("/mail", func(*http.Request) string { return "/console/mail/" + b.mailIn(wideMail()) })
	say("/mail/{reference}", func(r *http.Request) string {
		return b.mailIn("From: Robin Canary <robin.canary@example.com>\nTo: privacy@acme.example\nSubject: More\nMessage-ID: <" + newID() + "@example.com>\n\nHere is more about " + r.PathValue("reference") + ".\n")
	})
	say("/unsorted", func(*http.Request) string {
		return b.mailed("From: Robin Canary <robin." + newID() + "@example.com>\nTo: privacy@acme.example\nSubject: Hello\nMessage-ID: <" + newID() + "@example.com>\n\n" +
			"Good morning.\nSend me a copy of my data and then delete my account.\n").Reference
	})
	// A system that a person looks into, and what a connector did.
	say("/paper", func(*http.Request) string { b.withPaper(); return "" })
	say("/connect", func(*http.Request) string {
		b.service.Config.Systems = append(slices.Clone(b.service.Config.Systems), models.System{
			Key: "shop", Name: "Shop database", Kind: models.SystemSQL, Actions: []models.Action{models.ActionFind, models.ActionErase},
		})
		return ""
	})
	say("/shop/{reference}/{state}", func(r *http.Request) string {
		id := newID()
		b.answered(b.request(r.PathValue("reference")), models.Task{ID: id, TaskFacts: map[string]models.TaskFacts{
			"open":    {Action: models.ActionErase, State: models.TaskOpen},
			"failed":  {Action: models.ActionErase, State: models.TaskFailed, Fault: models.FaultTimeout},
			"found":   {Action: models.ActionFind, State: models.TaskDone, Outcome: models.TaskCompleted, Found: 1},
			"preview": {Action: models.ActionErase, State: models.TaskNeedsReview, Step: models.StepPreview, RunBy: "somebody", Preview: "h"},
		}[r.PathValue("state")]})
		return id
	})
	// The package that was made goes out with the answer.
	say("/released/{reference}", func(r *http.Request) string {
		reference := r.PathValue("reference")
		files, err := b.store.Files(ctx, b.request(reference).ID)
		must(b.t, err)
		b.do(reference, "ann", workflows.Start{})
		b.do(reference, "ann", workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here it is.", Files: []string{files[len(files)-1].ID}})
		if b.request(reference).State == models.StateInReview {
			b.do(reference, "bob", workflows.Approve{})
		}
		return ""
	})
	// The days of an erasure go by, and its systems answer.
	say("/cooled/{reference}", func(r *http.Request) string {
		reference := r.PathValue("reference")
		b.sleep(b.request(reference).Erasure.From.Sub(b.clock()) + time.Minute)
		_, err := b.service.Cases.Do(ctx, models.Actor{Kind: models.ActorSystem}, reference, workflows.EndCoolingOff{}, cases.Option{})
		must(b.t, err)
		return ""
	})
	say("/erased/{reference}", func(r *http.Request) string {
		tasks, err := b.store.TasksOf(ctx, b.request(r.PathValue("reference")).ID)
		must(b.t, err)
		for _, one := range tasks {
			var c workflows.Command = workflows.TaskAnswered{Task: one.ID, Run: 2, Receipt: &models.Receipt{
				System: "shop", Action: models.ActionErase, Outcome: models.TaskCompleted, Commitment: "h", At: b.clock(), Tables: []models.Counts{{Table: "person", Updated: 1}},
				Erased: []models.CategoryCount{{Category: "user.contact.address.street", Verdict: models.VerdictErased, Count: 1}},
			}}
			who := models.Actor{Kind: models.ActorSystem}
			if one.Manual() {
				c, who = workflows.CompleteTask{Task: one.ID, Outcome: models.TaskCompleted, Note: "Shredded."}, staff("ann")
			}
			_, err := b.service.Tasks.Do(ctx, who, one.ID, c, cases.Option{})
			must(b.t, err)
		}
		return ""
	})
	say("/not-me/{reference}", func(r *http.Request) string { return b.stop(r.PathValue("reference")) })
	say("/dead/{kind}", func(r *http.Request) string { return b.dead(models.JobKind(r.PathValue("kind"))) })
	say("/sent/{reference}", func(r *http.Request) string { return "/console/outgoing/" + b.delivered(r.PathValue("reference")) })
	say("/delivery/{reference}/{state}", func(r *http.Request) string {
		b.run("UPDATE messages SET delivery = ?, last_error = ? WHERE request_id = ?", r.PathValue("state"),
			"550 5.1.1 <robin.canary@example.com>: Recipient address rejected: User unknown in virtual mailbox table", b.request(r.PathValue("reference")).ID)
		return ""
	})
	say("/types", func(*http.Request) string {
		var all []string
		for _, kind := range b.service.Queries.Types("US", "CA") {
			all = append(all, string(kind.Key))
		}
		return strings.Join(all, " ")
	})
	say("/populate", func(*http.Request) string { b.populate(700); return "" })
	say("/export/{id}/{written}", func(r *http.Request) string {
		x, err := b.store.Export(ctx, r.PathValue("id"))
		must(b.t, err)
		x.State, x.SeenAt = models.ExportRunning, b.clock()
		_, err = fmt.Sscan(r.PathValue("written"), &x.Written)
		must(b.t, err)
		must(b.t, b.store.SeeExport(ctx, x))
		return ""
	})
	// A fault of our own, a limit, and a database that does not answer.
	say("/break", func(*http.Request) string { b.run("ALTER TABLE requests RENAME TO requests_away"); return "" })
	say("/mend", func(*http.Request) string { b.run("ALTER TABLE requests_away RENAME TO requests"); return "" })
	say("/brake/{on}", func(r *http.Request) string { limit.Store(r.PathValue("on") == "on"); return "" })
	say("/away/{on}", func(r *http.Request) string { b.stalled.Store(r.PathValue("on") == "on"); return "" })
}

// brake is a limit that is reached while it is on.
type brake struct{ *atomic.Bool }

// Take implements portal.Limits.
func (b brake) Take(string, *http.Request) error {
	if b.Load() {
		return models.Errorf(models.CodeTooMany, "too many")
	}
	return nil
}

// Crowd implements portal.Limits: nobody is one too many.
func (brake) Crowd(*http.Request) bool { return false }

// Crowded implements portal.Limits.
func (brake) Crowded(*http.Request) bool { return false }

// Network implements portal.Limits: all are one client.
func (brake) Network(*http.Request) string { return "" }

func (b *bed) run(query string, values ...any) {
	b.t.Helper()
	_, err := b.raw.Exec(query, values...)
	must(b.t, err)
}

// wideMail is a mail that strains a page: long words, a quotation, files.
func wideMail() string {
	return strings.NewReplacer("{id}", newID(), "{long}", strings.Repeat("Datenschutzgrundverordnungsauskunftsersuchen", 4)).Replace(
		"From: \"Robin van der Canary-Featherstonehaugh\" <robin.canary@example.com>, x@example.org\nTo: privacy@acme.example\n" +
			"Subject: Please delete everything about me {long}\nMessage-ID: <{id}@example.org>\nContent-Type: multipart/mixed; boundary=x\n\n" +
			"--x\nContent-Type: text/plain; charset=utf-8\n\nPlease delete all my data. I live in California.\n\n{long}\n\nhttps://acme.example/{long}\n\n> On Monday you wrote:\n> Please tell us what you want.\n\n" +
			"--x\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"{long}.txt\"\n\na text\n" +
			"--x\nContent-Type: application/x-msdownload\nContent-Disposition: attachment; filename=\"run.exe\"\n\nMZ\n--x--\n")
}

// delivered makes a mail of a request one that left as a file, and returns its
// id.
func (b *bed) delivered(reference string) string {
	b.t.Helper()
	all, err := b.store.Messages(context.Background(), b.request(reference).ID)
	must(b.t, err)
	for _, m := range all {
		if m.MailID == "" {
			continue
		}
		must(b.t, b.sent.Send(context.Background(), notifications.Outgoing{MailID: m.MailID, To: []string{"robin.canary@example.com"}, Raw: []byte(
			"From: privacy@acme.example\r\nTo: robin.canary@example.com\r\nSubject: =?utf-8?q?Your_request_" + reference + "?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n" +
				"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\nyour code is ABCD EFGH.\r\n\r\n" + strings.Repeat("https://habeas.example/", 12) + "\r\n" +
				"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Your code is <b>ABCD EFGH</b>.</p>\r\n--x--\r\n")}))
		b.run("UPDATE messages SET delivery = 'sent', sent_at = created_at WHERE id = ?", m.ID)
		return m.ID
	}
	b.t.Fatalf("%s has no mail", reference)
	return ""
}
