package policies

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"

	"habeas/models"
)

// The sentences of explanations, a file a language.
//
//go:embed words/*.json
var wordFiles embed.FS

// tongues are the sentences of explanations, by language and key.
type tongues map[string]map[string]string

// loadTongues reads the sentences. They are part of the program, and a test
// reads them all.
func loadTongues() tongues {
	all := tongues{}
	files, err := wordFiles.ReadDir("words")
	if err != nil {
		panic(fmt.Sprintf("policies: embedded words: %v", err))
	}
	for _, f := range files {
		content, err := wordFiles.ReadFile("words/" + f.Name())
		if err != nil {
			panic(fmt.Sprintf("policies: embedded words: %v", err))
		}
		words := map[string]string{}
		if err := json.Unmarshal(content, &words); err != nil {
			panic(fmt.Sprintf("policies: words/%s: %v", f.Name(), err))
		}
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = words
	}
	return all
}

// tongue is a language to explain dates in.
type tongue struct {
	locale   string
	words    map[string]string
	texts    map[string]Words // of the policy's own, by their English
	forStaff bool             // dates as 2026-11-20, and what nobody checked is said
}

// tongue returns the locale's language, or English.
func (p *Policy) tongue(locale string) tongue {
	language, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	words, ok := p.tongues[language]
	if !ok {
		locale, words = "en", p.tongues["en"]
	}
	return tongue{locale: locale, words: words, texts: p.texts}
}

func (p *Policy) staffTongue() tongue {
	t := p.tongue("en")
	t.forStaff = true
	return t
}

// Cited returns citations, joined by semicolons, as they are called in the
// locale's language. Laws keep their own names.
func (p *Policy) Cited(citations, locale string) string {
	in := p.tongue(locale)
	all := strings.Split(citations, "; ")
	for i, c := range all {
		all[i] = in.text(c)
	}
	return strings.Join(all, "; ")
}

// say returns a sentence with its placeholders filled: pairs of name and value.
func (t tongue) say(key string, pairs ...string) string {
	text := t.words[key]
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// count is say for a number of things, which it gives as {n}.
func (t tongue) count(key string, n int, pairs ...string) string {
	if n == 1 {
		key += ".one"
	} else {
		key += ".other"
	}
	return t.say(key, append(pairs, "n", strconv.Itoa(n))...)
}

// text is what a text of the policy says in the language, or its English.
func (t tongue) text(english string) string {
	if words, ok := t.texts[english]; ok {
		return words.In(t.locale)
	}
	return english
}

// long returns a date with its weekday.
func (t tongue) long(d models.Date) string {
	if t.forStaff {
		return d.Weekday().String() + " " + d.String()
	}
	return t.date("date.long", d)
}

// short returns a date without its weekday, "" for none.
func (t tongue) short(d models.Date) string {
	switch {
	case d.IsZero():
		return ""
	case t.forStaff:
		return d.String()
	}
	return t.date("date.year", d)
}

func (t tongue) date(form string, d models.Date) string {
	day := strconv.Itoa(d.Day())
	if d.Day() == 1 {
		day = t.words["date.first"]
	}
	return t.say(form, "day", day, "year", strconv.Itoa(d.Year()),
		"weekday", t.part("date.weekdays", int(d.Weekday())), "month", t.part("date.months", int(d.Month())-1))
}

// part is one of the words that a text lists.
func (t tongue) part(key string, i int) string {
	if all := strings.Split(t.words[key], "|"); i < len(all) {
		return all[i]
	}
	return ""
}

// holidays returns days off as a phrase: "26 and 27 November, holidays".
func (t tongue) holidays(days []models.Date) string {
	parts := make([]string, len(days))
	for i, d := range days {
		form := "date.number"
		if i+1 == len(days) || days[i+1].Month() != d.Month() {
			form = "date.month"
		}
		parts[i] = t.date(form, d)
	}
	last := len(parts) - 1
	text := parts[last]
	if last > 0 {
		text = strings.Join(parts[:last], ", ") + t.words["holidays.and"] + text
	}
	return t.count("holidays", len(days), "days", text)
}
