package policies

import (
	"fmt"
	"strconv"
	"strings"

	"habeas/models"
)

// long returns a date with its weekday: "Friday 2026-11-20".
func long(d models.Date) string { return d.Weekday().String() + " " + d.String() }

// plural returns "1 day", "2 days".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// String returns the length of the term: "45 calendar days".
func (t term) String() string {
	word := strings.ReplaceAll(strings.TrimSuffix(string(t.Unit), "s"), "_", " ")
	return plural(t.Within, word)
}

// holidays returns days off as a phrase: "26 and 27 November, holidays".
func holidays(days []models.Date) string {
	parts := make([]string, len(days))
	for i, d := range days {
		parts[i] = strconv.Itoa(d.Day())
		if i+1 == len(days) || days[i+1].Month() != d.Month() {
			parts[i] += " " + d.Month().String()
		}
	}
	if len(parts) == 1 {
		return parts[0] + ", a holiday"
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last] + ", holidays"
}

// space returns a sentence ready to follow another.
func space(sentence string) string {
	if sentence == "" {
		return ""
	}
	return " " + sentence
}

func earlier(a, b models.Date) models.Date {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b models.Date) models.Date {
	if b.After(a) {
		return b
	}
	return a
}
