package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"habeas/migrations"
	"habeas/models"
	"habeas/workflows/cases"
)

func newRetention(configure configured) *cobra.Command {
	var until string
	var apply bool
	c := &cobra.Command{
		Use: "retention [--until DAY] [--apply]", Short: "Show which of its own data Habeas erases, and when", Args: noArguments,
		Long: "Lists the closed requests whose personal data is due for erasure, and counts what else is. It changes\n" +
			"nothing: a running service erases what is due every night. --until looks ahead to a day. --apply erases\n" +
			"at once what is due now.",
		Example: "  habeas retention --until 2027-12-31\n  habeas retention --apply",
		RunE: func(c *cobra.Command, _ []string) error {
			if apply && until != "" {
				return usagef("--apply erases what is due now; leave --until out")
			}
			return withApp(c, configure, migrations.Check, func(a *app) error {
				if apply {
					return a.erase(c)
				}
				at := now()
				if until != "" {
					day, err := models.ParseDate(until)
					if err != nil {
						return usagef("--until must be a date such as 2027-12-31")
					}
					at = day.End(a.conf.Zone)
				}
				return a.showRetention(c, at)
			})
		},
	}
	c.Flags().StringVar(&until, "until", "", "also what is due by the end of this day; none: what is due now")
	c.Flags().BoolVar(&apply, "apply", false, "erase it now")
	return c
}

// mostShown bounds how many requests are listed one by one.
const mostShown = 1000

func (a *app) showRetention(c *cobra.Command, at time.Time) error {
	out := c.OutOrStdout()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "REQUEST\tCLOSED ON\tERASED AFTER\tPERIOD\tKEPT BY") //nolint:errcheck // Flush says it
	n, retention := 0, a.service.Retention
	err := retention.Requests(c.Context(), at, func(due cases.Due) error {
		if n++; n > mostShown {
			return nil
		}
		due, err := retention.Kept(c.Context(), due)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", due.Request.Reference, models.DateOf(due.Request.ClosedAt, a.conf.Zone),
			models.DateOf(due.At.Add(-time.Second), a.conf.Zone), due.Rule, keptBy(due))
		return err
	})
	if err := errors.Join(err, table.Flush()); err != nil {
		return err
	}
	rest, err := retention.Rest(c.Context(), at)
	if err != nil {
		return err
	}
	return printRest(out, n, rest)
}

// keptBy names what keeps a request beyond its time, or is empty.
func keptBy(due cases.Due) string {
	var by []string
	if due.Held {
		by = append(by, "legal hold")
	}
	if due.Undone {
		by = append(by, "undone task")
	}
	return strings.Join(by, ", ")
}

func printRest(out io.Writer, requests int, rest map[models.OwnData]int) error {
	lines := []string{fmt.Sprintf("\nrequests: %d", requests)}
	if requests > mostShown {
		lines[0] += fmt.Sprintf(", of which the first %d are listed", mostShown)
	}
	for _, what := range models.AllOwnData() {
		if n := rest[what]; n > 0 {
			lines = append(lines, fmt.Sprintf("%s: %d", what, n))
		}
	}
	for _, line := range append(lines, "Nothing was changed.") {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) erase(c *cobra.Command) error {
	erased, kept, err := a.service.Retention.Apply(c.Context())
	_, printed := fmt.Fprintf(c.OutOrStdout(), "The personal data of %d requests was erased. %d more are kept, by a legal hold, by an undone task, or because they were reopened.\n", erased, kept)
	return errors.Join(err, printed)
}
