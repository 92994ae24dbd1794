package workflows

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"habeas/models"
)

// Brakes bound the mails that go out in an hour of the clock to mailboxes that
// nobody has proved. 0 is no limit. That one mailbox gets three in 24 hours,
// and by answers to mail one in ten minutes, can not be set.
type Brakes struct {
	MailPerHour, MailPerDomain int // of requests that came by mail
	FormPerHour, FormPerDomain int // of all others
}

// unsent says why a request was filed without a word to the requester.
type unsent struct {
	why models.Unsent
	// key makes one letter of all letters to staff that have it: they are told
	// once, not for each of ten thousand.
	key string
}

// unproven mails a letter to a mailbox that may belong to somebody else: it
// holds no word of the requester, and is counted.
func (d *decider) unproven(l models.Letter) {
	d.tell(l)
	if mailbox := d.Request.Mailbox(); mailbox != "" {
		d.Brake = &models.Brake{
			Mailbox: mailbox, Owner: mailbox, Paced: d.Request.Channel == models.ChannelEmail,
			Anybody: d.by.Kind == models.ActorSubject || d.by.Kind == models.ActorSystem,
		}
	}
}

// quietly returns what to do instead of a command whose mail would have been
// one too many, and false where nothing is.
func (s *Service) quietly(ctx context.Context, c Command, braked error) (Command, bool, error) {
	switch c := c.(type) {
	case Submit:
		if errors.Is(braked, models.ErrWorkSpent) {
			c.Work = nil
			return c, true, nil
		}
		content := models.Content{Person: c.Person, OnBehalf: c.OnBehalf}
		u, err := s.unsent(ctx, content.Mailbox(), c.Channel, braked)
		c.Quiet, c.unsent = true, u
		return c, true, err
	case Expire:
		c.Quiet = true
		return c, true, nil
	case Classify:
		c.quiet = true
		return c, true, nil
	}
	return nil, false, nil
}

// unsent tells which brake it was.
func (s *Service) unsent(ctx context.Context, mailbox string, ch models.Channel, braked error) (unsent, error) {
	mailbox = s.Canonical(mailbox)
	day, hour := models.DateOf(s.now(), s.Zone).String(), s.now().Truncate(time.Hour).Format(time.RFC3339)
	switch {
	case errors.Is(braked, models.ErrAllBraked):
		return unsent{models.UnsentAll, "mail_breaker/" + groupOf(ch) + "/" + hour}, nil
	case errors.Is(braked, models.ErrDomainBraked):
		return unsent{models.UnsentDomain, "unsent/" + s.digestOf(domainOf(mailbox)) + "/" + hour}, nil
	}
	u := unsent{models.UnsentMailbox, "unsent/" + s.digestOf(mailbox) + "/" + day}
	never, err := s.Store.NeverMail(ctx, mailbox)
	if never {
		u.why = models.UnsentNever
	}
	return u, err
}

// digestOf stands for a mailbox where it may not be named.
func (s *Service) digestOf(mailbox string) string {
	return hex.EncodeToString(s.Keys.MAC("unsent", []byte(mailbox))[:16])
}

// counted fills in what the pure decision does not know: how a mailbox is
// counted, and the limits.
func (s *Service) counted(d *Decision) {
	d.Proved, d.Alike = s.Canonical(d.Proved), s.Canonical(d.Alike)
	if d.Wish != nil {
		d.Wish.Mailbox = s.Canonical(d.Wish.Mailbox)
	}
	b := d.Brake
	if b == nil {
		return
	}
	b.Mailbox = s.Canonical(b.Mailbox)
	b.Domain = domainOf(b.Mailbox)
	b.Group, b.PerHour, b.PerDomain = groupForm, s.Brakes.FormPerHour, s.Brakes.FormPerDomain
	if b.Paced {
		b.Group, b.PerHour, b.PerDomain = groupMail, s.Brakes.MailPerHour, s.Brakes.MailPerDomain
	}
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

// MailShort reports that whoever files a request by form gets a mail this hour
// only for a proof of work, or for a mailbox that they proved before. It says
// nothing of any mailbox.
func (s *Service) MailShort(ctx context.Context) (bool, error) {
	most := s.Brakes.FormPerHour
	if most == 0 {
		return false, nil
	}
	n, err := s.Store.MailsThisHour(ctx, groupForm, s.now())
	return n >= most-models.Spare(most), err
}

func domainOf(mailbox string) string { return mailbox[strings.LastIndexByte(mailbox, '@')+1:] }

// isBraked reports whether a commit was refused for its mail alone.
func isBraked(err error) bool {
	return errors.Is(err, models.ErrMailboxBraked) || errors.Is(err, models.ErrDomainBraked) ||
		errors.Is(err, models.ErrAllBraked) || errors.Is(err, models.ErrWorkSpent)
}
