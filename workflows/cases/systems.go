package cases

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/workflows"
)

// SystemRegister shows the places that hold personal data, and keeps those whose
// tasks a person does and that no file describes.
type SystemRegister struct{ *core }

// SystemStore keeps manual systems.
type SystemStore interface {
	// ManualSystems returns them in the order of their keys, also those that are
	// retired.
	ManualSystems(ctx context.Context) ([]models.ManualSystem, error)
}

// systems are the places that tasks may be made for: those of files, and those that
// staff described and have not retired. Of two with one key the file counts.
func (s *core) systems(ctx context.Context) ([]models.System, error) {
	manual, err := s.Store.ManualSystems(ctx)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(s.Systems)
	for _, one := range manual {
		if !one.Retired() && !s.inFile(one.Key) {
			all = append(all, one.System)
		}
	}
	return all, nil
}

func (s *core) inFile(key string) bool {
	return slices.ContainsFunc(s.Systems, func(o models.System) bool { return o.Key == key })
}

// system returns the place with a key, retired or not; one that is not there any
// more is zero.
func (s *core) system(ctx context.Context, key string) (models.System, error) {
	if i := slices.IndexFunc(s.Systems, func(o models.System) bool { return o.Key == key }); i >= 0 {
		return s.Systems[i], nil
	}
	manual, err := s.Store.ManualSystems(ctx)
	for _, one := range manual {
		if one.Key == key {
			return one.System, err
		}
	}
	return models.System{}, err
}

// RegisteredSystem is a system of the register.
type RegisteredSystem struct {
	models.ManualSystem
	InFile bool // a file describes it: it has no history here, and cannot be changed
}

// All returns every system, the retired ones last.
func (s *SystemRegister) All(ctx context.Context) ([]RegisteredSystem, error) {
	var all, retired []RegisteredSystem
	for _, one := range s.Systems {
		all = append(all, RegisteredSystem{ManualSystem: models.ManualSystem{System: one}, InFile: true})
	}
	manual, err := s.Store.ManualSystems(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range manual {
		switch {
		case s.inFile(one.Key):
		case one.Retired():
			retired = append(retired, RegisteredSystem{ManualSystem: one})
		default:
			all = append(all, RegisteredSystem{ManualSystem: one})
		}
	}
	return append(all, retired...), nil
}

// One returns the system with a key, or is CodeNotFound.
func (s *SystemRegister) One(ctx context.Context, key string) (RegisteredSystem, error) {
	all, err := s.All(ctx)
	if err != nil {
		return RegisteredSystem{}, err
	}
	if i := slices.IndexFunc(all, func(o RegisteredSystem) bool { return o.Key == key }); i >= 0 {
		return all[i], nil
	}
	return RegisteredSystem{}, models.Errorf(models.CodeNotFound, "there is no such system")
}

// Add describes a new system whose tasks a person does.
func (s *SystemRegister) Add(ctx context.Context, by models.Actor, n models.System, o Option) (models.ManualSystem, error) {
	if err := s.check(n); err != nil {
		return models.ManualSystem{}, err
	}
	if s.inFile(n.Key) {
		return models.ManualSystem{}, models.Invalid(models.FieldError{Field: "key", Code: "taken", Message: "is that of a system that a file describes"})
	}
	m := models.ManualSystem{System: n, Revision: 1}
	m.Kind, m.Version = models.SystemManual, ""
	return s.save(ctx, by, m, 0, models.SystemAdded, models.EventSystemAdded, o)
}

// Change describes a manual system anew. Its key stays.
func (s *SystemRegister) Change(ctx context.Context, by models.Actor, key string, n models.System, o Option) (models.ManualSystem, error) {
	n.Key = key
	if err := s.check(n); err != nil {
		return models.ManualSystem{}, err
	}
	return s.change(ctx, by, key, models.SystemChanged, models.EventSystemChanged, o, func(m *models.ManualSystem) error {
		m.System = n
		m.Kind = models.SystemManual
		return nil
	})
}

// Retire has no more tasks made for a manual system. Those that it has go on.
func (s *SystemRegister) Retire(ctx context.Context, by models.Actor, key string, o Option) (models.ManualSystem, error) {
	return s.change(ctx, by, key, models.SystemRetired, models.EventSystemRetired, o, func(m *models.ManualSystem) error {
		if m.Retired() {
			return models.Errorf(models.CodeConflict, "the system was retired before")
		}
		m.RetiredAt = s.now()
		return nil
	})
}

// Reuse takes a retired system into use again.
func (s *SystemRegister) Reuse(ctx context.Context, by models.Actor, key string, o Option) (models.ManualSystem, error) {
	return s.change(ctx, by, key, models.SystemRestored, models.EventSystemReused, o, func(m *models.ManualSystem) error {
		if !m.Retired() {
			return models.Errorf(models.CodeConflict, "the system is in use")
		}
		m.RetiredAt = models.ManualSystem{}.RetiredAt
		return nil
	})
}

func (s *SystemRegister) change(
	ctx context.Context, by models.Actor, key string, act models.SystemAct, event models.EventKind, o Option, then func(*models.ManualSystem) error,
) (models.ManualSystem, error) {
	for try := 1; ; try++ {
		one, err := s.One(ctx, key)
		switch {
		case err != nil:
			return models.ManualSystem{}, err
		case one.InFile:
			return models.ManualSystem{}, models.Errorf(models.CodeConflict, "a file describes the system %s: change it there", key)
		case o.IfVersion != 0 && o.IfVersion != one.Revision:
			return models.ManualSystem{}, models.Errorf(models.CodeStale, "the system has changed since it was read: it is at version %d", one.Revision)
		}
		m := one.ManualSystem
		m.Revision++
		m.History = slices.Clone(m.History)
		if err := then(&m); err != nil {
			return models.ManualSystem{}, err
		}
		m, err = s.save(ctx, by, m, one.Revision, act, event, o)
		if models.CodeOf(err) != models.CodeStale || try == attempts || o.IfVersion != 0 {
			return m, err
		}
	}
}

func (s *SystemRegister) save(
	ctx context.Context, by models.Actor, m models.ManualSystem, before int, act models.SystemAct, event models.EventKind, o Option,
) (models.ManualSystem, error) {
	if !models.Permit(by.Role, models.MayManageSystems) {
		return m, models.Errorf(models.CodeForbidden, "this is not for the role %s", by.Role)
	}
	m.History = append(m.History, models.SystemStep{Act: act, By: by.ID, At: s.now()})
	var d workflows.Decision
	d.Log(s.stamp(ctx), models.Event{Kind: event, Actor: by, Detail: map[string]string{"system": m.Key}})
	d.With(models.ManualSystemChanged{System: m, Before: before})
	return m, s.finish(ctx, d, o)
}

var (
	systemKey    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	categoryName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)
)

