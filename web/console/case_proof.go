package console

import "habeas/models"

// proof is how sure we are of the person, and how sure we have to be.
type proof struct {
	Level, Need string
	NeedKey     models.Level
	Enough      bool
	Steps       []proofStep // what was done to be sure
	Unreachable bool
	Unsent      string // why nobody has written to the requester; "" where somebody has
}

type proofStep struct {
	Text, By string
	At       models.Date
}

func (d *desk) proof() proof {
	q := d.c.Request
	need := models.LevelNone
	if kind, ok := d.policy.TypeOf(q.Facts); ok {
		need = kind.Level(q.DataClass)
	}
	p := proof{
		Level: word(levelWords(), q.Level), Need: word(levelWords(), need), NeedKey: need,
		Enough: q.Level.Covers(need), Unreachable: q.Unreachable,
	}
	if q.Unsent != "" && q.State != models.StateClosed {
		p.Unsent = word(unsentWords(), q.Unsent)
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
			p.Steps = append(p.Steps, proofStep{text, d.actor(e.Actor), on})
		}
	}
	return p
}
