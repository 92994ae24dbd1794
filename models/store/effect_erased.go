package store

import (
	"fmt"
	"slices"

	"habeas/models"
)

const placeLeftover = "leftovers.sealed:"

// requestErased destroys the key of a request. Bytes that the database keeps
// behind its tables until it cleans up, and those in backups, are unreadable
// without the key; how long backups keep the wrapped key is the operator's
// business. What lies outside of the database is left over, and deleted next.
func (w *write) requestErased(e models.RequestErased) error {
	id := e.RequestID
	w.exec("UPDATE requests SET content = NULL, email_index = NULL, alike = NULL, shredded_at = ? WHERE id = ? AND shredded_at IS NULL", w.at, id).
		must(models.Errorf(models.CodeStale, "the personal data of the request is erased already"))
	w.exec("INSERT INTO leftovers (id, kind, name) SELECT id, 'blob', blob FROM files WHERE request_id = ?", id)
	if err := w.mailsLeftOver("request_id = ?", id); err != nil {
		return err
	}
	w.exec("UPDATE request_keys SET wrapped = NULL, destroyed_at = ? WHERE request_id = ?", w.at, id)
	w.exec("UPDATE messages SET text = NULL, letter = NULL, in_reply_to = NULL, message_id = NULL WHERE request_id = ?", id)
	w.exec("UPDATE files SET name = NULL WHERE request_id = ?", id)
	w.exec("UPDATE tasks SET content = NULL, owner = NULL, owner_digest = '' WHERE request_id = ?", id)
	w.exec("UPDATE task_results SET body = NULL WHERE request_id = ?", id)
	w.exec("UPDATE idempotency SET answer = NULL WHERE request_id = ?", id)
	w.exec("DELETE FROM code_tries WHERE code_id IN (SELECT id FROM codes WHERE request_id = ?)", id)
	w.exec("DELETE FROM codes WHERE request_id = ?", id)
	w.exec("DELETE FROM sessions WHERE request_id = ?", id)
	const belongs = "id IN (SELECT mail_id FROM mail_requests WHERE request_id = ?) AND "
	if len(e.KeepMails) > 0 {
		w.forgetMails(belongs+unowned+" AND id NOT IN ?", id, e.KeepMails)
	} else {
		w.forgetMails(belongs+unowned, id)
	}
	w.forgetMails("repeats IN (SELECT m.id FROM received_mail m JOIN mail_requests o ON o.mail_id = m.id "+
		"WHERE o.request_id = ? AND m.wrapped IS NULL)", id)
	return nil
}

// unowned is the condition of a received mail that belongs to no request whose
// personal data is there.
const unowned = "NOT EXISTS (SELECT 1 FROM mail_requests o JOIN requests r ON r.id = o.request_id " +
	"WHERE o.mail_id = received_mail.id AND r.shredded_at IS NULL)"

// forgetMails destroys the keys of received mails, whose bytes are left over.
func (p *plan) forgetMails(where string, args ...any) *step {
	p.exec("INSERT INTO leftovers (id, kind, name) SELECT id, 'blob', blob FROM received_mail WHERE wrapped IS NOT NULL AND "+where, args...)
	return p.exec("UPDATE received_mail SET wrapped = NULL, content = NULL, hash_key = NULL, sender_key = NULL WHERE wrapped IS NOT NULL AND "+where, args...)
}

func (w *write) mailErased(e models.MailErased) error {
	w.forgetMails("id = ? AND "+unowned, e.MailID).must(models.Errorf(models.CodeStale, "the mail belongs to a request, or is erased already"))
	return nil
}

// ownDataErased erases a slice of what belongs to no request. It is CodeStale where
// any of it is gone already or not due any more, so that the event of the slice
// counts right.
func (w *write) ownDataErased(e models.OwnDataErased) error {
	tables := ownTables()
	i := slices.IndexFunc(tables, func(t ownTable) bool { return t.name == e.Table })
	if i < 0 {
		return fmt.Errorf("no own data is kept in %s", e.Table)
	}
	due := " WHERE " + tables[i].where() + " AND id IN ?"
	stale := models.Errorf(models.CodeStale, "some of the %s was erased meanwhile, or is to be kept", e.What)
	switch e.Table {
	case "messages":
		if err := w.mailsLeftOver("id IN ?", e.IDs); err != nil {
			return fmt.Errorf("looking for letters: %w", err)
		}
	case "codes":
		w.exec("DELETE FROM code_tries WHERE code_id IN ?", e.IDs)
	case "owner_codes":
		w.exec("DELETE FROM owner_code_tries WHERE code_id IN ?", e.IDs)
	case "legal_holds": // its facts stay
		w.exec("DELETE FROM legal_hold_subjects WHERE hold_id IN ?", e.IDs)
		w.exec("UPDATE legal_holds SET content = NULL"+due, stored(e.Before), e.IDs).mustAll(len(e.IDs), stale)
		return nil
	}
	w.exec("DELETE FROM "+e.Table+due, stored(e.Before), e.IDs).mustAll(len(e.IDs), stale)
	return nil
}

// mailsLeftOver notes the mails of ours that the embedded mode keeps as files
// by their Message-IDs, which are sealed with what is about to be destroyed.
func (w *write) mailsLeftOver(where string, args ...any) error {
	var rows []messageRow
	tx := w.store.read(w.sealer.ctx).Select("id, request_id, message_id").Where(where+" AND message_id IS NOT NULL", args...)
	if err := tx.Find(&rows).Error; err != nil {
		return fault(err)
	}
	left := make([]leftoverRow, 0, len(rows))
	for _, row := range rows {
		name, err := w.sealer.open(plain(row.RequestID), row.MessageID, placeMessageID+row.ID)
		if err != nil {
			return err
		}
		sealed, err := w.store.sealed(name, placeLeftover+row.ID)
		if err != nil {
			return err
		}
		left = append(left, leftoverRow{ID: row.ID, Kind: models.LeftoverMail, Sealed: sealed})
	}
	insert(w.plan, left, unlessThere("id"))
	return nil
}

type leftoverRow struct {
	ID     string
	Kind   models.LeftoverKind
	Name   string
	Sealed []byte
	Tries  int
}

func (leftoverRow) TableName() string { return "leftovers" }
