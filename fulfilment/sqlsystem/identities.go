package sqlsystem

import (
	"context"

	"habeas/models"
)

// Identities streams every value of the identity columns, as a system that was
// restored from a backup is held against the suppression list. take is called
// for each; its error ends the stream and is returned. There is no time limit
// but that of ctx.
func (s *System) Identities(ctx context.Context, take func(models.Identifier) error) error {
	return s.connected(ctx, func(w *work) error {
		if _, err := w.c.ExecContext(ctx, s.d.begin(false)); err != nil {
			return err
		}
		defer w.discard() // its time limits are no longer those of others
		if err := s.d.unlimited(ctx, w.c); err != nil {
			return err
		}
		if err := w.learn(ctx, writing); err != nil {
			return err
		}
		for _, t := range w.m.tables {
			for _, id := range t.identities {
				if err := w.identities(ctx, t, id, take); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (w *work) identities(ctx context.Context, t *table, id *field, take func(models.Identifier) error) error {
	c := t.columns[id.column]
	name := w.d.quote(c.name)
	rows, err := w.c.QueryContext(ctx, "SELECT "+w.d.read(name, c)+" FROM "+tableName(w.d, t.relation)+" WHERE "+name+" IS NOT NULL") //nolint:gosec // the names are those of the catalogue, quoted
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // it was read
	for rows.Next() {
		var raw any
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		one := models.Identifier{Kind: id.Identity, Value: w.d.scan(raw, c).text, Origin: w.def.Key}
		if err := take(one); err != nil {
			return hookError{err}
		}
	}
	return rows.Err()
}
