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

// Policies returns the versions of all policies that requests were received under.
func (s *Store) Policies(ctx context.Context) ([]string, error) {
	var versions []string
	if err := s.read(ctx).Model(&policyRow{}).Order("version").Pluck("version", &versions).Error; err != nil {
		return nil, fmt.Errorf("listing policies: %w", fault(err))
	}
	return versions, nil
}

// ErasableMail returns received mails that were decided before an instant and
// belong to no request whose personal data is there, with what they say.
func (s *Store) ErasableMail(ctx context.Context, before time.Time, after models.Cursor, limit int) ([]models.ReceivedMail, models.Cursor, error) {
	var rows []mailRow
	tx := s.erasableMail(ctx, before)
	if !after.IsZero() {
		tx = tx.Where("(decided_at, id) > (?, ?)", stored(after.At), after.ID)
	}
	if err := tx.Order("decided_at, id").Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("looking for mail to erase: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: orZero(rows[limit-1].DecidedAt), ID: rows[limit-1].ID}
	}
	list, err := s.mails(ctx, rows)
	return list, next, err
}

// erasableMail is mail that waits for nobody: it is decided what becomes of it.
func (s *Store) erasableMail(ctx context.Context, before time.Time) *gorm.DB {
	return s.read(ctx).Model(&mailRow{}).Where("wrapped IS NOT NULL AND decided_at < ? AND "+unowned, stored(before))
}

// MailOf returns the received mails that lie in a request, with what they say.
func (s *Store) MailOf(ctx context.Context, requestID string) ([]models.ReceivedMail, error) {
	var rows []mailRow
	err := s.read(ctx).Where("wrapped IS NOT NULL AND id IN (SELECT mail_id FROM mail_requests WHERE request_id = ?)", requestID).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("loading the mail of a request: %w", fault(err))
	}
	return s.mails(ctx, rows)
}

func (s *Store) mails(ctx context.Context, rows []mailRow) ([]models.ReceivedMail, error) {
	list := make([]models.ReceivedMail, len(rows))
	b := s.newSealer(ctx)
	for i, row := range rows {
		var err error
		if list[i], err = b.mail(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ownTable is a table of which rows go after their time, oldest first.
type ownTable struct {
	what  models.OwnData
	name  string
	since string // the column that the time runs from
	rest  string // further conditions
}

// ownTables list them: what refers to another comes before it.
func ownTables() []ownTable {
	return []ownTable{
		{models.OwnStaffLetters, "messages", "created_at", "request_id IS NULL AND letter IS NOT NULL AND delivery NOT IN ('queued', 'deferred')"},
		{models.OwnCodes, "codes", "expires_at", ""},
		{models.OwnCodes, "sessions", "expires_at", ""},
		{models.OwnCodes, "owner_codes", "expires_at", ""},
		{models.OwnCodes, "owner_sessions", "expires_at", ""},
		{models.OwnJobs, "jobs", "done_at", "state = 'done' AND kind <> 'mailbox_alarm' AND (request_id IS NULL OR request_id IN (SELECT id FROM requests WHERE state = 'closed'))"},
		{models.OwnLegalHolds, "legal_holds", "lifted_at", "content IS NOT NULL"},
	}
}

func (t ownTable) where() string {
	if t.rest == "" {
		return t.since + " < ?"
	}
	return t.since + " < ? AND " + t.rest
}

// CountOwnData counts what is due beside requests, mail included.
func (s *Store) CountOwnData(ctx context.Context, c models.ErasureCutoffs) (map[models.OwnData]int, error) {
	counts := map[models.OwnData]int{}
	for _, t := range ownTables() {
		var n int
		if err := s.read(ctx).Raw("SELECT count(*) FROM "+t.name+" WHERE "+t.where(), stored(c.Of(t.what))).Scan(&n).Error; err != nil {
			return nil, fmt.Errorf("counting %s: %w", t.what, fault(err))
		}
		counts[t.what] += n
	}
	var mails int64
	if err := s.erasableMail(ctx, c.Mail).Count(&mails).Error; err != nil {
		return nil, fmt.Errorf("counting mail: %w", fault(err))
	}
	counts[models.OwnMail] = int(mails)
	return counts, nil
}

// OwnDataDue returns a slice of what is due beside requests, but for received
// mail, as the effect that erases it; one without rows where nothing is.
func (s *Store) OwnDataDue(ctx context.Context, c models.ErasureCutoffs, limit int) (models.OwnDataErased, error) {
	for _, t := range ownTables() {
		e := models.OwnDataErased{What: t.what, Table: t.name, Before: c.Of(t.what)}
		err := s.read(ctx).Raw("SELECT id FROM "+t.name+" WHERE "+t.where()+" ORDER BY "+t.since+", id LIMIT ?", stored(e.Before), limit).Scan(&e.IDs).Error
		if err != nil {
			return e, fmt.Errorf("looking for %s: %w", t.what, fault(err))
		}
		if len(e.IDs) > 0 {
			return e, nil
		}
	}
	return models.OwnDataErased{}, nil
}

// Leftovers returns files that are to be deleted, after one of them; those that
// were tried least come first.
func (s *Store) Leftovers(ctx context.Context, after models.Leftover, limit int) ([]models.Leftover, error) {
	var rows []leftoverRow
	if err := s.read(ctx).Where("(tries, id) > (?, ?)", after.Tries, after.ID).Order("tries, id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("looking for leftovers: %w", fault(err))
	}
	list := make([]models.Leftover, len(rows))
	for i, row := range rows {
		list[i] = models.Leftover{ID: row.ID, Kind: row.Kind, Name: row.Name, Tries: row.Tries}
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

// LeftoversTried forgets files that are deleted, and counts the tries of others.
func (s *Store) LeftoversTried(ctx context.Context, deleted, stuck []string) error {
	p := s.plan(ctx)
	if len(deleted) > 0 {
		p.exec("DELETE FROM leftovers WHERE id IN ?", deleted)
	}
	if len(stuck) > 0 {
		p.exec("UPDATE leftovers SET tries = tries + 1 WHERE id IN ?", stuck)
	}
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
