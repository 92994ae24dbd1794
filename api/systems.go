package api

import (
	"context"
	"net/http"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

func (a *API) systems() []endpoint {
	register := []registerInput{{Categories: []string{"user.contact"}, Purpose: "Contracts", Retention: "10 years", Recipients: []string{"tax adviser"}}}
	actions, categories := []string{"find", "erase"}, []string{"user.name", "user.contact"}
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/systems", ID: "listSystems", Access: staff(models.MayListTasks), Status: 200, Tag: tagSystems,
			Summary: "The systems that hold personal data",
			Description: "Those that files describe, those that were added here, and last those that are retired; each with what the register says of it: " +
				"purposes, recipients, retention and sources by data category (GDPR Art. 15 and 30, Cal. Civ. Code § 1798.110).",
		}, a.listSystems),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/systems", ID: "addSystem", Access: staff(models.MayManageSystems), Status: 201, Tag: tagSystems,
			Summary: "Add a system whose tasks a person does",
			Description: "Requests that are verified from now on get tasks for it as the policy says. A system that a connector reaches is described by a file instead, " +
				"which is reviewed like code.",
			once: same, example: addSystemInput{
				Key: "paper", Name: "Paper files", Owner: "archive@example.com", Actions: actions, Categories: categories, Instruction: "Room 2, by surname.", Register: register,
			},
		}, a.addSystem),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/systems/:id", ID: "changeSystem", Access: staff(models.MayManageSystems), Status: 200, Tag: tagSystems,
			Summary: "Describe a system anew", Description: "Of one that was added here. Tasks that exist keep their owner.", once: same,
			example: changeSystemInput{Name: "Paper archive", Owner: "archive@example.com", Actions: actions, Categories: categories, Instruction: "Room 3, by surname.", Register: register},
		}, a.changeSystem),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/systems/:id/retire", ID: "retireSystem", Access: staff(models.MayManageSystems), Status: 200, Tag: tagSystems,
			Summary: "Retire a system", Description: "No task is made for it any more. Those that it has go on.", once: same, optional: true,
		}, a.retireSystem),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/systems/:id/reuse", ID: "reuseSystem", Access: staff(models.MayManageSystems), Status: 200, Tag: tagSystems,
			Summary: "Take a retired system into use again", Description: "Tasks are made for it as before.", once: same, optional: true,
		}, a.reuseSystem),
	}
}

type (
	registerInput struct {
		Categories         []string `json:"categories" validate:"required,min=1,max=100,dive,max=200" description:"Data categories, by their names in the Fides taxonomy or by branch."`
		Purpose            string   `json:"purpose" validate:"max=4000"`
		Recipients         []string `json:"recipients" validate:"max=100,dive,max=1000"`
		Retention          string   `json:"retention" validate:"max=4000" description:"How long they are kept."`
		Source             string   `json:"source" validate:"max=4000" description:"Where they came from."`
		Transfers          string   `json:"transfers" validate:"max=4000" description:"To which other countries, and under which safeguards."`
		AutomatedDecisions string   `json:"automated_decisions" validate:"max=4000" description:"Which there are and how they work, or that there are none."`
	}
	addSystemInput struct {
		Key         string          `json:"key" validate:"required,max=63" description:"Small letters, digits, - and _. It stays." example:"paper"`
		Name        string          `json:"name" validate:"required,filled,max=200,line"`
		Owner       string          `json:"owner" validate:"omitempty,max=254,email" description:"The mail address of who does its tasks; empty where staff do."`
		Actions     []string        `json:"actions" validate:"required,min=1,max=6,dive,oneof=find correct erase stop take_down inform"`
		Categories  []string        `json:"categories" validate:"required,min=1,max=100,dive,max=200" description:"The data categories that it holds."`
		Identifiers []string        `json:"identifiers" validate:"max=100,dive,max=64" description:"The kinds that it knows people by; none is any."`
		Instruction string          `json:"instruction" validate:"max=4000" description:"What its owner is to do."`
		BackupDays  int             `json:"backup_days" validate:"min=0,max=3660" description:"How long backups keep what was erased; 0 is not known."`
		Register    []registerInput `json:"register" validate:"max=100,dive"`
	}
	systemInput struct {
		ID string `path:"id" json:"-" description:"The key of the system."`
	}
	changeSystemInput struct {
		systemInput
		Name        string          `json:"name" validate:"required,filled,max=200,line"`
		Owner       string          `json:"owner" validate:"omitempty,max=254,email" description:"The mail address of who does its tasks; empty where staff do."`
		Actions     []string        `json:"actions" validate:"required,min=1,max=6,dive,oneof=find correct erase stop take_down inform"`
		Categories  []string        `json:"categories" validate:"required,min=1,max=100,dive,max=200" description:"The data categories that it holds."`
		Identifiers []string        `json:"identifiers" validate:"max=100,dive,max=64" description:"The kinds that it knows people by; none is any."`
		Instruction string          `json:"instruction" validate:"max=4000" description:"What its owner is to do."`
		BackupDays  int             `json:"backup_days" validate:"min=0,max=3660" description:"How long backups keep what was erased; 0 is not known."`
		Register    []registerInput `json:"register" validate:"max=100,dive"`
	}
)

