package jobs_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"habeas/internal/testbed"
	"habeas/models"
	"habeas/notifications"
	"habeas/workflows/jobs"
)

// mailing is a process that sends by a real mail server.
func (b *bed) mailing(s *testbed.SMTPServer) *jobs.Runner {
	b.t.Helper()
	sender, err := notifications.NewSMTP("smtp://"+s.Addr()+"?tls=none", "habeas.example.org")
	b.must(err)
	b.t.Cleanup(func() { _ = sender.Close() })
	return jobs.New(jobs.Config{
		Service: b.service, Staff: b.store, Digests: b.store, Letters: b.letters, Sender: sender, Mail: b.desk(),
		TeamAddress: "team@example.org", Locale: "en", Log: b.logger(),
	})
}

// oldHand is somebody from a time when addresses were not looked at.
func (b *bed) oldHand(name, email string) models.Staff {
	b.t.Helper()
	s := models.Staff{ID: b.service.NewID(), Name: name, Email: email, Role: models.RoleManager, CreatedAt: b.now()}
	b.must(b.store.AddStaff(b.t.Context(), s, nil, models.Event{ID: b.service.NewID(), At: b.now(), Kind: models.EventStaffAdded}))
	return s
}

// circular writes a letter to all who work here.
func (b *bed) circular() {
	b.t.Helper()
	b.must(b.service.Jobs.FinishJob(b.t.Context(), b.nonsense().ID, []models.Message{{
		Direction: models.Outgoing, Audience: models.ToStaff, Staff: models.Everyone, CreatedAt: b.now(),
		Letter: models.StaffMailHeldLetter{Locale: "en", Waiting: 1, OldestOn: models.DateOf(b.now(), time.UTC)}, Delivery: models.DeliveryQueued,
	}}))
}

// got counts the circulars that the server took for each address.
func got(s *testbed.SMTPServer) map[string]int {
	count := map[string]int{}
	for _, m := range s.Mails() {
		if strings.Contains(string(m.Data), "Subject: A background job") {
			continue
		}
		for _, to := range m.To {
			count[to]++
			if header, _, _ := strings.Cut(string(m.Data), "\r\nContent-Type"); !strings.Contains(header, "<"+to+">") {
				count["in no header: "+to]++
			}
		}
	}
	return count
}

// wantCirculars wants how many of the circular are in each state, and that the
// last error of one that failed names its fault and nobody.
func (b *bed) wantCirculars(want map[models.Delivery]int, faults ...string) {
	b.t.Helper()
	count := map[models.Delivery]int{}
	for _, m := range b.mails("staff_mail_held") {
		count[m.Delivery]++
		if failed := m.Delivery == models.DeliveryFailed; failed && !slices.Contains(faults, m.LastError) || m.Delivery == models.DeliverySent && m.LastError != "" {
			b.t.Errorf("%s: the server said %q", m.Delivery, m.LastError)
		}
	}
	for state := range want {
		if count[state] != want[state] {
			b.t.Errorf("of the circular %v, want %v", count, want)
		}
	}
}

// wantLost wants that the log of events and that of the process name who did
// not get the circular: by id.
func (b *bed) wantLost(lost ...models.Staff) {
	b.t.Helper()
	var named []string
	b.must(b.store.EachEvent(b.t.Context(), time.Time{}, time.Time{}, "", func(body []byte) error {
		e, err := models.ParseEvent(body)
		if err == nil && e.Kind == models.EventMailFailed && e.Detail["template"] == "staff_mail_held" {
			named = append(named, e.Detail["staff"])
		}
		return err
	}))
	var want []string
	for _, s := range lost {
		want = append(want, s.ID)
		if !strings.Contains(b.log.String(), `"staff_id":"`+s.ID+`"`) || strings.Contains(b.log.String(), s.Email) {
			b.t.Errorf("the log names %s wrongly: %s", s.Name, b.log.String())
		}
	}
	slices.Sort(named)
	slices.Sort(want)
	if !slices.Equal(named, want) {
		b.t.Errorf("the events name %q, want %q", named, want)
	}
}

func TestAnAddressThatTakesNoMailSilencesNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Ada", "ada@example.org", models.RoleAdmin)
		b.hire("May", "may@example.org", models.RoleAgent)
		eve, jan := b.oldHand("Eve", "eve@"), b.oldHand("Jan", "j\u00fcrgen@example.org")
		s := testbed.SMTP(t, func(_ *testbed.SMTPServer, srv *smtp.Server) { srv.EnableSMTPUTF8 = false })
		r := b.mailing(s)
		b.circular()
		b.drain(r)
		if got := got(s); len(got) != 2 || got["ada@example.org"] != 1 || got["may@example.org"] != 1 {
			t.Errorf("the letter went to %v", got)
		}
		b.wantCirculars(map[models.Delivery]int{models.DeliverySent: 1, models.DeliveryFailed: 2},
			"the address is not a mail address", "the mail server does not take international addresses")
		b.wantLost(eve, jan)
		// Managers hear of each of the two once a day, however many letters there are.
		b.circular()
		b.drain(r)
		alarms := 0
		for _, m := range b.mails("staff_dead_job") {
			if m.Delivery == models.DeliverySent {
				alarms++
			}
		}
		if alarms != 2 {
			t.Errorf("%d alarms reached somebody, want 2", alarms)
		}
	})
}

