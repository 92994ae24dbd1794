package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"habeas/audit"
	"habeas/migrations"
	"habeas/models"
)

func newExport(configure configured) *cobra.Command {
	return group("export", "Take requests or the log away",
		newExportOf(configure, "requests", "the facts of the requests received in a period, as they are now"),
		newExportOf(configure, "events", "every event of a period"), newExportFigures(configure))
}

func newExportFigures(configure configured) *cobra.Command {
	var year int
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use: "figures --year YEAR", Short: "Write what became of the requests of a year, ready to publish", Args: noArguments,
		Example: "  habeas export figures --year 2026 -o figures.csv",
		RunE: func(c *cobra.Command, _ []string) error {
			if year < 1970 || year > 9999 {
				return usagef("--year must be a year such as 2026")
			}
			return withApp(c, configure, migrations.Check, func(a *app) error {
				figures, err := a.exports.Figures(c.Context(), a.service.Policy.Tally(year, time.Now(), a.exports.Zone, "en"))
				if err != nil {
					return err
				}
				return toFile(file, c.OutOrStdout(), func(w io.Writer) error {
					if asJSON {
						out := json.NewEncoder(w)
						out.SetIndent("", "  ")
						return out.Encode(figures)
					}
					return audit.WriteFigures(c.Context(), w, figures)
				})
			})
		},
	}
	c.Flags().IntVar(&year, "year", 0, "the calendar year in which the requests were received")
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON, like the API")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write, which must not be there yet; none: standard output")
	return c
}

func newExportOf(configure configured, what, long string) *cobra.Command {
	var from, to, kind, format, file string
	c := &cobra.Command{
		Use: what + " --format csv|jsonl", Short: "Write " + long, Args: noArguments,
		Example: "  habeas export " + what + " --format csv --from 2026-01-01 --to 2027-01-01 -o " + what + ".csv",
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := audit.ParseFormat(format); err != nil {
				return usagef("--format must be csv or jsonl")
			}
			period, err := parsePeriod(from, to, kind)
			if err != nil {
				return err
			}
			return withApp(c, configure, migrations.Check, func(a *app) error {
				x := models.ExportRun{What: what, Format: format, Period: period}
				if err := a.exports.Record(c.Context(), operator(), x); err != nil {
					return err
				}
				return toFile(file, c.OutOrStdout(), func(w io.Writer) error { return a.exports.Write(c.Context(), w, x) })
			})
		},
	}
	c.Flags().StringVar(&format, "format", string(audit.FormatCSV), "csv or jsonl")
	c.Flags().StringVar(&from, "from", "", "first day (UTC), or time as RFC 3339; none: from the beginning")
	c.Flags().StringVar(&to, "to", "", "day or time that is no longer in it; none: to the end")
	c.Flags().StringVar(&kind, "type", "", "only this request type")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write, which must not be there yet; none: standard output")
	return c
}

func parsePeriod(from, to, kind string) (p models.Period, err error) {
	if p.From, err = parseMoment("--from", from); err != nil {
		return p, err
	}
	if p.To, err = parseMoment("--to", to); err != nil {
		return p, err
	}
	p.Type = models.RequestType(kind)
	return p, nil
}

// parseMoment reads a day, which is its first second in UTC, or an instant, as
// the API does. "" is none.
func parseMoment(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := models.ParseDate(s); err == nil {
		return d.At(0, time.UTC), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, usagef("%s must be a date such as 2026-11-20, or a time such as 2026-11-20T09:30:00Z", flag)
	}
	return t, nil
}

// toFile writes a new file, whole or not at all, or out if there is no path.
func toFile(path string, out io.Writer, write func(io.Writer) error) error {
	if path == "" {
		return write(out)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("making %s: %w", path, reason(err))
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
