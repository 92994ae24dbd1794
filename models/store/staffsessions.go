package store

import (
	"context"
	"fmt"
	"time"

	"habeas/models"
)

// What is kept of one member of staff, and for how long after it was last seen.
const (
	mostSessions = 5
	mostDevices  = 20
	keepSession  = 36 * time.Hour // that nobody ended, so that a form that comes too late has an owner
	keepDevice   = 180 * 24 * time.Hour
)

type staffSessionRow struct {
	ID          string
	StaffID     string
	Hash        []byte
	CreatedAt   time.Time
	SeenAt      time.Time
	SignedInAt  *time.Time
	ConfirmedAt *time.Time
	Browser     []byte
	Candidate   []byte
}

func (staffSessionRow) TableName() string { return "staff_sessions" }

func (s *Store) newStaffSessionRow(m models.StaffSession) (row staffSessionRow, err error) {
	row = staffSessionRow{
		ID: m.ID, StaffID: m.StaffID, Hash: m.Hash, CreatedAt: stored(m.CreatedAt), SeenAt: stored(m.SeenAt),
		SignedInAt: orNull(m.SignedInAt), ConfirmedAt: orNull(m.ConfirmedAt),
	}
	if row.Browser, err = s.sealed([]byte(m.Browser), placeBrowser+m.ID); err != nil {
		return row, err
	}
	row.Candidate, err = s.sealed(m.Candidate, placeCandidate+m.ID)
	return row, err
}

func (s *Store) staffSession(row staffSessionRow) (models.StaffSession, error) {
	m := models.StaffSession{
		ID: row.ID, StaffID: row.StaffID, Hash: row.Hash, CreatedAt: stored(row.CreatedAt), SeenAt: stored(row.SeenAt),
		SignedInAt: orZero(row.SignedInAt), ConfirmedAt: orZero(row.ConfirmedAt),
	}
	browser, err := s.opened(row.Browser, placeBrowser+row.ID)
	if err != nil {
		return m, err
	}
	m.Browser = string(browser)
	m.Candidate, err = s.opened(row.Candidate, placeCandidate+row.ID)
	return m, err
}

// planSessions is what happens to sessions and known browsers.
func (s *Store) planSessions(_ context.Context, p *plan, c models.AccountChange) error {
	at := stored(c.At)
	switch c.End {
	case "":
	case "*":
		p.exec("DELETE FROM staff_sessions WHERE staff_id = ? AND id <> ?", c.StaffID, c.Keep)
	default:
		p.exec("DELETE FROM staff_sessions WHERE staff_id = ? AND id = ?", c.StaffID, c.End)
	}
	if c.Oust != "" {
		p.exec("DELETE FROM staff_sessions WHERE id = ?", c.Oust)
	}
	if c.Open != nil {
		row, err := s.newStaffSessionRow(*c.Open)
		if err != nil {
			return err
		}
		p.exec("DELETE FROM staff_sessions WHERE seen_at < ?", at.Add(-keepSession))
		insertOne(p, row)
	}
	if c.Turn != nil {
		row, err := s.newStaffSessionRow(c.Turn.To)
		if err != nil {
			return err
		}
		p.add(p.build.Model(&staffSessionRow{}).Where("id = ? AND staff_id = ? AND hash = ?", row.ID, row.StaffID, c.Turn.From).
			Select("hash", "seen_at", "signed_in_at", "confirmed_at", "candidate").Updates(row)).
			must(models.Errorf(models.CodeConflict, "the session has changed or ended"))
	}
	if c.Open != nil || c.Turn != nil {
		p.exec("DELETE FROM staff_sessions WHERE staff_id = ? AND signed_in_at IS NOT NULL AND id NOT IN "+
			"(SELECT id FROM staff_sessions WHERE staff_id = ? AND signed_in_at IS NOT NULL ORDER BY seen_at DESC, id DESC LIMIT ?)",
			c.StaffID, c.StaffID, mostSessions)
	}
	if c.Device != nil {
		insertOne(p, deviceRow{Hash: c.Device, StaffID: c.StaffID, CreatedAt: at, SeenAt: at}, unlessThere("hash", "staff_id"))
		p.exec("UPDATE staff_devices SET seen_at = ? WHERE hash = ? AND staff_id = ?", at, c.Device, c.StaffID)
		p.exec("DELETE FROM staff_devices WHERE staff_id = ? AND hash NOT IN "+
			"(SELECT hash FROM staff_devices WHERE staff_id = ? ORDER BY seen_at DESC, hash LIMIT ?)", c.StaffID, c.StaffID, mostDevices)
		p.exec("DELETE FROM staff_devices WHERE staff_id = ? AND seen_at < ?", c.StaffID, at.Add(-keepDevice))
	}
	return nil
}

