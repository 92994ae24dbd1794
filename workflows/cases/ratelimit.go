package cases

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// mailUsage reads how far the limits are used up of the unverified mailboxes that a
// command may write to.
func (s *core) mailUsage(ctx context.Context, rules workflows.Rules, r models.Request, c workflows.Command, now time.Time) (map[string]models.MailUsage, error) {
	used := map[string]models.MailUsage{}
	for _, m := range workflows.UnverifiedMail(rules, r, c) {
		u, err := s.Store.MailUsage(ctx, m, now)
		if err != nil {
			return nil, err
		}
		used[m.Mailbox] = u
	}
	return used, nil
}

// digestOf stands for a mailbox where it may not be named.
func (s *core) digestOf(mailbox string) string {
	return hex.EncodeToString(s.Keys.MAC("unsent", []byte(mailbox))[:16])
}

// isLimit reports whether the store refused a decision for its mail alone: others
// used up a limit since the case was read.
func isLimit(err error) bool {
	return errors.Is(err, models.ErrMailboxLimit) || errors.Is(err, models.ErrDomainLimit) ||
		errors.Is(err, models.ErrTotalLimit) || errors.Is(err, models.ErrChallengeSpent)
}

// MailShort reports that whoever files a request by form gets a mail this hour
// only for a solved challenge, or for a mailbox that they verified before. It
// says nothing of any mailbox.
func (s *Cases) MailShort(ctx context.Context) (bool, error) {
	most := s.MailLimits.FormPerHour
	if most == 0 {
		return false, nil
	}
	n, err := s.Store.MailsThisHour(ctx, workflows.GroupForm, s.now())
	return n >= most-models.Reserve(most), err
}
