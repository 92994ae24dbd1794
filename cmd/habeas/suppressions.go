package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"habeas/migrations"
)

func newSuppressions(configure configured) *cobra.Command {
	return group("suppressions", "Ask whom not to mail", newSuppressionsCheck(configure))
}

func newSuppressionsCheck(configure configured) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Say which addresses asked to be erased",
		Long: "Reads addresses, one a line, and prints those whose owner had their data erased and has not come back\n" +
			"since. Run it before an import or after a restored backup, and mail none of them. That it was asked, for\n" +
			"how many, is recorded; the addresses are not.",
		Example: "  habeas suppressions check < import.txt > do-not-mail.txt",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return withApp(c, configure, migrations.Check, func(a *app) error {
				found, asked, err := eachLine(c.InOrStdin(), c.OutOrStdout(), func(address string) (bool, error) {
					return a.service.Queries.Erased(c.Context(), address)
				})
				if err != nil {
					return err
				}
				return a.service.Queries.ErasedAsked(c.Context(), operator(), asked, found)
			})
		},
	}
}

// eachLine prints the lines that are found, and counts.
func eachLine(in io.Reader, out io.Writer, is func(line string) (bool, error)) (found, asked int, err error) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		asked++
		yes, err := is(line)
		if err != nil {
			return found, asked, err
		}
		if yes {
			found++
			if _, err := fmt.Fprintln(out, line); err != nil {
				return found, asked, err
			}
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return found, asked, usagef("a line is too long to be an address")
	}
	return found, asked, lines.Err()
}
