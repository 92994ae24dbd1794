package policies

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
)

// computation computes the dates of one regime and writes down how.
type computation struct {
	*regime
	Case
	calendar *calendar
	in       printer
	steps    []Step
}

// compute returns the dates of the case under r, explained in a language.
func (p *Policy) compute(r *regime, c Case, in printer) RegimeDates {
	k := &computation{regime: r, Case: c, calendar: p.calendar(r, c), in: in}
	t := r.termsFor(c)
	if r.Condition != "" {
		k.write(r.Start, in.text(r.Condition))
	}
	k.say(r.Start, "received", "date", in.long(c.ReceivedOn))
	if r.Roll != nil && k.calendar.Note != "" {
		k.write(k.calendar.Source, in.text(k.calendar.Note))
		k.steps[len(k.steps)-1].Aside = true
	}
	dates := RegimeDates{Regime: r.Key}
	if t.Acknowledge != nil {
		dates.AcknowledgeOn.Date = k.count("due.acknowledge", *t.Acknowledge, dates)
	}
	if t.Respond != nil {
		dates.RespondOn.Date = k.due("due.answer", *t.Respond, dates)
	}
	if t.Extended != nil {
		dates.ExtendedOn.Date = k.due("due.extended", *t.Extended, dates)
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
	if c.unsorted {
		t = r.shortest()
	}
	if c.Undesignated && t.Undesignated != nil {
		t.Respond = t.Undesignated
	}
	return t
}

// shortest returns the terms of the type that is to be answered the soonest.
func (r *regime) shortest() terms {
	best := r.terms
	for _, t := range sortedKeys(r.ByType) {
		if own := r.ByType[t]; own.Respond != nil && (best.Respond == nil || own.Respond.days() < best.Respond.days()) {
			best = own
		}
	}
	return best
}

// days is how many calendar days a term has at least.
func (t term) days() int {
	switch t.Unit {
	case businessDays:
		return t.Within * 7 / 5
	case months:
		return t.Within * 28
	case calendarDays:
	}
	return t.Within
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
	name := cmp.Or(c.Country, "an unknown place")
	return &calendar{Name: c.Country, Source: Source{Citation: "No holidays are known for " + name, Certainty: Memory}}
}

// due returns the last day of a term to answer in: counted, moved by the days
// a question waited, and rolled off a day off.
func (k *computation) due(what string, t term, so RegimeDates) models.Date {
	return k.roll(k.pause(k.count(what, t, so), t))
}

// count returns the last day of a term and says how it was found. The dates so
// far are those that an extension follows.
func (k *computation) count(what string, t term, so RegimeDates) models.Date {
	if t.Unit == businessDays {
		k.aside("business_days", "place", k.place())
	}
	on := k.calendar.add(k.ReceivedOn, t)
	text := k.in.say(what, "term", k.in.count("term."+string(t.Unit), t.Within), "aside", k.because(t, on),
		"date", k.in.long(on), "until", k.in.short(so.RespondOn.Date))
	k.write(t.Source, text+space(k.in.text(t.Note)))
	return on
}

// place is what the place is called whose days off count.
func (k *computation) place() string {
	if k.calendar.Name == "" {
		return k.in.say("unknown_place")
	}
	return k.in.text(k.calendar.Name)
}

// because says in brackets why a term ends where one might not expect it.
func (k *computation) because(t term, on models.Date) string {
	if t.Unit == months && on.Day() != k.ReceivedOn.Day() {
		return k.in.say("aside.month", "n", strconv.Itoa(k.ReceivedOn.Day()))
	}
	if t.Unit != businessDays {
		return ""
	}
	skipped := k.calendar.holidaysFrom(k.ReceivedOn.AddDays(1), on)
	if len(skipped) == 0 {
		return ""
	}
	return k.in.say("aside.holidays", "days", k.in.holidays(skipped), "place", k.place())
}

// add returns the last day of a term that begins after d.
func (c *calendar) add(d models.Date, t term) models.Date {
	switch t.Unit {
	case months:
		return d.AddMonths(t.Within)
	case businessDays:
		return c.addBusinessDays(d, t.Within)
	case calendarDays:
	}
	return d.AddDays(t.Within)
}

// pause moves a date by the days on which a question waited with the
// requester, as far as the law lets the clock stand still for it. A question
// put after the date has passed moves nothing, and a day counts once.
func (k *computation) pause(on models.Date, t term) models.Date {
	counted := k.ReceivedOn // days before are counted already, or before receipt
	for _, p := range k.Case.Pauses {
		rule, ok := k.pausesFor(k.Type, p.Purpose)
		from := later(p.From, counted)
		if !ok || p.To.IsZero() || !p.To.After(from) || from.After(k.rolled(on)) {
			continue
		}
		moved := on.AddDays(p.To.DaysSince(from))
		if rule.Anew {
			moved = later(on, earlier(moved, k.calendar.add(p.To, t)))
		}
		k.write(rule.Source, k.in.count("paused", p.To.DaysSince(from), "purpose", k.in.say("purpose."+string(p.Purpose)),
			"from", k.in.short(from), "to", k.in.short(p.To), "date", k.in.long(moved)))
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
func (k *computation) roll(on models.Date) models.Date {
	next := k.rolled(on)
	if next == on {
		return on
	}
	if skipped := k.calendar.holidaysFrom(on, next); len(skipped) > 0 {
		k.aside("days_off", "days", k.in.holidays(skipped), "place", k.place())
	}
	k.say(*k.Roll, "rolled", "date", k.in.long(on), "next", k.in.long(next))
	return next
}

// rolled returns on, or the next working day where the law moves a date there.
func (k *computation) rolled(on models.Date) models.Date {
	if k.Roll == nil {
		return on
	}
	return k.calendar.nextWorkingDay(on)
}

// say writes a step down.
func (k *computation) say(s Source, key string, pairs ...string) { k.write(s, k.in.say(key, pairs...)) }

// aside writes a step down that is about days off.
func (k *computation) aside(key string, pairs ...string) {
	k.say(k.calendar.Source, key, pairs...)
	k.steps[len(k.steps)-1].Aside = true
}

// write writes a step down; one from memory admits it to staff.
func (k *computation) write(s Source, text string) {
	s.Citation = k.in.text(s.Citation)
	if k.in.forStaff && s.Certainty == Memory {
		text += " (from memory, not checked against the source)"
	}
	k.steps = append(k.steps, Step{Text: strings.TrimSpace(text), Source: s})
}
