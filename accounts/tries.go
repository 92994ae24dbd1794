package accounts

import (
	"context"
	"strings"

	"habeas/internal/secrets"
	"habeas/models"
)

// How many wrong tries are looked at before the next ones wait. Behind one
// address there may be a whole office.
const (
	triesOfAccount = 5
	triesOfNetwork = 20
	// triesInRow is how many wrong ones in a row are looked at from browsers that
	// the account does not know, however slowly they come (NIST SP 800-63B-4
	// § 3.2.2). A browser that it knows, and an administrator's link, end that:
	// nobody is locked out for good.
	triesInRow = 100
)

// passwordTries is under what a try with a password is counted: the first is
// forgiven by a right one. In a browser that several people use, each has a
// count of their own.
func (s *core) passwordTries(ctx context.Context, m models.Staff, a Attempt) ([]models.Tries, error) {
	known, err := s.knows(ctx, m.ID, a.Device)
	if err != nil {
		return nil, err
	}
	if known {
		return []models.Tries{s.tries("device", m.ID+"\x00"+a.Device, triesOfAccount)}, nil
	}
	whom := m.ID
	if whom == "" {
		whom = strings.ToLower(strings.TrimSpace(a.Email))
	}
	return []models.Tries{s.tries("account", whom, triesOfAccount), s.tries("network", a.Network, triesOfNetwork), s.inRow("account", whom)}, nil
}

func (s *core) knows(ctx context.Context, staffID, device string) (bool, error) {
	if device == "" || staffID == "" {
		return false, nil
	}
	return s.store.KnowsDevice(ctx, staffID, secrets.Hash(device), s.now())
}

// tries counts under a keyed digest: addresses of people, and of networks, are
// not kept.
func (s *core) tries(kind, of string, free int) models.Tries {
	return models.Tries{Key: s.keys.MAC("sign-in", []byte(kind+"\x00"+of)), Free: free}
}

// inRow counts wrong tries until a right one.
func (s *core) inRow(kind, of string) models.Tries {
	t := s.tries(kind+" in a row", of, 0)
	t.Most = triesInRow
	return t
}

// forgiveAll has every wrong try of an account forgiven: an administrator gives
// the person a new way in.
func (s *core) forgiveAll(staffID string) (keys [][]byte) {
	for _, kind := range []string{"account", "factor"} {
		keys = append(keys, s.tries(kind, staffID, 0).Key, s.inRow(kind, staffID).Key)
	}
	return keys
}

// factorTries is under what a try of a second factor is counted: who gets here
// knows the password, or sits at a browser that is signed in.
func (s *core) factorTries(ctx context.Context, staffID, device string) ([]models.Tries, error) {
	known, err := s.knows(ctx, staffID, device)
	if known {
		return []models.Tries{s.tries("device-factor", staffID+"\x00"+device, triesOfAccount)}, err
	}
	return []models.Tries{s.tries("factor", staffID, triesOfAccount), s.inRow("factor", staffID)}, err
}

func (s *core) confirmTries(staffID string) models.Tries {
	return s.tries("confirm", staffID, triesOfAccount)
}
