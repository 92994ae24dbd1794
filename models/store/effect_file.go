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

// fileDeleted comes after the request's row is locked, too.
func (w *write) fileDeleted(e models.FileDeleted) error {
	w.exec("DELETE FROM files WHERE id = ? AND request_id = ?", e.ID, e.RequestID).
		must(models.Errorf(models.CodeStale, "the file was deleted since the request was read"))
	return nil
}

// filesSeen makes sure that a decision names no file that is being deleted.
func (w *write) filesSeen(e models.FilesSeen) error {
	w.exec("UPDATE requests SET version = version WHERE id = ? AND (SELECT count(*) FROM files WHERE request_id = ? AND id IN ?) = ?",
		e.RequestID, e.RequestID, e.IDs, len(e.IDs)).
		must(models.Errorf(models.CodeStale, "a file was deleted since the request was read"))
	return nil
}

// filesCounted comes before files are deleted, and after the request's row is
// locked.
func (w *write) filesCounted(e models.FilesCounted) error {
	w.exec("UPDATE requests SET version = version WHERE id = ? AND (SELECT count(*) FROM files WHERE request_id = ?) = ?",
		e.RequestID, e.RequestID, e.Count).
		must(models.Errorf(models.CodeStale, "files of the request have changed since it was read"))
	return nil
}
