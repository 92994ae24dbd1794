package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"habeas/models"
)

// Erasable returns a page of the closed requests whose time may be over, the
// first closed first, by their facts. The cursor is zero on the last page.
func (s *Store) Erasable(ctx context.Context, f models.Erasable) ([]models.Request, models.Cursor, error) {
	limit := min(max(f.Limit, 1), maxPage)
	tx := s.read(ctx).Select(factColumns+", closed_at").Where("state = 'closed' AND shredded_at IS NULL").
		Where("closed_at < ? OR outcome = ? AND closed_at < ? OR outcome = ? AND closed_at < ?",
			stored(f.Closed), models.OutcomeExpired, stored(f.Unverified), models.OutcomeSpam, stored(f.Spam))
	if !f.After.IsZero() {
		tx = tx.Where("(closed_at, id) > (?, ?)", stored(f.After.At), f.After.ID)
	}
	var rows []requestRow
	if err := tx.Order("closed_at, id").Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("looking for requests to erase: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: orZero(rows[limit-1].ClosedAt), ID: rows[limit-1].ID}
	}
	list, err := requests(rows)
	return list, next, err
}

// ended are the states of a received mail that waits for nobody.
const ended = "state IN ('placed', 'noticed', 'dismissed', 'repeated')"

// ErasableMail returns received mails that were kept before an instant, wait for
// nobody and belong to no request whose personal data is there, with what they
// say.
func (s *Store) ErasableMail(ctx context.Context, before time.Time, after models.Cursor, limit int) ([]models.ReceivedMail, models.Cursor, error) {
	var rows []mailRow
	tx := s.erasableMail(ctx, before)
	if !after.IsZero() {
		tx = tx.Where("(kept_at, id) > (?, ?)", stored(after.At), after.ID)
	}
	if err := tx.Order("kept_at, id").Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("looking for mail to erase: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: stored(rows[limit-1].KeptAt), ID: rows[limit-1].ID}
	}
	list := make([]models.ReceivedMail, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = s.newSealer(ctx).mail(row); err != nil {
			return nil, models.Cursor{}, err
		}
	}
	return list, next, nil
}

func (s *Store) erasableMail(ctx context.Context, before time.Time) *gorm.DB {
	return s.read(ctx).Model(&mailRow{}).Where("wrapped IS NOT NULL AND kept_at < ? AND "+ended+" AND "+unowned, stored(before))
}

// The rest of what goes after its time, as conditions of its tables.
const (
	oldLetters  = "messages WHERE request_id IS NULL AND created_at < ? AND delivery NOT IN ('queued', 'deferred')"
	oldCodes    = "codes WHERE expires_at < ?"
	oldSessions = "sessions WHERE expires_at < ?"

	oldTries         = "code_tries WHERE code_id IN (SELECT id FROM codes WHERE expires_at < ?)"
	oldOwnerCodes    = "owner_codes WHERE expires_at < ?"
	oldOwnerSessions = "owner_sessions WHERE expires_at < ?"

	oldJobs = "jobs WHERE state = 'done' AND done_at < ? AND kind <> 'mailbox_alarm' AND (request_id IS NULL OR request_id IN (SELECT id FROM requests WHERE state = 'closed'))"
)

// CountOwnData counts what EraseOwnData would erase, mail included.
func (s *Store) CountOwnData(ctx context.Context, c models.ErasureCutoffs) (map[models.OwnData]int, error) {
	counts := map[models.OwnData]int{}
	for _, one := range []struct {
		what   models.OwnData
		from   string
		before time.Time
	}{
		{models.OwnStaffLetters, oldLetters, c.StaffLetters},
		{models.OwnCodes, oldCodes, c.Codes},
		{models.OwnCodes, oldSessions, c.Codes},
		{models.OwnCodes, oldOwnerCodes, c.Codes},
		{models.OwnCodes, oldOwnerSessions, c.Codes},
		{models.OwnJobs, oldJobs, c.Jobs},
		{models.OwnLegalHolds, oldLegalHolds, c.LegalHolds},
	} {
		var n int
		if err := s.read(ctx).Raw("SELECT count(*) FROM "+one.from, stored(one.before)).Scan(&n).Error; err != nil {
			return nil, fmt.Errorf("counting %s: %w", one.what, fault(err))
		}
		counts[one.what] += n
	}
	var mails int64
	if err := s.erasableMail(ctx, c.Mail).Count(&mails).Error; err != nil {
		return nil, fmt.Errorf("counting mail: %w", fault(err))
	}
	counts[models.OwnMail] = int(mails)
	return counts, nil
}

// EraseOwnData erases what belongs to no request, but for received mail, and
// what jobs and codes leave behind.
func (s *Store) EraseOwnData(ctx context.Context, c models.ErasureCutoffs) error {
	w := s.write(ctx, models.Decision{})
	letters := stored(c.StaffLetters)
	if err := w.mailsLeftOver("request_id IS NULL AND created_at < ? AND delivery NOT IN ('queued', 'deferred')", letters); err != nil {
		return fmt.Errorf("looking for letters: %w", err)
	}
	w.exec("DELETE FROM "+oldLetters, letters)
	for _, old := range []string{oldTries, oldCodes, oldSessions, oldOwnerCodes, oldOwnerSessions} {
		w.exec("DELETE FROM "+old, stored(c.Codes))
	}
	w.exec("DELETE FROM "+oldJobs, stored(c.Jobs))
	w.eraseLegalHolds(stored(c.LegalHolds))
	return s.run(ctx, w.plan)
}

// Leftovers returns files that are to be deleted.
func (s *Store) Leftovers(ctx context.Context, limit int) ([]models.Leftover, error) {
	var rows []leftoverRow
	if err := s.read(ctx).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("looking for leftovers: %w", fault(err))
	}
	list := make([]models.Leftover, len(rows))
	for i, row := range rows {
		list[i] = models.Leftover{ID: row.ID, Kind: row.Kind, Name: row.Name}
		if row.Kind == models.LeftoverMail {
			name, err := s.keys.Open(row.Sealed, placeLeftover+row.ID)
			if err != nil {
				return nil, err
			}
			list[i].Name = string(name)
		}
	}
	return list, nil
}

// LeftoversDeleted forgets files that are deleted.
func (s *Store) LeftoversDeleted(ctx context.Context, ids []string) error {
	p := s.plan(ctx)
	p.exec("DELETE FROM leftovers WHERE id IN ?", ids)
	return s.run(ctx, p)
}

// Scrub has SQLite overwrite what its log still holds of rows that were changed.
// On PostgreSQL that is the business of VACUUM.
func (s *Store) Scrub(ctx context.Context) error {
	if s.dialect != dialectSQLite {
		return nil
	}
	if _, err := s.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("emptying the log of the database: %w", fault(err))
	}
	return nil
}
