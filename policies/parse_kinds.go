package policies

import (
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"habeas/models"
)

// readKind checks a value of one kind of field and returns it cleaned. What is
// wrong goes to the reader; the result then does not matter.
type readKind func(r *reader, f *Field, path string, value any) any

// Limits in characters, where a field sets none.
const (
	maxLine = 500
	maxURL  = 2048
	maxMail = 254 // RFC 5321 § 4.5.3.1.3, without the angle brackets
)

func readText(r *reader, f *Field, path string, value any) any {
	return r.text(path, value, limit(f, maxLine), false)
}

func readLongText(r *reader, f *Field, path string, value any) any {
	return r.text(path, value, limit(f, maxDetails), true)
}

func readChoice(r *reader, f *Field, path string, value any) any {
	s := r.text(path, value, maxLine, false)
	if _, ok := f.choice(s); !ok {
		r.bad(path, "choice", "must be one of %s", strings.Join(f.values(), ", "))
	}
	return s
}

func readChoices(r *reader, f *Field, path string, value any) any {
	return r.list(path, value, func(at string, entry any) any { return readChoice(r, f, at, entry) })
}

func readURL(r *reader, f *Field, path string, value any) any {
	s := r.text(path, value, limit(f, maxURL), false)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		r.bad(path, "invalid", "must be the address of a page, beginning with https://")
	}
	return s
}

func readURLs(r *reader, f *Field, path string, value any) any {
	return r.list(path, value, func(at string, entry any) any { return readURL(r, f, at, entry) })
}

func readDate(r *reader, f *Field, path string, value any) any {
	s := r.text(path, value, maxLine, false)
	d, err := models.ParseDate(s)
	switch {
	case err != nil:
		r.bad(path, "invalid", "must be a date of the form YYYY-MM-DD")
	case f.Past && d.After(r.today):
		r.bad(path, "future", "must not be a day that is still to come")
	}
	return s
}

func readYear(r *reader, f *Field, path string, value any) any {
	year := math.NaN()
	switch v := value.(type) {
	case float64:
		year = v
	case int:
		year = float64(v)
	case json.Number:
		year, _ = v.Float64()
	case string:
		if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
			year = float64(n)
		}
	}
	if !(year >= 1900 && year <= 2200) || year != math.Trunc(year) {
		r.bad(path, "invalid", "must be a year of four digits")
		return 0
	}
	if f.Past && int(year) > r.today.Year() {
		r.bad(path, "future", "must not be a year that is still to come")
	}
	return int(year)
}

func readBoolean(r *reader, _ *Field, path string, value any) any {
	if b, ok := value.(bool); ok {
		return b
	}
	switch value {
	case "true", "on", "yes":
		return true
	case "false", "off", "no":
		return false
	}
	r.bad(path, "invalid", "must be true or false")
	return false
}

func readEmail(r *reader, f *Field, path string, value any) any {
	s := r.text(path, value, limit(f, maxMail), false)
	local, domain, ok := strings.Cut(s, "@")
	strange := func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(`@<>,;:"()[]\`, c) }
	if !ok || local == "" || !strings.Contains(domain, ".") || strings.ContainsFunc(local+domain, strange) {
		r.bad(path, "invalid", "must be an email address")
	}
	return s
}

// readerOf returns the function that reads a kind of field, and whether there
// is such a kind.
func readerOf(k Kind) (readKind, bool) {
	read, ok := map[Kind]readKind{
		KindText: readText, KindLongText: readLongText, KindChoice: readChoice, KindChoices: readChoices,
		KindURL: readURL, KindURLs: readURLs, KindDate: readDate, KindYear: readYear,
		KindBoolean: readBoolean, KindEmail: readEmail, KindCorrections: readCorrections,
	}[k]
	return read, ok
}
