package store

import "habeas/models"

// fileAdded comes after the request's row is locked, so of two files that are
// added at the same moment each counts the other.
func (w *write) fileAdded(e models.FileAdded) error {
	w.exec("UPDATE requests SET version = version WHERE id = ? AND (SELECT count(*) FROM files WHERE request_id = ?) = ?",
		e.File.RequestID, e.File.RequestID, e.Before).
		must(models.Errorf(models.CodeStale, "a file was added since the request was read"))
	row, err := w.sealer.fileRow(e.File)
	insertOne(w.plan, row)
	return err
}
