package main

import (
	"bufio"
	"errors"
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
				q := a.service.Suppressed
				erased := func(address string) (bool, error) { return q.Erased(c.Context(), address) }
				return checkSuppressions(c.InOrStdin(), c.OutOrStdout(), erased, func(asked, found int) error {
					return q.ErasedAsked(c.Context(), operator(), asked, found)
				})
			})
		},
	}
}

// checkSuppressions prints the addresses that were erased, once it is recorded that
// it was asked.
func checkSuppressions(in io.Reader, out io.Writer, erased func(address string) (bool, error), record func(asked, found int) error) error {
	addresses, err := trimmedLines(in)
	if err != nil {
		return err
	}
	var found []string
	for _, address := range addresses {
		yes, err := erased(address)
		if err != nil {
			return err
		}
		if yes {
			found = append(found, address+"\n")
		}
	}
	if err := record(len(addresses), len(found)); err != nil {
		return err
	}
	_, err = io.WriteString(out, strings.Join(found, ""))
	return err
}

// trimmedLines reads the lines that are not empty.
func trimmedLines(in io.Reader) ([]string, error) {
	var all []string
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		// Spreadsheets write a byte order mark before the first line.
		if line := strings.Trim(lines.Text(), " \t\r\ufeff"); line != "" {
			all = append(all, line)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, usagef("a line is too long to be an address")
	}
	return all, lines.Err()
}
