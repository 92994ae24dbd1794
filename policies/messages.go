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
//go:embed messages/*.json
var messageFiles embed.FS

// catalogue are the sentences of explanations, by language and key.
type catalogue map[string]map[string]string

// loadCatalogue reads the sentences. They are part of the program, and a test
// reads them all.
func loadCatalogue() catalogue {
	all := catalogue{}
	files, err := messageFiles.ReadDir("messages")
	if err != nil {
		panic(fmt.Sprintf("policies: embedded messages: %v", err))
	}
	for _, f := range files {
		content, err := messageFiles.ReadFile("messages/" + f.Name())
		if err != nil {
			panic(fmt.Sprintf("policies: embedded messages: %v", err))
		}
		messages := map[string]string{}
		if err := json.Unmarshal(content, &messages); err != nil {
			panic(fmt.Sprintf("policies: messages/%s: %v", f.Name(), err))
		}
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = messages
	}
	return all
}

// printer is a language to explain dates in.
type printer struct {
	locale   string
	messages map[string]string
	texts    map[string]Localized // of the policy's own, by their English
	forStaff bool                 // dates as 2026-11-20, and what nobody checked is said
}

// printer returns the locale's language, or English.
func (p *Policy) printer(locale string) printer {
	language, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	messages, ok := p.catalogue[language]
	if !ok {
		locale, messages = "en", p.catalogue["en"]
	}
	return printer{locale: locale, messages: messages, texts: p.texts}
}

func (p *Policy) staffPrinter() printer {
	t := p.printer("en")
	t.forStaff = true
	return t
}

// language is the locale without its region.
func (t printer) language() string {
	language, _, _ := strings.Cut(strings.ReplaceAll(t.locale, "_", "-"), "-")
	return language
}

// say returns a sentence with its placeholders filled: pairs of name and value.
func (t printer) say(key string, pairs ...string) string {
	text := t.messages[key]
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// count is say for a number of things, which it gives as {n}.
func (t printer) count(key string, n int, pairs ...string) string {
	if n == 1 {
		key += ".one"
	} else {
		key += ".other"
	}
	return t.say(key, append(pairs, "n", strconv.Itoa(n))...)
}

// notice returns a notice in the words for staff, or for the person.
func (t printer) notice(code NoticeCode, pairs ...string) string {
	key := "notice." + string(code)
	if !t.forStaff {
		key += ".person"
	}
	return t.say(key, pairs...)
}

// text is what a text of the policy says in the language, or its English.
func (t printer) text(english string) string {
	if messages, ok := t.texts[english]; ok {
		return messages.In(t.locale)
	}
	return english
}

// long returns a date with its weekday.
func (t printer) long(d models.Date) string {
	if t.forStaff {
		return d.Weekday().String() + " " + d.String()
	}
	return t.date("date.long", d)
}

// short returns a date without its weekday, "" for none.
func (t printer) short(d models.Date) string {
	switch {
	case d.IsZero():
		return ""
	case t.forStaff:
		return d.String()
	}
	return t.date("date.year", d)
}

func (t printer) date(form string, d models.Date) string {
	day := strconv.Itoa(d.Day())
	if d.Day() == 1 {
		day = t.messages["date.first"]
	}
	return t.say(form, "day", day, "year", strconv.Itoa(d.Year()),
		"weekday", t.part("date.weekdays", int(d.Weekday())), "month", t.part("date.months", int(d.Month())-1))
}

// part is one of the words that a text lists.
func (t printer) part(key string, i int) string {
	if all := strings.Split(t.messages[key], "|"); i < len(all) {
		return all[i]
	}
	return ""
}

// holidays returns days off as a phrase: "26 and 27 November, holidays".
func (t printer) holidays(days []models.Date) string {
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
		text = strings.Join(parts[:last], ", ") + t.messages["holidays.and"] + text
	}
	return t.count("holidays", len(days), "days", text)
}
