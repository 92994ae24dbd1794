package policies

import (
	"fmt"
	"slices"
	"strings"

	"habeas/models"
)

// Rule is one rule of a regime in words, with its source.
type Rule struct {
	What string // "The answer"
	Text string // "45 calendar days after receipt"
	Source
}

// RegimeInfo is what a regime says, to be read.
type RegimeInfo struct {
	Key, Name     string
	Promise       bool // not a statute
	Where         []string
	Types         []models.RequestType // empty: all
	AppliesFrom   models.Date
	Until         models.Date
	CheckedOn     models.Date
	Condition     string
	NotBound      bool     // it does not bind the organisation, and applies to nothing
	Displaces     []string // names of the regimes that do not apply where this one does
	Rules         []Rule
	ByType        []TypeRules
	Remedies      []Rule
	NeverDisclose []string
	Changes       []Change
}

// TypeRules are the rules of a regime for one type, in place of the others.
type TypeRules struct {
	Type  models.RequestType
	Rules []Rule
}

// RegimeInfos returns what every regime says, in the order of the policy.
func (p *Policy) RegimeInfos(locale string) []RegimeInfo {
	var all []RegimeInfo
	for _, r := range p.data.Regimes {
		b := r.info(locale)
		b.NotBound = slices.Contains(p.data.NotBound, r.Key)
		for _, key := range r.Displaces {
			b.Displaces = append(b.Displaces, p.RegimeName(key, locale))
		}
		all = append(all, b)
	}
	return all
}

func (r *regime) info(locale string) RegimeInfo {
	b := RegimeInfo{
		Key: r.Key, Name: r.Name.In(locale), Promise: r.Promise, Where: r.Where, AppliesFrom: r.AppliesFrom,
		Until: r.Until, CheckedOn: r.CheckedOn, Condition: r.Condition, Changes: r.changes(),
	}
	if !slices.Contains(r.Types, "*") {
		b.Types = r.Types
	}
	b.Rules = append([]Rule{{"The clock", "starts on receipt; the day itself is not counted", r.Start}}, r.terms.rules()...)
	if r.InForce != nil {
		b.Rules = append(b.Rules, Rule{"In force", r.period(), *r.InForce})
	}
	if r.Binds != nil {
		b.Rules = append(b.Rules, Rule{"Whom it binds", r.Binds.Text, r.Binds.Source})
	}
	for _, t := range sortedKeys(r.TypesFrom) {
		b.Rules = append(b.Rules, Rule{"In force for " + string(t), "from " + r.TypesFrom[t].String(), r.Start})
	}
	for _, pause := range r.Pauses {
		b.Rules = append(b.Rules, pause.rule())
	}
	if r.Roll != nil {
		b.Rules = append(b.Rules, Rule{"A last day that is not worked", "moves to the next working day", *r.Roll})
	}
	if r.Appeal != nil {
		b.Rules = append(b.Rules, r.Appeal.rule())
	}
	if n := r.NeverDisclose; n != nil {
		b.NeverDisclose = n.Data
		b.Rules = append(b.Rules, Rule{"Never disclosed", strings.ReplaceAll(strings.Join(n.Data, ", "), "_", " "), n.Source})
	}
	if r.Expiry != nil {
		b.Rules = append(b.Rules, Rule{"A request nobody could verify", "is denied on the last day to answer, with the reason and the remedies", r.Expiry.Source})
	}
	if r.Copies != nil {
		b.Rules = append(b.Rules, Rule{"Answers", r.Copies.String(), r.Copies.Source})
	}
	for _, d := range r.Duties {
		b.Rules = append(b.Rules, Rule{"Also" + of(d.Where), d.Text, d.Source})
	}
	for _, m := range r.Remedies {
		b.Remedies = append(b.Remedies, m.rule(nil, printer{locale: locale}))
	}
	for _, kind := range sortedKeys(r.ByType) {
		b.ByType = append(b.ByType, TypeRules{kind, r.ByType[kind].rules()})
	}
	return b
}

// of names places in brackets; none is everywhere.
func of(places []string) string {
	if len(places) == 0 {
		return ""
	}
	return " (" + strings.Join(places, ", ") + ")"
}

