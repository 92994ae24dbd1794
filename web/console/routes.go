package console

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// Route is one page action and who may use it.
type Route struct {
	Pattern string // as http.ServeMux spells it
	// May is what a role needs to hold; "" is for everybody, signed in or not.
	May workflows.Permission
	do  pages.Action
}

// Routes lists every page of the console, for the matrix test.
func Routes() []Route { return new(Site).list() }

// list is every page action, a file each, under its heading.
func (s *Site) list() []Route {
	return []Route{
		// Signing in
		{"GET /console/sign-in", "", s.signInForm},
		{"POST /console/sign-in", "", s.signIn},
		{"GET /console/second-factor", "", s.factorForm},
		{"POST /console/second-factor", "", s.giveFactor},
		{"GET /console/second-factor/new", "", s.enrolForm},
		{"POST /console/second-factor/new", "", s.setFactor},
		{"GET /console/invitation/{secret}", "", s.invitationForm},
		{"POST /console/invitation/{secret}", "", s.accept},
		{"POST /console/sign-out", "", s.signOut},

		// One's own account
		{"GET /console/account", workflows.MaySignIn, s.account},
		{"POST /console/account/password", workflows.MaySignIn, s.changePassword},
		{"POST /console/account/sessions/end", workflows.MaySignIn, s.endSession},
		{"POST /console/account/factor", workflows.MaySignIn, s.fresh(s.renewFactor)},
		{"POST /console/account/recovery", workflows.MaySignIn, s.fresh(s.renewRecovery)},
		{"GET /console/confirm", workflows.MaySignIn, s.confirmForm},
		{"POST /console/confirm", workflows.MaySignIn, s.confirm},
		{"GET /console/continue", workflows.MaySignIn, s.continueForm},
		{"POST /console/continue", workflows.MaySignIn, s.discard},

		// The work
		{"GET /console", workflows.MayList, s.worklist},
		{"POST /console/search", workflows.MayList, s.search},
		{"POST /console/bulk", workflows.MayWork, s.bulk},
		{"GET /console/requests/new", workflows.MayEnter, s.entryForm},
		{"POST /console/requests/new", workflows.MayEnter, s.entryFile},
		{"GET /console/requests/{reference}", workflows.MayReadLog, s.caseShow},
		{"POST /console/requests/{reference}/{command}", workflows.MayWork, s.caseCommand},
		{"POST /console/requests/{reference}/files", workflows.MayWork, s.caseUpload},
		{"GET /console/requests/{reference}/files/{file}", workflows.MayOpen, s.caseDownload},
		{"GET /console/requests/{reference}/mail/{mail}", workflows.MayReadMail, s.caseMail},

		// Received mail
		{"GET /console/mail", workflows.MayListMail, s.mails},
		{"GET /console/mail/{id}", workflows.MayReadMail, s.mailOne},
		{"GET /console/mail/{id}/raw", workflows.MayReadMail, s.mailRaw},
		{"POST /console/mail/{id}/request", workflows.MayPlaceMail, s.mailRequest},
		{"POST /console/mail/{id}/attach", workflows.MayPlaceMail, s.mailAttach},
		{"POST /console/mail/{id}/dismiss", workflows.MayPlaceMail, s.mailDismiss},

		// Figures
		{"GET /console/overview", workflows.MayReadFigures, s.overview},
		{"GET /console/exports", workflows.MayExport, s.exports},
		{"POST /console/exports", workflows.MayExport, s.fresh(s.exportPrepare)},
		{"GET /console/exports/{id}", workflows.MayExport, s.export},
		{"POST /console/exports/{id}/file", workflows.MayExport, s.freshFrom(exportAddress, s.exportFile)},

		// Registers and settings
		{"GET /console/settings", workflows.MayList, s.settings},
		{"GET /console/people", workflows.MayManageStaff, s.people},
		{"POST /console/people", workflows.MayManageStaff, s.fresh(s.invite)},
		{"GET /console/people/{id}", workflows.MayManageStaff, s.person},
		{"POST /console/people/{id}/role", workflows.MayManageStaff, s.fresh(s.personRole())},
		{"POST /console/people/{id}/disabled", workflows.MayManageStaff, s.fresh(s.personDisabled())},
		{"POST /console/people/{id}/invite", workflows.MayManageStaff, s.fresh(s.personInvite())},
		{"POST /console/people/{id}/revoke", workflows.MayManageStaff, s.fresh(s.personRevoke())},
		{"POST /console/people/{id}/reset", workflows.MayManageStaff, s.fresh(s.personReset())},
		{"POST /console/people/{id}/sessions", workflows.MayManageStaff, s.fresh(s.personSessions())},
		{"GET /console/tokens", workflows.MayManageTokens, s.tokens},
		{"POST /console/tokens", workflows.MayManageTokens, s.fresh(s.tokenCreate)},
		{"POST /console/tokens/{id}/revoke", workflows.MayManageTokens, s.fresh(s.tokenRevoke)},
		{"GET /console/policies", workflows.MayList, s.policies},
		{"GET /console/templates", workflows.MayList, s.templates},
		{"GET /console/templates/{template}/{language}", workflows.MayList, s.template},
		{"GET /console/templates/{template}/{language}/html", workflows.MayList, s.templateHTML},
		{"GET /console/jobs", workflows.MayReadJobs, s.jobs},
		{"POST /console/jobs/{id}/retry", workflows.MayRetryJobs, s.jobRetry},
		{"GET /console/outgoing", workflows.MayReadJobs, s.outgoing},
		{"GET /console/outgoing/{id}", workflows.MayManageStaff, s.sent},
		{"GET /console/outgoing/{id}/html", workflows.MayManageStaff, s.sentHTML},
		{"GET /console/outgoing/{id}/raw", workflows.MayManageStaff, s.sentRaw},
		{"GET /console/health", workflows.MayReadJobs, s.health},
	}
}

func (s *Site) routes(mux *http.ServeMux) {
	for _, r := range s.list() {
		mux.Handle(r.Pattern, s.Page(r.Pattern, s.admitted(r.May, r.do)))
	}
	mux.Handle("/console/", s.Page("/console/", s.missing))
}

// missing answers every address that nothing is at.
func (s *Site) missing(http.ResponseWriter, *http.Request) error {
	return models.Errorf(models.CodeNotFound, "there is no such page")
}

// foreign answers a form that another site sent.
func (s *Site) foreign(http.ResponseWriter, *http.Request) error {
	return models.Errorf(models.CodeForbidden, "a form of another site")
}
