package store

import (
	"context"
	"fmt"
	"time"

	"habeas/models"
)

// Purposes of the blind indexes of rate limits.
const (
	indexUnproven = "unproven_mail.mailbox"
	indexScope    = "unproven_hours.scope"
	indexNever    = "never_mail.mailbox"
	indexErased   = "erased_mailboxes.mailbox"
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

// mailCounted counts a mail where it is not too many. The condition in the
// WHERE clause is the lock: of fifty that race for the third, one updates the
// row, and the others then see it full. It is the rule of MailCounted.Exceeds.
func (w *write) mailCounted(m models.MailCounted) error {
	s, at := w.store, w.at
	mailbox, full := s.index(indexUnproven, m.Mailbox), at.Add(-models.MailboxWindow)
	next := at.Add(models.MailboxWindow) // no condition: the clock of another process may be ahead
	if m.Interval {
		next = at.Add(-models.MailboxInterval)
	}
	insertOne(w.plan, unprovenRow{Mailbox: mailbox}, unlessThere("mailbox"))
	w.exec("UPDATE unproven_mail SET third_at = second_at, second_at = first_at, first_at = ? WHERE mailbox = ? "+
		"AND (third_at IS NULL OR third_at <= ?) AND (first_at IS NULL OR first_at <= ?) "+
		"AND NOT EXISTS (SELECT 1 FROM never_mail n WHERE n.mailbox IN ?)",
		at, mailbox, full, next, s.indexes(indexNever, m.Mailbox)).must(models.ErrMailboxLimit)
	if m.Solved != nil {
		s.countHour(w.plan, scopeChallenge+m.Solved.ID, 1, m.Solved.At, models.ErrChallengeSpent)
	}
	s.countMail(w.plan, domainScope(m), m.DomainLimit(), m.Owner, at, models.ErrDomainLimit)
	s.countMail(w.plan, m.Group, m.TotalLimit(), m.Owner, at, models.ErrTotalLimit)
	return nil
}

func domainScope(m models.MailCounted) string { return m.Group + " " + m.Domain }

// scopeChallenge begins the scope of a solved challenge. It counts in the hour
// in which the challenge was issued, so it is used once whatever the hour is.
const scopeChallenge = "work "

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

// mailboxVerified forgets what a mailbox was sent, and that its owner wanted
// nothing: they have just shown that they do.
func (w *write) mailboxVerified(e models.MailboxVerified) error {
	if e.Mailbox != "" {
		w.exec("DELETE FROM unproven_mail WHERE mailbox IN ?", w.store.indexes(indexUnproven, e.Mailbox))
		w.unsuppress(e.Mailbox)
		w.exec("DELETE FROM erased_mailboxes WHERE mailbox IN ? AND since < ?", w.store.indexes(indexErased, e.Mailbox), stored(e.Filed))
	}
	return nil
}

// MailUsage returns how much of the limits on a mail is used up.
func (s *Store) MailUsage(ctx context.Context, m models.MailCounted, now time.Time) (models.MailUsage, error) {
	var row struct {
		FirstAt, SecondAt, ThirdAt                 *time.Time
		Suppressed, Verified, Domain, Total, Spent int
	}
	hour := stored(now).Truncate(time.Hour)
	mails := "(SELECT COALESCE(MAX(mails), 0) FROM unproven_hours WHERE scope IN ? AND hour = ?)"
	args := []any{
		s.indexes(indexNever, m.Mailbox), s.indexes(indexMailbox, m.Owner),
		s.indexes(indexScope, domainScope(m)), hour, s.indexes(indexScope, m.Group), hour,
	}
	spent := "0"
	if m.Solved != nil {
		spent = mails
		args = append(args, s.indexes(indexScope, scopeChallenge+m.Solved.ID), stored(m.Solved.At).Truncate(time.Hour))
	}
	args = append(args, s.indexes(indexUnproven, m.Mailbox))
	err := s.read(ctx).Raw("SELECT u.first_at, u.second_at, u.third_at, "+
		"(SELECT count(*) FROM never_mail WHERE mailbox IN ?) AS suppressed, "+
		"(SELECT count(*) FROM (SELECT 1 FROM requests WHERE email_index IN ? AND email_index IS NOT NULL AND level <> 'none' LIMIT 1) q) AS verified, "+
		mails+" AS domain, "+mails+" AS total, "+spent+" AS spent "+
		"FROM (SELECT 1 AS one) o LEFT JOIN unproven_mail u ON u.mailbox IN ? LIMIT 1", args...).Scan(&row).Error
	if err != nil {
		return models.MailUsage{}, fmt.Errorf("reading rate limits: %w", fault(err))
	}
	u := models.MailUsage{Suppressed: row.Suppressed > 0, Verified: row.Verified > 0, Domain: row.Domain, Total: row.Total, Spent: row.Spent > 0}
	for _, at := range []*time.Time{row.FirstAt, row.SecondAt, row.ThirdAt} {
		if at != nil {
			u.Last = append(u.Last, stored(*at))
		}
	}
	return u, nil
}

// ForgetMailCounts drops the counts of mails, and of tries at their codes, that
// no limit looks at any more.
func (s *Store) ForgetMailCounts(ctx context.Context, now time.Time) error {
	before := stored(now).Add(-models.MailboxWindow)
	p := s.plan(ctx)
	p.exec("DELETE FROM unproven_mail WHERE first_at < ?", before)
	p.exec("DELETE FROM unproven_hours WHERE hour < ?", before)
	for tries, codes := range map[string]string{"code_tries": "codes", "owner_code_tries": "owner_codes"} {
		p.exec("DELETE FROM "+tries+" WHERE NOT EXISTS (SELECT 1 FROM "+codes+" c WHERE c.id = code_id AND c.live AND c.expires_at > ?)", stored(now))
	}
	return s.run(ctx, p)
}
