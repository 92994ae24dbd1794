package models

import "slices"

// Permission is something that the holder of a role may do. The admin API, the
// console and the command line ask one table, Permit.
type Permission string

// The permissions.
const (
	MaySignIn       Permission = "sign_in"       // use the console at all
	MaySubmit       Permission = "submit"        // file through the public endpoint under a token's limits
	MayEnter        Permission = "enter"         // type in a request that came by letter or telephone
	MayList         Permission = "list"          // see facts of requests
	MayOpen         Permission = "open"          // see the personal data of a request
	MayOwn          Permission = "own"           // be given requests to answer
	MayReadLog      Permission = "read_log"      // events and dates of a request
	MayReadFigures  Permission = "read_figures"  // counts and metrics
	MayExport       Permission = "export"        // take the log away
	MayReadJobs     Permission = "read_jobs"     // jobs and outgoing mail
	MayRetryJobs    Permission = "retry_jobs"    // run a dead job again
	MayListMail     Permission = "list_mail"     // see that mail was received, and what became of it
	MayReadMail     Permission = "read_mail"     // read received mail
	MayPlaceMail    Permission = "place_mail"    // turn it into a request, attach or dismiss it
	MayReadStaff    Permission = "read_staff"    // names to assign to
	MayManageStaff  Permission = "manage_staff"  // people
	MayManageTokens Permission = "manage_tokens" // API tokens
)

// The permissions to do something with a request: one for each command of
// staff, spelled as the command is, and one to let the requester see a file.
const (
	MayVerify    Permission = "verify"
	MayAssign    Permission = "assign"
	MayStart     Permission = "start"
	MayAsk       Permission = "ask"
	MayResume    Permission = "resume"
	MayNote      Permission = "note"
	MayReply     Permission = "reply"
	MayAttach    Permission = "attach"
	MayShare     Permission = "share"
	MayDelete    Permission = "delete-file"
	MayExtend    Permission = "extend"
	MayDecide    Permission = "decide"
	MayApprove   Permission = "approve"
	MayReturn    Permission = "return"
	MayReopen    Permission = "reopen"
	MayMerge     Permission = "merge"
	MayMarkSpam  Permission = "mark-spam"
	MayClassify  Permission = "classify"
	MayRequester Permission = "requester"  // say who it is from
	MayMove      Permission = "move"       // put a mail into another case
	MayReceive   Permission = "receive"    // put a mail into a case
	MayTasks     Permission = "tasks"      // add, run, approve and complete tasks
	MayListTasks Permission = "list_tasks" // see which there are, and in which systems

	MayManageSystems Permission = "manage_systems" // describe those whose tasks a person does

	MayListLegalHolds Permission = "list_legal_holds" // see that there are legal holds, and not on whom
	MayLegalHolds     Permission = "legal_holds"      // read, set, review and lift them
)

// Permit reports whether a role holds a permission. This is the one table of
// roles; a test walks every route through it.
func Permit(role Role, p Permission) bool {
	const (
		admin   = RoleAdmin
		manager = RoleManager
		agent   = RoleAgent
		auditor = RoleAuditor
		intake  = RoleIntake
	)
	holders := map[Permission][]Role{
		MaySignIn:       {admin, manager, agent, auditor},
		MaySubmit:       {admin, manager, agent, intake},
		MayEnter:        {admin, manager, agent},
		MayList:         {admin, manager, agent, auditor},
		MayOpen:         {admin, manager, agent},
		MayOwn:          {admin, manager, agent},
		MayReadLog:      {admin, manager, agent, auditor},
		MayReadFigures:  {admin, manager, agent, auditor},
		MayExport:       {admin, manager, auditor},
		MayReadJobs:     {admin, manager, auditor},
		MayRetryJobs:    {admin, manager},
		MayListMail:     {admin, manager, agent, auditor},
		MayReadMail:     {admin, manager, agent},
		MayPlaceMail:    {admin, manager, agent},
		MayReadStaff:    {admin, manager, agent},
		MayManageStaff:  {admin},
		MayManageTokens: {admin},

		MayVerify:    {admin, manager, agent},
		MayAssign:    {admin, manager, agent},
		MayStart:     {admin, manager, agent},
		MayAsk:       {admin, manager, agent},
		MayResume:    {admin, manager, agent},
		MayNote:      {admin, manager, agent},
		MayReply:     {admin, manager, agent},
		MayAttach:    {admin, manager, agent},
		MayShare:     {admin, manager, agent},
		MayDelete:    {admin, manager, agent},
		MayExtend:    {admin, manager, agent},
		MayDecide:    {admin, manager, agent},
		MayApprove:   {admin, manager, agent},
		MayReturn:    {admin, manager, agent},
		MayReopen:    {admin, manager, agent},
		MayMerge:     {admin, manager, agent},
		MayMarkSpam:  {admin, manager, agent},
		MayClassify:  {admin, manager, agent},
		MayRequester: {admin, manager, agent},
		MayMove:      {admin, manager, agent},
		MayReceive:   {admin, manager, agent},
		MayTasks:     {admin, manager, agent},
		MayListTasks: {admin, manager, agent, auditor},

		MayManageSystems: {admin, manager},

		MayListLegalHolds: {admin, manager, auditor},
		MayLegalHolds:     {admin, manager},
	}
	return slices.Contains(holders[p], role)
}
