package notifications

import (
	"strings"
	"time"

	"habeas/models"
)

// language is what the templates of one locale cannot say themselves.
type language struct {
	weekdays [7]string
	months   [12]string
	on       string // a date: weekday W, day D, month M, year Y
	at       string // an instant: date D, time T, zone Z
	words    map[string]string
	days     func(left int) string
	list     func(items []string) string
	greeting func(name string) string
}

// languages by locale, in lower case: the names of the template folders.
func languages() map[string]language {
	return map[string]language{defaultLocale: english()}
}

// dateWords returns a date for people, such as "Friday 20 November 2026", and
// "" for no date.
func (l language) dateWords(d models.Date) string {
	if d.IsZero() {
		return ""
	}
	return strings.NewReplacer("{W}", l.weekdays[d.Weekday()], "{M}", l.months[d.Month()-1],
		"{D}", itoa(d.Day()), "{Y}", itoa(d.Year())).Replace(l.on)
}

// instantWords returns an instant for people, with its zone, and "" for the
// zero one.
func (l language) instantWords(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(zone)
	return strings.NewReplacer("{D}", l.dateWords(models.DateOf(t, zone)), "{T}", t.Format("15:04"),
		"{Z}", zoneName(t)).Replace(l.at)
}

// zoneName is the abbreviation of t's zone, or its offset where it has none.
func zoneName(t time.Time) string {
	name := t.Format("MST")
	if strings.ContainsAny(name, "+-0123456789") {
		return "UTC" + t.Format("-07:00")
	}
	return name
}

// word returns what people call a code, or the code itself without underscores
// for one that is data of a policy.
func (l language) word(kind, code string) string {
	if w, ok := l.words[kind+" "+code]; ok {
		return w
	}
	return strings.ReplaceAll(code, "_", " ")
}
