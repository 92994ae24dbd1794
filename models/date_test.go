package models_test

import (
	"testing"
	"time"

	"habeas/models"
)

func TestADayStartsWhereTheOneBeforeEnds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Havana", "Asia/Beirut", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Chatham"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := models.NewDate(2015, 1, 1); d.Year() < 2028; d = d.AddDays(1) {
			start := d.Start(zone)
			if got := models.DateOf(start, zone); got != d {
				t.Errorf("%s: %s begins on %s (%s)", name, d, got, start.In(zone))
			}
			if got := models.DateOf(start.Add(-time.Nanosecond), zone); got != d.AddDays(-1) {
				t.Errorf("%s: before %s begins it is %s (%s)", name, d, got, start.In(zone))
			}
		}
	}
}
