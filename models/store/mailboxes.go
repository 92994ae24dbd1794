package store

import (
	"context"
	"fmt"
	"time"

	"habeas/models"
)

type mailboxRow struct {
	Name        string `gorm:"primaryKey"`
	Holder      string
	HeldUntil   time.Time
	Since       time.Time
	SucceededAt *time.Time
	Fault       string
}

// TableName is of GORM.
func (mailboxRow) TableName() string { return "mailboxes" }

// HoldMailbox gives a mailbox to holder until then, unless somebody else has
// it: then it is CodeConflict. Who has it may hold it on.
func (s *Store) HoldMailbox(ctx context.Context, name, holder string, now, until time.Time) error {
	p := s.plan(ctx)
	insertOne(p, mailboxRow{Name: name, HeldUntil: stored(now), Since: stored(now)}, unlessThere("name"))
	p.exec("UPDATE mailboxes SET holder = ?, held_until = ? WHERE name = ? AND (holder = ? OR held_until <= ?)",
		holder, stored(until), name, holder, stored(now)).must(models.Errorf(models.CodeConflict, "another process reads the mailbox"))
	return s.run(ctx, p)
}

// ReleaseMailbox gives a mailbox back, if holder has it.
func (s *Store) ReleaseMailbox(ctx context.Context, name, holder string, now time.Time) error {
	p := s.plan(ctx)
	p.exec("UPDATE mailboxes SET holder = '', held_until = ? WHERE name = ? AND holder = ?", stored(now), name, holder)
	return s.run(ctx, p)
}

// RecordMailbox says how reading a mailbox ended: well, or why not.
func (s *Store) RecordMailbox(ctx context.Context, name string, at time.Time, fault models.MailboxFault) error {
	p := s.plan(ctx)
	if fault == "" {
		p.exec("UPDATE mailboxes SET succeeded_at = ?, fault = '' WHERE name = ?", stored(at), name)
	} else {
		p.exec("UPDATE mailboxes SET fault = ? WHERE name = ?", string(fault), name)
	}
	return s.run(ctx, p)
}

// Mailbox returns what is known of a mailbox, or CodeNotFound.
func (s *Store) Mailbox(ctx context.Context, name string) (models.Mailbox, error) {
	var row mailboxRow
	if err := first(s.read(ctx).Where("name = ?", name), &row, "such mailbox"); err != nil {
		return models.Mailbox{}, err
	}
	return row.mailbox(), nil
}

// unread is how long after its last reader a mailbox counts as one that is
// no longer read on purpose.
const unread = 24 * time.Hour

// Mailboxes returns what is known of every mailbox that is read, by name.
func (s *Store) Mailboxes(ctx context.Context, now time.Time) ([]models.Mailbox, error) {
	var rows []mailboxRow
	if err := s.read(ctx).Where("held_until > ?", stored(now.Add(-unread))).Order("name").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("listing mailboxes: %w", fault(err))
	}
	var list []models.Mailbox
	for _, row := range rows {
		list = append(list, row.mailbox())
	}
	return list, nil
}

func (row mailboxRow) mailbox() models.Mailbox {
	return models.Mailbox{Name: row.Name, Since: stored(row.Since), SucceededAt: orZero(row.SucceededAt), Fault: models.MailboxFault(row.Fault)}
}
