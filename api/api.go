package api

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/go-playground/validator/v10"

	"habeas/accounts"
	"habeas/audit"
	"habeas/intake"
	"habeas/internal/server"
	"habeas/workflows/cases"
)

// Config is what the API needs. Ready, Mail and Limits may be left out.
type Config struct {
	Service  *cases.Service
	Accounts *accounts.Accounts
	Exports  *audit.Exports
	Mail     Mail
	// Callbacks reads what systems answer later; nil: none does.
	Callbacks Callbacks
	Packages  Packages
	// Ready says what /readyz tells; nil: everything is up.
	Ready  func(context.Context) Readiness
	Logger *slog.Logger
	Limits Limits
	Now    func() time.Time
}

// API answers HTTP. It is safe for concurrent use.
type API struct {
	Config
	server   *server.Server
	validate *validator.Validate
	limiters limiters
	decoding decoding
}

// policy lets a browser do nothing with an answer.
const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Mount serves every route of Routes.
func Mount(on *server.Server, c Config) *API {
	c.Limits = c.Limits.withDefaults()
	c.Mail.Room = cmp.Or(c.Mail.Room, intake.NewMemoryBudget(intake.MemoryBudgetSize))
	if c.Ready == nil {
		c.Ready = func(context.Context) Readiness { return Readiness{Database: true, Queue: true} }
	}
	a := &API{Config: c, server: on, validate: newValidator(), limiters: newLimiters(c.Limits, c.Now), decoding: newDecoding(decodedAtOnce)}
	on.Mount(server.Part{
		Prefixes: []string{"/v1", "/openapi.yaml", "/openapi.json", "/docs", "/healthz", "/readyz"}, Policy: policy, Problem: a.problem, Fault: ours,
	})
	for _, e := range a.endpoints() {
		a.mount(e)
	}
	a.mountDocument()
	return a
}
