package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// T29, scaled from 10,000 posts to 600: one mailbox in all its spellings, and
// one more request from everybody after each. Each is taken with the same
// answer, and three mails go out.
func TestT29SixHundredPostsForOneMailboxAreThreeMails(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	const posts, at = 600, 12
	domains := []string{"gmail.com", "googlemail.com", "GMAIL.com", "Googlemail.Com"}
	spelling := func(i int) string {
		local := "janedoe"
		if i%3 == 0 {
			local = local[:1+i%5] + "." + local[1+i%5:]
		}
		if i%2 == 0 {
			local = strings.ToUpper(local)
		}
		return fmt.Sprintf("%s+%d@%s", local, i, domains[i%len(domains)])
	}
	var mu sync.Mutex
	var references []string
	var wg sync.WaitGroup
	for worker := range at {
		wg.Go(func() {
			for i := worker; i < posts; i += at {
				var receipt struct{ Reference, State string }
				r := b.Send("POST", "/v1/requests", wish(func(o object) { o["person"].(object)["email"] = spelling(i) }))
				if r.StatusCode != http.StatusCreated {
					t.Errorf("request %d: %d %s", i, r.StatusCode, r.Content)
					return
				}
				r.JSON(t, &receipt)
				if receipt.State != "unverified" {
					t.Errorf("request %d is %s", i, receipt.State)
				}
				mu.Lock()
				references = append(references, receipt.Reference)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, reference := range references[:30] {
		b.want(http.StatusAccepted, b.Send("POST", "/v1/requests/"+reference+"/codes", nil))
	}
	var codes, told int
	must(t, b.raw.QueryRow("SELECT count(*) FROM messages WHERE audience = 'requester'").Scan(&codes))
	must(t, b.raw.QueryRow("SELECT count(*) FROM messages WHERE template = 'staff_new'").Scan(&told))
	if n := b.rows()["requests"]; n != posts || codes != 3 || told != 1 {
		t.Errorf("%d requests, %d mails to the mailbox, %d letters to staff", n, codes, told)
	}
}

// File, prove, file again: whoever can type the code is never held up.
func TestWhoProvesIsNeverBraked(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for range 8 {
		b.session(func(o object) { o["person"].(object)["email"] = "robin@example.com" })
	}
}

func TestStaffSeeHowFarAMailGot(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference := b.submit()
	r, err := b.store.Find(t.Context(), reference)
	must(t, err)
	var mail models.Message
	for _, m := range b.mails(reference) {
		if m.Audience == models.ToRequester {
			mail = m
		}
	}
	jobs, _, err := b.store.Jobs(t.Context(), models.JobPending, models.Cursor{}, 100)
	must(t, err)
	var job models.Job
	for _, j := range jobs {
		if j.Subject == mail.ID {
			job = j
		}
	}
	see := func(delivery, words string, unreachable bool) {
		t.Helper()
		var messages struct {
			Items []struct {
				ID, Delivery string
				LastError    string `json:"last_error"`
			}
		}
		var seen struct{ Unreachable bool }
		b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests/"+reference+"/messages", nil)).JSON(t, &messages)
		b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests/"+reference, nil)).JSON(t, &seen)
		for _, m := range messages.Items {
			if m.ID == mail.ID && (m.Delivery != delivery || m.LastError != words) || seen.Unreachable != unreachable {
				t.Errorf("%s %q, unreachable: %t; want %s %q", m.Delivery, m.LastError, seen.Unreachable, delivery, words)
			}
		}
	}
	see("queued", "", false)
	job.RunAt = b.clock().Add(time.Minute)
	must(t, b.service.Cases.RecordDelivery(t.Context(), workflows.RecordDelivery{Message: mail, Job: job, Result: workflows.DeliveryResult{Delivery: models.DeliveryDeferred, Words: "451 later"}}, r))
	see("deferred", "451", false)
	must(t, b.service.Cases.RecordDelivery(t.Context(), workflows.RecordDelivery{Message: mail, Job: job, Result: workflows.DeliveryResult{Delivery: models.DeliverySent}}, r))
	see("sent", "", false)
	_, err = b.service.Cases.Notify(t.Context(), workflows.DeliveryNotification{Kind: workflows.NotificationFailed, Reference: reference, Message: mail.ID[len(mail.ID)-8:], Words: "5.1.1 unknown"})
	must(t, err)
	see("bounced", "5.1.1", true)
	failing := b.submit()
	q, err := b.store.Find(t.Context(), failing)
	must(t, err)
	mail, reference = b.mails(failing)[0], failing
	jobs, _, err = b.store.Jobs(t.Context(), models.JobPending, models.Cursor{}, 100)
	must(t, err)
	for _, j := range jobs {
		if j.Subject == mail.ID {
			job = j
		}
	}
	job.State = models.JobDead
	must(t, b.service.Cases.RecordDelivery(t.Context(), workflows.RecordDelivery{Message: mail, Job: job, Result: workflows.DeliveryResult{Delivery: models.DeliveryFailed, Words: "550 unknown"}}, q))
	see("failed", "550", true)
}
