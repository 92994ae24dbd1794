package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"habeas/models"
)

// endSessions ends sessions. One in which a form waits stays as a row that no
// secret opens, as no hash of one is a session's id, until it is merged into
// the next session of its owner or was not seen for keepSession.
func (s *Store) endSessions(p *plan, which string, args ...any) {
	id := "CAST(id AS BLOB)"
	if s.dialect == dialectPostgres {
		id = "CAST(id AS bytea)"
	}
	p.exec("DELETE FROM staff_sessions WHERE draft IS NULL AND "+which, args...)
	p.exec("UPDATE staff_sessions SET hash = "+id+", signed_in_at = NULL, confirmed_at = NULL, candidate = NULL WHERE draft IS NOT NULL AND "+which, args...)
}

func (s *Store) sealDrafts(sessionID string, all []models.Draft) ([]byte, error) {
	if len(all) == 0 {
		return nil, nil
	}
	plain, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("encoding drafts: %w", err)
	}
	return s.sealed(plain, placeDraft+sessionID)
}

func (s *Store) drafts(row staffSessionRow) ([]models.Draft, error) {
	plain, err := s.opened(row.Draft, placeDraft+row.ID)
	if err != nil || plain == nil {
		return nil, err
	}
	if bytes.HasPrefix(plain, []byte("{")) { // of a time when there was one at most
		one := models.Draft{ID: row.ID}
		err = json.Unmarshal(plain, &one)
		return []models.Draft{one}, decoded(err, row)
	}
	var all []models.Draft
	err = json.Unmarshal(plain, &all)
	return all, decoded(err, row)
}

func decoded(err error, row staffSessionRow) error {
	if err != nil {
		return fmt.Errorf("decoding the drafts of session %s: %w", row.ID, err)
	}
	return nil
}

// ChangeDrafts changes the drafts of a session. Another change at the same time
// is not overwritten: change then runs anew, on what the other one left.
func (s *Store) ChangeDrafts(ctx context.Context, sessionID string, change func([]models.Draft) []models.Draft) error {
	overtaken := models.Errorf(models.CodeConflict, "the drafts have changed meanwhile")
	for try := 1; ; try++ {
		var row staffSessionRow
		if err := first(s.read(ctx).Where("id = ?", sessionID), &row, "such session"); err != nil {
			return err
		}
		all, err := s.drafts(row)
		if err != nil {
			return err
		}
		sealed, err := s.sealDrafts(sessionID, change(all))
		if err != nil {
			return err
		}
		p := s.plan(ctx)
		if row.Draft == nil {
			p.exec("UPDATE staff_sessions SET draft = ? WHERE id = ? AND draft IS NULL", sealed, sessionID).must(overtaken)
		} else {
			p.exec("UPDATE staff_sessions SET draft = ? WHERE id = ? AND draft = ?", sealed, sessionID, row.Draft).must(overtaken)
		}
		if err := s.run(ctx, p); models.CodeOf(err) != models.CodeConflict || try == draftTries {
			return err
		}
	}
}

// draftTries bounds how often a change of drafts begins anew: as many tabs send
// theirs at once.
const draftTries = 20

// SessionsWithDrafts returns the sessions of a member of staff in which a form
// waits, or waited, ended ones too, in the order in which they began.
func (s *Store) SessionsWithDrafts(ctx context.Context, staffID string) ([]models.StaffSession, error) {
	var rows []staffSessionRow
	err := s.read(ctx).Where("staff_id = ? AND draft IS NOT NULL", staffID).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("listing sessions with drafts: %w", fault(err))
	}
	return s.sessionsOf(rows)
}

func (s *Store) sessionsOf(rows []staffSessionRow) (list []models.StaffSession, err error) {
	list = make([]models.StaffSession, len(rows))
	for i, row := range rows {
		if list[i], err = s.staffSession(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}
