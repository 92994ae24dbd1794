package certificate

import (
	"fmt"
	"strings"
	"time"

	"habeas/models"
)

// date is a day as people write it in the language of the words.
func date(t map[string]string, d models.Date) string {
	return written(t, d.Start(time.UTC))
}

// instant is a time as people write it there, on the clock of the organisation.
func instant(t map[string]string, at time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	at = at.In(zone)
	return fmt.Sprintf(t["instant"], written(t, at), at.Format("15:04"), at.Format("MST"))
}

// written is the day of an instant.
func written(t map[string]string, at time.Time) string {
	month := strings.Split(t["months"], "|")[at.Month()-1]
	return fmt.Sprintf(t["date"], at.Day(), month, at.Year())
}