// What a description may have, in entries and bytes.
const (
	mostOfSystem    = 100
	longestOfSystem = 4000
)

// check says everything that is wrong with the description of a manual system.
func (s *SystemRegister) check(n models.System) error {
	var faults []models.FieldError
	fault := func(bad bool, field, code, message string) {
		if bad {
			faults = append(faults, models.FieldError{Field: field, Code: code, Message: message})
		}
	}
	long := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return len(t) > longestOfSystem })
	}
	fault(!systemKey.MatchString(n.Key), "key", "invalid", "must be small letters, digits, - and _")
	fault(strings.TrimSpace(n.Name) == "", "name", "required", "is required")
	fault(len(n.Name) > 200, "name", "max", "is too long: it may have 200 bytes")
	fault(n.Owner != "" && !mailaddr.Valid(n.Owner), "owner", "email", "must be a mail address, or empty where staff do its tasks")
	fault(len(n.Actions) == 0, "actions", "required", "are required: what may be asked for there")
	fault(slices.ContainsFunc(n.Actions, func(a models.Action) bool { return !slices.Contains(models.Actions(), a) }), "actions", "oneof", "must be find, correct, erase, stop, take_down or inform")
	fault(len(n.Categories) == 0, "categories", "required", "are required: the data categories that it holds")
	fault(badCategories(n.Categories), "categories", "invalid", "must be names such as user.contact.email, at most 100")
	fault(long(n.Instruction), "instruction", "max", "is too long: it may have 4000 bytes")
	fault(n.BackupDays < 0 || n.BackupDays > 3660, "backup_days", "range", "must be a number of days, at most 3660")
	fault(len(n.Identifiers) > mostOfSystem || len(n.Register) > mostOfSystem, "register", "max", "has too many entries")
	for _, r := range n.Register {
		fault(len(r.Categories) == 0 || badCategories(r.Categories), "register", "categories", "needs the data categories of each entry, such as user.contact")
		fault(len(r.Recipients) > mostOfSystem || long(append([]string{r.Purpose, r.Retention, r.Source, r.Transfers, r.AutomatedDecisions}, r.Recipients...)...),
			"register", "max", "has a text that is too long: each may have 4000 bytes")
	}
	if len(faults) > 0 {
		return models.Invalid(faults...)
	}
	return nil
}

func badCategories(names []string) bool {
	return len(names) > mostOfSystem || slices.ContainsFunc(names, func(c string) bool { return len(c) > 200 || !categoryName.MatchString(c) })
}
