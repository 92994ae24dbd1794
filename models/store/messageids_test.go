package store_test

import (
	"bytes"
	"testing"

	"habeas/models"
)

// A Message-ID is found by who knows it, and read by nobody who has the database
// alone; those that a migration left are sealed when the store is opened.
func TestMessageIDsAreSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		kept, shredded := b.submitted(t), b.submitted(t)
		about := func(r models.Request) models.Message {
			all, err := b.Messages(ctx, r.ID)
			must(t, err)
			return all[0]
		}
		ofNone := models.Message{ID: newID(), CreatedAt: noon, Delivery: models.DeliveryQueued, MailID: newID() + "@example.org"}
		must(t, b.Commit(ctx, models.Decision{Messages: []models.Message{ofNone}}))
		mails := []models.Message{about(kept), about(shredded), ofNone}
		if dump := b.dump(t); mails[0].MailID == "" || bytes.Contains(dump, []byte(mails[0].MailID)) || bytes.Contains(dump, []byte(ofNone.MailID)) {
			t.Fatal("a Message-ID stands in the database in clear, or nowhere")
		}
		must(t, b.Shred(ctx, shredded.ID, noon))

		// As the migration leaves what was stored before.
		for _, m := range mails {
			b.exec(t, "INSERT INTO unsealed_message_ids (id, mail_id) VALUES ('"+m.ID+"', '"+m.MailID+"')")
			b.exec(t, "UPDATE messages SET message_id = NULL, message_id_index = NULL WHERE id = '"+m.ID+"'")
		}
		s := b.open(t)
		if n := b.count(t, "unsealed_message_ids"); n > 0 {
			t.Errorf("%d Message-IDs are still in clear", n)
		}
		for i, m := range mails {
			found, err := s.MessageByMailID(ctx, m.MailID)
			must(t, err)
			want := m.MailID
			if i == 1 {
				want = "" // its key is destroyed
			}
			if found.ID != m.ID || found.MailID != want {
				t.Errorf("the Message-ID of %s leads to %s, which says %q", m.ID, found.ID, found.MailID)
			}
		}
		_, err := s.MessageByMailID(ctx, "")
		wantCode(t, err, models.CodeNotFound)
		_, err = s.MessageByMailID(ctx, "x\x00@example.org")
		wantCode(t, err, models.CodeNotFound)
	})
}
