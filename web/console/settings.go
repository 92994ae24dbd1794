package console

import (
	"net/http"

	"habeas/models"
)

// register is a page that the settings lead to.
type register struct {
	Name, Path, Text string
	may              models.Permission
}

// registers are all of them, in the order they are shown.
func registers() []register {
	return []register{
		{"People", "/console/people", "Who works here, their roles, and invitations.", models.MayManageStaff},
		{"API tokens", "/console/tokens", "What programs come in with.", models.MayManageTokens},
		{"Legal holds", pathLegalHolds, "What nothing may be erased of, and until when that is looked at again.", models.MayListLegalHolds},
		{"Systems", pathSystems, "Where personal data is, why, who gets it, and how long it is kept.", models.MayListTasks},
		{"Mail templates", "/console/templates", "Every letter in every language, as people get it.", models.MayList},
		{"Policies", "/console/policies", "Types, laws and promises, calendars and reminders, and why a date is what it is.", models.MayList},
		{"Law calendar", "/console/law", "What changes in the law, and when somebody last looked at it.", models.MayList},
		{"Outgoing mail", "/console/outgoing", "What was sent, what was not, and why.", models.MayReadJobs},
		{"Jobs", "/console/jobs", "What is done in the background. Dead ones can be run again.", models.MayReadJobs},
		{"Health", "/console/health", "Whether every part of the service works.", models.MayReadJobs},
		{"Figures of a year", "/console/figures", "What became of the requests of a year, to publish or to hand to an authority.", models.MayReadFigures},
		{"Exports", "/console/exports", "Take requests or the log away.", models.MayExport},
	}
}

// settings shows the registers that are for the role.
func (s *Site) settings(w http.ResponseWriter, r *http.Request) error {
	var shown []register
	for _, each := range registers() {
		if models.Permit(who(r).Role, each.may) {
			shown = append(shown, each)
		}
	}
	return s.show(w, r, http.StatusOK, viewSettings, layout{Title: "Settings", Here: "settings", Body: shown})
}
