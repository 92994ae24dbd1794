package policies

import (
	"slices"

	"habeas/models"
)

// TaskRule says what is done in which systems when a request of some types is
// verified well enough.
type TaskRule struct {
	Types  []models.RequestType `json:"types"`
	Action models.Action        `json:"action"`
	// Systems are named by their keys, Categories are data that a system holds.
	// Without either, every system that takes the action is meant.
	Systems    []string `json:"systems,omitempty"`
	Categories []string `json:"categories,omitempty"`
	Days       int      `json:"days"` // before the request's date, at which the task is due
	// Run has connectors called at once, without a person who says so. What
	// changes data is never run like that.
	Run bool `json:"run,omitempty"`
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

// TasksFor returns the rules for the rights of a request, in the order of the
// files.
func (p *Policy) TasksFor(rights []models.RequestType) []*TaskRule {
	var found []*TaskRule
	for _, t := range p.data.Tasks {
		if slices.ContainsFunc(rights, func(r models.RequestType) bool { return slices.Contains(t.Types, r) }) {
			found = append(found, t)
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

func (k *checker) taskRule(t *TaskRule) {
	if len(t.Types) == 0 {
		k.bad(t, "types", "types must name a request type at least")
	}
	for _, key := range t.Types {
		if _, ok := k.types[key]; !ok {
			k.bad(t, "types", "there is no type %q", key)
		}
	}
	if !slices.Contains(models.Actions(), t.Action) {
		k.bad(t, "action", "action must be find, correct, erase, stop, take_down or inform")
	}
	for _, c := range t.Categories {
		if !categoryName.MatchString(c) {
			k.bad(t, "categories", "categories must be user or below it, as in fideslang 3")
		}
	}
	for _, key := range t.Systems {
		k.slug(t, "systems", key)
	}
	k.between(t, "days", t.Days, 0, 365)
	if t.Run && t.Action != models.ActionFind {
		k.bad(t, "run", "only find may be run without a person who says so")
	}
}
