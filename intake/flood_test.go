package intake_test

import (
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
)

// busy is a desk that makes ten requests an hour of what one source brings.
func (d *desk) busy(perSource int) *intake.Ingester {
	return intake.NewIngester(intake.IngesterConfig{
		Service: d.service, Tokens: tokens(), Log: slog.New(slog.DiscardHandler), PerSource: perSource,
		Config: intake.Config{Own: []string{"privacy@example.com"}, MessageDomain: "example.com", Authserv: []string{"mx.example.com"}},
	})
}

// Above what one source may bring in an hour mail is kept and held, with the
// reason, while replies find their case; far above it has to come again, and
// then nothing of it is kept.
func TestABusySourceIsHeldAndThenToldToComeAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.clock.Store(d.now().Truncate(time.Hour).Unix()) // hours are those of the clock
		d.Ingester = d.busy(10)
		sent := 0
		ask := func(source string, rcpt ...string) (intake.Receipt, error) {
			sent++
			return d.Take(t.Context(), []byte(letter("u"+strconv.Itoa(sent)+"@example.org", "Access request", fmt.Sprint(askAccess, sent))),
				intake.Envelope{Source: source, RcptTo: rcpt, ReceivedAt: d.now()})
		}
		var first intake.Receipt
		for i := range 13 {
			r, err := ask("lmtp")
			d.must(err)
			want, reason := intake.OutcomeRequest, ""
			if i >= 10 {
				want, reason = intake.OutcomeHeld, intake.ReasonBusy
			}
			if r.Outcome != want || r.Reason != reason {
				t.Errorf("mail %d is %s for %q", i+1, r.Outcome, r.Reason)
			}
			if i == 0 {
				first = r
			}
		}
		if r, err := ask("postmark"); err != nil || r.Outcome != intake.OutcomeRequest {
			t.Errorf("another source: %+v %v", r, err)
		}
		reply := func(n int) {
			t.Helper()
			r, err := d.Take(t.Context(), []byte(letter("u1@example.org", "Re: Access request", "One more thing: "+strconv.Itoa(n))),
				intake.Envelope{Source: "lmtp", RcptTo: []string{d.reply(first.References[0])}, ReceivedAt: d.now()})
			if err != nil || r.Outcome != intake.OutcomeThread {
				t.Errorf("reply %d: %+v %v", n, r, err)
			}
		}
		reply(1)
		for range 87 { // to a hundred from this source
			if r, err := ask("lmtp"); err != nil || r.Outcome != intake.OutcomeHeld {
				t.Fatalf("mail %d: %+v %v", sent, r, err)
			}
		}
		kept := d.kept()
		if _, err := ask("lmtp"); models.CodeOf(err) != models.CodeTooMany {
			t.Errorf("far too many: %v", err)
		}
		if n := d.kept(); n != kept || n != 13+1+1+87 {
			t.Errorf("%d messages are kept, were %d", n, kept)
		}
		reply(2)
		if r, err := ask("imap"); err != nil || r.Outcome != intake.OutcomeRequest {
			t.Errorf("a mailbox: %+v %v", r, err)
		}
		d.pass(time.Hour)
		if r, err := ask("lmtp"); err != nil || r.Outcome != intake.OutcomeRequest {
			t.Errorf("an hour later: %+v %v", r, err)
		}
	})
}

// kept counts the messages that are in the database.
func (d *desk) kept() int {
	d.t.Helper()
	all, _, err := d.Service.Store.Mails(d.t.Context(), models.MailFilter{Limit: 500})
	d.must(err)
	return len(all)
}

// One sender is held after twenty in an hour, however slowly they come.
func TestASenderIsHeldAfterTwentyInAnHour(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for i := range 24 {
			r := d.take(letter("ana@example.org", "Access request", fmt.Sprint(askAccess, i)))
			want := intake.OutcomeRequest
			if i >= 20 {
				want = intake.OutcomeHeld
			}
			if r.Outcome != want || want == intake.OutcomeHeld && r.Reason != intake.ReasonFlood {
				t.Errorf("mail %d is %s for %q", i+1, r.Outcome, r.Reason)
			}
			d.pass(150 * time.Second)
		}
	})
}
