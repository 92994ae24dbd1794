package store

import "habeas/models"

// mailMoved comes after the rows of both requests are locked.
func (w *write) mailMoved(e models.MailMoved) error {
	m := e.Mail
	content, err := w.mailContent(m)
	if err != nil {
		return err
	}
	elsewhere := models.Errorf(models.CodeConflict, "the mail was moved meanwhile")
	w.exec("UPDATE received_mail SET state = ?, reason = ?, decided_by = ?, decided_at = ?, content = ? WHERE id = ? AND state = 'placed'",
		m.State, m.Reason, actorText(m.DecidedBy), w.decidedAt(m), content, m.ID).must(elsewhere)
	if e.From != "" {
		w.exec("DELETE FROM mail_requests WHERE mail_id = ? AND request_id = ?", m.ID, e.From).must(elsewhere)
	}
	if len(m.Requests) > 0 {
		w.exec("INSERT INTO mail_requests (mail_id, request_id) SELECT m.id, r.id FROM received_mail m, requests r "+
			"WHERE m.id = ? AND r.reference IN ? ON CONFLICT DO NOTHING", m.ID, m.Requests)
	}
	return nil
}

func (w *write) messageMoved(e models.MessageMoved) error {
	w.exec("UPDATE messages SET text = NULL, flags = ? WHERE id = ? AND request_id = ?", joinFlags(e.Flags), e.ID, e.RequestID).
		must(missing("such message"))
	return nil
}

// mailStays comes after the request's row is locked, as whoever moves the mail
// locks it.
func (w *write) mailStays(e models.MailStays) error {
	w.exec("UPDATE mail_requests SET mail_id = mail_id WHERE mail_id = ? AND request_id = ?", e.MailID, e.RequestID).
		must(models.Errorf(models.CodeConflict, "the mail was moved meanwhile"))
	return nil
}
