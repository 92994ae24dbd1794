package store

import (
	"context"
	"time"

	"habeas/models"
)

// CommitAccount stores all of c or nothing. What its fields require is
// CodeConflict or CodeNotFound as they say.
func (s *Store) CommitAccount(ctx context.Context, c models.AccountChange) error {
	w := s.write(ctx, c.Decision)
	p := w.plan
	if c.Once != nil {
		if err := p.onceFor("", w.sealer, *c.Once, stored(c.At)); err != nil {
			return err
		}
	}
	for _, part := range []func(context.Context, *plan, models.AccountChange) error{
		s.planMember, s.planInvitation, s.planSecrets, s.planSessions,
	} {
		if err := part(ctx, p, c); err != nil {
			return err
		}
	}
	for _, key := range c.Forgive {
		p.exec("DELETE FROM sign_in_tries WHERE key = ?", key)
	}
	for _, key := range c.Refund {
		p.exec("UPDATE sign_in_tries SET tries = tries - 1 WHERE key = ? AND tries > 0", key)
	}
	if err := w.consequences(); err != nil {
		return err
	}
	return s.run(ctx, p)
}

// planMember is what happens to the member of staff and the setup link.
func (s *Store) planMember(ctx context.Context, p *plan, c models.AccountChange) error {
	if c.Setup != nil {
		p.exec("UPDATE setup SET used_at = ? WHERE id = 1 AND hash = ? AND "+nobodyYet, stored(c.At), c.Setup).must(missing("such setup link"))
	}
	if c.Add != nil {
		if err := s.planStaff(ctx, p, *c.Add); err != nil {
			return err
		}
	}
	if c.Token != nil {
		insertOne(p, newTokenRow(*c.Token))
	}
	if c.Role != "" {
		p.exec("UPDATE staff SET role = ? WHERE id = ?", c.Role, c.StaffID).must(missing("such member of staff"))
	}
	if c.Disabled != nil {
		p.exec("UPDATE staff SET disabled = ? WHERE id = ?", *c.Disabled, c.StaffID).must(missing("such member of staff"))
	}
	return nil
}

func (s *Store) planInvitation(_ context.Context, p *plan, c models.AccountChange) error {
	at := stored(c.At)
	if c.UseInvitation != nil {
		p.exec("UPDATE invitations SET ended_at = ? WHERE hash = ? AND staff_id = ? AND ended_at IS NULL AND expires_at > ?",
			at, c.UseInvitation, c.StaffID, at).must(missing("such invitation"))
	}
	if c.Revoke || c.Invite != nil {
		p.exec("UPDATE invitations SET ended_at = ? WHERE staff_id = ? AND ended_at IS NULL", at, c.StaffID)
	}
	if c.Invite != nil {
		i := *c.Invite
		insertOne(p, invitationRow{ID: i.ID, StaffID: i.StaffID, Hash: i.Hash, CreatedAt: stored(i.CreatedAt), ExpiresAt: stored(i.ExpiresAt)})
	}
	return nil
}

// planSecrets is what happens to password, second factor and recovery codes.
func (s *Store) planSecrets(_ context.Context, p *plan, c models.AccountChange) error {
	if c.StaffID == "" {
		return nil
	}
	at := stored(c.At)
	insertOne(p, accountRow{StaffID: c.StaffID}, unlessThere("staff_id"))
	p.still(c)
	if c.DropPassword {
		p.exec("UPDATE staff_accounts SET password = NULL, password_at = NULL WHERE staff_id = ?", c.StaffID)
	}
	if c.RevokeTokens {
		p.exec("UPDATE tokens SET revoked_at = ? WHERE staff_id = ? AND revoked_at IS NULL", at, c.StaffID)
	}
	if err := s.planPassword(p, c); err != nil {
		return err
	}
	if c.Factor != nil {
		factor, err := s.keys.Seal(c.Factor, placeFactor+c.StaffID)
		if err != nil {
			return err
		}
		p.exec("UPDATE staff_accounts SET factor = ?, factor_at = ?, last_step = 0 WHERE staff_id = ?", factor, at, c.StaffID)
	}
	if c.DropFactor {
		p.exec("UPDATE staff_accounts SET factor = NULL, factor_at = NULL WHERE staff_id = ?", c.StaffID)
	}
	used := models.Errorf(models.CodeConflict, "the code was used before")
	if c.UseStep != 0 {
		p.exec("UPDATE staff_accounts SET last_step = ? WHERE staff_id = ? AND last_step < ?", c.UseStep, c.StaffID, c.UseStep).must(used)
	}
	if c.UseCode != nil {
		p.exec("UPDATE recovery_codes SET used_at = ? WHERE hash = ? AND staff_id = ? AND used_at IS NULL", at, c.UseCode, c.StaffID).must(used)
	}
	if c.DropFactor || c.Recovery != nil {
		p.exec("DELETE FROM recovery_codes WHERE staff_id = ?", c.StaffID)
	}
	var rows []recoveryRow
	for _, hash := range c.Recovery {
		rows = append(rows, recoveryRow{Hash: hash, StaffID: c.StaffID, CreatedAt: at})
	}
	insert(p, rows)
	return nil
}

