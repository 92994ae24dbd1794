package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"habeas/intake"
	"habeas/internal/server"
	"habeas/models"
)

const (
	// roomWait is how long a post waits for room. SNS hangs up after 15 seconds.
	roomWait = 5 * time.Second
	// hookPiece is how many bytes of a body have to come within Limits.Piece:
	// 26 KiB in a second, which every line has.
	hookPiece = 256 << 10
)

// errUnfinished refuses a body that did not come to its end, or too slowly. It
// is to come again: SNS takes whatever is below 500 for the last word.
var errUnfinished = models.Errorf(models.CodeUnavailable, "the body did not come to its end in time; send it again")

// known reads the body of who has shown the key of a hook, once there is room
// for all of it.
func (a *API) known(c *call, most int64) ([]byte, *intake.Reservation, error) {
	size := c.Request().ContentLength
	if size < 0 {
		size = most
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), roomWait)
	defer cancel()
	stay, err := a.Mail.Room.Reserve(ctx, min(size, most))
	if err != nil {
		return nil, nil, err
	}
	body, err := a.paced(c, most, func(int64) error { return nil })
	if err != nil {
		stay.Release()
		return nil, nil, err
	}
	return body, stay, nil
}

// guest reads the body of who has shown nothing yet, since the proof is of the
// body too. It takes room as bytes come, whatever size was declared, and gives
// way to others. One that never ends counts like a wrong proof.
func (a *API) guest(c *call, most int64) ([]byte, *intake.Reservation, error) {
	control := http.NewResponseController(c.Response())
	stay := a.Mail.Room.Evictable(func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })
	body, err := a.paced(c, most, stay.Grow)
	if settled := stay.Settle(); settled != nil {
		err = settled
	}
	if err == nil {
		return body, stay, nil
	}
	stay.Release()
	if errors.Is(err, errUnfinished) {
		if limited := a.limiters.take(limitForged, server.Network(c.RealIP())); limited != nil {
			return nil, nil, limited
		}
	}
	return nil, nil, err
}

// paced reads a body piece by piece, each within its time, after it asked for
// memory for it.
func (a *API) paced(c *call, most int64, ask func(n int64) error) ([]byte, error) {
	req := c.Request()
	if req.ContentLength > most {
		return nil, tooLarge(most)
	}
	declared := cmp.Or(max(req.ContentLength, 0), most)
	var refused error
	in := server.Paced(c.Response(), req, most, server.Pace{Piece: hookPiece, Within: a.Limits.Piece, Whole: a.Limits.Long, Work: a.Limits.Long},
		func(n int64) error {
			n = min(n, declared)
			declared -= n
			if n > 0 {
				refused = ask(n)
			}
			return refused
		})
	body, err := io.ReadAll(in)
	switch {
	case refused != nil:
		return nil, refused
	case err == nil:
		return body, nil
	case models.CodeOf(unreadable(err, most)) == models.CodeTooLarge:
		return nil, tooLarge(most)
	}
	return nil, errUnfinished
}

// fetched gets a message once there is room for the largest, and then has as much
// as it needs.
func fetched(ctx context.Context, d intake.Delivery, stay *intake.Reservation) ([]byte, error) {
	waiting, cancel := context.WithTimeout(ctx, roomWait)
	defer cancel()
	if err := stay.Resize(waiting, d.Most); err != nil {
		return nil, err
	}
	raw, err := d.Fetch(ctx)
	if err != nil {
		return nil, err
	}
	return raw, stay.Resize(ctx, int64(len(raw)))
}
