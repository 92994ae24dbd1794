// Package kinds knows every kind of system that has a connector. A new kind is
// one package and one line here.
package kinds

import (
	"net/http"
	"time"

	"habeas/fulfilment"
	"habeas/fulfilment/sqlsystem"
	"habeas/fulfilment/system"
	"habeas/fulfilment/webhook"
	"habeas/internal/outbound"
	"habeas/models"
)

// Options are what connectors need besides a definition.
type Options struct {
	Treatments models.Treatments // of the policy; Check asks whether they fit
	Now        func() time.Time
	// Transport calls webhooks; nil is one that reaches public addresses alone.
	Transport http.RoundTripper
}

// Open returns the connector of a system, or nil for one of kind manual.
func Open(def *system.Definition, o Options) (fulfilment.Connector, error) {
	switch def.Kind {
	case models.SystemSQL:
		return sqlsystem.New(def, o.Treatments, o.Now)
	case models.SystemWebhook:
		return webhook.New(def, o.transport(def), o.Now)
	case models.SystemManual:
	}
	return nil, nil //nolint:nilnil // a person does it
}

func (o Options) transport(def *system.Definition) http.RoundTripper {
	if o.Transport != nil {
		return o.Transport
	}
	t := outbound.Transport(443, 8443)
	t.ResponseHeaderTimeout = def.Webhook.Timeout // a system may think for longer than a file server
	return t
}
