package store

import "habeas/models"

func (w *write) requesterReplaced(e models.RequesterReplaced) error {
	w.exec("UPDATE codes SET live = ? WHERE request_id = ? AND live", false, e.RequestID)
	w.exec("DELETE FROM sessions WHERE request_id = ?", e.RequestID)
	w.exec("UPDATE messages SET delivery = ?, letter = NULL WHERE request_id = ? AND audience IN ? AND delivery IN ?",
		models.DeliveryNone, e.RequestID, []models.Audience{models.ToRequester, models.ToNamed},
		[]models.Delivery{models.DeliveryQueued, models.DeliveryDeferred, models.DeliveryFailed})
	return nil
}