// heldSession is a session with whose it is, read at once: every page of the
// console begins with it.
type heldSession struct {
	Session staffSessionRow `gorm:"embedded"`
	Owner   staffRow        `gorm:"embedded;embeddedPrefix:owner_"`
}

func (heldSession) TableName() string { return "staff_sessions" }

// StaffSession returns a session, ended or not, and whose it is, or
// CodeNotFound.
func (s *Store) StaffSession(ctx context.Context, hash []byte) (models.StaffSession, models.Staff, error) {
	var row heldSession
	err := first(s.read(ctx).
		Select("staff_sessions.*, staff.id AS owner_id, staff.name AS owner_name, staff.email AS owner_email, "+
			"staff.role AS owner_role, staff.created_at AS owner_created_at, staff.disabled AS owner_disabled").
		Joins("JOIN staff ON staff.id = staff_sessions.staff_id").Where("staff_sessions.hash = ?", hash), &row, "such session")
	if err != nil {
		return models.StaffSession{}, models.Staff{}, err
	}
	owner, err := s.staff(row.Owner)
	if err != nil {
		return models.StaffSession{}, models.Staff{}, err
	}
	session, err := s.staffSession(row.Session)
	return session, owner, err
}

// StaffSessions returns the sessions of a member of staff that were signed in,
// the one seen last first. Some may have ended meanwhile.
func (s *Store) StaffSessions(ctx context.Context, staffID string) ([]models.StaffSession, error) {
	var rows []staffSessionRow
	err := s.read(ctx).Where("staff_id = ? AND signed_in_at IS NOT NULL", staffID).Order("seen_at DESC, id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", fault(err))
	}
	list := make([]models.StaffSession, len(rows))
	for i, row := range rows {
		if list[i], err = s.staffSession(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// SeeStaffSession notes that a session was used.
func (s *Store) SeeStaffSession(ctx context.Context, id string, at time.Time) error {
	p := s.plan(ctx)
	p.exec("UPDATE staff_sessions SET seen_at = ? WHERE id = ? AND seen_at < ?", stored(at), id, stored(at))
	return s.run(ctx, p)
}

// KeepCandidate stores the candidate of a session.
func (s *Store) KeepCandidate(ctx context.Context, m models.StaffSession) error {
	row, err := s.newStaffSessionRow(m)
	if err != nil {
		return err
	}
	p := s.plan(ctx)
	p.exec("UPDATE staff_sessions SET candidate = ? WHERE id = ?", row.Candidate, row.ID).must(missing("such session"))
	return s.run(ctx, p)
}

// deviceRow is a browser in which somebody signed in before. People who share
// one have a row each.
type deviceRow struct {
	Hash      []byte
	StaffID   string
	CreatedAt time.Time
	SeenAt    time.Time
}

func (deviceRow) TableName() string { return "staff_devices" }

// KnowsDevice reports whether the member of staff signed in before in the
// browser that has the secret of the hash.
func (s *Store) KnowsDevice(ctx context.Context, staffID string, hash []byte, now time.Time) (bool, error) {
	var n int64
	err := s.read(ctx).Model(&deviceRow{}).
		Where("staff_id = ? AND hash = ? AND seen_at >= ?", staffID, hash, stored(now.Add(-keepDevice))).Count(&n).Error
	return n > 0, fault(err)
}
