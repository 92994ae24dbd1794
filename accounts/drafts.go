package accounts

import (
	"bytes"
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"habeas/internal/secrets"
	"habeas/models"
)

// mostDrafts is how many forms that came too late are kept of a person in one
// browser: a few tabs. The oldest makes room.
const mostDrafts = 5

// KeepDraft keeps a form that came after its session had ended, until the same
// person signs in again in the same browser, which has the secret device, and
// reports whether it could: a secret that nobody ever had keeps nothing.
func (s *Sessions) KeepDraft(ctx context.Context, secret, device string, d models.Draft) (bool, error) {
	at, err := s.standing(ctx, secret)
	if err != nil || at.session.ID == "" {
		return false, err
	}
	d.ID = s.newID()
	if device != "" {
		d.Browser = secrets.Hash(device)
	}
	err = s.store.ChangeDrafts(ctx, at.session.ID, func(all []models.Draft) []models.Draft { return tidy(append(all, d)) })
	if models.CodeOf(err) == models.CodeNotFound {
		return false, nil // it was ended just now
	}
	return err == nil, err
}

// Drafts returns the forms that wait in a session, the oldest first.
func (s *Sessions) Drafts(ctx context.Context, secret string) ([]models.Draft, error) {
	at, err := s.in(ctx, secret)
	return waiting(at.session.Drafts), err
}

// SettleDraft notes what came of a form that was sent again from where it waits:
// one that was done, or is to be forgotten, waits no more. Nor does one that was
// refused, once another is done at its path: it was mended on the page that
// refused it.
func (s *Sessions) SettleDraft(ctx context.Context, who Identity, id, path string, done bool) error {
	err := s.store.ChangeDrafts(ctx, who.SessionID, func(all []models.Draft) []models.Draft {
		for i, d := range all {
			mended := d.Tried && d.Path == path
			switch {
			case done && (d.ID == id || mended):
				all[i] = models.Draft{ID: d.ID, Browser: d.Browser, Done: true}
			case d.ID == id:
				all[i].Tried = true
			}
		}
		return tidy(all)
	})
	if models.CodeOf(err) == models.CodeNotFound {
		return nil // what was done has ended the session
	}
	return err
}

// gather adds to a session what the person typed in the same browser and is
// kept in another one: its answer may have been lost on the way, or somebody
// else was here meanwhile. Those sessions are nobody's any more.
func (s *core) gather(ctx context.Context, c *models.AccountChange, session *models.StaffSession, device string) error {
	if device == "" {
		return nil
	}
	others, err := s.store.SessionsWithDrafts(ctx, c.StaffID)
	if err != nil {
		return err
	}
	hash := secrets.Hash(device)
	here := func(d models.Draft) bool { return bytes.Equal(d.Browser, hash) }
	all := session.Drafts
	for _, m := range others {
		if m.ID != session.ID && slices.ContainsFunc(m.Drafts, here) {
			all, c.Merged = append(all, m.Drafts...), append(c.Merged, m.ID)
		}
	}
	session.Drafts = tidy(all)
	return nil
}

// waiting returns those that are not done.
func waiting(all []models.Draft) []models.Draft {
	return slices.DeleteFunc(slices.Clone(all), func(d models.Draft) bool { return d.Done })
}

// tidy returns each draft once, the newest last and not too many. Of copies one
// that is done counts; the same form sent twice is one.
func tidy(all []models.Draft) []models.Draft {
	byID := map[string]models.Draft{}
	for _, d := range all {
		if !byID[d.ID].Done {
			byID[d.ID] = d
		}
	}
	var left, done []models.Draft
	byAge := func(a, b models.Draft) int { return strings.Compare(a.ID, b.ID) } // so ids are made
	for _, d := range slices.SortedFunc(maps.Values(byID), byAge) {
		if d.Done {
			done = append(done, d)
			continue
		}
		left = append(slices.DeleteFunc(left, func(o models.Draft) bool { return o.Path == d.Path && reflect.DeepEqual(o.Form, d.Form) }), d)
	}
	return append(newest(done), newest(left)...)
}

func newest(all []models.Draft) []models.Draft { return all[max(0, len(all)-mostDrafts):] }
