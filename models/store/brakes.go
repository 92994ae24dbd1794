package store

import (
	"context"
	"fmt"
	"time"

	"habeas/models"
)

// Purposes of the blind indexes of the brakes.
const (
	indexUnproven = "unproven_mail.mailbox"
	indexScope    = "unproven_hours.scope"
	indexNever    = "never_mail.mailbox"
)

const (
	brakeWindow = 24 * time.Hour // in which a mailbox gets three unproven mails: a row has that many times
	brakePace   = 10 * time.Minute
)

type unprovenRow struct {
	Mailbox []byte
}

func (unprovenRow) TableName() string { return "unproven_mail" }

type hourRow struct {
	Scope []byte
	Hour  time.Time
	Mails int
}

func (hourRow) TableName() string { return "unproven_hours" }

type neverRow struct {
	Mailbox []byte
	Since   time.Time
}

func (neverRow) TableName() string { return "never_mail" }

// brake counts a mail where it is not too many. The condition in the WHERE
// clause is the lock: of fifty that race for the third, one updates the row,
// and the others then see it full.
func (s *Store) brake(p *plan, b *models.Brake, at time.Time) {
	if b == nil {
		return
	}
	mailbox, full := s.index(indexUnproven, b.Mailbox), at.Add(-brakeWindow)
	pace := at.Add(brakeWindow) // no condition: the clock of another process may be ahead
	if b.Paced {
		pace = at.Add(-brakePace)
	}
	insertOne(p, unprovenRow{Mailbox: mailbox}, unlessThere("mailbox"))
	p.exec("UPDATE unproven_mail SET third_at = second_at, second_at = first_at, first_at = ? WHERE mailbox = ? "+
		"AND (third_at IS NULL OR third_at <= ?) AND (first_at IS NULL OR first_at <= ?) "+
		"AND NOT EXISTS (SELECT 1 FROM never_mail n WHERE n.mailbox IN ?)",
		at, mailbox, full, pace, s.indexes(indexNever, b.Mailbox)).must(models.ErrMailboxBraked)
	perDomain, perHour := b.PerDomain, b.PerHour
	switch {
	case b.Work != nil:
		perDomain = 0
		s.countHour(p, scopeWork+b.Work.ID, 1, b.Work.At, models.ErrWorkSpent)
	case b.Anybody:
		perHour -= models.Spare(b.PerHour)
	}
	s.countMail(p, b.Group+" "+b.Domain, perDomain, b.Owner, at, models.ErrDomainBraked)
	s.countMail(p, b.Group, perHour, b.Owner, at, models.ErrAllBraked)
}

// scopeWork begins the scope of a proof of work. It counts in the hour of its
// challenge, so whatever the hour is in which it is used, it is used once.
const scopeWork = "work "

// countHour counts within an hour of the clock, up to a limit.
func (s *Store) countHour(p *plan, scope string, limit int, at time.Time, over error) {
	row := s.openHour(p, scope, at)
	p.exec("UPDATE unproven_hours SET mails = mails + 1 WHERE scope = ? AND hour = ? AND mails < ?", row.Scope, row.Hour, limit).must(over)
}

// CountHour counts something within the hour of at, or is models.ErrHourFull
// where that was as often as it may be.
func (s *Store) CountHour(ctx context.Context, scope string, most int, at time.Time) error {
	p := s.plan(ctx)
	s.countHour(p, scope, most, at, models.ErrHourFull)
	return s.run(ctx, p)
}

// countMail counts a mail, up to a limit that does not hold for the mailbox of
// somebody who proved it before; 0 counts nothing.
func (s *Store) countMail(p *plan, scope string, limit int, owner string, at time.Time, over error) {
	if limit == 0 {
		return
	}
	row := s.openHour(p, scope, at)
	p.exec("UPDATE unproven_hours SET mails = mails + 1 WHERE scope = ? AND hour = ? AND (mails < ? OR EXISTS "+
		"(SELECT 1 FROM requests r WHERE r.email_index IN ? AND r.email_index IS NOT NULL AND r.level <> 'none'))",
		row.Scope, row.Hour, limit, s.indexes(indexMailbox, owner)).must(over)
}

func (s *Store) openHour(p *plan, scope string, at time.Time) hourRow {
	row := hourRow{Scope: s.index(indexScope, scope), Hour: stored(at).Truncate(time.Hour)}
	insertOne(p, row, unlessThere("scope", "hour"))
	return row
}

// MailsThisHour returns how many mails to unproved mailboxes a group of
// requests was counted for in the hour of now.
func (s *Store) MailsThisHour(ctx context.Context, group string, now time.Time) (int, error) {
	var n int
	err := s.read(ctx).Model(&hourRow{}).Select("COALESCE(MAX(mails), 0)").
		Where("scope IN ? AND hour = ?", s.indexes(indexScope, group), stored(now).Truncate(time.Hour)).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("counting mails: %w", fault(err))
	}
	return n, nil
}

// release forgets what a mailbox was sent, and that its owner wanted nothing:
// they have just shown that they do.
func (s *Store) release(p *plan, mailbox string) {
	if mailbox == "" {
		return
	}
	p.exec("DELETE FROM unproven_mail WHERE mailbox IN ?", s.indexes(indexUnproven, mailbox))
	p.exec("DELETE FROM never_mail WHERE mailbox IN ?", s.indexes(indexNever, mailbox))
}

// wish puts a mailbox on the list of those that want nothing, or takes it off.
func (s *Store) wish(p *plan, w *models.MailWish, at time.Time) {
	switch {
	case w == nil || w.Mailbox == "":
	case w.Never:
		insertOne(p, neverRow{Mailbox: s.index(indexNever, w.Mailbox), Since: at}, unlessThere("mailbox"))
	default:
		p.exec("DELETE FROM never_mail WHERE mailbox IN ?", s.indexes(indexNever, w.Mailbox))
	}
}

// NeverMail reports whether the owner of a mailbox, in its canonical form,
// wants no mail that they did not prove to have asked for.
func (s *Store) NeverMail(ctx context.Context, mailbox string) (bool, error) {
	var n int64
	if err := s.read(ctx).Model(&neverRow{}).Where("mailbox IN ?", s.indexes(indexNever, mailbox)).Count(&n).Error; err != nil {
		return false, fmt.Errorf("looking for a mailbox: %w", fault(err))
	}
	return n > 0, nil
}

// ForgetBrakes drops the counts that no limit looks at any more.
func (s *Store) ForgetBrakes(ctx context.Context, now time.Time) error {
	before := stored(now).Add(-brakeWindow)
	p := s.plan(ctx)
	p.exec("DELETE FROM unproven_mail WHERE first_at < ?", before)
	p.exec("DELETE FROM unproven_hours WHERE hour < ?", before)
	return s.run(ctx, p)
}
