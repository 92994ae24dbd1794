package workflows

import (
	"time"

	"habeas/models"
)

// Limits on the codes that are mailed for one request. Anybody can ask for them
// who knows the reference, so those that nobody typed have the smaller ones. The
// last one always stays good: whoever has the mail gets in.
const (
	CodeWindow      = time.Hour
	codesPerHour    = 10
	untypedPerHour  = 5
	untypedAtOnce   = 3 // within codesAtOnceTime
	codesAtOnceTime = 10 * time.Minute
)

// mayMailCode reports whether a further code may be mailed for a request that
// had these within CodeWindow, the newest first.
func mayMailCode(sent []models.MailedCode, now time.Time) bool {
	untyped, lately := 0, 0
	for _, c := range sent {
		if c.Used {
			break
		}
		untyped++
		if c.CreatedAt.After(now.Add(-codesAtOnceTime)) {
			lately++
		}
	}
	return len(sent) < codesPerHour && untyped < untypedPerHour && lately < untypedAtOnce
}