func (in addSystemInput) system() models.System {
	return models.System{
		Key: in.Key, Name: in.Name, Owner: in.Owner, Actions: typedAs[models.Action](in.Actions), Categories: in.Categories,
		Identifiers: typedAs[models.IdentifierKind](in.Identifiers), Instruction: in.Instruction, BackupDays: in.BackupDays, Register: processing(in.Register),
	}
}

func (in changeSystemInput) system() models.System {
	return models.System{
		Key: in.ID, Name: in.Name, Owner: in.Owner, Actions: typedAs[models.Action](in.Actions), Categories: in.Categories,
		Identifiers: typedAs[models.IdentifierKind](in.Identifiers), Instruction: in.Instruction, BackupDays: in.BackupDays, Register: processing(in.Register),
	}
}

// typedAs are words as the core knows them.
func typedAs[T ~string](words []string) (all []T) {
	for _, w := range words {
		all = append(all, T(w))
	}
	return all
}

func processing(entries []registerInput) (all []models.Processing) {
	for _, r := range entries {
		all = append(all, models.Processing(r))
	}
	return all
}

type systemStep struct {
	Act models.SystemAct `json:"act"`
	By  string           `json:"by" description:"The id of a member of staff."`
	At  time.Time        `json:"at"`
}

type systemView struct {
	Key         string                  `json:"key"`
	Version     int                     `json:"version,omitempty" description:"Of one that was added here: grows with every change."`
	Name        string                  `json:"name"`
	Owner       string                  `json:"owner,omitempty" description:"The mail address of who does its tasks; left out where staff do, and for roles that may not know it."`
	Kind        models.SystemKind       `json:"kind"`
	InFile      bool                    `json:"in_file" description:"A file describes it: it cannot be changed here."`
	FileVersion string                  `json:"file_version,omitempty" description:"The content hash of its file."`
	Actions     []models.Action         `json:"actions"`
	Categories  []string                `json:"categories"`
	Identifiers []models.IdentifierKind `json:"identifiers,omitempty"`
	Instruction string                  `json:"instruction,omitempty"`
	BackupDays  int                     `json:"backup_days,omitempty"`
	Register    []models.Processing     `json:"register"`
	RetiredAt   time.Time               `json:"retired_at,omitzero" description:"Left out while it is in use."`
	History     []systemStep            `json:"history,omitempty"`
}

func viewSystem(s cases.RegisteredSystem, owners bool) systemView {
	v := systemView{
		Key: s.Key, Version: s.Revision, Name: s.Name, Owner: s.Owner, Kind: s.Kind, InFile: s.InFile, FileVersion: s.Version, Actions: listed(s.Actions),
		Categories: listed(s.Categories), Identifiers: s.Identifiers, Instruction: s.Instruction, BackupDays: s.BackupDays, Register: listed(s.Register), RetiredAt: s.RetiredAt.UTC(),
	}
	if !owners {
		v.Owner = ""
	}
	for _, step := range s.History {
		v.History = append(v.History, systemStep{step.Act, step.By, step.At.UTC()})
	}
	return v
}

// viewManual is a system that was added here, for whoever may change it.
func viewManual(m models.ManualSystem) systemView {
	return viewSystem(cases.RegisteredSystem{ManualSystem: m}, true)
}

// decidedSystem is the system that a decision stores.
func decidedSystem(d workflows.Decision) any {
	changed, _ := models.EffectOf[models.ManualSystemChanged](d)
	return viewManual(changed.System)
}

type systemList struct {
	Items []systemView `json:"items"`
}

func (a *API) listSystems(ctx context.Context, c *call, _ nothing) (systemList, error) {
	all, err := a.Service.Register.All(ctx)
	list := systemList{Items: []systemView{}}
	for _, s := range all {
		list.Items = append(list.Items, viewSystem(s, models.Permit(c.who.Role, models.MayReadStaff)))
	}
	return list, err
}

func (a *API) addSystem(ctx context.Context, c *call, in addSystemInput) (systemView, error) {
	m, err := a.Service.Register.Add(ctx, c.actor(), in.system(), c.option(http.StatusCreated, decidedSystem))
	return viewManual(m), err
}

func (a *API) changeSystem(ctx context.Context, c *call, in changeSystemInput) (systemView, error) {
	m, err := a.Service.Register.Change(ctx, c.actor(), in.ID, in.system(), c.option(http.StatusOK, decidedSystem))
	return viewManual(m), err
}

func (a *API) retireSystem(ctx context.Context, c *call, in systemInput) (systemView, error) {
	m, err := a.Service.Register.Retire(ctx, c.actor(), in.ID, c.option(http.StatusOK, decidedSystem))
	return viewManual(m), err
}

func (a *API) reuseSystem(ctx context.Context, c *call, in systemInput) (systemView, error) {
	m, err := a.Service.Register.Reuse(ctx, c.actor(), in.ID, c.option(http.StatusOK, decidedSystem))
	return viewManual(m), err
}
