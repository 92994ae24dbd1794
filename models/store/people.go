package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"habeas/models"
)

type staffRow struct {
	ID         string
	Name       []byte
	NameIndex  []byte
	Email      []byte
	EmailIndex []byte
	Role       models.Role
	CreatedAt  time.Time
	Disabled   bool
}

func (staffRow) TableName() string { return "staff" }

func (s *Store) staffRow(m models.Staff) (row staffRow, err error) {
	row = staffRow{
		ID: m.ID, Role: m.Role, CreatedAt: stored(m.CreatedAt), Disabled: m.Disabled,
		NameIndex: s.index(indexStaffName, m.Name), EmailIndex: s.index(indexStaffEmail, m.Email),
	}
	if row.Name, err = s.keys.Seal([]byte(m.Name), placeStaffName+m.ID); err != nil {
		return staffRow{}, err
	}
	if m.Email != "" {
		row.Email, err = s.keys.Seal([]byte(m.Email), placeStaffEmail+m.ID)
	}
	return row, err
}

func (s *Store) staff(row staffRow) (models.Staff, error) {
	m := models.Staff{ID: row.ID, Role: row.Role, CreatedAt: stored(row.CreatedAt), Disabled: row.Disabled}
	name, err := s.keys.Open(row.Name, placeStaffName+row.ID)
	if err != nil {
		return models.Staff{}, err
	}
	m.Name = string(name)
	if len(row.Email) > 0 {
		email, err := s.keys.Open(row.Email, placeStaffEmail+row.ID)
		if err != nil {
			return models.Staff{}, err
		}
		m.Email = string(email)
	}
	return m, nil
}

// AddStaff stores a member of staff, once under the idempotency key if there
// is one; a name or address that is taken is a CodeConflict error.
func (s *Store) AddStaff(ctx context.Context, m models.Staff, o *models.Once, e models.Event) error {
	p := s.plan(ctx)
	if o != nil {
		if err := p.onceFor("", s.newSealer(ctx), *o, stored(e.At)); err != nil {
			return err
		}
	}
	if err := s.planStaff(ctx, p, m); err != nil {
		return err
	}
	p.events([]models.Event{e})
	return s.run(ctx, p)
}

