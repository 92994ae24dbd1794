package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"habeas/models"
)

const placeLegalHold = "legal_holds.content:"

type legalHoldRow struct {
	ID       string
	Version  int
	SetAt    time.Time
	LiftedAt *time.Time
	Facts    string
	Content  []byte
}

func (legalHoldRow) TableName() string { return "legal_holds" }

type legalHoldSubjectRow struct {
	HoldID string
	Digest []byte
}

func (legalHoldSubjectRow) TableName() string { return "legal_hold_subjects" }

// guardRow is the state of all legal holds.
type guardRow struct {
	ID       int
	Version  int
	Standing int
}

func (guardRow) TableName() string { return "legal_hold_guard" }

// legalHoldsSeen locks the state of all legal holds until the transaction ends:
// none is set or lifted meanwhile. Every transaction locks it last, since all that
// erase anything wait for each other there.
func (w *write) legalHoldsSeen(e models.LegalHoldsSeen) error {
	w.sawLegalHolds(e.Version)
	return nil
}

func (p *plan) sawLegalHolds(version int) {
	p.exec("UPDATE legal_hold_guard SET version = version WHERE id = 1 AND version = ?", version).
		must(models.Errorf(models.CodeStale, "a legal hold was set or lifted meanwhile"))
}

func (w *write) legalHoldChanged(e models.LegalHoldChanged) error {
	h := e.Hold
	stale := models.Errorf(models.CodeStale, "the legal hold has changed since it was read")
	row := legalHoldRow{ID: h.ID, Version: h.Version, LiftedAt: orNull(h.LiftedAt), Facts: string(models.CanonicalJSON(h.LegalHoldFacts))}
	plain, err := json.Marshal(h.LegalHoldContent)
	if err != nil {
		return fmt.Errorf("encoding a legal hold: %w", err)
	}
	if row.Content, err = w.store.sealed(plain, placeLegalHold+h.ID); err != nil {
		return err
	}
	switch {
	case e.Before == 0:
		w.exec("UPDATE legal_hold_guard SET version = version + 1, standing = standing + 1 WHERE id = 1")
		row.SetAt = w.at
		insertOne(w.plan, row).unique(stale)
		var subjects []legalHoldSubjectRow
		for _, digest := range e.Digests {
			subjects = append(subjects, legalHoldSubjectRow{HoldID: h.ID, Digest: digest})
		}
		insert(w.plan, subjects, unlessThere("digest", "hold_id"))
		return nil
	case !h.Stands():
		w.exec("UPDATE legal_hold_guard SET version = version + 1, standing = standing - 1 WHERE id = 1")
	}
	w.exec("UPDATE legal_holds SET version = ?, lifted_at = ?, facts = ?, content = ? WHERE id = ? AND version = ? AND lifted_at IS NULL",
		row.Version, row.LiftedAt, row.Facts, row.Content, row.ID, e.Before).must(stale)
	return nil
}

// LegalHoldsOn returns the legal holds, without what is personal in them, that
// stand on whoever has one of the digests. They are looked up only if any stands
// at all: digests is called then.
func (s *Store) LegalHoldsOn(ctx context.Context, digests func() ([][]byte, error)) (models.LegalHolds, error) {
	var guard guardRow
	// The state comes first: a legal hold that is set after it was read shows in it.
	if err := first(s.read(ctx), &guard, "state of the legal holds"); err != nil {
		return models.LegalHolds{}, fmt.Errorf("looking for legal holds: %w", err)
	}
	found := models.LegalHolds{Known: true, Any: guard.Standing > 0, Version: guard.Version}
	if !found.Any {
		return found, nil
	}
	all, err := digests()
	if err != nil || len(all) == 0 {
		return found, err
	}
	var rows []legalHoldRow
	err = s.read(ctx).Where("lifted_at IS NULL AND id IN (SELECT hold_id FROM legal_hold_subjects WHERE digest IN ?)", all).Order("set_at, id").Find(&rows).Error
	if err != nil {
		return models.LegalHolds{}, fmt.Errorf("looking for legal holds: %w", fault(err))
	}
	found.On, err = legalHolds(rows)
	return found, err
}

// LegalHold returns one legal hold with what is personal in it, or CodeNotFound.
func (s *Store) LegalHold(ctx context.Context, id string) (models.LegalHold, error) {
	var row legalHoldRow
	if !storable(id) {
		return models.LegalHold{}, missing("such legal hold")
	}
	if err := first(s.read(ctx).Where("id = ?", id), &row, "such legal hold"); err != nil {
		return models.LegalHold{}, err
	}
	h, err := row.hold()
	if err != nil || len(row.Content) == 0 {
		return h, err
	}
	plain, err := s.keys.Open(row.Content, placeLegalHold+id)
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(plain, &h.LegalHoldContent); err != nil {
		return h, fmt.Errorf("decoding legal hold %s: %w", id, err)
	}
	return h, nil
}

// LegalHolds returns a page of legal holds, the newest first, without what is
// personal in them. The cursor is zero on the last page.
func (s *Store) LegalHolds(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, models.Cursor, error) {
	if !storable(f.After.ID) {
		return nil, models.Cursor{}, nil
	}
	limit := min(max(f.Limit, 1), maxPage)
	tx := s.read(ctx).Select("id, version, set_at, lifted_at, facts")
	if f.Lifted != nil {
		tx = tx.Where("(lifted_at IS NOT NULL) = ?", *f.Lifted)
	}
	if !f.After.IsZero() {
		tx = tx.Where("(set_at, id) < (?, ?)", stored(f.After.At), f.After.ID)
	}
	var rows []legalHoldRow
	if err := tx.Order("set_at DESC, id DESC").Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("listing legal holds: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: stored(rows[limit-1].SetAt), ID: rows[limit-1].ID}
	}
	list, err := legalHolds(rows)
	return list, next, err
}

func legalHolds(rows []legalHoldRow) ([]models.LegalHold, error) {
	list := make([]models.LegalHold, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = row.hold(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (row legalHoldRow) hold() (models.LegalHold, error) {
	h := models.LegalHold{ID: row.ID, Version: row.Version}
	if err := json.Unmarshal([]byte(row.Facts), &h.LegalHoldFacts); err != nil {
		return h, fmt.Errorf("decoding the facts of legal hold %s: %w", row.ID, err)
	}
	return h, nil
}