// period says when the regime applies.
func (r *regime) period() string {
	var parts []string
	if !r.AppliesFrom.IsZero() {
		parts = append(parts, "from "+r.AppliesFrom.String())
	}
	if !r.Until.IsZero() {
		parts = append(parts, "until "+r.Until.String())
	}
	return "for requests received " + strings.Join(parts, " ")
}

// String says how many answers a person may have.
func (l copies) String() string {
	per := map[Period]string{TwelveMonths: "in twelve months", CalendarYear: "in a calendar year"}[l.Per]
	return plural(l.Free, "answer") + " per person " + per + " without charge"
}

// rule says to whom a remedy leads somebody at home in one of those places, and
// when.
func (m *remedy) rule(homes []string, in printer) Rule {
	b := m.body(homes, in)
	text := b.String()
	if len(m.On) > 0 {
		var on []string
		for _, o := range m.On {
			on = append(on, strings.ReplaceAll(string(o), "_", " "))
		}
		text += "; after: " + strings.Join(on, ", ")
	}
	return Rule{strings.ReplaceAll(string(m.Kind), "_", " "), text, Source{b.Citation, Certainty(b.Certainty)}}
}

// rules says the terms that there are.
func (t terms) rules() []Rule {
	names := []string{"The acknowledgement", "The answer", "The answer to what came to another address", "The answer, if extended once"}
	var all []Rule
	for i, term := range t.all() {
		if term != nil {
			all = append(all, Rule{names[i], term.String() + " after receipt." + space(term.Note), term.Source})
		}
	}
	if t.Prompt != nil {
		all = append(all, Rule{"The answer", t.Prompt.Note, t.Prompt.Source})
	}
	return all
}

func (p pauseRule) rule() Rule {
	text := "the days that a question waits with the requester do not count"
	if p.Anew {
		text = "the time begins anew with the answer, by the days waited at most"
	}
	return Rule{fmt.Sprintf("A question (%s)", p.For), text, p.Source}
}

func (a appeal) rule() Rule {
	text := "decided within " + plural(a.Decide, "day")
	if a.File > 0 {
		text = "filed within " + plural(a.File, "day") + " of the answer, " + text
	}
	return Rule{"An appeal", text, a.Source}
}

// CalendarInfo is what a calendar says, to be read.
type CalendarInfo struct {
	Key, Name string
	Holidays  []models.Date // of the year asked for, those that would be worked
	Source
}

// CalendarInfos returns every calendar with its holidays of a year that do not
// fall on a weekend.
func (p *Policy) CalendarInfos(year int) []CalendarInfo {
	var all []CalendarInfo
	first := models.NewDate(year, 1, 1)
	for _, c := range p.data.Calendars {
		all = append(all, CalendarInfo{c.Key, c.Name, c.holidaysFrom(first, models.NewDate(year+1, 1, 1)), c.Source})
	}
	return all
}

// ReminderRules says who is reminded when, and of the other times of the
// service itself.
func (p *Policy) ReminderRules() []Rule {
	w := p.data.Workflow
	var all []Rule
	for _, t := range w.Reminders {
		var when string
		switch {
		case t.Percent != nil:
			when = fmt.Sprintf("When %d %% of the time is over", *t.Percent)
		case *t.DaysBefore == 0:
			when = "On the day it is due"
		default:
			when = plural(*t.DaysBefore, "day") + " before it is due"
		}
		all = append(all, Rule{What: when, Text: t.To.words()})
	}
	return append(all,
		Rule{What: "Every day once it is overdue", Text: w.Overdue.To.words()},
		Rule{What: fmt.Sprintf("Every day at %02d:00", w.DigestHour), Text: "a digest of what is open, to whom it belongs"},
		Rule{What: plural(w.VerifyReminderHours, "hour") + " after receipt", Text: "the requester, if the mailbox is not proved yet"},
		Rule{What: plural(w.ExpireUnverifiedDays, "day") + " after receipt", Text: "a request whose mailbox was never proved ends"})
}

func (r Recipients) words() string {
	return map[Recipients]string{ToAssignee: "whoever works on it", ToManagers: "managers", ToEveryone: "everyone who works on requests"}[r]
}
