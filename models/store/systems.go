package store

import (
	"context"
	"encoding/json"
	"fmt"

	"habeas/models"
)

const placeSystemOwner = "systems.owner:"

type systemRow struct {
	Key   string
	Body  string
	Owner []byte
}

func (systemRow) TableName() string { return "systems" }

// Systems returns those that were added in the console, by their keys.
func (s *Store) Systems(ctx context.Context) ([]models.System, error) {
	var rows []systemRow
	if err := s.read(ctx).Order("key").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("loading systems: %w", fault(err))
	}
	list := make([]models.System, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row.Body), &list[i]); err != nil {
			return nil, fmt.Errorf("decoding the system %s: %w", row.Key, err)
		}
		if len(row.Owner) == 0 {
			continue
		}
		owner, err := s.keys.Open(row.Owner, placeSystemOwner+row.Key)
		if err != nil {
			return nil, err
		}
		list[i].Owner = string(owner)
	}
	return list, nil
}

// AddSystem adds one, with its event. It is CodeConflict where the key is taken.
func (s *Store) AddSystem(ctx context.Context, one models.System, e models.Event) error {
	owner, err := s.sealed([]byte(one.Owner), placeSystemOwner+one.Key)
	if err != nil {
		return err
	}
	one.Owner = ""
	p := s.plan(ctx)
	insertOne(p, systemRow{Key: one.Key, Body: string(models.CanonicalJSON(one)), Owner: owner}).
		unique(models.Errorf(models.CodeConflict, "there is a system with this key"))
	p.events([]models.Event{e})
	return s.run(ctx, p)
}
