package policies

import (
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"habeas/models"
)

// calendar says which days are not worked: Saturdays, Sundays and the public
// holidays of one place.
type calendar struct {
	Key     string        `json:"key"` // a place ("DE", "GB-SCT") or a name of its own
	Name    string        `json:"name"`
	Library string        `json:"library,omitempty"` // country of the holiday library to start from
	Days    []holiday     `json:"days,omitempty"`    // days that come every year
	Dates   []models.Date `json:"dates,omitempty"`   // single days
	Worked  []holiday     `json:"worked,omitempty"`  // days of the library that are worked all the same
	Note    string        `json:"note,omitempty"`    // what to know of a date that moves over its days off
	Source

	holidays, worked cal.Calendar
}

// holiday is a day that comes every year: a day of a month, the nth weekday of
// a month (-1 the last), or so many days from Easter Sunday.
type holiday struct {
	Name     string `json:"name"`
	Month    int    `json:"month,omitempty"`
	Day      int    `json:"day,omitempty"`
	Weekday  string `json:"weekday,omitempty"`
	Nth      int    `json:"nth,omitempty"`
	Plus     int    `json:"plus,omitempty"` // days after the nth weekday
	Easter   *int   `json:"easter,omitempty"`
	Orthodox bool   `json:"orthodox,omitempty"`
	Saturday int    `json:"saturday,omitempty"` // moved by so many days when it falls on a Saturday
	Sunday   int    `json:"sunday,omitempty"`   // the same for a Sunday
	From     int    `json:"from,omitempty"`     // first year
	Until    int    `json:"until,omitempty"`    // last year
}

// personCountry as the calendar of a regime means the calendar of the country,
// or the part of it, where the person lives.
const personCountry = "person_country"

// seat as the calendar of a regime means that of the place where the
// organisation acts, and personCountry where that is not configured.
const seat = "seat"

// prepare computes the library's form of the calendar.
func (c *calendar) prepare() {
	c.holidays, c.worked = cal.Calendar{}, cal.Calendar{}
	c.holidays.AddHoliday(library(c.Library)...)
	for _, d := range c.Days {
		c.holidays.AddHoliday(d.rule())
	}
	for _, d := range c.Worked {
		c.worked.AddHoliday(d.rule())
	}
	for _, d := range c.Dates {
		c.holidays.AddHoliday(&cal.Holiday{
			Month: d.Month(), Day: d.Day(),
			StartYear: d.Year(), EndYear: d.Year(), Func: cal.CalcDayOfMonth,
		})
	}
}

// holiday reports whether d is a public holiday, or the day one is observed.
func (c *calendar) holiday(d models.Date) bool {
	at := d.At(0, time.UTC)
	if worked, _, _ := c.worked.IsHoliday(at); worked {
		return false
	}
	actual, observed, _ := c.holidays.IsHoliday(at)
	return actual || observed
}

// works reports whether d is a business day.
func (c *calendar) works(d models.Date) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !c.holiday(d)
}

// addBusinessDays returns the nth business day after d.
func (c *calendar) addBusinessDays(d models.Date, n int) models.Date {
	for ; n > 0; n-- {
		d = c.nextWorkingDay(d.AddDays(1))
	}
	return d
}

// holidaysFrom returns the holidays from one date up to another that fall on
// what would be a working day.
func (c *calendar) holidaysFrom(d, to models.Date) []models.Date {
	var found []models.Date
	for ; d.Before(to); d = d.AddDays(1) {
		if !c.works(d) && (&calendar{}).works(d) {
			found = append(found, d)
		}
	}
	return found
}

// nextWorkingDay returns d, or the first business day after it.
func (c *calendar) nextWorkingDay(d models.Date) models.Date {
	for !c.works(d) {
		d = d.AddDays(1)
	}
	return d
}

// rule returns the library's form of the day.
func (h holiday) rule() *cal.Holiday {
	r := &cal.Holiday{Name: h.Name, Month: time.Month(h.Month), Day: h.Day, StartYear: h.From, EndYear: h.Until}
	switch {
	case h.Easter != nil:
		r.Offset, r.Julian, r.Func = *h.Easter, h.Orthodox, cal.CalcEasterOffset
	case h.Weekday != "":
		r.Weekday, r.Offset, r.CalcOffset, r.Func = weekdays()[h.Weekday], h.Nth, h.Plus, cal.CalcWeekdayOffset
	default:
		r.Func = cal.CalcDayOfMonth
	}
	if h.Saturday != 0 {
		r.Observed = append(r.Observed, cal.AltDay{Day: time.Saturday, Offset: h.Saturday})
	}
	if h.Sunday != 0 {
		r.Observed = append(r.Observed, cal.AltDay{Day: time.Sunday, Offset: h.Sunday})
	}
	return r
}

// weekdays returns the days of the week by their names in the policy files.
func weekdays() map[string]time.Weekday {
	m := map[string]time.Weekday{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		m[strings.ToLower(d.String())] = d
	}
	return m
}

// The library computes holidays in time.Local, where a midnight that a clock
// change leaves out moves a day; in UTC every midnight exists and every
// machine agrees.
func init() { //nolint:gochecknoinits // there is no other moment before its first use
	cal.DefaultLoc = time.UTC
}
