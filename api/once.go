package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"habeas/accounts"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

const (
	keyHeader      = "Idempotency-Key"
	replayedHeader = "Idempotent-Replayed"
	longestKey     = 255
)

// onceOnly runs a call once under its Idempotency-Key, if it has one. The
// answer was stored in the transaction of the command, so a key seen before is
// answered again, and one whose first run raced with this is read anew.
func (a *API) onceOnly(c *call, r *Route, sum []byte, run func() error, again func(stored []byte) error) error {
	key := c.Request().Header.Get(keyHeader)
	if r.once == never || key == "" {
		return run()
	}
	if err := checkKey(c); err != nil {
		return err
	}
	ctx := c.Request().Context()
	c.once = &models.Once{Scope: c.scope(), Key: key, BodyHash: sum}
	answered, end, err := a.Service.Cases.Begin(ctx, c.once)
	defer end()
	if err != nil {
		return err
	}
	if answered == nil {
		err = run()
		if models.CodeOf(err) != models.CodeInFlight {
			return err
		}
		if answered, _ = a.Service.Cases.Answered(ctx, c.once); answered == nil {
			return err
		}
	}
	c.Response().Header().Set(replayedHeader, "true")
	if r.once == asIsAt {
		c.once, c.repeated = nil, true
		return run()
	}
	c.once = answered
	return again(answered.Answer)
}

func checkKey(c *call) error {
	keys := c.Request().Header.Values(keyHeader)
	odd := func(r rune) bool { return r > unicode.MaxASCII || unicode.IsControl(r) }
	if len(keys) > 1 || len(keys[0]) > longestKey || strings.ContainsFunc(keys[0], odd) {
		return models.Errorf(models.CodeMalformed, "the header %s takes one key of at most %d ASCII characters", keyHeader, longestKey)
	}
	return nil
}

// scope keeps the keys of different senders apart.
func (c *call) scope() string {
	switch {
	case c.who.TokenID != "":
		return c.who.TokenID
	case c.subject.ID != "":
		return c.subject.ID
	}
	return "public"
}

// replay writes a stored answer again, with the header that belongs to it.
func replay[Out any](c *call, r *Route, stored []byte, out *Out) error {
	if err := json.Unmarshal(stored, out); err != nil {
		return fmt.Errorf("reading the answer stored under an idempotency key: %w", err)
	}
	return respond(c, r, *out)
}

// option is how a command is run: under the call's idempotency key, with what
// the decision comes to as its stored answer.
func (c *call) option(status int, view func(workflows.Decision) any) cases.Option {
	return cases.Option{Once: c.once, Answer: func(d workflows.Decision) (int, []byte, error) {
		body, err := json.Marshal(view(d))
		if err != nil {
			return 0, nil, fmt.Errorf("writing the answer: %w", err)
		}
		return status, body, nil
	}}
}

// remembered is how a register keeps its answer under the call's idempotency
// key.
func remembered[T, View any](c *call, view func(T) View) accounts.Remembered[T] {
	return accounts.Remembered[T]{Once: c.once, Answer: func(v T) (err error) {
		c.once.Status = http.StatusCreated
		c.once.Answer, err = json.Marshal(view(v))
		return err
	}}
}

// nothing is an input without fields, or an answer that says nothing: {}.
type nothing struct{}
