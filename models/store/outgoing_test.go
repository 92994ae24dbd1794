package store_test

import (
	"slices"
	"testing"
	"time"

	"habeas/models"
)

func TestOutgoingMailIsListedByDelivery(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		var want []string
		for i := range 9 {
			r := newRequest()
			c := submit(r)
			m := &c.Messages[0]
			m.CreatedAt, m.LastError = noon.Add(time.Duration(i/2)*time.Second), "550 no such mailbox"
			c.Jobs = append(c.Jobs, job("mail/"+m.ID, func(j *models.Job) { j.Kind, j.State = models.JobSendMail, models.JobDead }))
			if m.Delivery = models.DeliverySent; i%3 > 0 {
				m.Delivery = models.DeliveryFailed
				want = append(want, m.ID)
			}
			must(t, b.Commit(ctx, c))
		}
		slices.Reverse(want)
		var got []string
		for after := (models.Cursor{}); ; {
			page, next, err := b.OutgoingMail(ctx, models.DeliveryFailed, after, 2)
			must(t, err)
			for _, m := range page {
				if m.Reference == "" || m.Template != "reply" || m.JobState != models.JobDead || m.Job == "" || m.LastError == "" {
					t.Errorf("a mail is %+v", m)
				}
				got = append(got, m.ID)
			}
			if after = next; after.IsZero() {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the list is %v\nwant        %v", got, want)
		}
		if none, _, err := b.OutgoingMail(ctx, models.DeliveryFailed, models.Cursor{ID: "\x00", At: noon}, 2); err != nil || len(none) != 0 {
			t.Errorf("a broken cursor gives %v, %v", none, err)
		}
	})
}
