package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/labstack/echo/v4"

	"habeas/accounts"
	"habeas/internal/server"
	"habeas/models"
)

// Route is one operation of the API and who may use it.
type Route struct {
	Method string
	Path   string // as Echo spells it: /v1/requests/:reference
	ID     string // operationId
	Access Access
	Status int // of success
	Tag    string
	// Summary is one line, Description as many sentences as needed.
	Summary, Description string

	limit    limitName // what bounds anonymous use
	once     repeats   // what an Idempotency-Key does
	etag     bool      // answers with an ETag
	ifMatch  bool      // takes If-Match
	optional bool      // the body may be left out
	upload   bool      // the body is a multipart form with a file
	produces []string  // media types other than JSON
	takes    []string  // media types of a body that is not JSON; the first is the one to tell
	repeated bool      // answers 200 where the same came before
	ranged   bool      // answers with a part of a file where that is asked for
	long     bool      // may take as long as a large file or export does
	example  any       // of the body
	answers  any       // example of the answer
}

// Access is who may use a route: Public, Session, Signed, or the holders of a
// models.Permission.
type Access string

// Who may use a route, besides the holders of permissions.
const (
	Public  Access = "public"  // anybody
	Session Access = "session" // who proved the mailbox of this one request
	Signed  Access = "signed"  // who proves, post by post, to hold the key of a hook
)

func staff(p models.Permission) Access { return Access(p) }

// repeats says what a second request under the same Idempotency-Key gets.
type repeats int

const (
	never  repeats = iota // keys are not taken
	same                  // the stored bytes of the first answer
	asIsAt                // what the request is now; the command is not given again
)

// endpoint is a route with what serves it.
type endpoint struct {
	Route
	in, out reflect.Type
	serve   func(*API, *call) error
}

// call is one HTTP request on its way through a handler.
type call struct {
	echo.Context
	who      accounts.Identity // staff and form backends; zero for the public
	subject  models.Request    // the request of the session
	once     *models.Once      // the idempotency key it came under
	repeated bool              // the key was answered before (asIsAt)
}

// proven says whose token or session the call has, if any.
func (c *call) proven() {
	if c.who.TokenID != "" {
		server.Proven(c.Request(), "token "+c.who.TokenID)
	}
	if c.subject.ID != "" {
		server.Proven(c.Request(), "request "+c.subject.ID)
	}
}

// actor is who gives the command.
func (c *call) actor() models.Actor {
	if c.who.TokenID == "" {
		return models.Actor{Kind: models.ActorSubject}
	}
	return c.who.Actor()
}

// handle makes an endpoint of a function on plain types: what comes in is bound
// strictly, validated and passed on, what comes out is the answer.
func handle[In, Out any](r Route, run func(context.Context, *call, In) (Out, error)) endpoint {
	in, out := reflect.TypeFor[In](), reflect.TypeFor[Out]()
	plan := planOf(in)
	return endpoint{Route: r, in: in, out: out, serve: func(a *API, c *call) error {
		var input In
		sum, err := a.bind(c, &r, plan, &input)
		if err != nil {
			return err
		}
		if err := a.count(c, &r); err != nil {
			return err
		}
		return a.onceOnly(c, &r, sum, func() error {
			output, err := run(c.Request().Context(), c, input)
			if err != nil {
				return err
			}
			return respond(c, &r, output)
		}, func(stored []byte) error {
			var output Out
			return replay(c, &r, stored, &output)
		})
	}}
}

// headed is an answer that says something in its header too.
type headed interface{ header(c *call) }

// written is an answer that is not JSON.
type written interface{ write(c *call) error }

// respond writes an answer. Under an idempotency key these are the bytes that
// were stored with it.
func respond[Out any](c *call, r *Route, out Out) error {
	if h, ok := any(out).(headed); ok {
		h.header(c)
	}
	if w, ok := any(out).(written); ok {
		return w.write(c)
	}
	switch {
	case r.Status == http.StatusNoContent:
		return c.NoContent(r.Status)
	case c.once != nil && r.once == same && c.once.Answer != nil:
		return c.JSONBlob(c.once.Status, c.once.Answer)
	}
	return c.JSON(r.Status, out)
}

// mount puts an endpoint on its route, behind the permission. A
// GET is a HEAD too: the server leaves the body out.
func (a *API) mount(e endpoint) {
	methods := []string{e.Method}
	if e.Method == http.MethodGet {
		methods = append(methods, http.MethodHead)
	}
	a.server.Match(methods, e.Path, func(ec echo.Context) error {
		c := &call{Context: ec}
		defer a.bounded(c, &e.Route)()
		err := a.admit(c, &e.Route)
		c.proven()
		if err == nil {
			err = e.serve(a, c)
		}
		a.noteRefusal(c, &e.Route, err)
		return err
	})
}

// Routes lists every operation: what there is, and who may use it.
func Routes() []Route {
	var all []Route
	for _, e := range (&API{}).endpoints() {
		all = append(all, e.Route)
	}
	return all
}

// bounded gives a call the time of its route: the context ends with it, and for
// a file or an export the connection's own deadlines move. Echo's Timeout would
// let the work go on behind a finished answer. Servers that know no deadlines,
// such as a test's recorder, need none moved.
func (a *API) bounded(c *call, r *Route) (cancel func()) {
	limit := a.Limits.Timeout
	if r.long {
		limit = a.Limits.Long
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
	c.SetRequest(c.Request().WithContext(ctx))
	if until, ok := ctx.Deadline(); ok && r.long {
		control := http.NewResponseController(c.Response())
		_ = control.SetReadDeadline(until)
		_ = control.SetWriteDeadline(until)
	}
	return cancel
}
