package console

import (
	"net/http"

	"habeas/workflows"
)

// register is a page that the settings lead to.
type register struct {
	Name, Path, Text string
	may              workflows.Permission
}

// registers are all of them, in the order they are shown.
func registers() []register {
	return []register{
		{"People", "/console/people", "Who works here, their roles, and invitations.", workflows.MayManageStaff},
		{"API tokens", "/console/tokens", "What programs come in with.", workflows.MayManageTokens},
		{"Mail templates", "/console/templates", "Every letter in every language, as people get it.", workflows.MayList},
		{"Policies", "/console/policies", "Types, laws and promises, calendars and reminders, and why a date is what it is.", workflows.MayList},
		{"Outgoing mail", "/console/outgoing", "What was sent, what was not, and why.", workflows.MayReadJobs},
		{"Jobs", "/console/jobs", "What is done in the background. Dead ones can be run again.", workflows.MayReadJobs},
		{"Health", "/console/health", "Whether every part of the service works.", workflows.MayReadJobs},
		{"Exports", "/console/exports", "Take requests or the log away.", workflows.MayExport},
	}
}

// settings shows the registers that are for the role.
func (s *Site) settings(w http.ResponseWriter, r *http.Request) error {
	var shown []register
	for _, each := range registers() {
		if workflows.Permit(who(r).Role, each.may) {
			shown = append(shown, each)
		}
	}
	return s.show(w, r, http.StatusOK, viewSettings, layout{Title: "Settings", Here: "settings", Body: shown})
}
