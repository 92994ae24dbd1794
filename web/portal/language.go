package portal

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas/models"
)

// tags are the languages that pages are written in, the first for everybody
// else.
func tags() []string { return []string{"en", "de", "fr", "es"} }

// tongue is how a page speaks: its language, and whether the visitor chose it,
// in which case the choice goes along on every link. No cookie keeps it.
type locale struct {
	tag    string
	chosen bool
}

// localeOf returns the language of a request: the one chosen by ?lang=, or else
// the one its browser likes best of ours.
func localeOf(r *http.Request) locale {
	if chosen := r.URL.Query().Get("lang"); slices.Contains(tags(), chosen) {
		return locale{chosen, true}
	}
	return locale{preferred(r.Header.Get("Accept-Language")), false}
}

// preferred reads an Accept-Language header (RFC 9110 § 12.5.4): of languages
// that are liked as much the first wins, and a dialect counts as its language.
func preferred(header string) string {
	best, most := tags()[0], 0.0
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		name, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(name)), "-")
		liked := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q="); ok {
			liked, _ = strconv.ParseFloat(q, 64)
		}
		if slices.Contains(tags(), name) && liked > most {
			best, most = name, liked
		}
	}
	return best
}

// href returns the address of another page of ours, in the language chosen.
func (t locale) href(path string) string {
	if !t.chosen {
		return path
	}
	path, fragment, cut := strings.Cut(path, "#")
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	path += joint + "lang=" + t.tag
	if cut {
		path += "#" + fragment
	}
	return path
}

// choice is the language chosen, for forms that ask by GET.
func (t locale) choice() string {
	if t.chosen {
		return t.tag
	}
	return ""
}

// date returns a day for people, such as "Friday 20 November 2026", and "" for
// no day.
func (l *catalogue) date(d models.Date) string {
	if d.IsZero() {
		return ""
	}
	day := strconv.Itoa(d.Day())
	if d.Day() == 1 {
		day = l.words["date.first"]
	}
	return strings.NewReplacer(
		"{weekday}", l.part("date.weekdays", int(d.Weekday())), "{month}", l.part("date.months", int(d.Month())-1),
		"{day}", day, "{year}", strconv.Itoa(d.Year()),
	).Replace(l.words["date.on"])
}

// moment returns an instant for people, in a zone that it names.
func (l *catalogue) moment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return strings.NewReplacer("{date}", l.date(models.DateOf(t, zone)), "{time}", t.Format("15:04"), "{zone}", zoneName(t)).
		Replace(l.words["date.at"])
}

// zoneName is the abbreviation of t's zone, or its offset where it has none.
func zoneName(t time.Time) string {
	name := t.Format("MST")
	if strings.ContainsAny(name, "+-0123456789") {
		return "UTC" + t.Format("-07:00")
	}
	return name
}

// part returns one of the words that a key lists.
func (l *catalogue) part(key string, no int) string {
	all := strings.Split(l.words[key], "|")
	return all[no%len(all)]
}
