package policies

import (
	"slices"

	"habeas/models"
)

// TaskRule says what is done in which systems once a request is verified well
// enough.
type TaskRule struct {
	Action models.Action `json:"action"`
	// Systems are named by their keys, Categories are data that a system holds.
	// Without either, every system that takes the action is meant.
	Systems    []string `json:"systems,omitempty"`
	Categories []string `json:"categories,omitempty"`
	Days       int      `json:"days"` // before the request's date, at which the task is due
	// Run has connectors called at once, without a person who says so. What
	// changes data is never run like that.
	Run bool `json:"run,omitempty"`
	// Confirm has the requester confirm an erasure in a session of their own before
	// anything is erased, where they came in writing and have a mailbox. For
	// CoolingOff days after that they may still withdraw.
	Confirm    bool `json:"confirm,omitempty"`
	CoolingOff int  `json:"cooling_off,omitempty"`
}

// Concerns reports whether the rule is about a system.
func (t *TaskRule) Concerns(s models.System) bool {
	if !s.Takes(t.Action) {
		return false
	}
	if len(t.Systems) == 0 && len(t.Categories) == 0 {
		return true
	}
	return slices.Contains(t.Systems, s.Key) || len(t.Categories) > 0 && s.Holds(t.Categories)
}

// TasksFor returns the rules for the rights of a request, in their order.
func (p *Policy) TasksFor(rights []models.RequestType) []*TaskRule {
	var found []*TaskRule
	for _, right := range rights {
		if t, ok := p.Type(right); ok {
			found = append(found, t.Tasks...)
		}
	}
	return found
}

// LevelFor returns the verification level without which an action is not
// carried out for somebody who asks for the rights: the highest of those that
// the action belongs to, or of all where it belongs to none.
func (p *Policy) LevelFor(f models.Facts, a models.Action) models.Level {
	var rights []models.RequestType
	for _, right := range f.Asked() {
		if slices.ContainsFunc(p.TasksFor([]models.RequestType{right}), func(t *TaskRule) bool { return t.Action == a }) {
			rights = append(rights, right)
		}
	}
	if len(rights) == 0 {
		rights = f.Asked()
	}
	highest := models.LevelNone
	for _, right := range rights {
		if t, ok := p.Type(right); ok && !highest.Covers(t.Level(f.DataClass)) {
			highest = t.Level(f.DataClass)
		}
	}
	return highest
}

func (k *checker) taskRule(of *Type, at string, t *TaskRule) {
	if !slices.Contains(models.Actions(), t.Action) {
		k.bad(of, at+".action", "%s.action must be find, correct, erase, stop, take_down or inform", at)
	}
	for _, c := range t.Categories {
		if !categoryName.MatchString(c) {
			k.bad(of, at+".categories", "%s.categories must be user or below it, as in fideslang 3", at)
		}
	}
	for _, key := range t.Systems {
		k.slug(of, at+".systems", key)
	}
	k.between(of, at+".days", t.Days, 0, 365)
	if t.Run && t.Action != models.ActionFind {
		k.bad(of, at+".run", "%s.run: only find may be run without a person who says so", at)
	}
	if (t.Confirm || t.CoolingOff != 0) && t.Action != models.ActionErase {
		k.bad(of, at+".confirm", "%s.confirm: only an erasure is confirmed and cools off", at)
	}
	if t.CoolingOff != 0 && !t.Confirm {
		k.bad(of, at+".cooling_off", "%s.cooling_off runs from the confirmation: it needs confirm", at)
	}
	k.between(of, at+".cooling_off", t.CoolingOff, 0, 30)
}
