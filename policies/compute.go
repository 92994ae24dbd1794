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
	homes    []string // the places whose law the person may have
	in       printer
	steps    []Step
}

// compute returns the dates of the case under r, explained in a language.
func (p *Policy) compute(r *regime, c Case, in printer) RegimeDates {
	if r.StrictestOf != "" {
		return p.strictest(r, c, in)
	}
	k := &computation{regime: r, Case: c, calendar: p.calendar(r, c), homes: p.homes(c), in: in}
	t := r.termsFor(c)
	if r.Condition != "" {
		k.write(r.Start, in.text(r.Condition))
	}
	k.say(r.Start, "received", "date", in.long(c.ReceivedOn))
	if r.Roll != nil && k.calendar.Note != "" {
		k.write(k.calendar.Source, in.text(k.calendar.Note))
		k.steps[len(k.steps)-1].Aside = true
	}
	if len(r.Displaces) > 0 {
		k.say(r.Start, "displaces", "regimes", p.namesOf(r.Displaces, in.locale))
	}
	if !r.Until.IsZero() {
		k.say(*r.InForce, "until", "date", in.long(r.Until))
	}
	if t.Prompt != nil {
		k.write(t.Prompt.Source, in.say("prompt", "note", in.text(t.Prompt.Note)))
	}
	dates := RegimeDates{Regime: r.Key, Basis: r.basis(t)}
	if t.Acknowledge != nil {
		dates.AcknowledgeOn.Date = k.count("due.acknowledge", *t.Acknowledge, dates)
	}
	if t.Respond != nil {
		dates.RespondOn.Date = k.due("due.answer", *t.Respond, dates)
	}
	if t.Extended != nil {
		dates.ExtendedOn.Date = k.due("due.extended", *t.Extended, dates)
	}
	if r.Binds != nil && in.forStaff {
		k.write(r.Binds.Source, r.Binds.Text)
	}
	dates.Steps = k.steps
	if in.forStaff {
		dates.Duties, dates.Remedies = k.duties(), k.remedies()
	}
	return dates
}

// basis says what the dates of the regime rest on.
func (r *regime) basis(t terms) Basis {
	switch {
	case !r.Promise:
		return BasisStatute
	case t.Respond != nil && t.Respond.Certainty == Own:
		return BasisOwnRule
	}
	return BasisPromise
}

// duties returns what else the law asks for.
func (k *computation) duties() []Step {
	var all []Step
	for _, d := range k.Duties {
		elsewhere := len(d.Where) > 0 && !slices.ContainsFunc(k.homes, func(home string) bool { return slices.Contains(d.Where, home) })
		if !elsewhere && (len(d.Types) == 0 || slices.Contains(d.Types, k.Type)) {
			all = append(all, Step{Text: d.Text + k.doubt(d.Source), Source: d.Source})
		}
	}
	return all
}

// remedies returns whom the person can turn to.
func (k *computation) remedies() []Step {
	var all []Step
	for _, m := range k.Remedies {
		rule := m.rule(k.homes, k.in)
		all = append(all, Step{Text: rule.Text + k.doubt(rule.Source), Source: rule.Source})
	}
	return all
}

func (p *Policy) namesOf(keys []string, locale string) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = p.RegimeName(key, locale)
	}
	return strings.Join(names, ", ")
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
	case hours:
		return t.Within / 24
	case calendarDays:
	}
	return t.Within
}

// calendar returns the holidays that count under r: those it names, or those
// of the organisation's seat, or of the place where the person lives. Where
// none is known, only Saturdays and Sundays are days off, which makes a date
// rather too early than too late.
func (p *Policy) calendar(r *regime, c Case) *calendar {
	keys := []string{r.Calendar}
	home := []string{c.Country + "-" + c.Region, c.Country, p.lawOf(c.Country)}
	switch {
	case r.Calendar == personCountry, r.Calendar == seat && p.data.Seat == "":
		keys = home
	case r.Calendar == seat:
		country, _, _ := strings.Cut(p.data.Seat, "-")
		keys = []string{p.data.Seat, country, p.lawOf(country)}
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
	case hours: // whole days only: the instant is Deadline's business
		return d.AddDays(t.Within / 24)
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
	s.Citation = k.in.cited(s.Citation)
	k.steps = append(k.steps, Step{Text: strings.TrimSpace(text + k.doubt(s)), Source: s})
}

// doubt says to staff that nobody checked a source.
func (k *computation) doubt(s Source) string {
	if k.in.forStaff && s.Certainty == Memory {
		return " (from memory, not checked against the source)"
	}
	return ""
}
