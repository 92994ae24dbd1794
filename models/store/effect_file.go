package store

import "habeas/models"

func (w *write) fileAdded(e models.FileAdded) error {
	row, err := w.sealer.fileRow(e.File)
	insertOne(w.plan, row)
	return err
}
