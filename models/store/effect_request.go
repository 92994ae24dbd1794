package store

import (
	"slices"
	"strings"

	"habeas/models"
)

// requests writes the request of the decision and the others that it changes,
// in the order of their ids: of two decisions about the same two requests one
// waits for the other.
func (w *write) requests() error {
	var all []models.RequestChanged
	if w.d.Request.ID != "" {
		all = append(all, models.RequestChanged{Request: w.d.Request, Before: w.d.Before})
	}
	if err := each(w, func(e models.RequestChanged) error { all = append(all, e); return nil }); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b models.RequestChanged) int { return strings.Compare(a.Request.ID, b.Request.ID) })
	for _, e := range all {
		if err := w.request(e); err != nil {
			return err
		}
	}
	return nil
}

func (w *write) request(e models.RequestChanged) error {
	if e.Before == 0 {
		return w.newRequest(e.Request)
	}
	stale := models.Errorf(models.CodeStale, "the request has changed since it was read")
	shredded := "shredded_at IS NULL"
	if e.Request.Shredded {
		shredded = "shredded_at IS NOT NULL"
	}
	if e.Request.Version == e.Before {
		// Nothing changes, but the row is locked and known to be the same.
		w.exec("UPDATE requests SET version = version WHERE id = ? AND version = ? AND "+shredded, e.Request.ID, e.Before).must(stale)
		return nil
	}
	row, err := w.requestRow(e.Request)
	if err != nil {
		return err
	}
	w.update(row, e.Before, shredded).must(stale)
	if w.deadlineChanged(row.ID) {
		w.exec("DELETE FROM request_regimes WHERE request_id = ?", row.ID)
		insert(w.plan, regimesOf(e.Request))
	}
	return nil
}

// newKey makes the key of a new request: all that comes with it is sealed under
// that.
func (w *write) newKey() (err error) {
	if w.d.Request.ID != "" && w.d.Before == 0 {
		w.key, err = w.sealer.newKey(w.d.Request.ID)
	}
	return err
}

func (w *write) newRequest(r models.Request) error {
	row, err := w.requestRow(r)
	if err != nil {
		return err
	}
	insertOne(w.plan, row).unique(models.Errorf(models.CodeConflict, "the reference is taken"))
	insertOne(w.plan, keyRow{RequestID: row.ID, Wrapped: w.key})
	insert(w.plan, regimesOf(r))
	if r.Mail != "" {
		// Its mail leads to it from the start: the mail is routed only once all that
		// it asks for is done, and a proof has to reach those requests before.
		w.exec("INSERT INTO mail_requests (mail_id, request_id) SELECT m.id, r.id FROM received_mail m, requests r "+
			"WHERE m.id = ? AND r.id = ?", r.Mail, row.ID)
	}
	return nil
}

func (w *write) requestRow(r models.Request) (row requestRow, err error) {
	row = newRequestRow(r)
	if blank(r.Content) {
		return row, nil
	}
	row.EmailIndex = w.store.index(indexMailbox, r.Mailbox())
	row.Alike = w.store.index(indexAlike, r.Similar)
	row.Content, err = w.sealer.sealJSON(row.ID, r.Content, placeContent+row.ID)
	return row, err
}

// update changes the row where it still has the version it was read at. That
// is the lock: of two commands that race one updates a row and the other
// updates none, in both databases. Whoever read the content before the key
// was destroyed has to read again, too.
func (w *write) update(row requestRow, before int, shredded string) *step {
	columns := []string{
		"version", "type", "also", "state", "outcome", "level", "assignee", "country", "governing",
		"received_at", "respond_by", "closed_at", "unsent", "facts",
	}
	if row.Content != nil {
		columns = append(columns, "content", "email_index")
	}
	if row.Alike != nil {
		columns = append(columns, "alike")
	}
	return w.add(w.build.Model(&requestRow{}).
		Where("id = ? AND version = ? AND "+shredded, row.ID, before).
		Select(columns).Updates(row))
}

func (w *write) deadlineChanged(requestID string) bool {
	return slices.ContainsFunc(w.d.Events, func(e models.Event) bool {
		return e.RequestID == requestID && (e.Change.Deadline != nil || e.Change.Initial != nil)
	})
}

func regimesOf(r models.Request) []regimeRow {
	var rows []regimeRow
	seen := map[string]bool{}
	for _, regime := range r.Deadline.Regimes {
		if !seen[regime] {
			seen[regime] = true
			rows = append(rows, regimeRow{RequestID: r.ID, Regime: regime})
		}
	}
	return rows
}

// lastSeen comes after the request's row is locked, as every message that
// comes in locks it too: one that is being stored is seen here, or waits.
func (w *write) lastSeen(e models.LastSeen) error {
	w.exec("UPDATE requests SET version = version WHERE id = ? AND (SELECT count(*) FROM messages WHERE request_id = ? AND direction = ?) = ?",
		w.d.Request.ID, w.d.Request.ID, models.Incoming, e.Messages).
		must(models.Errorf(models.CodeStale, "the requester has written since the request was read"))
	return nil
}
