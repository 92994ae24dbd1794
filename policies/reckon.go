package policies

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"habeas/models"
)

// reckoning computes the dates of one regime and writes down how.
type reckoning struct {
	*regime
	Case
	calendar *calendar
	steps    []Step
}

// reckon returns the dates of the case under r.
func (p *Policy) reckon(r *regime, c Case) RegimeDates {
	k := &reckoning{regime: r, Case: c, calendar: p.calendar(r, c)}
	t := r.termsFor(c)
	if r.Condition != "" {
		k.say(r.Start, "%s", r.Condition)
	}
	k.say(r.Start, "Received on %s; the day itself is not counted.", long(c.ReceivedOn))
	dates := RegimeDates{Regime: r.Key}
	if t.Acknowledge != nil {
		dates.AcknowledgeOn.Date = k.count("Acknowledge", *t.Acknowledge)
	}
	if t.Respond != nil {
		dates.RespondOn.Date = k.due("Answer", *t.Respond)
	}
	if t.Extended != nil {
		dates.ExtendedOn.Date = k.due("Answer at the latest, if extended with a notice that gives the reasons by "+
			dates.RespondOn.String(), *t.Extended)
	}
	dates.Steps = k.steps
	return dates
}

// termsFor returns the numbers that bind the case.
func (r *regime) termsFor(c Case) terms {
	t := r.terms
	if own, ok := r.ByType[c.Type]; ok {
		t = own
	}
	if c.Undesignated && t.Undesignated != nil {
		t.Respond = t.Undesignated
	}
	return t
}

// calendar returns the holidays that count under r: those it names, or those
// of the place where the person lives. Where neither is known, only Saturdays
// and Sundays are days off, which makes a date rather too early than too late.
func (p *Policy) calendar(r *regime, c Case) *calendar {
	keys := []string{r.Calendar}
	if r.Calendar == personCountry {
		keys = []string{c.Country + "-" + c.Region, c.Country}
	}
	for _, key := range keys {
		if found, ok := p.calendars[key]; ok {
			return found
		}
	}
	return &calendar{Name: cmp.Or(c.Country, "an unknown place")}
}

// due returns the last day of a term to answer in: counted, moved by the days
// a question waited, and rolled off a day off.
func (k *reckoning) due(what string, t term) models.Date {
	return k.roll(k.pause(k.count(what, t), t))
}

// count returns the last day of a term and says how it was found.
func (k *reckoning) count(what string, t term) models.Date {
	on, skipped := k.calendar.add(k.ReceivedOn, t)
	var aside string
	switch {
	case len(skipped) > 0:
		aside = fmt.Sprintf(" (skipping %s in %s)", holidays(skipped), k.calendar.Name)
	case t.Unit == months && on.Day() != k.ReceivedOn.Day():
		aside = fmt.Sprintf(" (the month has no day %d, so its last day)", k.ReceivedOn.Day())
	}
	k.say(t.Source, "%s: %s later%s: %s.%s", what, t, aside, long(on), space(t.Note))
	return on
}

// add returns the last day of a term that begins after d, and the holidays not
// counted.
func (c *calendar) add(d models.Date, t term) (models.Date, []models.Date) {
	switch t.Unit {
	case months:
		return d.AddMonths(t.Within), nil
	case businessDays:
		return c.addBusinessDays(d, t.Within)
	}
	return d.AddDays(t.Within), nil
}

// pause moves a date by the days on which a question waited with the
// requester, as far as the law lets the clock stand still for it. A question
// put after the date has passed moves nothing, and a day counts once.
func (k *reckoning) pause(on models.Date, t term) models.Date {
	counted := k.ReceivedOn // days before are counted already, or before receipt
	for _, p := range k.Case.Pauses {
		rule, ok := k.pausesFor(k.Type, p.Purpose)
		from := later(p.From, counted)
		if !ok || p.To.IsZero() || !p.To.After(from) || from.After(k.rolled(on)) {
			continue
		}
		moved := on.AddDays(p.To.DaysSince(from))
		if rule.Anew {
			anew, _ := k.calendar.add(p.To, t)
			moved = later(on, earlier(moved, anew))
		}
		k.say(rule.Source, "%s waiting for the requester (%s) from %s to %s do not count: %s.",
			plural(p.To.DaysSince(from), "day"), p.Purpose, from, p.To, long(moved))
		on, counted = moved, p.To
	}
	return on
}

// pausesFor returns the rule under which the clock stands still for the
// purpose, if there is one.
func (r *regime) pausesFor(t models.RequestType, purpose models.HoldPurpose) (pauseRule, bool) {
	i := slices.IndexFunc(r.Pauses, func(p pauseRule) bool {
		return p.For == purpose && (len(p.Types) == 0 || slices.Contains(p.Types, t))
	})
	if i < 0 {
		return pauseRule{}, false
	}
	return r.Pauses[i], true
}

// roll moves a date that is a day off to the next working day, where the law
// says so.
func (k *reckoning) roll(on models.Date) models.Date {
	next := k.rolled(on)
	if next == on {
		return on
	}
	why := "a " + on.Weekday().String()
	if k.calendar.holiday(on) {
		why = "a holiday in " + k.calendar.Name
	}
	k.say(*k.Roll, "%s is %s; the next working day is %s.", on, why, long(next))
	return next
}

func (k *reckoning) rolled(on models.Date) models.Date {
	if k.Roll == nil {
		return on
	}
	return k.calendar.nextWorkingDay(on)
}

// say writes a step down; one from memory admits it.
func (k *reckoning) say(s Source, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.Certainty == Memory {
		text += " (from memory, not checked against the source)"
	}
	k.steps = append(k.steps, Step{Text: strings.TrimSpace(text), Source: s})
}
