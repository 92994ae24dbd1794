package console

import (
	"cmp"

	"habeas/models"
)

// proof is how sure we are of the person, and how sure we have to be.
type proof struct {
	Level, Need string
	NeedKey     models.Level
	Enough      bool
	Steps       []proofStep // what was done to be sure
	// Authority is how sure we are that whoever asks may do so for the person; ""
	// where they ask for themselves, or an agent asks, who gets nothing.
	Authority   string
	Authorised  bool
	Unreachable bool
	Suppressed  string // why nobody has written to the requester; "" where somebody has
}

type proofStep struct {
	Text, By string
	At       models.Date
}

func (d *caseView) proof() proof {
	q := d.c.Request
	need := models.LevelNone
	if kind, ok := d.policy.TypeOf(q.Facts); ok {
		need = kind.Level(q.DataClass)
	}
	p := proof{
		Level: word(levelWords(), q.Level), Need: word(levelWords(), need), NeedKey: need,
		Enough: q.Level.Covers(need), Unreachable: q.Unreachable,
	}
	if q.Claimed() && need != models.LevelNone {
		held := cmp.Or(q.Authority, models.LevelNone)
		p.Authority, p.Authorised = word(levelWords(), held), held.Covers(need)
		p.Enough = p.Enough && p.Authorised
	}
	if q.Suppressed != "" && q.State != models.StateClosed {
		p.Suppressed = word(suppressionWords(), q.Suppressed)
	}
	for _, e := range d.events {
		on := models.DateOf(e.At, d.Zone)
		switch e.Kind { //nolint:exhaustive // the rest proves nothing
		case models.EventMailboxProved:
			p.Steps = append(p.Steps, proofStep{"The mailed code was typed", d.actor(e.Actor), on})
		case models.EventVerified:
			text := word(methodWords(), e.Detail["method"])
			if e.Change.Level != nil {
				text += ": " + word(levelWords(), *e.Change.Level)
			}
			if e.Change.Authority != nil {
				text = "That they may act for the person: " + text + ": " + word(levelWords(), *e.Change.Authority)
			}
			p.Steps = append(p.Steps, proofStep{text, d.actor(e.Actor), on})
		}
	}
	return p
}
