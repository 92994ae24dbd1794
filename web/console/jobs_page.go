package console

import (
	"net/http"

	"habeas/models"
)

// perRegister is how many lines a page of a register has.
const perRegister = 50

// tab is one of the lists of a register.
type tab struct {
	Name, Address string
	Count         string // "" for a list that is not counted
	Here          bool
}

// jobsPage lists the jobs in a state.
type jobsPage struct {
	Tabs     []tab
	State    models.JobState
	Jobs     []jobLine
	After    string // the address of the next page, or ""
	MayRetry bool
	Done     string
}

type jobLine struct {
	models.Job
	What string
	Late bool // due and not done yet
}

// jobStates are the states in the order they matter to staff.
func jobStates() []models.JobState {
	return []models.JobState{models.JobDead, models.JobPending, models.JobDone}
}

func jobStateWords() map[models.JobState]string {
	return map[models.JobState]string{models.JobDead: "Dead", models.JobPending: "To do", models.JobDone: "Done"}
}

func jobWords() map[models.JobKind]string {
	return map[models.JobKind]string{
		models.JobSendMail:       "Deliver a mail",
		models.JobRemind:         "Remind staff of a date",
		models.JobVerifyReminder: "Remind the requester to verify",
		models.JobExpire:         "End a request that nobody verified",
		models.JobIssueCode:      "Mail a fresh code",
		models.JobDigestDay:      "Plan the digests of a day",
		models.JobDigest:         "Send somebody their digest",
		models.JobPlaceMail:      "Place a received mail",
		models.JobRunTask:        "Ask a system to do a task",
		models.JobOwnerUnreached: "Give a task to staff whose owner cannot be reached",
		models.JobOwnerCode:      "Mail the code of a task",
		models.JobOwnerMail:      "Tell the owner of a system of their tasks",
		models.JobRemindTask:     "Remind the owner of a task",

		models.JobRetention:       "Erase what was kept long enough",
		models.JobErase:           "Erase the personal data of a closed request",
		models.JobLeftovers:       "Delete files that were erased",
		models.JobLegalHolds:      "Have tasks follow the legal holds",
		models.JobLegalHoldReview: "Remind of a legal hold",
	}
}

// jobs lists the jobs, the dead ones first.
func (s *Site) jobs(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := jobsPage{State: models.JobState(q.Get("state")), MayRetry: models.Permit(who(r).Role, models.MayRetryJobs)}
	if _, known := jobStateWords()[page.State]; !known {
		page.State = models.JobDead
	}
	page.Done = map[string]string{"retry": "The job runs again.", "under-way": "The job " + underWay}[q.Get("done")]
	counts, err := s.Staff.JobCounts(r.Context(), mostCounted)
	if err != nil {
		return err
	}
	for _, state := range jobStates() {
		page.Tabs = append(page.Tabs, tab{word(jobStateWords(), state), "/console/jobs?state=" + string(state), capped(counts[state]), state == page.State})
	}
	list, next, err := s.Staff.JobList(r.Context(), page.State, readCursor(sortJobs, q.Get("after")), perRegister)
	if err != nil {
		return err
	}
	for _, j := range list {
		page.Jobs = append(page.Jobs, jobLine{j, word(jobWords(), j.Kind), j.State == models.JobPending && j.RunAt.Before(s.Now())})
	}
	if !next.IsZero() {
		page.After = "/console/jobs?state=" + string(page.State) + "&after=" + writeCursor(sortJobs, next)
	}
	return s.show(w, r, http.StatusOK, viewJobs, layout{Title: "Jobs", Here: "settings", Body: page})
}

// sortJobs marks the cursors of the list of jobs.
const sortJobs models.Sort = "jobs"

// underWay says that there was nothing to retry.
const underWay = "has not given up, or is under way again already: nothing was done."

// jobRetry runs a dead job again. Sent twice it is one retry: the second finds
// the job no longer dead, and says so.
func (s *Site) jobRetry(w http.ResponseWriter, r *http.Request) error {
	_, err := s.Staff.RetryJob(r.Context(), who(r).Actor(), r.PathValue("id"))
	if err != nil && models.CodeOf(err) != models.CodeConflict {
		return err
	}
	back, done := "/console/jobs", "retry"
	if r.URL.Query().Get("back") == "outgoing" {
		back = "/console/outgoing"
	}
	if err != nil {
		done = "under-way"
	}
	return see(w, back+"?done="+done)
}
