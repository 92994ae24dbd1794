package api

import (
	"cmp"
	"context"
	"fmt"

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
	api *API
	run models.ExportRun
}

func (a *API) exportRequests(ctx context.Context, c *call, in exportInput) (export, error) {
	return a.export(ctx, c, audit.ExportRequests, in)
}

func (a *API) exportEvents(ctx context.Context, c *call, in exportInput) (export, error) {
	return a.export(ctx, c, audit.ExportEvents, in)
}

// export records who takes what away, before the first byte leaves: if that
// cannot be recorded, nothing does.
func (a *API) export(ctx context.Context, c *call, what string, in exportInput) (export, error) {
	x := models.ExportRun{What: what, Format: cmp.Or(in.Format, string(audit.FormatCSV))}
	x.Period.From, _ = moment(in.From) // validated; zero does not restrict
	x.Period.To, _ = moment(in.To)
	x.Period.Type = models.RequestType(in.Type)
	return export{a, x}, a.Exports.Record(ctx, c.actor(), x)
}

// write streams the export.
func (e export) write(c *call) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, map[audit.Format]string{audit.FormatCSV: csvMedia + "; charset=utf-8", audit.FormatJSONL: linesMedia}[audit.Format(e.run.Format)])
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="habeas-%s.%s"`, e.run.What, e.run.Format))
	return e.api.Exports.Write(c.Request().Context(), c.Response(), e.run)
}
