package store

import (
	"context"
	"encoding/json"
	"fmt"

	"habeas/models"
)

const placeSystemOwner = "manual_systems.owner:"

// manualSystemRow is a system that staff described: what it is, and its owner's
// mail address, sealed.
type manualSystemRow struct {
	Key      string
	Revision int
	Facts    string
	Owner    []byte
}

func (manualSystemRow) TableName() string { return "manual_systems" }

func (w *write) manualSystemChanged(e models.ManualSystemChanged) error {
	s := e.System
	owner, err := w.store.sealed([]byte(s.Owner), placeSystemOwner+s.Key)
	if err != nil {
		return err
	}
	s.Owner = ""
	facts, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encoding the system %s: %w", s.Key, err)
	}
	row := manualSystemRow{Key: s.Key, Revision: s.Revision, Facts: string(facts), Owner: owner}
	if e.Before == 0 {
		insertOne(w.plan, row).unique(models.Errorf(models.CodeConflict, "there is a system with this key"))
		return nil
	}
	w.exec("UPDATE manual_systems SET revision = ?, facts = ?, owner = ? WHERE key = ? AND revision = ?", row.Revision, row.Facts, row.Owner, row.Key, e.Before).
		must(models.Errorf(models.CodeStale, "the system has changed since it was read"))
	return nil
}

// ManualSystems returns the systems that staff described, in the order of their
// keys, also those that are retired.
func (s *Store) ManualSystems(ctx context.Context) ([]models.ManualSystem, error) {
	var rows []manualSystemRow
	if err := s.read(ctx).Order("key").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("loading manual systems: %w", fault(err))
	}
	all := make([]models.ManualSystem, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row.Facts), &all[i]); err != nil {
			return nil, fmt.Errorf("decoding the system %s: %w", row.Key, err)
		}
		all[i].Revision = row.Revision
		if len(row.Owner) == 0 {
			continue
		}
		owner, err := s.keys.Open(row.Owner, placeSystemOwner+row.Key)
		if err != nil {
			return nil, fmt.Errorf("opening the owner of the system %s: %w", row.Key, err)
		}
		all[i].Owner = string(owner)
	}
	return all, nil
}
