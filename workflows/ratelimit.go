package workflows

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"habeas/models"
)

// MailLimits bound the mails that go out in an hour of the clock to mailboxes
// that nobody has verified. 0 is no limit. The limits of one mailbox cannot be
// set: see models.MailCounted.
type MailLimits struct {
	MailPerHour, MailPerDomain int // of requests that came by mail
	FormPerHour, FormPerDomain int // of all others
}

// What mails count as: those that answer mail, and all others.
const (
	groupMail = "mail"
	groupForm = "form"
)

func groupOf(ch models.Channel) string {
	if ch == models.ChannelEmail {
		return groupMail
	}
	return groupForm
}

func domainOf(mailbox string) string { return mailbox[strings.LastIndexByte(mailbox, '@')+1:] }

// mailCount is how a mail to the unverified mailbox of the request counts.
func (d *decider) mailCount(ch models.Channel) models.MailCounted {
	m := models.MailCounted{
		Mailbox: d.rules.canonical(d.Request.Mailbox()), Owner: d.Request.Mailbox(), Interval: ch == models.ChannelEmail,
		Group: groupOf(ch), PerHour: d.rules.MailLimits.FormPerHour, PerDomain: d.rules.MailLimits.FormPerDomain,
		Public: d.by.Kind == models.ActorSubject || d.by.Kind == models.ActorSystem, Solved: d.solved,
	}
	m.Domain = domainOf(m.Mailbox)
	if ch == models.ChannelEmail {
		m.PerHour, m.PerDomain = d.rules.MailLimits.MailPerHour, d.rules.MailLimits.MailPerDomain
	}
	return m
}

// exceeds returns the rate limit that a mail to the requester would exceed as
// far as the case knows, or nil. Mail to a verified mailbox has none.
func (d *decider) exceeds(ch models.Channel) error {
	if d.k.MailUsage == nil || d.proved() || d.Request.Mailbox() == "" {
		return nil
	}
	return d.mailCount(ch).Exceeds(*d.k.MailUsage, d.now)
}

// unsent says why a request was filed without a word to the requester.
type unsent struct {
	why models.Unsent
	// key makes one letter of all letters to staff that have it: they are told
	// once, not for each of ten thousand.
	key string
}

// unsentBy tells which rate limit it was.
func (d *decider) unsentBy(limit error, ch models.Channel) unsent {
	mailbox := d.rules.canonical(d.Request.Mailbox())
	hour := d.now.Truncate(time.Hour).Format(time.RFC3339)
	switch {
	case limit == nil:
		return unsent{}
	case errors.Is(limit, models.ErrTotalLimit):
		return unsent{models.UnsentAll, "mail_breaker/" + groupOf(ch) + "/" + hour}
	case errors.Is(limit, models.ErrDomainLimit):
		return unsent{models.UnsentDomain, "unsent/" + d.rules.digest(domainOf(mailbox)) + "/" + hour}
	}
	u := unsent{models.UnsentMailbox, "unsent/" + d.rules.digest(mailbox) + "/" + d.today().String()}
	if d.k.MailUsage.Suppressed {
		u.why = models.UnsentNever
	}
	return u
}

// digestOf stands for a mailbox where it may not be named.
func (s *core) digestOf(mailbox string) string {
	return hex.EncodeToString(s.Keys.MAC("unsent", []byte(mailbox))[:16])
}

// usage reads how far the rate limits of a mail are used up that the store has
// just refused to count.
func (s *core) usage(ctx context.Context, d Decision, now time.Time) (*models.MailUsage, error) {
	m, _ := models.EffectOf[models.MailCounted](d)
	u, err := s.Store.MailUsage(ctx, m, now)
	return &u, err
}

// isLimit reports whether the store refused a decision for its mail alone.
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
	n, err := s.Store.MailsThisHour(ctx, groupForm, s.now())
	return n >= most-models.Reserve(most), err
}
