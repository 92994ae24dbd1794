package store

import "habeas/models"

func (w *write) mailTried(e models.MailTried) error {
	m := e.Message
	if m.Delivery == models.DeliveryBounced {
		// Of two bounces that race one finds that the other was faster.
		w.exec("UPDATE messages SET delivery = ?, last_error = ? WHERE id = ? AND delivery <> ?",
			m.Delivery, m.LastError, m.ID, m.Delivery).must(models.Errorf(models.CodeStale, "the mail has bounced before"))
	} else {
		// A mail may bounce before it is recorded that the server took it.
		const unless = "CASE WHEN delivery = 'bounced' THEN "
		w.exec("UPDATE messages SET last_error = "+unless+"last_error ELSE ? END, delivery = "+unless+"delivery ELSE ? END, "+
			"attempts = ?, sent_at = ?, staff = ? WHERE id = ?",
			m.LastError, m.Delivery, m.Attempts, orNull(m.SentAt), m.Staff, m.ID).must(missing("such message"))
	}
	if !e.Forget {
		return nil
	}
	if gone, err := w.sealer.destroyed(m.RequestID); gone || err != nil {
		return err
	}
	row, err := w.sealer.messageRow(m)
	// Where the letter was shredded meanwhile it stays so.
	w.exec("UPDATE messages SET letter = ? WHERE id = ? AND letter IS NOT NULL", row.Letter, m.ID)
	return err
}
