package workflows_test

import (
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// counted are the mails of the last decision to unverified mailboxes.
func (l *life) counted() (all []models.MailCounted) {
	for _, e := range l.last.Effects {
		if m, ok := e.(models.MailCounted); ok {
			all = append(all, m)
		}
	}
	return all
}

// optOut is an opt-out that somebody files for another: it is acknowledged at
// once, and both mailboxes are unverified.
func optOut() workflows.Submit {
	c := submission(models.TypeMarketingOptOut)
	c.ReceivedAt = noon
	c.OnBehalf = &models.OnBehalf{Role: models.CapacityParent, Name: "Pat", Email: "pat@example.org", Authority: "words"}
	return c
}

// The limits on mail to unverified mailboxes are part of the case, and a decision
// counts its own mails: where one is the last of the hour, the other is left out.
func TestADecisionKeepsTheRateLimitsOfItsCase(t *testing.T) {
	t.Parallel()
	limits := workflows.MailLimits{FormPerHour: 4, FormPerDomain: 3}
	full := []time.Time{noon, noon, noon}
	tests := map[string]struct {
		used    map[string]models.MailUsage
		letters string
		unsent  models.Suppression
	}{
		"room for both":                   {nil, "[acknowledgement named_person staff_new]", ""},
		"room for one this hour":          {map[string]models.MailUsage{"pat@example.org": {Total: 2}, "ana@example.org": {Total: 2}}, "[acknowledgement staff_new]", ""},
		"room for one in the domain":      {map[string]models.MailUsage{"pat@example.org": {Domain: 2}, "ana@example.org": {Domain: 2}}, "[acknowledgement staff_new]", ""},
		"none to the named person":        {map[string]models.MailUsage{"ana@example.org": {Last: full}}, "[acknowledgement staff_new]", ""},
		"none wanted by the named person": {map[string]models.MailUsage{"ana@example.org": {Suppressed: true}}, "[acknowledgement staff_new]", ""},
		"none to the requester":           {map[string]models.MailUsage{"pat@example.org": {Last: full}}, "[staff_new]", models.SuppressedMailbox},
		"none wanted by the requester":    {map[string]models.MailUsage{"pat@example.org": {Suppressed: true}}, "[staff_new]", models.SuppressedListed},
		"none this hour":                  {map[string]models.MailUsage{"pat@example.org": {Total: 3}}, "[staff_breaker]", models.SuppressedTotal},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &life{t: t, rules: rules(t), now: noon, used: tt.used}
			l.rules.MailLimits = limits
			l.must(subject, optOut())
			l.wants("letters", l.templates(), tt.letters)
			l.wants("unsent", l.r.Suppressed, tt.unsent)
		})
	}
}

// A solved challenge is good for one mail. The named person is written to all the
// same.
func TestASolvedChallengeIsUsedOnce(t *testing.T) {
	t.Parallel()
	l := &life{t: t, rules: rules(t), now: noon}
	c := optOut()
	c.Solved = &models.SolvedChallenge{ID: "w", At: noon}
	l.must(subject, c)
	l.wants("letters", l.templates(), "[acknowledgement named_person staff_new]")
	solved := 0
	for _, m := range l.counted() {
		if m.Solved != nil {
			solved++
		}
	}
	l.wants("mails that count the challenge", solved, 1)
}