func TestALetterToNobodyWhoCanBeMailedGoesToTheTeam(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		eve := b.oldHand("Eve", "eve@")
		s := testbed.SMTP(t)
		r := b.mailing(s)
		b.circular()
		b.drain(r)
		if got := got(s); len(got) != 1 || got["team@example.org"] != 1 {
			t.Errorf("the letter went to %v", got)
		}
		b.wantLost(eve)
	})
}

func TestWhoNeedsAnInternationalServerHasOne(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Ada", "ada@example.org", models.RoleAdmin)
		b.hire("Jan", "j\u00fcrgen@example.org", models.RoleAgent)
		s := testbed.SMTP(t)
		b.circular()
		b.drain(b.mailing(s))
		if got := got(s); len(got) != 2 || got["ada@example.org"] != 1 || got["j\u00fcrgen@example.org"] != 1 {
			t.Errorf("the letter went to %v", got)
		}
		b.wantCirculars(map[models.Delivery]int{models.DeliverySent: 2})
		b.wantLost()
	})
}

// Of several recipients the server takes one, wants one later and knows one
// not at all: each has their own end, and nobody gets the letter twice.
func TestWhoIsRefusedForNowGetsTheLetterLater(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Ada", "ada@example.org", models.RoleAdmin)
		b.hire("Bo", "bo@example.org", models.RoleAgent)
		cy := b.hire("Cy", "cy@example.org", models.RoleAgent)
		s := testbed.SMTP(t)
		var mu sync.Mutex
		refused := map[string]int{"bo@example.org": 451, "cy@example.org": 550}
		asked := map[string]int{}
		s.Script(func(step testbed.Step, arg string) error {
			if step != testbed.StepRcpt {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			asked[arg]++
			if code := refused[arg]; code != 0 {
				return testbed.Reply(code, "not now "+arg)
			}
			return nil
		})
		r := b.mailing(s)
		b.circular()
		b.drain(r)
		if got := got(s); len(got) != 1 || got["ada@example.org"] != 1 {
			t.Errorf("the letter went to %v", got)
		}
		b.wantCirculars(map[models.Delivery]int{models.DeliverySent: 1, models.DeliveryDeferred: 1, models.DeliveryFailed: 1}, "550 5.0.0")
		b.wantLost(cy)
		mu.Lock()
		delete(refused, "bo@example.org")
		clear(asked)
		mu.Unlock()
		b.pass(time.Hour)
		b.drain(r)
		if got := got(s); len(got) != 2 || got["ada@example.org"] != 1 || got["bo@example.org"] != 1 {
			t.Errorf("an hour later the letter has gone to %v", got)
		}
		if asked["ada@example.org"]+asked["cy@example.org"] != 0 {
			t.Errorf("the server was asked again for %v", asked)
		}
		b.wantCirculars(map[models.Delivery]int{models.DeliverySent: 2, models.DeliveryDeferred: 0, models.DeliveryFailed: 1}, "550 5.0.0")
	})
}

// Where the server takes nobody, who is refused for good is not asked for again
// with those who are refused for now.
func TestAllAreRefusedEachInTheirWay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Ada", "ada@example.org", models.RoleAdmin)
		b.hire("Bo", "bo@example.org", models.RoleAgent)
		cy := b.hire("Cy", "cy@example.org", models.RoleAgent)
		s := testbed.SMTP(t)
		var mu sync.Mutex
		later := true
		s.Script(func(step testbed.Step, arg string) error {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case step == testbed.StepRcpt && arg == "cy@example.org":
				return testbed.Reply(550, "unknown")
			case step == testbed.StepRcpt && later:
				return testbed.Reply(451, "greylisted")
			}
			return nil
		})
		r := b.mailing(s)
		b.circular()
		b.drain(r)
		b.wantCirculars(map[models.Delivery]int{models.DeliverySent: 0, models.DeliveryDeferred: 1, models.DeliveryFailed: 1}, "550 5.0.0")
		b.wantLost(cy)
		mu.Lock()
		later = false
		mu.Unlock()
		b.pass(time.Hour)
		b.drain(r)
		if got := got(s); len(got) != 2 || got["ada@example.org"] != 1 || got["bo@example.org"] != 1 {
			t.Errorf("the letter went to %v", got)
		}
		b.wantCirculars(map[models.Delivery]int{models.DeliverySent: 1, models.DeliveryFailed: 1}, "550 5.0.0")
	})
}
