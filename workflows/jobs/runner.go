package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"habeas/models"
	"habeas/notifications"
	"habeas/workflows/cases"
)

// Letters makes mails of letters.
type Letters interface {
	Render(l models.Letter) (notifications.Mail, error)
	Compose(e notifications.Envelope, m notifications.Mail) (notifications.Outgoing, error)
}

// Addresses makes the addresses that lead what comes back to its request.
// Either is "" where answers, or notices of failure, go to the one mailbox of
// all mails.
type Addresses interface {
	Reply(reference string) string
	Bounce(reference, messageID string) string
	// ReplyTo is where answers to one message about a case come back to.
	ReplyTo(reference, messageID string) string
}

// Staff is who mails to staff go to.
type Staff interface {
	// FindStaff finds by id, email address or name.
	FindStaff(ctx context.Context, who string) (models.Staff, error)
	Staff(ctx context.Context) ([]models.Staff, error)
}

// Mail places received mail. ErrJobDone or CodeConflict says that it is placed.
type Mail interface {
	Place(ctx context.Context, id, job string) error
}

// Config is what the handlers need. All fields but Addresses are required.
type Config struct {
	Service *cases.Service
	Staff   Staff
	Digests cases.Digests
	Letters Letters
	Sender  notifications.Sender
	// Addresses may be nil: nothing is led anywhere then.
	Addresses Addresses
	Mail      Mail
	// Systems may be nil: then there are none but manual ones.
	Systems Systems
	// BaseURL begins the address that a system posts a late answer to.
	BaseURL string
	// TeamAddress gets the mails to staff for which nobody has an address.
	TeamAddress string
	Locale      string // of mails to staff that concern no single request
	Log         *slog.Logger
}

// Runner runs jobs by their ids. It is safe for concurrent use, as are several
// runners, in several processes, on the same jobs.
type Runner struct {
	Config
	handlers map[models.JobKind]handler
	calls    calls
	running  sync.Map // ids of the jobs that this runner is at
}

// handler does the work of one kind of job. It marks the job done together
// with the effect, or returns why it has none.
type handler func(ctx context.Context, j models.Job) error

// New returns a Runner.
func New(c Config) *Runner {
	r := &Runner{Config: c}
	r.handlers = map[models.JobKind]handler{
		models.JobSendMail:       r.sendMail,
		models.JobRemind:         r.remind,
		models.JobVerifyReminder: r.verifyReminder,
		models.JobProveLinked:    r.proveLinked,
		models.JobExpire:         r.expire,
		models.JobIssueCode:      r.issueCode,
		models.JobDigestDay:      r.digestDay,
		models.JobDigest:         r.digest,
		models.JobPlaceMail:      r.placeMail,
		models.JobMailFiles:      r.mailFiles,
		models.JobHeldMail:       r.heldMail,
		models.JobMailboxAlarm:   r.mailboxAlarm,
		models.JobRunTask:        r.runTask,
		models.JobOwnerMail:      r.ownerMail,
		models.JobRemindTask:     r.remindTask,
		models.JobOwnerCode:      r.ownerCode,
		models.JobOwnerUnreached: r.ownerUnreachable,
		models.JobDeleteBlob:     r.deleteBlob,

		models.JobCoolingOff: r.coolingOff,
		models.JobLookAgain:  r.lookAgain,

		models.JobVoidPackages: r.voidPackages,

		models.JobRetention:       r.retention,
		models.JobErase:           r.erase,
		models.JobLeftovers:       r.leftovers,
		models.JobLegalHolds:      r.legalHolds,
		models.JobLegalHoldReview: r.reviewLegalHold,
	}
	return r
}

// errUnrecorded goes to Asynq, which keeps its text: it says nothing else.
var errUnrecorded = errors.New("the outcome could not be recorded")

// Run runs a job, however often it is called: a run after the first that
// succeeded does nothing. It returns an error only if the database could not
// be reached, so that the row does not say what happened.
func (r *Runner) Run(ctx context.Context, id string) error {
	if _, busy := r.running.LoadOrStore(id, true); busy {
		return nil
	}
	defer r.running.Delete(id)
	j, err := r.Service.JobStore.Job(ctx, id)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	}
	if err != nil {
		r.Log.ErrorContext(ctx, "loading a job failed", slog.String("job_id", id), slog.Any("error", err))
		return errUnrecorded
	}
	// A job that is not due yet is left to the relay: Asynq may be early.
	if j.State != models.JobPending || j.RunAt.After(r.now()) {
		return nil
	}
	j.Attempts++
	ctx = models.Traced(ctx, j.Trace)
	begin := r.Service.Now()
	fault := r.try(ctx, j)
	if j.Kind == models.JobPlaceMail && r.hopeless(j, fault) {
		fault = r.holdUnplaced(ctx, j, fault)
	}
	if errors.Is(fault, errBusySystem) {
		return r.postpone(ctx, j)
	}
	if j.Kind == models.JobRunTask && r.hopeless(j, fault) && !pointless(fault) {
		fault = r.giveUpTask(context.WithoutCancel(ctx), j, fault)
	}
	r.Log.InfoContext(ctx, "job", slog.String("job_id", j.ID), slog.String("kind", string(j.Kind)),
		slog.String("request_id", j.Trace), slog.Int("attempts", j.Attempts), slog.Bool("ok", fault == nil),
		slog.Float64("duration_ms", float64(r.Service.Now().Sub(begin).Microseconds())/1000))
	return r.settle(ctx, j, fault)
}

// try runs the handler of the job. A panic is a failure like any other.
func (r *Runner) try(ctx context.Context, j models.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = r.panicked(ctx, j, p)
		}
	}()
	handle, known := r.handlers[j.Kind]
	if !known {
		return fmt.Errorf("%w: no handler for %s", errors.ErrUnsupported, j.Kind)
	}
	return handle(ctx, j)
}

// now is whole seconds in UTC: what every stored time is.
func (r *Runner) now() time.Time { return r.Service.Now().UTC().Truncate(time.Second) }
