package workflows

import (
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
	GroupMail = "mail"
	GroupForm = "form"
)

func groupOf(ch models.Channel) string {
	if ch == models.ChannelEmail {
		return GroupMail
	}
	return GroupForm
}

func domainOf(mailbox string) string { return mailbox[strings.LastIndexByte(mailbox, '@')+1:] }

// MailCount is how a mail to an unverified mailbox counts.
func (r Rules) MailCount(mailbox string, ch models.Channel) models.MailCounted {
	m := models.MailCounted{
		Mailbox: r.CanonicalMailbox(mailbox), Owner: mailbox, Interval: ch == models.ChannelEmail,
		Group: groupOf(ch), PerHour: r.MailLimits.FormPerHour, PerDomain: r.MailLimits.FormPerDomain,
	}
	m.Domain = domainOf(m.Mailbox)
	if ch == models.ChannelEmail {
		m.PerHour, m.PerDomain = r.MailLimits.MailPerHour, r.MailLimits.MailPerDomain
	}
	return m
}

// UnverifiedMail lists, for the unverified mailboxes that a command may write to,
// how a mail to each counts: the limits on them belong to the case.
func UnverifiedMail(rules Rules, r models.Request, c Command) []models.MailCounted {
	content, ch := r.Content, r.Channel
	requester, named := !r.Level.Covers(models.LevelMailbox), false
	var solved *models.SolvedChallenge
	switch c := c.(type) {
	case Submit:
		content, ch, solved = models.Content{Person: c.Person, OnBehalf: c.OnBehalf}, c.Channel, c.Solved
		named = true
	case ProveMailbox, ProveLinked, Verify:
		requester, named = false, true
	case Classify:
		named = true
	case SetRequester:
		content.Person.Email, requester = strings.TrimSpace(c.Email), true
	case Approve:
		if r.NewRequester == nil {
			return nil
		}
		content.Person.Email, requester = r.NewRequester.Email, true
	case SendCode, RemindVerify, Expire:
	default:
		return nil
	}
	var all []models.MailCounted
	if mailbox := content.Mailbox(); requester && mailbox != "" {
		m := rules.MailCount(mailbox, ch)
		m.Solved = solved
		all = append(all, m)
	}
	if mailbox := content.NamedMailbox(); named && mailbox != "" {
		all = append(all, rules.MailCount(mailbox, ch))
	}
	return all
}

// MailCount is how a mail of this decision to an unverified mailbox counts.
func (d *decider) mailCount(mailbox string, ch models.Channel) models.MailCounted {
	m := d.rules.MailCount(mailbox, ch)
	m.Public = d.by.Kind == models.ActorSubject || d.by.Kind == models.ActorSystem
	return m
}

// toMailbox is MailCount for the mailbox of the requester.
func (d *decider) toMailbox(ch models.Channel) models.MailCounted {
	m := d.mailCount(d.Request.Mailbox(), ch)
	m.Solved = d.solved
	return m
}

// exceeds returns the rate limit that a mail to the requester would exceed, or
// nil. Mail to a verified mailbox has none.
func (d *decider) exceeds(ch models.Channel) error {
	if d.proved() || d.Request.Mailbox() == "" {
		return nil
	}
	return d.limit(d.toMailbox(ch))
}

// limit returns the rate limit that a mail would exceed after those that this
// decision counts already, or nil.
func (d *decider) limit(m models.MailCounted) error {
	used := d.k.MailUsage[m.Mailbox]
	for _, e := range d.Effects {
		if other, ok := e.(models.MailCounted); ok {
			used = used.After(other, m, d.now)
		}
	}
	return m.Exceeds(used, d.now)
}

// unsent says why a request was filed without a word to the requester.
type suppressed struct {
	why models.Suppression
	// key makes one letter of all letters to staff that have it: they are told
	// once, not for each of ten thousand.
	key string
}

// suppressedBy tells which rate limit it was.
func (d *decider) suppressedBy(limit error, ch models.Channel) suppressed {
	mailbox := d.rules.CanonicalMailbox(d.Request.Mailbox())
	hour := d.now.Truncate(time.Hour).Format(time.RFC3339)
	switch {
	case limit == nil:
		return suppressed{}
	case errors.Is(limit, models.ErrTotalLimit):
		return suppressed{models.SuppressedTotal, "mail_breaker/" + groupOf(ch) + "/" + hour}
	case errors.Is(limit, models.ErrDomainLimit):
		return suppressed{models.SuppressedDomain, "unsent/" + d.rules.digest(domainOf(mailbox)) + "/" + hour}
	}
	u := suppressed{models.SuppressedMailbox, "unsent/" + d.rules.digest(mailbox) + "/" + d.today().String()}
	if d.k.MailUsage[mailbox].Suppressed {
		u.why = models.SuppressedListed
	}
	return u
}
