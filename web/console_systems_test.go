package web_test

import (
	"net/http"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// A system whose tasks a person does is made, changed, retired and taken into use
// again in the console; the register shows it beside those of files.
func TestAManualSystemInTheConsole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleManager)
	v.get("/console/systems").want(200, "There are no systems.")
	b.service.Config.Systems = []models.System{{
		Key: "shop", Name: "Shop database", Kind: models.SystemSQL, Owner: "shop@example.com", Actions: []models.Action{models.ActionFind},
		Categories: []string{"user.contact.email", "user.name"}, Version: "0123456789abcdef",
		Register: []models.Processing{{Categories: []string{"user.contact"}, Purpose: "Orders", Recipients: []string{"parcel service"}, Retention: "ten years", Source: "the person", Transfers: "none"}},
	}}
	list := v.get("/console/settings").click("Systems").want(200, "Shop database", "Orders", "parcel service", "ten years", "Not in the register: user.name.")
	list.click("Shop database").want(200, "a file, version 0123456789ab", "Its tasks", "!Change it", "!Retire the system")

	form := list.form("Add the system")
	form.press("Add the system").want(422, "The short name has small letters", "Give it a name", "Choose what may be asked for there.", "Enter data categories such as")
	form.fill("key", "shop", "name", "Paper files", "owner", "archive@example.com", "actions", "find", "categories", "user.name\nuser.contact", "instruction", "Room 2.",
		"r0-categories", "user.name", "r0-purpose", "Contracts", "r0-recipients", "tax adviser\ncourt", "r0-retention", "6 years", "backup_days", "soon")
	form.press("Add the system").want(422, "Enter a number of days", "Room 2.", "tax adviser")
	form.fill("backup_days", "35").press("Add the system").want(422, "The short name has small letters")
	one := form.fill("key", "paper").press("Add the system").want(200, "The system was added.", "archive@example.com", "Contracts", "tax adviser, court", "6 years", "35 days", "Added", "Not in the register: user.contact.")
	form.press("Add the system").want(200, "The system was added.") // the same form again
	if n := b.events(models.EventSystemAdded); n != 1 {
		t.Errorf("it was added %d times", n)
	}
	list.form("Add the system").fill("key", "paper", "name", "Other", "actions", "find", "categories", "user").press("Add the system").want(409, "There is a system with this key.")

	// A request that is verified from now on has a task there.
	r := b.wish(models.TypeAccess, byLetter)
	ann := b.hire("Ann", models.RoleAgent)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	ann.open(r.Reference).want(200, "Paper files: find", "archive@example.com")

	change := one.form("Save the changes")
	change.fill("name", "Paper archive", "r0-categories", "", "r0-purpose", "", "r0-recipients", "", "r0-retention", "", "r1-categories", "user.contact", "r1-purpose", "Complaints").
		press("Save the changes").want(200, "The system was changed.", "Paper archive", "Complaints", "!tax adviser", "Changed")
	one.form("Save the changes").fill("name", "Too late").press("Save the changes").want(http.StatusConflict, "The system has changed since it was read")
	retire := one.form("Retire the system")
	gone := retire.press("Retire the system").want(200, "The system is retired.", "!Change it", "Take it into use again")
	retire.press("Retire the system").want(200, "The system is retired.")
	other := b.wish(models.TypeAccess, byLetter)
	b.do(other.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	ann.open(other.Reference).want(200, "!Paper archive: find", "Shop database: find")
	gone.form("Take it into use again").press("Take it into use again").want(200, "The system is in use again.", "Change it")

	b.colleague(models.RoleAuditor).get("/console/systems").want(200, "Paper archive", "Complaints", "somebody", "!archive@example.com", "!Add a system")
	ann.get("/console/systems/paper").want(200, "archive@example.com", "!Change it", "!Retire the system")
	ann.get("/console/systems/lost").want(404)
}
