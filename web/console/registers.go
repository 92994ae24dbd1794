package console

import (
	"context"
	"time"

	"habeas/audit"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Registers is what the overview and the registers need of the service. See cases.Service.
type Registers interface {
	Overview(ctx context.Context, step cases.Step) (cases.Overview, error)
	Backlog(ctx context.Context, most int) (cases.Backlog, error)
	JobCounts(ctx context.Context, most int) (map[models.JobState]int, error)
	MailCounts(ctx context.Context, most int) (map[models.Delivery]int, error)
	QuarantinedMail(ctx context.Context, most int) (int, time.Time, error)

	JobList(ctx context.Context, state models.JobState, after models.Cursor, limit int) ([]models.Job, models.Cursor, error)
	RetryJob(ctx context.Context, by models.Actor, id string) (models.Job, error)
	OutgoingMail(ctx context.Context, d models.Delivery, after models.Cursor, limit int) ([]models.OutgoingMail, models.Cursor, error)
	OpenSent(ctx context.Context, by models.Actor, id string) (models.Message, error)

	Mails(ctx context.Context, f models.MailFilter) ([]models.ReceivedMail, models.Cursor, error)
	OpenMail(ctx context.Context, by models.Actor, id string) (models.ReceivedMail, error)
	RequestFromMail(ctx context.Context, by models.Actor, id string, c workflows.Submit, o cases.Option) (workflows.Decision, error)
	ConfirmRight(ctx context.Context, by models.Actor, reference string, right models.RequestType, o cases.Option) (models.Request, error)
	AttachMail(ctx context.Context, by models.Actor, id, reference string, o cases.Option) (workflows.Decision, error)
	MayDecide(by models.Actor, m models.ReceivedMail) bool
	DismissMail(ctx context.Context, by models.Actor, id, reason string, o cases.Option) (models.ReceivedMail, error)
}

// Ports are what the registers show of the rest of the program. All but Sent
// are required.
type Ports struct {
	Letters Letters
	System  System
	Exports *audit.Exports
	// Sent reads mails that are files; nil where they are sent.
	Sent SentMail
}
