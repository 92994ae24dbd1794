package models

import "time"

// JobKind names what a job does.
type JobKind string

// The job kinds. Each has one handler in workflows/jobs.
const (
	JobSendMail       JobKind = "send_mail"       // deliver one message
	JobRemind         JobKind = "remind"          // remind staff of a due date
	JobVerifyReminder JobKind = "verify_reminder" // remind the requester to type the code
	JobProveLinked    JobKind = "prove_linked"    // carry a proof on to the requests of the same mail
	JobExpire         JobKind = "expire"          // end a request never verified
	JobIssueCode      JobKind = "issue_code"      // mail a fresh code, if the reference exists
	JobDigestDay      JobKind = "digest_day"      // plan the digests of one day, and the next day
	JobDigest         JobKind = "digest"          // one person's digest of one day
	JobPlaceMail      JobKind = "place_mail"      // place one received mail
	JobMailFiles      JobKind = "mail_files"      // add the files of a mail to the request that staff placed it in
	JobHeldMail       JobKind = "held_mail"       // alarm of a mail that staff let lie for a day
	JobDeleteBlob     JobKind = "delete_blob"     // delete the bytes of a file that staff deleted
	JobMailboxAlarm   JobKind = "mailbox_alarm"   // alarm of a mailbox that is not read, or of a mail in it that is not taken
)

// JobKinds lists every kind.
func JobKinds() []JobKind {
	return []JobKind{
		JobSendMail, JobRemind, JobVerifyReminder, JobProveLinked, JobExpire, JobIssueCode, JobDigestDay, JobDigest, JobPlaceMail, JobMailFiles, JobHeldMail, JobMailboxAlarm, JobRunTask, JobOwnerMail, JobRemindTask, JobOwnerCode, JobDeleteBlob, JobOwnerUnreached,
		JobCoolingOff, JobLookAgain, JobVoidPackages, JobRetention, JobErase, JobLeftovers, JobLegalHolds, JobLegalHoldReview,
	}
}

// JobState is where a job stands.
type JobState string

// The job states.
const (
	JobPending JobState = "pending" // due at RunAt, relayed or not
	JobDone    JobState = "done"    // its effect is committed
	JobDead    JobState = "dead"    // gave up; staff may retry it
)

// Job is a row first: the relay hands due rows to the queue under the row's
// id, and the handler marks the row done in the transaction of its effect. It
// holds ids only, no personal data.
type Job struct {
	ID        string
	Kind      JobKind
	RequestID string // "" where none
	Subject   string // what it is about, by kind: a message id, a threshold, a day, a reference, a staff id and a day, a received mail, the key of a blob
	UniqueKey string // one job per effect, ever: remind/<request>/<due>/<threshold>
	RunAt     time.Time
	State     JobState
	Attempts  int
	LastError string // a code
	CreatedAt time.Time
	DoneAt    time.Time
	// Trace is the id of the HTTP request that the job follows from, for the
	// log; "" where none.
	Trace string
}

// JobLane divides the jobs into those that call systems, which may be slow, and
// all others.
type JobLane string

// The lanes. Each has a queue and workers of its own.
const (
	LaneMain  JobLane = "main"
	LaneCalls JobLane = "calls"
)
