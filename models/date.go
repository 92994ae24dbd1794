package models

import (
	"fmt"
	"time"
)

// Date is a civil date: a day in the organisation's calendar, without a time
// zone. Deadlines are dates; the instant at which one ends is End's business.
// The zero Date means "none".
type Date struct {
	year  int
	month time.Month
	day   int
}

// NewDate returns the civil date y-m-d; values out of range are normalised as
// time.Date does.
func NewDate(y int, m time.Month, d int) Date {
	return DateOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.UTC)
}

// DateOf returns the day that the instant t falls on in zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD (RFC 3339 full-date); anything else is a
// CodeInvalid error.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || len(s) != len(time.DateOnly) {
		return Date{}, Errorf(CodeInvalid, "%q is not a date of the form YYYY-MM-DD", s)
	}
	return DateOf(t, time.UTC), nil
}

// Year returns the year.
func (d Date) Year() int { return d.year }

// Month returns the month.
func (d Date) Month() time.Month { return d.month }

// Day returns the day of the month.
func (d Date) Day() int { return d.day }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight(time.UTC).Weekday() }

// AddDays returns the date n calendar days later (earlier, if n is negative).
func (d Date) AddDays(n int) Date { return NewDate(d.year, d.month, d.day+n) }

// AddMonths returns the same day n months later, clamped to that month's last
// day: time.AddDate would turn 31 January plus one month into 3 March, while
// Regulation 1182/71 Art. 3(2)(c) ends the period on the month's last day.
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.year, d.month+time.Month(n), 1)
	last := NewDate(first.year, first.month+1, 0)
	return Date{first.year, first.month, min(d.day, last.day)}
}

// Before reports whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After reports whether d is a later day than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// Compare returns -1, 0 or +1 as d is before, on or after o.
func (d Date) Compare(o Date) int { return d.midnight(time.UTC).Compare(o.midnight(time.UTC)) }

// DaysSince returns the number of calendar days from o to d.
func (d Date) DaysSince(o Date) int {
	return int(d.midnight(time.UTC).Sub(o.midnight(time.UTC)) / (24 * time.Hour))
}

// At returns the instant at which the clock in zone shows hour:00 on d.
func (d Date) At(hour int, zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, hour, 0, 0, 0, zone).UTC()
}

// Start returns the first instant of d in zone, in UTC. It is not always
// midnight: where clocks go forward then the day begins at one, and where they
// go back to it the first of two midnights is meant.
func (d Date) Start(zone *time.Location) time.Time {
	before := d.AddDays(-1).At(12, zone).In(zone)
	_, changed := before.ZoneBounds()
	start := d.midnightAt(before)
	if changed.IsZero() || changed.After(start) {
		return start
	}
	if start = d.midnightAt(changed); start.Before(changed) {
		return changed.UTC()
	}
	return start
}

// midnightAt is when a clock that runs as it did at t shows midnight.
func (d Date) midnightAt(t time.Time) time.Time {
	_, offset := t.Zone()
	return d.midnight(time.UTC).Add(-time.Duration(offset) * time.Second)
}

// End returns the last whole second of d in zone, in UTC. It is counted back
// from the next midnight, so days of 23 or 25 hours end when they should.
func (d Date) End(zone *time.Location) time.Time {
	return d.AddDays(1).midnight(zone).Add(-time.Second).UTC()
}

func (d Date) midnight(zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone)
}

// String returns YYYY-MM-DD, or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// MarshalText writes String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote; empty text is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
