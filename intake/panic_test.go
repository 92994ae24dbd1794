package intake_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
	"habeas/workflows/cases"
)

// faulty is a store with a bug that shows once a request is to be found again.
type faulty struct{ cases.Store }

func (faulty) Codes(context.Context, string, time.Time) ([]models.MailedCode, error) {
	panic("ana@example.org is not in the map")
}

// A bug of ours after a request was made loses nothing: the job does the rest,
// and the log says where to look, and nothing of anybody.
func TestAPanicLeavesTheRestToTheJob(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		var log bytes.Buffer
		sound := d.service.Store
		d.service.Store = faulty{sound}
		room := intake.NewIngester(intake.IngesterConfig{Service: d.service, Tokens: tokens(), Log: slog.New(slog.NewJSONHandler(&log, nil))})
		r, err := room.Take(t.Context(), []byte(letter("ana@example.org", "Access and deletion", askBoth)), intake.Envelope{Source: "test", ReceivedAt: d.now()})
		d.must(err)
		m := d.mail(r.ID)
		if m.State != models.MailKept || r.Reason != intake.ReasonLater {
			t.Errorf("the mail is %s for %s, receipt %+v", m.State, m.Reason, r)
		}
		if said := log.String(); !strings.Contains(said, `"panic":"string"`) || !strings.Contains(said, "Codes") || strings.Contains(said, "ana@") {
			t.Errorf("the log says %s", said)
		}
		d.service.Store = sound
		d.must(d.Place(t.Context(), r.ID, d.job(r.ID).ID))
		if m := d.mail(r.ID); m.State != models.MailPlaced || len(m.Requests) != 2 || d.requests() != 2 {
			t.Errorf("then it is %s of %v", m.State, m.Requests)
		}
	})
}
