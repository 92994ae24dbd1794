package cases

import (
	"context"
	"errors"
	"time"

	"habeas/models"
)

// What is counted of a source of mail, within an hour of the clock.
const (
	sourceKept     = "mail kept from "  // messages that it handed over
	sourceRequests = "requests mailed " // those that a request is to be made of
)

// CountMail counts a message that a source wants to hand over now, and reports
// whether it is more than so many this hour.
func (s *Inbox) CountMail(ctx context.Context, source string, most int) (over bool, err error) {
	return s.hourFull(ctx, sourceKept+source, most, s.now())
}

// CountMailedRequest counts a message that a request is to be made of, in the
// hour in which it was received, and reports whether that is more than so many
// of its source. A run after a crash counts it twice, which does no harm.
func (s *Inbox) CountMailedRequest(ctx context.Context, m models.ReceivedMail, most int) (over bool, err error) {
	return s.hourFull(ctx, sourceRequests+m.Source, most, m.ReceivedAt)
}

func (s *core) hourFull(ctx context.Context, scope string, most int, at time.Time) (bool, error) {
	err := s.Store.CountHour(ctx, scope, most, at)
	if errors.Is(err, models.ErrHourFull) {
		return true, nil
	}
	return false, err
}
