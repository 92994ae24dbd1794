package store

import (
	"time"

	"habeas/models"
)

// mailReceived stores a mail whose bytes SealMail sealed.
func (w *write) mailReceived(e models.MailReceived) error {
	m := e.Mail
	if err := w.sealer.unwrap(m.ID, e.Key); err != nil {
		return err
	}
	content, err := w.sealer.sealJSON(m.ID, m.MailContent, placeMail+m.ID)
	insertOne(w.plan, mailRow{
		ID: m.ID, State: m.State, Reason: m.Reason, Source: m.Source, ReceivedAt: stored(m.ReceivedAt), KeptAt: stored(m.KeptAt),
		Blob: m.Blob, Size: m.Size, Wrapped: e.Key, Content: content, EventKey: w.store.deliveryKey(m.Source, m.Envelope.EventID),
	}).unique(models.Errorf(models.CodeConflict, "the mail was delivered before"))
	return err
}

// mailRouted stores what became of a mail: the job routes what was received,
// staff what waits for them, and whoever comes second gets a conflict.
func (w *write) mailRouted(e models.MailRouted) error {
	m := e.Mail
	from, args := "state = 'kept'", []any{m.ID}
	if m.DecidedBy.Kind == models.ActorStaff {
		from, args = "(state = 'held' OR "+stuck+")", append(args, w.store.stuckSince())
	}
	content, err := w.mailContent(m)
	if err != nil {
		return err
	}
	w.exec("UPDATE received_mail SET state = ?, reason = ?, repeats = ?, decided_by = ?, decided_at = ?, content = ? WHERE id = ? AND "+from,
		append([]any{m.State, m.Reason, text(m.Repeats), actorText(m.DecidedBy), w.decidedAt(m), content}, args...)...).
		must(models.Errorf(models.CodeConflict, "the mail was placed meanwhile"))
	if len(m.Requests) > 0 {
		w.exec("INSERT INTO mail_requests (mail_id, request_id) SELECT m.id, r.id FROM received_mail m, requests r "+
			"WHERE m.id = ? AND r.reference IN ? ON CONFLICT DO NOTHING", m.ID, m.Requests)
	}
	return nil
}

// decidedAt is when a mail stops waiting, if this decision ends that.
func (w *write) decidedAt(m models.ReceivedMail) *time.Time {
	if m.State == models.MailKept || m.State == models.MailHeld {
		return nil
	}
	return &w.at
}

// mailContent seals what a mail says; of one whose key is destroyed, nothing.
func (w *write) mailContent(m models.ReceivedMail) ([]byte, error) {
	if err := w.sealer.loadMailKey(m.ID); err != nil {
		return nil, err
	}
	if gone, err := w.sealer.destroyed(m.ID); gone || err != nil {
		return nil, err
	}
	return w.sealer.sealJSON(m.ID, m.MailContent, placeMail+m.ID)
}
