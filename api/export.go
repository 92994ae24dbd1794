package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"habeas/audit"
	"habeas/models"
)

type exportInput struct {
	Format string `query:"format" json:"-" validate:"omitempty,oneof=csv jsonl" default:"csv"`
	From   string `query:"from" json:"-" validate:"omitempty,moment" description:"A date or a time." example:"2026-01-01"`
	To     string `query:"to" json:"-" validate:"omitempty,moment" description:"A date or a time; itself not included." example:"2027-01-01"`
	Type   string `query:"type" json:"-" validate:"max=64" description:"Only requests of this type."`
}

const (
	csvMedia   = "text/csv"
	linesMedia = "application/jsonl"
)

var exportMedia = []string{csvMedia, linesMedia} //nolint:gochecknoglobals // read-only

// export is an export on its way out.
type export struct {
	api    *API
	events bool // the log, not the requests
	format audit.Format
	period models.Period
}

func (a *API) exportRequests(ctx context.Context, c *call, in exportInput) (export, error) {
	return a.export(ctx, c, false, in)
}

func (a *API) exportEvents(ctx context.Context, c *call, in exportInput) (export, error) {
	return a.export(ctx, c, true, in)
}

// export records who takes what away, before the first byte leaves: if that
// cannot be recorded, nothing does.
func (a *API) export(ctx context.Context, c *call, events bool, in exportInput) (export, error) {
	e := export{api: a, events: events, format: audit.Format(cmp.Or(in.Format, "csv"))}
	e.period.From, _ = moment(in.From) // validated; zero does not restrict
	e.period.To, _ = moment(in.To)
	e.period.Type = models.RequestType(in.Type)
	return e, a.Service.Store.Record(ctx, models.Event{
		ID: a.Service.NewID(), At: a.Now().UTC().Truncate(time.Second), Kind: models.EventExported, Actor: c.actor(),
		Detail: map[string]string{"what": e.name(), "format": string(e.format), "from": in.From, "to": in.To, "type": in.Type},
	})
}

func (e export) name() string { return map[bool]string{true: "events", false: "requests"}[e.events] }

// write streams the export. Once the first byte is out an error can only be
// shown by breaking the connection off, so that half a log is never taken for
// the whole.
func (e export) write(c *call) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, map[audit.Format]string{audit.FormatCSV: csvMedia + "; charset=utf-8", audit.FormatJSONL: linesMedia}[e.format])
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="habeas-%s.%s"`, e.name(), e.format))
	err := e.stream(c.Request().Context(), c.Response())
	if err == nil || !c.Response().Committed {
		return err
	}
	e.api.Logger.LogAttrs(c.Request().Context(), slog.LevelError, "export broken off",
		slog.String("request_id", requestID(c)), slog.String("export", e.name()), slog.String("error", err.Error()))
	panic(http.ErrAbortHandler)
}

func (e export) stream(ctx context.Context, w io.Writer) (err error) {
	if e.events {
		_, err = audit.WriteEvents(ctx, w, e.api.Exports, e.period, e.format)
		return err
	}
	_, err = audit.WriteRequests(ctx, w, e.api.Exports, e.period, e.format, e.api.Now(), e.api.Service.Zone)
	return err
}
