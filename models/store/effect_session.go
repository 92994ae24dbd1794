package store

import "habeas/models"

func (w *write) sessionOpened(e models.SessionOpened) error {
	insertOne(w.plan, sessionRow{
		ID: e.Session.ID, RequestID: e.Session.RequestID, Hash: e.Session.Hash, ExpiresAt: stored(e.Session.ExpiresAt),
		SeenAt: orNull(e.Session.SeenAt),
	})
	return nil
}
