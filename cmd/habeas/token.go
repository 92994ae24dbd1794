package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"habeas/accounts"
	"habeas/migrations"
	"habeas/models"
)

const roleHelp = "admin, manager, agent, auditor or intake"

func newToken(configure configured) *cobra.Command {
	return group("token", "Look after the API tokens", newTokenCreate(configure))
}

func newTokenCreate(configure configured) *cobra.Command {
	var name, role, expires string
	c := &cobra.Command{
		Use: "create --role ROLE --name NAME", Short: "Make an API token and print it, once",
		Long: "Makes an API token for the member of staff, or the program, with the name; who is added if\n" +
			"there is none. It ends by itself, after 90 days where --expires does not say otherwise. Only the\n" +
			"token goes to standard output, so that it can be piped.",
		Example: "  habeas token create --role manager --name Grace > grace.token\n" +
			"  habeas token create --role intake --name website --expires 365d",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required(c, "role", "name"); err != nil {
				return err
			}
			life, err := parseLife(expires)
			if err != nil {
				return err
			}
			return withApp(c, configure, migrations.Up, func(a *app) error {
				t, err := a.accounts.Tokens.Create(c.Context(), operator(), name, models.Role(role), life, accounts.Remembered[accounts.NewToken]{})
				if err != nil {
					return plain(err)
				}
				until := t.ExpiresAt.In(a.conf.Zone).Format("2006-01-02 15:04 MST")
				fmt.Fprintf(c.ErrOrStderr(), "A token of role %s; it expires on %s. It is shown this once:\n", role, until) //nolint:errcheck // a hint
				_, err = fmt.Fprintln(c.OutOrStdout(), t.Secret)
				return err
			})
		},
	}
	c.Flags().StringVar(&role, "role", "", roleHelp)
	c.Flags().StringVar(&name, "name", "", "whose token it is: a member of staff, or a program")
	c.Flags().StringVar(&expires, "expires", "90d", "how long it opens anything, such as 90d or 12h; 365d at most")
	return c
}

// parseLife reads a length of time in days (90d) or as Go writes it (12h).
func parseLife(s string) (time.Duration, error) {
	wrong := usagef("--expires must be a length of time, such as 90d or 12h, and 365d at most")
	if days, found := strings.CutSuffix(s, "d"); found {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 365 {
			return 0, wrong
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	life, err := time.ParseDuration(s)
	if err != nil || life <= 0 || life > 365*24*time.Hour {
		return 0, wrong
	}
	return life, nil
}
