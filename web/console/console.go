// Package console is what staff see in a browser. It turns forms into commands
// and answers into pages that work without a script. It knows no SQL and
// decides nothing: what a role may do says models.Permit.
package console

import (
	"context"
	"net/http"
	"time"

	"habeas/accounts"
	"habeas/internal/server"
	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/web/portal"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Staff is what the console needs of the service. See cases.Service.
type Staff interface {
	pages.Beginner
	Registers
	Tasks() Tasks
	LegalHolds() LegalHolds
	Systems() Systems
	List(ctx context.Context, by models.Actor, f models.Filter) ([]models.Request, models.Cursor, error)
	SimilarOpen(ctx context.Context, page []models.Request, most int) (map[string]int, error)
	MayEach(ctx context.Context, by models.Actor, list []models.Request, commands ...workflows.CommandName) ([][]workflows.CommandName, error)
	Counts(ctx context.Context, filters []models.Filter, most int) ([]int, error)
	FactsOf(ctx context.Context, reference string) (models.Request, error)
	Open(ctx context.Context, by models.Actor, reference string) (cases.CaseView, error)
	Events(ctx context.Context, reference string) ([]models.Event, error)
	Explain(ctx context.Context, reference string) (policies.Explanation, error)
	Related(ctx context.Context, r models.Request) ([]models.Request, error)
	CertificateOf(ctx context.Context, by models.Actor, reference string) (models.Certificate, models.Request, error)
	PolicyOf(ctx context.Context, r models.Request) (*policies.Policy, error)
	Messages(ctx context.Context, requestID string) ([]models.Message, error)
	Try(ctx context.Context, by models.Actor, r models.Request, c workflows.Command) (workflows.Decision, error)
	Submit(ctx context.Context, by models.Actor, c workflows.Submit, o cases.Option) (workflows.Decision, error)
	AddFile(ctx context.Context, by models.Actor, reference, name string, content []byte, internal bool, o cases.Option) (models.File, error)
	RawMail(ctx context.Context, by models.Actor, id string, reserve func(size int64) error) (models.ReceivedMail, []byte, error)
	Files(ctx context.Context, by models.Actor, r models.Request) ([]models.File, error)
	Package(ctx context.Context, by models.Actor, r models.Request, file string) (*cases.PackageStream, error)
	ReadFile(ctx context.Context, by models.Actor, r models.Request, fileID string, reserve func(size int64) error) (models.File, []byte, error)
	Do(ctx context.Context, by models.Actor, reference string, c workflows.Command, o cases.Option) (workflows.Decision, error)
}

// Config is what the pages need.
type Config struct {
	Assets   *pages.Assets
	Staff    Staff
	Accounts *accounts.Accounts
	Packages Packages
	Ports
	// Policy is the one that new requests are received under.
	Policy       *policies.Policy
	Zone         *time.Location // of the organisation
	Organisation string
	// Network is what counting tries knows a client by.
	Network func(*http.Request) string
}

// Site serves the console. It is safe for concurrent use.
type Site struct {
	Config
	pages.Stage
	views  *pages.Views
	sender pages.Sender
	// entries are the forms for what staff type in.
	entries portal.EntryForms
}

// Mount serves everything below /console, after parsing every template.
func Mount(on *server.Server, stage pages.Stage, c Config) error {
	s := &Site{Config: c, Stage: stage}
	s.Problem = s.problem
	var err error
	if s.entries, err = portal.NewEntryForms(); err != nil {
		return err
	}
	all, err := parsed()
	if err != nil {
		return err
	}
	s.views = pages.NewViews(all, s.funcs(), s.entries.Funcs())
	actions := map[string]pages.Action{}
	for _, r := range s.list() {
		actions[r.Pattern] = s.admitted(r.May, r.do)
	}
	s.Stage.Mount(on, []string{pathStart}, actions)
	return nil
}
