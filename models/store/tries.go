package store

import (
	"context"
	"errors"
	"time"

	"habeas/models"
)

// How wrong tries are slowed down, in seconds (security.md 3b).
const (
	longestWait = 15 * 60
	forgotten   = 15 * 60 // without a try, the count begins anew
	keepTries   = 24 * 60 * 60
	// inRow is added to the moment of a count that no quarter of an hour ends;
	// one that nobody added to for so long was nobody's account.
	inRow     = 1 << 40
	keepInRow = 90 * keepTries
)

// countTry counts one try and says when the next may come: at once while there
// are free ones, then after 2, 4, 8… seconds. Within the wait it changes no row.
const countTry = `UPDATE sign_in_tries SET
	until = CAST(? AS bigint) + CASE
		WHEN until + ? < ? OR tries + 1 < ? THEN 0
		WHEN tries + 1 - ? > 8 THEN ?
		ELSE 2 << (tries + 1 - ?)
	END,
	tries = CASE WHEN until + ? < ? THEN 1 ELSE tries + 1 END
	WHERE key = ? AND until <= ?`

// CountTries counts a try before it is looked at, so that parallel ones cannot
// outrun the count (T10). While one of the keys has to wait it counts nothing
// and is a CodeTooMany error that says how long; one that says nothing of it
// will not be looked at until something else forgives the key.
func (s *Store) CountTries(ctx context.Context, now time.Time, tries ...models.Tries) error {
	slow := models.Errorf(models.CodeTooMany, "too many wrong tries; wait a while")
	over := models.Errorf(models.CodeTooMany, "too many wrong tries in a row")
	at, p := now.Unix(), s.plan(ctx)
	p.exec("DELETE FROM sign_in_tries WHERE until < ? OR until BETWEEN ? AND ?", at-keepTries, int64(inRow), inRow+at-keepInRow)
	keys := make([][]byte, len(tries))
	for i, t := range tries {
		keys[i] = t.Key
		if t.Most > 0 {
			insertOne(p, triesRow{Key: t.Key, Until: inRow + at}, unlessThere("key"))
			p.exec("UPDATE sign_in_tries SET tries = tries + 1, until = ? WHERE key = ? AND tries < ?", inRow+at, t.Key, t.Most).must(over)
			continue
		}
		insertOne(p, triesRow{Key: t.Key, Until: at}, unlessThere("key"))
		p.exec(countTry, at, forgotten, at, t.Free, t.Free, longestWait, t.Free, forgotten, at, t.Key, at).must(slow)
	}
	err := s.run(ctx, p)
	if models.CodeOf(err) != models.CodeTooMany || errors.Is(err, over) {
		return err
	}
	var until []int64
	if err := s.read(ctx).Model(&triesRow{}).Where("key IN ? AND until < ?", keys, int64(inRow)).Order("until DESC").Limit(1).Pluck("until", &until).Error; err != nil {
		return fault(err)
	}
	if len(until) > 0 {
		slow.After = time.Duration(max(1, until[0]-at)) * time.Second
	}
	return slow
}

type triesRow struct {
	Key   []byte
	Tries int
	Until int64
}

func (triesRow) TableName() string { return "sign_in_tries" }
