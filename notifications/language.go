package notifications

import (
	"strings"
	"time"

	"habeas/models"
)

// language is what the templates of one locale cannot say themselves.
type language struct {
	name     string // of the language, in itself
	weekdays [7]string
	months   [12]string
	on       string            // a date: weekday W, day D, month M, year Y
	first    string            // the first day of a month, where it is no plain number
	at       string            // an instant: date D, time T, zone Z
	clock    string            // a time, as a layout of package time
	zones    map[string]string // abbreviations of time zones that differ from the English ones
	words    map[string]string
	days     func(left int) string
	list     func(items []string) string
	greeting func(name string) string
}

// languages by locale, in lower case: the names of the template folders.
func languages() map[string]language {
	return map[string]language{defaultLocale: english(), "de": german(), "es": spanish(), "fr": french()}
}

// dateWords returns a date for people, such as "Friday 20 November 2026", and
// "" for no date.
func (l language) dateWords(d models.Date) string {
	if d.IsZero() {
		return ""
	}
	return strings.NewReplacer("{W}", l.weekdays[d.Weekday()], "{M}", l.months[d.Month()-1],
		"{D}", l.day(d.Day()), "{Y}", itoa(d.Year())).Replace(l.on)
}

func (l language) day(n int) string {
	if n == 1 && l.first != "" {
		return l.first
	}
	return itoa(n)
}

// instantWords returns an instant for people, with its zone, and "" for the
// zero one.
func (l language) instantWords(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(zone)
	return strings.NewReplacer("{D}", l.dateWords(models.DateOf(t, zone)), "{T}", t.Format(l.clock),
		"{Z}", l.zoneName(t)).Replace(l.at)
}

// zoneName is the abbreviation of t's zone, or its offset where it has none.
func (l language) zoneName(t time.Time) string {
	name := t.Format("MST")
	if own, ok := l.zones[name]; ok {
		return own
	}
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

// joinList joins all but the last item with commas.
func joinList(items []string, and string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + and + items[last]
}
