package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"habeas/models"
)

// eventLine writes the canonical form of an event, which has no line break, as
// one line.
func eventLine(s *sink, body []byte) error {
	s.buf = append(s.buf, body...)
	s.buf = append(s.buf, '\n')
	return s.endRow()
}

// eventRows writes events for people and their spreadsheets. It holds nothing
// that the canonical form does not.
type eventRows struct {
	codes []string // scratch, as all below
	keys  []string
	json  []byte
	hash  []byte
}

// write writes the columns of one event. They are explained, in this order, in
// docs/exports.md.
func (x *eventRows) write(c *csvTable, e *models.Event, canonical []byte) {
	c.text("id", e.ID)
	c.text("reference", e.Reference)
	c.number("version", e.Version)
	c.instant("at", e.At)
	c.text("kind", string(e.Kind))
	c.text("actor_kind", string(e.Actor.Kind))
	c.text("actor_id", e.Actor.ID)
	c.text("actor_role", string(e.Actor.Role))
	c.text("from", string(e.From))
	c.text("to", string(e.To))
	c.text("policy_version", e.Policy)
	x.change(c, &e.Change)
	c.bytes("detail", x.detail(e.Detail))
	c.bytes("sha256", x.digest(canonical))
}

// change writes what the event set; a cell is empty where it set nothing.
func (x *eventRows) change(c *csvTable, ch *models.Change) {
	var deadline models.Deadline
	var level models.Level
	var outcome models.Outcome
	if ch.Initial != nil {
		deadline, level, outcome = ch.Initial.Deadline, ch.Initial.Level, ch.Initial.Outcome
	}
	if ch.Deadline != nil {
		deadline = *ch.Deadline
	}
	if ch.Level != nil {
		level = *ch.Level
	}
	x.codes = x.codes[:0]
	for _, p := range []*models.Proposal{ch.Proposal, ch.Decision} {
		if p != nil {
			outcome = p.Outcome
			x.codes = appendReasons(x.codes, p.Reasons, p.Items)
		}
	}
	if ch.Outcome != nil {
		outcome = *ch.Outcome
	}
	c.date("acknowledge_on", deadline.AcknowledgeOn)
	c.date("respond_on", deadline.RespondOn)
	c.list("reason_codes", x.codes)
	c.text("outcome", string(outcome))
	c.text("level", string(level))
}

// detail returns the details as a JSON object with sorted keys, or nothing.
// A semicolon is escaped, so that no spreadsheet splits the cell there; the
// JSON means the same.
func (x *eventRows) detail(d map[string]string) []byte {
	if len(d) == 0 {
		return nil
	}
	x.keys = x.keys[:0]
	for k := range d {
		x.keys = append(x.keys, k)
	}
	slices.Sort(x.keys)
	x.json = append(x.json[:0], '{')
	for i, k := range x.keys {
		if i > 0 {
			x.json = append(x.json, ',')
		}
		x.json = appendJSON(x.json, k)
		x.json = append(x.json, ':')
		x.json = appendJSON(x.json, d[k])
	}
	x.json = append(x.json, '}')
	if bytes.IndexByte(x.json, ';') >= 0 {
		x.json = bytes.ReplaceAll(x.json, []byte(";"), []byte(`\u003b`))
	}
	return x.json
}

func (x *eventRows) digest(canonical []byte) []byte {
	sum := sha256.Sum256(canonical)
	x.hash = hex.AppendEncode(x.hash[:0], sum[:])
	return x.hash
}