func (s *Store) planStaff(ctx context.Context, p *plan, m models.Staff) error {
	taken := models.Errorf(models.CodeConflict, "the name or the email address is taken")
	// The unique keys do not see rows that an older index key made.
	if free, err := s.free(ctx, m); err != nil || !free {
		return orElse(err, taken)
	}
	row, err := s.staffRow(m)
	if err != nil {
		return err
	}
	insertOne(p, row).unique(taken)
	return nil
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// free reports whether nobody has the name or the address, nor the one as the
// other: both find people. A name that is an address was taken once; disabled,
// it stands in nobody's way.
func (s *Store) free(ctx context.Context, m models.Staff) (bool, error) {
	tx := s.read(ctx).Model(&staffRow{}).Where("name_index IN ?", s.indexes(indexStaffName, m.Name)).
		Or("email_index IN ?", s.indexes(indexStaffEmail, m.Name))
	if m.Email != "" {
		tx = tx.Or("email_index IN ?", s.indexes(indexStaffEmail, m.Email)).
			Or("name_index IN ? AND NOT disabled", s.indexes(indexStaffName, m.Email))
	}
	var n int64
	if err := tx.Count(&n).Error; err != nil {
		return false, fmt.Errorf("looking for staff: %w", fault(err))
	}
	return n == 0, nil
}

// FindStaff finds by id, else by email address, else by name.
func (s *Store) FindStaff(ctx context.Context, who string) (models.Staff, error) {
	if who == "" {
		return models.Staff{}, missing("such member of staff")
	}
	var row staffRow
	tx := s.read(ctx)
	err := first(tx.Where("id = ?", who), &row, "")
	if models.CodeOf(err) == models.CodeNotFound {
		err = first(tx.Where("email_index IN ?", s.indexes(indexStaffEmail, who)), &row, "")
	}
	if models.CodeOf(err) == models.CodeNotFound {
		err = first(tx.Where("name_index IN ?", s.indexes(indexStaffName, who)), &row, "such member of staff")
	}
	if err != nil {
		return models.Staff{}, err
	}
	return s.staff(row)
}

// StaffAt finds by email address alone.
func (s *Store) StaffAt(ctx context.Context, email string) (models.Staff, error) {
	var row staffRow
	if err := first(s.read(ctx).Where("email_index IN ?", s.indexes(indexStaffEmail, email)), &row, "such member of staff"); err != nil {
		return models.Staff{}, err
	}
	return s.staff(row)
}

// Staff returns everybody, in the order in which they came.
func (s *Store) Staff(ctx context.Context) ([]models.Staff, error) {
	var rows []staffRow
	if err := s.read(ctx).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("listing staff: %w", fault(err))
	}
	list := make([]models.Staff, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = s.staff(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

type tokenRow struct {
	ID        string
	StaffID   string
	Role      models.Role
	Hash      []byte
	CreatedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
}

func (tokenRow) TableName() string { return "tokens" }

func newTokenRow(t models.Token) tokenRow {
	return tokenRow{
		ID: t.ID, StaffID: t.StaffID, Role: t.Role, Hash: t.Hash, CreatedAt: stored(t.CreatedAt),
		ExpiresAt: orNull(t.ExpiresAt), RevokedAt: orNull(t.RevokedAt),
	}
}

func (row tokenRow) token() models.Token {
	return models.Token{
		ID: row.ID, StaffID: row.StaffID, Role: row.Role, Hash: row.Hash, CreatedAt: stored(row.CreatedAt),
		ExpiresAt: orZero(row.ExpiresAt), RevokedAt: orZero(row.RevokedAt),
	}
}

// ownedToken is a token with its owner, read at once: every call with a token
// begins with it.
type ownedToken struct {
	Token tokenRow `gorm:"embedded"`
	Owner staffRow `gorm:"embedded;embeddedPrefix:owner_"`
}

func (ownedToken) TableName() string { return "tokens" }

// TokenByHash returns the token, usable or not, and its owner, or CodeNotFound.
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (models.Token, models.Staff, error) {
	var row ownedToken
	err := first(s.read(ctx).
		Select("tokens.*, staff.id AS owner_id, staff.name AS owner_name, staff.email AS owner_email, "+
			"staff.role AS owner_role, staff.created_at AS owner_created_at, staff.disabled AS owner_disabled").
		Joins("JOIN staff ON staff.id = tokens.staff_id").Where("tokens.hash = ?", hash), &row, "such token")
	if err != nil {
		return models.Token{}, models.Staff{}, err
	}
	owner, err := s.staff(row.Owner)
	return row.Token.token(), owner, err
}

// Tokens returns every token, in the order in which they were made.
func (s *Store) Tokens(ctx context.Context) ([]models.Token, error) {
	var rows []tokenRow
	if err := s.read(ctx).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("listing tokens: %w", fault(err))
	}
	list := make([]models.Token, len(rows))
	for i, row := range rows {
		list[i] = row.token()
	}
	return list, nil
}

// RevokeToken ends a token; one that is unknown or ended before is a
// CodeNotFound error.
func (s *Store) RevokeToken(ctx context.Context, id string, at time.Time, e models.Event) error {
	if !storable(id) {
		return missing("such token")
	}
	p := s.plan(ctx)
	p.exec("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", stored(at), id).must(missing("such token"))
	p.events([]models.Event{e})
	return s.run(ctx, p)
}

// setupRow is the one link with which the first member of staff comes in.
type setupRow struct {
	ID     int
	Hash   []byte
	UsedAt *time.Time
}

func (setupRow) TableName() string { return "setup" }

// nobodyYet is the condition under which a setup link opens anything.
const nobodyYet = "used_at IS NULL AND NOT EXISTS (SELECT 1 FROM staff)"

// ArmSetup stores the hash of a setup link in place of the one before if there
// is no staff and none was ever used; it reports whether it did.
func (s *Store) ArmSetup(ctx context.Context, hash []byte) (bool, error) {
	refused := models.Errorf(models.CodeConflict, "the setup is done")
	p := s.plan(ctx)
	insertOne(p, setupRow{ID: 1, Hash: hash}, unlessThere("id"))
	p.exec("UPDATE setup SET hash = ? WHERE id = 1 AND "+nobodyYet, hash).must(refused)
	err := s.run(ctx, p)
	if models.CodeOf(err) == models.CodeConflict {
		return false, nil
	}
	return err == nil, err
}

// UseSetup makes the first member of staff, once. A link that is wrong or used
// is a CodeNotFound error.
func (s *Store) UseSetup(ctx context.Context, hash []byte, m models.Staff, t models.Token, events ...models.Event) error {
	row, err := s.staffRow(m)
	if err != nil {
		return err
	}
	p := s.plan(ctx)
	p.exec("UPDATE setup SET used_at = ? WHERE id = 1 AND hash = ? AND "+nobodyYet, s.now(), hash).must(missing("such setup link"))
	insertOne(p, row)
	insertOne(p, newTokenRow(t))
	p.events(events)
	return s.run(ctx, p)
}

// SetupOpen reports whether the link would work.
func (s *Store) SetupOpen(ctx context.Context, hash []byte) (bool, error) {
	var n int64
	err := s.read(ctx).Model(&setupRow{}).Where("hash = ? AND "+nobodyYet, hash).Count(&n).Error
	return n > 0, fault(err)
}

// LastSignIns returns when members of staff signed in last, by their id, as the
// log has it.
func (s *Store) LastSignIns(ctx context.Context, ids []string) (map[string]time.Time, error) {
	var rows []eventRow
	// One row for each of them: what max(at) gives has no type in SQLite.
	const signedIn = "kind = 'signed_in' AND actor = 'staff:' || s.id"
	err := s.read(ctx).Table("staff AS s").Select("e.actor, e.at").
		Joins("JOIN events e ON "+signedIn+" AND e.at = (SELECT max(at) FROM events WHERE "+signedIn+")").
		Where("s.id IN ?", ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("looking for sign-ins: %w", fault(err))
	}
	last := map[string]time.Time{}
	for _, row := range rows {
		if id, ok := strings.CutPrefix(row.Actor, string(models.ActorStaff)+":"); ok {
			last[id] = stored(row.At)
		}
	}
	return last, nil
}
