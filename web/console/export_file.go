package console

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"habeas/audit"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// exportFile streams an export, after recording who takes it away. One that
// fails before anything of it has left is a page that says so; one that fails
// later is broken off.
func (s *Site) exportFile(w http.ResponseWriter, r *http.Request) error {
	x, err := s.Staff.Export(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.Staff.BeginExport(r.Context(), who(r).Actor(), x); err != nil {
		return err
	}
	pages.Patient(w, r)
	h := w.Header()
	h.Set("Content-Type", map[audit.Format]string{audit.FormatCSV: "text/csv; charset=utf-8", audit.FormatJSONL: "application/jsonl"}[audit.Format(x.Format)])
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="habeas-%s.%s"`, x.What, x.Format))
	out := begin(w)
	defer out.settle() // also of a panic
	counting := &countedSource{Source: s.Exports, run: x, site: s, ctx: r.Context()}
	if x.What == workflows.ExportEvents {
		_, err = audit.WriteEvents(r.Context(), out, counting, x.Period, audit.Format(x.Format))
	} else {
		_, err = audit.WriteRequests(r.Context(), out, counting, x.Period, audit.Format(x.Format), s.Now(), s.Zone)
	}
	counting.end(err)
	if err != nil && !out.settle() {
		s.logFault(r, err)
		h.Del("Content-Disposition")
		return s.showExport(w, r, failed(w, err), counting.run, true)
	}
	return err
}

// failed is the status of an answer that could not be begun.
func failed(w http.ResponseWriter, err error) int {
	if models.CodeOf(err) == models.CodeUnavailable {
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// exportAddress is the page of the export that a request is about.
func exportAddress(r *http.Request) string { return "/console/exports/" + r.PathValue("id") }

// noteEvery is how often it is noted how far an export is.
const noteEvery = time.Second

// countedSource counts the rows that leave and notes their number for whoever
// looks.
type countedSource struct {
	audit.Source
	run   models.ExportRun
	site  *Site
	ctx   context.Context //nolint:containedctx // of the one request that it serves
	noted time.Time
}

// EachRequest implements audit.Source.
func (c *countedSource) EachRequest(ctx context.Context, from, to time.Time, t models.RequestType, fn func(models.Request) error) error {
	c.begin()
	return c.Source.EachRequest(ctx, from, to, t, func(r models.Request) error { return c.counted(fn(r)) })
}

// EachEvent implements audit.Source.
func (c *countedSource) EachEvent(ctx context.Context, from, to time.Time, t models.RequestType, fn func(body []byte) error) error {
	c.begin()
	return c.Source.EachEvent(ctx, from, to, t, func(body []byte) error { return c.counted(fn(body)) })
}

func (c *countedSource) begin() { c.run.Written, c.noted = 0, c.site.Now() }

// counted counts a row. That it cannot be noted is no reason to break an
// export off.
func (c *countedSource) counted(err error) error {
	c.run.Written++
	const look = 256 // a clock is not read for every row
	if c.run.Written%look == 0 && c.site.Now().Sub(c.noted) >= noteEvery {
		c.noted = c.site.Now()
		c.note(c.ctx, models.ExportRunning)
	}
	return err
}

// end notes how it ended, also when who fetched it is gone.
func (c *countedSource) end(err error) {
	state := models.ExportDone
	if err != nil {
		state = models.ExportBroken
	}
	c.note(context.WithoutCancel(c.ctx), state)
}

func (c *countedSource) note(ctx context.Context, state models.ExportState) {
	c.run.State = state
	if err := c.site.Staff.SeeExport(ctx, c.run); err != nil {
		c.site.Log.WarnContext(ctx, "progress of an export cannot be noted", slog.Any("error", err))
	}
}
