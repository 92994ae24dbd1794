package workflows

import (
	"slices"
	"strings"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/policies"
)

// merge closes the request as a duplicate, once another person approves where
// that is wanted.
func (d *decider) merge(c Merge) error {
	if err := required("into", c.Into.ID); err != nil {
		return err
	}
	verdict, err := d.gate(Act{Command: CommandMerge, Into: c.Into})
	if err != nil {
		return err
	}
	if verdict == WantsSecond {
		d.propose(models.Proposal{Outcome: models.OutcomeDuplicate, Into: c.Into.Reference})
		return nil
	}
	return d.mergeInto(models.EventMerged, c.Target, models.Change{})
}

// unmergeable says why a request cannot be merged into another, as a code and
// in words: what would be lost by it, or shown to whom.
func unmergeable(rules Rules, r, into models.Request) (code, why string) {
	asked, known := rules.TypeOf(r.Facts)
	switch {
	case into.ID == r.ID:
		return "same", "is this request itself"
	case into.State == models.StateClosed:
		return "closed", "is closed"
	case r.Appeal.No+into.Appeal.No > 0:
		return "appeal", "an appeal is decided by itself"
	case r.Mailbox() == "" || !mailaddr.Same(into.Mailbox(), r.Mailbox()) || !samePerson(r, into):
		return "person", "is another person's"
	case !into.Level.Covers(r.Level) || !into.Authority.Covers(r.Authority):
		return "level", "is proved less well than this one"
	case !into.AsksForAll(r.Facts):
		return "type", "is of another type: merging would lose a right"
	case !known || !asked.Level(into.DataClass).Covers(asked.Level(r.DataClass)):
		return "data_class", "asks for less: merging would lose a right"
	case narrower(into, r) || slices.ContainsFunc(r.Facts.Items, func(i models.ItemFacts) bool { return !covers(asked, into, r, i) }):
		return "items", "does not ask for all that this one does: merging would lose a right"
	case slices.ContainsFunc(r.Deadline.Regimes, func(law string) bool { return !slices.Contains(into.Deadline.Regimes, law) }):
		return "regimes", "is under fewer laws: merging would lose a right"
	}
	return "", ""
}

// samePerson reports whether two requests of one mailbox are about one person: a
// parent may ask for several children.
func samePerson(a, b models.Request) bool {
	if a.Capacity != b.Capacity {
		return false
	}
	return a.Capacity == models.CapacitySelf || strings.EqualFold(strings.TrimSpace(a.Person.Name), strings.TrimSpace(b.Person.Name))
}

// covers reports whether a request asks for an item of another. Where a choice
// is left empty, everything is asked for.
func covers(kind *policies.Type, into, r models.Request, item models.ItemFacts) bool {
	some := false
	for _, i := range into.Facts.Items {
		some = some || i.Kind == item.Kind
		if i.Kind == item.Kind && i.Code == item.Code && itemWords(into, i) == itemWords(r, item) {
			return true
		}
	}
	field, ok := kind.Field(item.Kind)
	return !some && ok && field.Kind == policies.KindChoices
}

// itemWords are what was typed of an item.
func itemWords(r models.Request, item models.ItemFacts) (words [3]string) {
	for _, t := range r.ItemTexts {
		if t.No == item.No {
			words = [3]string{t.Subject, t.Current, t.Requested}
		}
	}
	return words
}

// narrower reports whether a request asks for some things only, and another of
// the same type for everything.
func narrower(into, r models.Request) bool {
	return len(r.Facts.Items) == 0 && slices.ContainsFunc(into.Facts.Items, func(i models.ItemFacts) bool { return i.Kind != models.ItemRights })
}

// mergeInto closes the request as a duplicate, and gives the other one all that
// would be lost with it.
func (d *decider) mergeInto(kind models.EventKind, t Target, change models.Change) error {
	change.MergedInto = &t.Into.Reference
	d.close(kind, models.OutcomeDuplicate, change)
	survivor, err := d.absorbed(t)
	if err != nil {
		return err
	}
	other := survivor.Request
	other.Content = models.Content{} // it keeps what it has
	d.With(models.RequestChanged{Request: other, Before: t.Into.Version})
	d.Events, d.Jobs = append(d.Events, survivor.Events...), append(d.Jobs, survivor.Jobs...)
	d.Effects = append(d.Effects, survivor.Effects...)
	if d.proved() {
		d.tell(models.MergedLetter{About: d.dear(), Into: t.Into.Reference, RespondOn: survivor.respondOn()})
	}
	return nil
}

// absorbed is what becomes of the request that goes on: the clock runs since
// the first of the two was received.
func (d *decider) absorbed(t Target) (*decider, error) {
	rules := t.Under
	if rules.Policy == nil {
		rules = d.rules
	}
	s := newDecider(rules, Case{Request: t.Into, Tasks: t.Tasks}, d.by, d.stamp)
	into, gone := t.Into, d.Request
	change := models.Change{Absorbed: new(append(slices.Clone(into.Absorbed), gone.Reference))}
	if gone.ReceivedAt.Before(into.ReceivedAt) {
		change.ReceivedAt, change.ReceivedOn = &gone.ReceivedAt, &gone.ReceivedOn
	}
	if into.Undesignated && !gone.Undesignated {
		change.Undesignated = new(false)
	}
	if err := s.computeDates(&change); err != nil {
		return nil, err
	}
	if change.Deadline.RespondOn.After(into.Deadline.RespondOn) {
		// A pause that ended with a proposal moved no date, and does not do so now.
		change.Deadline, change.Reminded, change.ExtendedFrom = nil, nil, nil
	}
	s.record(models.EventAbsorbed, change, map[string]string{"reference": gone.Reference})
	s.settleTasks()
	if change.Reminded != nil {
		s.scheduleReminder()
	}
	return s, nil
}
