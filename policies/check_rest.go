package policies

import (
	"slices"
	"time"

	"habeas/models"
)

func (k *checker) calendar(c *calendar) {
	if !slug.MatchString(c.Key) && !isPlace(c.Key) || c.Key == personCountry || c.Key == seat {
		k.bad(c, "key", "key must be a place (DE, GB-SCT) or lower-case letters and digits joined by -")
	}
	if c.Name == "" {
		k.bad(c, "name", "name is missing")
	}
	k.source(c, "", c.Source)
	if c.Library != "" && library(c.Library) == nil {
		k.bad(c, "library", "there is no library calendar %q", c.Library)
	}
	for i, h := range c.Days {
		k.holiday(c, entry("days", i), h)
	}
	for i, h := range c.Worked {
		k.holiday(c, entry("worked", i), h)
	}
	for i, d := range c.Dates {
		if d.IsZero() {
			k.bad(c, entry("dates", i), "a date is empty")
		}
	}
}

// holiday checks that a day is given in exactly one of the three ways.
func (k *checker) holiday(c *calendar, at string, h holiday) {
	_, weekday := weekdays()[h.Weekday]
	longest := 0
	if h.Month >= 1 && h.Month <= 12 {
		longest = time.Date(2028, time.Month(h.Month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	}
	ofMonth := h.Day >= 1 && h.Day <= longest && h.Weekday == "" && h.Nth == 0 && h.Easter == nil
	ofWeek := weekday && longest > 0 && h.Day == 0 && h.Easter == nil && slices.Contains([]int{-1, 1, 2, 3, 4}, h.Nth)
	ofEaster := h.Easter != nil && *h.Easter >= -100 && *h.Easter <= 100 && h.Month == 0 && h.Day == 0 && h.Weekday == ""
	if !ofMonth && !ofWeek && !ofEaster {
		k.bad(c, at, "%s must be month and day, or month, weekday and nth (1 to 4, or -1 for the last), or easter", at)
	}
	k.between(c, at+".plus", h.Plus, 0, 6)
	k.between(c, at+".saturday", h.Saturday, -6, 6)
	k.between(c, at+".sunday", h.Sunday, -6, 6)
}

func (k *checker) workflow(w *workflow) {
	if w == nil {
		k.findings = append(k.findings, Finding{File: ".", Text: "no file gives the workflow times (workflow)"})
		return
	}
	k.between(w, "verify_reminder_hours", w.VerifyReminderHours, 1, 8760)
	k.between(w, "expire_unverified_days", w.ExpireUnverifiedDays, 1, 365)
	k.between(w, "digest_hour", w.DigestHour, 0, 23)
	k.between(w, "reminder_hour", w.ReminderHour, 0, 23)
	if w.VerifyReminderHours >= 24*w.ExpireUnverifiedDays {
		k.bad(w, "verify_reminder_hours", "the reminder to verify would come when the request has ended")
	}
	seen := map[string]bool{}
	for i, t := range w.Reminders {
		k.threshold(w, entry("reminders", i), t, seen)
	}
	k.recipients(w, "overdue.to", w.Overdue.To)
}

func (k *checker) threshold(w *workflow, at string, t threshold, seen map[string]bool) {
	k.recipients(w, at+".to", t.To)
	if (t.Percent == nil) == (t.DaysBefore == nil) {
		k.bad(w, at, "%s must have percent or days_before", at)
		return
	}
	if t.Percent != nil {
		k.between(w, at+".percent", *t.Percent, 1, 99)
	} else {
		k.between(w, at+".days_before", *t.DaysBefore, 0, 365)
	}
	if seen[t.key()] {
		k.bad(w, at, "%s: the threshold %s is given twice", at, t.key())
	}
	seen[t.key()] = true
}

func (k *checker) recipients(w *workflow, at string, to Recipients) {
	if !slices.Contains([]Recipients{ToAssignee, ToManagers, ToEveryone}, to) {
		k.bad(w, at, "%s must be assignee, managers or everyone", at)
	}
}

// together checks the sets of types that share a request.
func (k *checker) together(m *mailRules) {
	in := map[models.RequestType]bool{}
	for i, set := range m.Together {
		at := entry("together", i)
		if slices.Contains(set, everyType) && len(set)+len(m.Together) > 2 {
			k.bad(m, at, "%s: \"*\" stands for every type, so no other can be named, here or in another set", at)
			continue
		}
		if len(set) < 2 && !slices.Contains(set, everyType) {
			k.bad(m, at, "%s joins nothing: it needs two types, or \"*\"", at)
		}
		for j, t := range set {
			k.joined(m, entry(at, j), t, set[0], in)
		}
	}
}

// joined checks one type of a set, whose first is given.
func (k *checker) joined(m *mailRules, at string, t, first models.RequestType, in map[models.RequestType]bool) {
	if t == everyType {
		return
	}
	k.typeKnown(m, at, t)
	if in[t] {
		k.bad(m, at, "%s: type %s is in a set already", at, t)
	}
	in[t] = true
	kind, ok := k.types[t]
	if !ok {
		return
	}
	if kind.Unsorted {
		k.bad(m, at, "%s: type %s is that of what nobody has classified yet; it may be any", at, t)
	}
	if with, ok := k.types[first]; ok && with.proofless() != kind.proofless() {
		k.bad(m, at, "%s: only one of %s and %s needs a proof of the person, and the other must not wait for it", at, first, t)
	}
}
