package store

import "habeas/models"

func (w *write) codeIssued(e models.CodeIssued) error {
	w.exec("UPDATE codes SET live = ? WHERE request_id = ? AND live", false, e.Code.RequestID)
	insertOne(w.plan, codeRow{
		ID: e.Code.ID, RequestID: e.Code.RequestID, Digest: e.Code.Digest,
		CreatedAt: w.at, ExpiresAt: stored(e.Code.ExpiresAt), Tries: e.Code.Tries, Live: true,
	})
	return nil
}

func (w *write) codeUsed(e models.CodeUsed) error {
	w.exec("UPDATE codes SET used = ?, live = ? WHERE id = ? AND used = ?", true, false, e.ID, false).
		must(missing("such code, or it was used before"))
	return nil
}