// still makes the plan fail if what c rests on has changed meanwhile. The row of
// the account is what those who sign in and those who end it wait for each
// other with: each changes it first.
func (p *plan) still(c models.AccountChange) {
	if a := c.Checked; a != nil {
		p.exec("UPDATE staff_accounts SET endings = endings WHERE staff_id = ? AND endings = ? AND password_at = ?",
			c.StaffID, a.Endings, orNull(a.PasswordAt)).must(models.Errorf(models.CodeConflict, "the account has changed meanwhile"))
	}
	if c.End == "*" || c.DropPassword {
		p.exec("UPDATE staff_accounts SET endings = endings + 1 WHERE staff_id = ?", c.StaffID)
	}
	if c.Within != nil {
		p.exec("UPDATE staff_sessions SET seen_at = seen_at WHERE hash = ? AND staff_id = ?", c.Within, c.StaffID).
			must(models.Errorf(models.CodeConflict, "the session has ended"))
	}
}

func (s *Store) planPassword(p *plan, c models.AccountChange) error {
	if c.Password == "" {
		return nil
	}
	sealed, err := s.keys.Seal([]byte(c.Password), placePassword+c.StaffID)
	if err != nil {
		return err
	}
	if c.Rehash != nil {
		p.exec("UPDATE staff_accounts SET password = ? WHERE staff_id = ? AND password_at = ?", sealed, c.StaffID, stored(*c.Rehash))
		return nil
	}
	p.exec("UPDATE staff_accounts SET password = ?, password_at = ? WHERE staff_id = ?", sealed, stored(c.At), c.StaffID)
	return nil
}

type accountRow struct {
	StaffID    string
	Password   []byte
	PasswordAt *time.Time
	Factor     []byte
	FactorAt   *time.Time
	LastStep   int64
	Endings    int64
}

func (accountRow) TableName() string { return "staff_accounts" }

type recoveryRow struct {
	Hash      []byte
	StaffID   string
	CreatedAt time.Time
	UsedAt    *time.Time
}

func (recoveryRow) TableName() string { return "recovery_codes" }

// Account returns how a member of staff signs in; of who never did it is
// empty.
func (s *Store) Account(ctx context.Context, staffID string) (models.Account, error) {
	a := models.Account{StaffID: staffID}
	var row accountRow
	err := first(s.read(ctx).Where("staff_id = ?", staffID), &row, "such account")
	if models.CodeOf(err) == models.CodeNotFound {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	a.PasswordAt, a.FactorAt, a.LastStep, a.Endings = orZero(row.PasswordAt), orZero(row.FactorAt), row.LastStep, row.Endings
	password, err := s.opened(row.Password, placePassword+staffID)
	if err != nil {
		return a, err
	}
	a.Password = string(password)
	if a.Factor, err = s.opened(row.Factor, placeFactor+staffID); err != nil {
		return a, err
	}
	var left int64
	err = s.read(ctx).Model(&recoveryRow{}).Where("staff_id = ? AND used_at IS NULL", staffID).Count(&left).Error
	a.Recovery = int(left)
	return a, fault(err)
}

// opened returns nil for nothing.
func (s *Store) opened(sealed []byte, place string) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	return s.keys.Open(sealed, place)
}

type invitationRow struct {
	ID        string
	StaffID   string
	Hash      []byte
	CreatedAt time.Time
	ExpiresAt time.Time
	EndedAt   *time.Time
}

func (invitationRow) TableName() string { return "invitations" }

func (row invitationRow) invitation() models.Invitation {
	return models.Invitation{
		ID: row.ID, StaffID: row.StaffID, Hash: row.Hash, CreatedAt: stored(row.CreatedAt), ExpiresAt: stored(row.ExpiresAt), EndedAt: orZero(row.EndedAt),
	}
}

// Invitation returns an invitation, usable or not, or CodeNotFound.
func (s *Store) Invitation(ctx context.Context, hash []byte) (models.Invitation, error) {
	var row invitationRow
	err := first(s.read(ctx).Where("hash = ?", hash), &row, "such invitation")
	return row.invitation(), err
}

// Invitations returns those that are usable at now, the newest first.
func (s *Store) Invitations(ctx context.Context, now time.Time) ([]models.Invitation, error) {
	var rows []invitationRow
	err := s.read(ctx).Where("ended_at IS NULL AND expires_at > ?", stored(now)).Order("created_at DESC, id DESC").Find(&rows).Error
	list := make([]models.Invitation, len(rows))
	for i, row := range rows {
		list[i] = row.invitation()
	}
	return list, fault(err)
}
