package portal

import (
	"context"
	"net/http"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Requests is what the portal needs of the service. See cases.Service.
type Requests interface {
	pages.Beginner
	Types(country, region string) []*policies.Type
	Submit(ctx context.Context, by models.Actor, c workflows.Submit, o cases.Option) (workflows.Decision, error)
	NewProofOfWork(form string) cases.ProofOfWork
	Solved(form, solution string) *models.SolvedChallenge
	MailShort(ctx context.Context) (bool, error)
	RequestCode(ctx context.Context, reference string) error
	Prove(ctx context.Context, t cases.TypedCode) (cases.Proof, error)
	InSession(ctx context.Context, reference, token string) (models.Request, error)
	Leave(ctx context.Context, token string) error
	DoByID(ctx context.Context, by models.Actor, id string, c workflows.Command, o cases.Option) (workflows.Decision, error)
	NotMine(ctx context.Context, token string) (cases.NotMine, error)
	SetSuppression(ctx context.Context, token string, never bool) error
	ExplainIn(ctx context.Context, reference, locale string) (policies.Explanation, error)
	Events(ctx context.Context, reference string) ([]models.Event, error)
	PolicyOf(ctx context.Context, r models.Request) (*policies.Policy, error)
	MayNow(ctx context.Context, by models.Actor, r models.Request) ([]workflows.CommandName, error)
	Conversation(ctx context.Context, r models.Request) ([]models.Message, error)
	Certificate(ctx context.Context, by models.Actor, r models.Request) (models.Certificate, error)
	Files(ctx context.Context, by models.Actor, r models.Request) ([]models.File, error)
	CheckFile(name string, content []byte) error
	AddFile(ctx context.Context, by models.Actor, reference, name string, content []byte, internal bool, o cases.Option) (models.File, error)
	OwnPackage(ctx context.Context, reference, token string) (*cases.PackageStream, error)
	Fetched(ctx context.Context, p *cases.PackageStream) error
	ReadFile(ctx context.Context, by models.Actor, r models.Request, fileID string, reserve func(size int64) error) (models.File, []byte, error)
}

// subject is who acts through the portal.
func subject() models.Actor { return models.Actor{Kind: models.ActorSubject} }

// take counts an act against the limits, where there are any.
func (s *Site) take(act string, r *http.Request) error {
	if s.Limits == nil {
		return nil
	}
	return s.Limits.Take(act, r)
}

// client is what the limits know the client by that sent r; without limits all
// are one.
func (s *Site) client(r *http.Request) string {
	if s.Limits == nil {
		return ""
	}
	return s.Limits.Network(r)
}
