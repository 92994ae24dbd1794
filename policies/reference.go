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
	Condition     string
	Rules         []Rule
	ByType        []TypeRules
	ComplainTo    []string
	NeverDisclose []string
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
		all = append(all, r.info(locale))
	}
	return all
}

func (r *regime) info(locale string) RegimeInfo {
	b := RegimeInfo{
		Key: r.Key, Name: r.Name.In(locale), Promise: r.Promise, Where: r.Where, AppliesFrom: r.AppliesFrom,
		Condition: r.Condition, ComplainTo: r.ComplainTo,
	}
	if !slices.Contains(r.Types, "*") {
		b.Types = r.Types
	}
	b.Rules = append([]Rule{{"The clock", "starts on receipt; the day itself is not counted", r.Start}}, r.terms.rules()...)
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
	for _, kind := range sortedTypes(r.ByType) {
		b.ByType = append(b.ByType, TypeRules{kind, r.ByType[kind].rules()})
	}
	return b
}

func sortedTypes(m map[models.RequestType]terms) []models.RequestType {
	var all []models.RequestType
	for kind := range m {
		all = append(all, kind)
	}
	slices.Sort(all)
	return all
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

// ReasonInfo is a reason to refuse, to be read.
type ReasonInfo struct{ Code, Title, Citation string }

// ReasonsOf returns the reasons for which a type may be refused, with the
// citation that holds where no regime has its own.
func (p *Policy) ReasonsOf(t models.RequestType, locale string) []ReasonInfo {
	var all []ReasonInfo
	for _, r := range p.Reasons(t, nil, locale) {
		all = append(all, ReasonInfo{r.Code, r.Title, r.Citation})
	}
	return all
}
