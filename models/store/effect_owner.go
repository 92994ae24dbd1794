package store

import (
	"time"

	"habeas/models"
)

type ownerCodeRow struct {
	ID          string
	TaskID      string
	OwnerDigest string
	Digest      []byte
	CreatedAt   time.Time
	ExpiresAt   time.Time
	Tries       int
	Live        bool
}

func (ownerCodeRow) TableName() string { return "owner_codes" }

type ownerSessionRow struct {
	ID          string
	TaskID      string
	OwnerDigest string
	Hash        []byte
	ExpiresAt   time.Time
}

func (ownerSessionRow) TableName() string { return "owner_sessions" }

func (w *write) ownerCodeIssued(e models.OwnerCodeIssued) error {
	w.exec("UPDATE owner_codes SET live = ? WHERE task_id = ? AND live", false, e.Code.TaskID)
	insertOne(w.plan, ownerCodeRow{
		ID: e.Code.ID, TaskID: e.Code.TaskID, OwnerDigest: e.Code.OwnerDigest, Digest: e.Code.Digest,
		CreatedAt: w.at, ExpiresAt: stored(e.Code.ExpiresAt), Live: true,
	})
	return nil
}

func (w *write) ownerCodeUsed(e models.OwnerCodeUsed) error {
	w.exec("UPDATE owner_codes SET live = ? WHERE id = ? AND live", false, e.ID).
		must(missing("such code, or it was used before"))
	return nil
}

func (w *write) ownerSessionOpened(e models.OwnerSessionOpened) error {
	insertOne(w.plan, ownerSessionRow{
		ID: e.Session.ID, TaskID: e.Session.TaskID, OwnerDigest: e.Session.OwnerDigest, Hash: e.Session.Hash, ExpiresAt: stored(e.Session.ExpiresAt),
	})
	return nil
}
