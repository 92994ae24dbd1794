package console

import (
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// Route is one page action and who may use it.
type Route struct {
	Pattern string // such as "GET /console/people/{id}"
	// May is what a role needs to hold; "" is for everybody, signed in or not.
	May models.Permission
	do  pages.Action
}

// Routes lists every page of the console, for the matrix test.
func Routes() []Route { return new(Site).list() }

// list is every page action: the pages, and a form for each command of staff.
func (s *Site) list() []Route {
	all := s.pages()
	all = append(all, s.taskRoutes()...)
	all = append(all, s.erasureRoutes()...)
	for _, name := range workflows.StaffCommands() {
		all = append(all, Route{"POST /console/requests/{reference}/" + string(name), workflows.Giving(name), s.caseCommand(name)})
	}
	return all
}

// pages are the page actions, a file each, under their headings.
func (s *Site) pages() []Route {
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
		{"GET /console/account", models.MaySignIn, s.account},
		{"POST /console/account/password", models.MaySignIn, s.changePassword},
		{"POST /console/account/sessions/end", models.MaySignIn, s.endSession},
		{"POST /console/account/factor", models.MaySignIn, s.fresh(s.renewFactor)},
		{"POST /console/account/recovery", models.MaySignIn, s.fresh(s.renewRecovery)},
		{"GET /console/confirm", models.MaySignIn, s.confirmForm},
		{"POST /console/confirm", models.MaySignIn, s.confirm},

		// The work
		{"GET /console", models.MayList, s.worklist},
		{"POST /console/search", models.MayList, s.search},
		{"POST /console/bulk", models.MayList, s.bulk}, // what each may be asked for, the gate says
		{"GET /console/requests/new", models.MayEnter, s.entryForm},
		{"POST /console/requests/new", models.MayEnter, s.entryFile},
		{"GET /console/requests/{reference}", models.MayReadLog, s.caseShow},
		{"POST /console/requests/{reference}/right", models.MayClassify, s.caseRight},
		{"POST /console/requests/{reference}/files", models.MayAttach, s.caseUpload},
		{"GET /console/requests/{reference}/files/{file}", models.MayOpen, s.caseDownload},
		{"GET /console/requests/{reference}/mail/{mail}", models.MayReadMail, s.caseMail},

		// Tasks
		{"GET /console/requests/{reference}/package", models.MayOpen, s.packageShow},
		{"POST /console/requests/{reference}/package", models.MayAttach, s.packageMake},
		{"POST /console/requests/{reference}/package/void", models.MayDecide, s.packageCommand(workflows.VoidPackage{Why: models.PackageVoided}, "package-void")},
		{"POST /console/requests/{reference}/package/reissue", models.MayDecide, s.packageCommand(workflows.ReissuePackage{}, "package-reissue")},
		{"GET /console/tasks", models.MayListTasks, s.tasks},
		{"GET /console/tasks/{id}/findings", models.MayOpen, s.taskFindings},
		{"GET /console/tasks/{id}/preview", models.MayOpen, s.taskPreview},

		// Received mail
		{"GET /console/mail", models.MayListMail, s.mails},
		{"GET /console/mail/{id}", models.MayReadMail, s.mailOne},
		{"GET /console/mail/{id}/raw", models.MayReadMail, s.mailRaw},
		{"POST /console/mail/{id}/request", models.MayPlaceMail, s.mailRequest},
		{"POST /console/mail/{id}/attach", models.MayPlaceMail, s.mailAttach},
		{"POST /console/mail/{id}/dismiss", models.MayPlaceMail, s.mailDismiss},

		// Figures
		{"GET /console/overview", models.MayReadFigures, s.overview},
		{"GET /console/figures", models.MayReadFigures, s.figures},
		{"GET /console/figures/file", models.MayReadFigures, s.figuresFile},
		{"GET /console/exports", models.MayExport, s.exports},
		{"POST /console/exports", models.MayExport, s.fresh(s.exportPrepare)},
		{"GET /console/exports/{id}", models.MayExport, s.export},
		{"POST /console/exports/{id}/file", models.MayExport, s.freshFrom(exportAddress, s.exportFile)},

		// Registers and settings
		{"GET /console/settings", models.MayList, s.settings},
		{"GET /console/people", models.MayManageStaff, s.people},
		{"POST /console/people", models.MayManageStaff, s.fresh(s.invite)},
		{"GET /console/people/{id}", models.MayManageStaff, s.person},
		{"POST /console/people/{id}/role", models.MayManageStaff, s.fresh(s.personRole())},
		{"POST /console/people/{id}/disabled", models.MayManageStaff, s.fresh(s.personDisabled())},
		{"POST /console/people/{id}/invite", models.MayManageStaff, s.fresh(s.personInvite())},
		{"POST /console/people/{id}/revoke", models.MayManageStaff, s.fresh(s.personRevoke())},
		{"POST /console/people/{id}/reset", models.MayManageStaff, s.fresh(s.personReset())},
		{"POST /console/people/{id}/sessions", models.MayManageStaff, s.fresh(s.personSessions())},
		{"GET /console/tokens", models.MayManageTokens, s.tokens},
		{"POST /console/tokens", models.MayManageTokens, s.fresh(s.tokenCreate)},
		{"POST /console/tokens/{id}/revoke", models.MayManageTokens, s.fresh(s.tokenRevoke)},
		{"GET /console/legal-holds", models.MayListLegalHolds, s.legalHolds},
		{"POST /console/legal-holds", models.MayLegalHolds, s.legalHoldSet},
		{"GET /console/legal-holds/{id}", models.MayLegalHolds, s.legalHold},
		{"POST /console/legal-holds/{id}/review", models.MayLegalHolds, s.legalHoldReview},
		{"POST /console/legal-holds/{id}/lift", models.MayLegalHolds, s.legalHoldLift},
		{"GET /console/systems", models.MayListTasks, s.systems},
		{"POST /console/systems", models.MayManageSystems, s.systemAdd},
		{"GET /console/systems/{id}", models.MayListTasks, s.system},
		{"POST /console/systems/{id}", models.MayManageSystems, s.systemChange},
		{"POST /console/systems/{id}/retire", models.MayManageSystems, s.systemStep("retired")},
		{"POST /console/systems/{id}/reuse", models.MayManageSystems, s.systemStep("reused")},
		{"GET /console/policies", models.MayList, s.policies},
		{"GET /console/law", models.MayList, s.law},
		{"GET /console/templates", models.MayList, s.templates},
		{"GET /console/templates/{template}/{language}", models.MayList, s.template},
		{"GET /console/templates/{template}/{language}/html", models.MayList, s.templateHTML},
		{"GET /console/jobs", models.MayReadJobs, s.jobs},
		{"POST /console/jobs/{id}/retry", models.MayRetryJobs, s.jobRetry},
		{"GET /console/outgoing", models.MayReadJobs, s.outgoing},
		{"GET /console/outgoing/{id}", models.MayManageStaff, s.sent},
		{"GET /console/outgoing/{id}/html", models.MayManageStaff, s.sentHTML},
		{"GET /console/outgoing/{id}/raw", models.MayManageStaff, s.sentRaw},
		{"GET /console/health", models.MayReadJobs, s.health},
	}
}
