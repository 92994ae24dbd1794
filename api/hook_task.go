package api

import (
	"errors"
	"mime"
	"net/http"
	"reflect"

	"habeas/intake"
	"habeas/models"
)

// Callbacks reads what systems post that answer later.
type Callbacks interface {
	// MostCallback is how many bytes the largest may have.
	MostCallback() int64
	// Callback checks the signature and reads the answer; what is wrong with it is
	// a *models.ConnectorError.
	Callback(system string, header http.Header, body []byte, call models.Call, preview models.Preview) (models.Answered, error)
}

// The header fields of Standard Webhooks.
const (
	webhookID        = "webhook-id"
	webhookTimestamp = "webhook-timestamp"
	webhookSignature = "webhook-signature"
)

// calledBackView is what the callback of a task is answered. It holds nothing
// personal: the system keeps what it is answered.
type calledBackView struct {
	Task  string           `json:"task"`
	State models.TaskState `json:"state"`
	Taken bool             `json:"taken" description:"false where the task has ended or gone on meanwhile: nothing became of the answer, and it need not come again."`
}

// callback makes an endpoint of the answers that come later. Its body is not
// bound: nothing looks at it before it is proven.
func callback(r Route) endpoint {
	return endpoint{Route: r, in: reflect.TypeFor[taskInput](), out: reflect.TypeFor[calledBackView](), serve: func(a *API, c *call) error {
		if c.Request().Header.Get(webhookSignature) == "" || a.Callbacks == nil || a.Callbacks.MostCallback() == 0 {
			return a.stranger(c, intake.ErrUnsigned)
		}
		if media, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); err != nil || media != r.takes[0] {
			return models.Errorf(models.CodeUnsupported, "the body must be sent as %s", r.takes[0])
		}
		body, stay, err := a.guest(c, a.Callbacks.MostCallback())
		if err != nil {
			return err
		}
		defer stay.Release()
		view, err := a.calledBack(c, body)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, view)
	}}
}

// calledBack takes an answer that came later. A task that is not there and one
// of another system are refused like a wrong signature.
func (a *API) calledBack(c *call, body []byte) (calledBackView, error) {
	ctx, tasks := c.Request().Context(), a.Service.Tasks
	t, err := tasks.Store.Task(ctx, c.Param("id"))
	if models.CodeOf(err) == models.CodeNotFound {
		return calledBackView{}, a.stranger(c, intake.ErrForged)
	}
	if err != nil {
		return calledBackView{}, err
	}
	preview, err := tasks.Approved(ctx, t)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return calledBackView{}, err
	}
	asked := models.Call{Task: t.ID, Action: t.Action, Key: t.Key, At: a.Now()}
	answered, err := a.Callbacks.Callback(t.System, c.Request().Header, body, asked, preview)
	fault, faulty := errors.AsType[*models.ConnectorError](err)
	switch {
	case faulty && (fault.Fault == models.FaultCredentials || fault.Fault == models.FaultDefinition):
		return calledBackView{}, a.stranger(c, intake.ErrForged)
	case err != nil && !faulty:
		return calledBackView{}, err
	}
	now, taken, err := tasks.CalledBack(ctx, t, answered, fault)
	if err == nil && taken && faulty && fault.Fault != models.FaultRefused {
		err = models.Errorf(models.CodeInvalid, "%s; the task has failed", fault.Text)
	}
	return calledBackView{Task: now.ID, State: now.State, Taken: taken}, err
}
