package audit

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"habeas/models"
)

// Tally counts the requests of a year.
type Tally interface {
	Period() models.Period
	Add(f models.Facts)
	Figures() models.YearFigures
}

// Figures counts all requests of the tally's year, as they stand at one moment.
func (e *Exports) Figures(ctx context.Context, t Tally) (models.YearFigures, error) {
	p := t.Period()
	err := e.Source.EachRequest(ctx, p.From, p.To, "", func(r models.Request, _ []byte) error {
		t.Add(r.Facts)
		return ctx.Err()
	})
	if err != nil {
		return models.YearFigures{}, fmt.Errorf("counting the requests of a year: %w", err)
	}
	return t.Figures(), nil
}

// WriteFigures writes the figures of a year as CSV, one line for each row of
// each report. The columns are explained in docs/exports.md.
func WriteFigures(ctx context.Context, w io.Writer, f models.YearFigures) error {
	out := &sink{w: w, stopped: ctx.Err}
	c := &csvTable{sink: out}
	c.header(func() { figuresRow(c, f.Year, "", &models.FiguresRow{}) })
	for _, report := range f.Reports {
		for i := range report.Rows {
			figuresRow(c, f.Year, report.Key, &report.Rows[i])
			if err := c.endRow(); err != nil {
				return err
			}
		}
	}
	_, err := out.close("the figures of a year", nil)
	return err
}

func figuresRow(c *csvTable, year int, report string, r *models.FiguresRow) {
	c.number("year", year)
	c.text("report", report)
	c.text("right", r.Right)
	c.number("received", r.Received)
	c.number("complied_in_whole", r.Whole)
	c.number("complied_in_part", r.Part)
	c.number("denied", r.Denied)
	c.number("no_data", r.NoData)
	c.number("withdrawn", r.Withdrawn)
	c.number("open", r.Open)
	for _, ground := range models.DenialGrounds() {
		c.number("denied_"+string(ground), r.Grounds[ground])
	}
	c.list("denied_by_reason", countedCodes(r.DeniedReasons))
	c.list("part_by_reason", countedCodes(r.PartReasons))
	c.number("extended", r.Extended)
	c.number("late", r.Late)
	c.number("answered", r.Answered)
	c.decimal("median_days", r.MedianDays)
	c.decimal("mean_days", r.MeanDays)
}

// countedCodes writes codes with their numbers: "legal_claims:2".
func countedCodes(counts map[string]int) []string {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, code+":"+strconv.Itoa(counts[code]))
	}
	return all
}
