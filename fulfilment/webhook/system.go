package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"habeas/fulfilment"
	"habeas/fulfilment/system"
	"habeas/internal/outbound"
	"habeas/models"
)

// System is the connector of one webhook.
type System struct {
	def    *system.Definition
	signer *standardwebhooks.Webhook
	client *http.Client
	now    func() time.Time
}

var _ fulfilment.Connector = (*System)(nil)

// New returns the connector of a definition of kind webhook. The transport is
// that of package outbound, which connects to public addresses alone.
func New(def *system.Definition, transport http.RoundTripper, now func() time.Time) (*System, error) {
	signer, err := standardwebhooks.NewWebhook(def.Webhook.Secret)
	if err != nil {
		return nil, fault(models.FaultDefinition, "the secret of system %s is not base64", def.Key)
	}
	return &System{def: def, signer: signer, now: now, client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func fault(kind models.ConnectorFault, format string, args ...any) *models.ConnectorError {
	return &models.ConnectorError{Fault: kind, Text: fmt.Sprintf(format, args...)}
}

// Close ends idle connections.
func (s *System) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Find asks for what the system holds.
func (s *System) Find(ctx context.Context, c models.Call) (models.Findings, error) {
	a, err := s.post(ctx, c, call{Step: stepFind})
	if err != nil {
		return models.Findings{}, err
	}
	return s.found(c, a)
}

func (s *System) found(c models.Call, a answer) (models.Findings, error) {
	found := models.Findings{System: s.def.Key, Version: s.def.Version, At: c.At}
	if a.Records == nil {
		return found, fault(models.FaultGarbage, "the answer to find has no records")
	}
	found.Records, found.Derived = a.records(s.def.Key)
	return found, nil
}

// Preview asks what the system would do.
func (s *System) Preview(ctx context.Context, c models.Call) (models.Preview, error) {
	a, err := s.post(ctx, c, call{Step: stepPreview, Corrections: c.Corrections})
	if err != nil {
		return models.Preview{}, err
	}
	return s.previewed(c, a)
}

func (s *System) previewed(c models.Call, a answer) (models.Preview, error) {
	p := models.Preview{System: s.def.Key, Version: s.def.Version, Action: c.Action}
	if a.Changes == nil {
		return p, fault(models.FaultGarbage, "the answer to preview has no changes")
	}
	p.Rows = a.rows()
	written, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	mac := hmac.New(sha256.New, c.Key)
	mac.Write([]byte("preview\x00"))
	mac.Write(written)
	p.Hash = hex.EncodeToString(mac.Sum(nil))
	return p, nil
}

// sent is the token of an apply: the call was about to be sent.
const sent = "sent"

// Apply tells the system to do it. The system knows a second call by its task
// and step, and answers it like the first.
func (s *System) Apply(ctx context.Context, c models.Call, preview models.Preview, hooks fulfilment.Hooks) (models.Receipt, error) {
	if preview.Version != s.def.Version {
		return models.Receipt{}, fault(models.FaultChanged, "the system's file has changed since the preview")
	}
	if hooks.BeforeCommit != nil {
		if err := hooks.BeforeCommit(ctx, sent); err != nil {
			return models.Receipt{}, err
		}
	}
	a, err := s.post(ctx, c, call{Step: stepApply, Corrections: c.Corrections, Preview: preview.Hash})
	if err != nil {
		return models.Receipt{}, err
	}
	return s.applied(preview, a)
}

func (s *System) applied(preview models.Preview, a answer) (models.Receipt, error) {
	if a.Changes == nil {
		return models.Receipt{}, fault(models.FaultGarbage, "the answer to apply has no changes")
	}
	preview.Rows = a.rows()
	return fulfilment.ReceiptOf(preview, s.now().UTC().Truncate(time.Second)), nil
}

// Resolve says that a call that was sent may be sent again: nothing tells whether
// it arrived, and the system carries out a task once.
func (s *System) Resolve(_ context.Context, _ models.Call, _ models.Preview, token string) (models.Resolution, error) {
	if token == "" {
		return models.ResolvedNot, nil
	}
	return models.ResolvedRepeat, nil
}

// Receipt is that of a preview that was applied.
func (s *System) Receipt(_ context.Context, _ models.Call, preview models.Preview) (models.Receipt, error) {
	return fulfilment.ReceiptOf(preview, s.now().UTC().Truncate(time.Second)), nil
}

// Check has nothing to ask: every call is about a person.
func (s *System) Check(context.Context) ([]fulfilment.Remark, error) { return nil, nil }

// post sends one call and reads the answer.
func (s *System) post(ctx context.Context, c models.Call, out call) (answer, error) {
	if !s.def.Takes(c.Action) {
		return answer{}, fault(models.FaultUnsupported, "the system does not take the action %s", c.Action)
	}
	out.Task, out.Action, out.Callback = c.Task, c.Action, c.Callback
	for _, id := range c.Identifiers {
		if slices.Contains(s.def.Identifiers, id.Kind) && (id.Verified != models.VerifiedNot || !c.Action.NeedsVerified()) {
			out.Identifiers = append(out.Identifiers, identifier{id.Kind, id.Value, id.Verified})
		}
	}
	if len(out.Identifiers) == 0 {
		return answer{}, fault(models.FaultIdentifier, "the system takes none of the verified identifiers")
	}
	ctx, cancel := context.WithTimeout(ctx, s.def.Webhook.Timeout)
	defer cancel()
	req, err := s.request(ctx, out)
	if err != nil {
		return answer{}, err
	}
	response, err := s.client.Do(req)
	if err != nil {
		return answer{}, unreached(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	a, err := s.read(response)
	// A server may end in any way what it does when we close the connection.
	if e, ok := errors.AsType[*models.ConnectorError](err); ok && e.Fault == models.FaultGarbage && ctx.Err() != nil {
		return a, unreached(ctx.Err())
	}
	return a, err
}

func (s *System) request(ctx context.Context, out call) (*http.Request, error) {
	body, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.def.Webhook.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fault(models.FaultDefinition, "the address of the webhook cannot be used")
	}
	at := s.now()
	signature, err := s.signer.Sign(out.Task, at, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(standardwebhooks.HeaderWebhookID, out.Task)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return req, nil
}

func unreached(err error) error {
	e := fault(models.FaultUnavailable, "the system cannot be reached, or the connection broke off")
	if errors.Is(err, outbound.ErrInside) {
		e = fault(models.FaultDefinition, "the webhook leads to an address that is not a public one")
	} else if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		e = fault(models.FaultTimeout, "the system did not answer within the time limit")
	}
	e.Sealed = err.Error()
	return e
}

// read says what a response means: 2xx answers, 202 promises an answer, 5xx may
// be tried again, all else is refused.
func (s *System) read(r *http.Response) (answer, error) {
	var e *models.ConnectorError
	switch {
	case r.StatusCode == http.StatusAccepted:
		e = fault(models.FaultPending, "the answer follows by a callback")
	case r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= http.StatusInternalServerError:
		e = fault(models.FaultUnavailable, "the system is not available")
	case r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden:
		e = fault(models.FaultCredentials, "the system does not take our signature")
	case r.StatusCode == http.StatusConflict:
		e = fault(models.FaultChanged, "it is no longer as the preview shows it")
	case r.StatusCode < 200 || r.StatusCode > 299:
		e = fault(models.FaultRefused, "the system refuses the call")
	default:
		body, err := io.ReadAll(io.LimitReader(r.Body, int64(s.def.Webhook.Bytes)+1))
		if err != nil {
			return answer{}, unreached(err)
		}
		return s.parse(body)
	}
	e.Code = strconv.Itoa(r.StatusCode)
	return answer{}, e
}

func (s *System) parse(body []byte) (answer, error) {
	if len(body) > s.def.Webhook.Bytes {
		return answer{}, fault(models.FaultTooMuch, "the answer is over %d bytes (webhook.bytes)", s.def.Webhook.Bytes)
	}
	a, err := parse(body)
	if err != nil {
		return a, fault(models.FaultGarbage, "the answer cannot be read: %s", err)
	}
	if a.Refused != "" {
		e := fault(models.FaultRefused, "the system refuses the call")
		e.Sealed = a.Refused
		return a, e
	}
	return a, nil
}
