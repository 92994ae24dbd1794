package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"habeas/accounts"
	"habeas/migrations"
	"habeas/models"
)

func newUser(configure configured) *cobra.Command {
	return group("user", "Look after the staff", newUserAdd(configure), newUserInvite(configure), newUserReset(configure))
}

func newUserAdd(configure configured) *cobra.Command {
	var name, email, role string
	c := &cobra.Command{
		Use: "add --name NAME --email ADDRESS --role ROLE", Short: "Add a member of staff",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required(c, "name", "email", "role"); err != nil {
				return err
			}
			return withApp(c, configure, migrations.Up, func(a *app) error {
				m, err := a.accounts.People.Add(c.Context(), operator(), name, email, models.Role(role), accounts.Remembered[models.Staff]{})
				if err != nil {
					return plain(err)
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), m.ID)
				return err
			})
		},
	}
	c.Flags().StringVar(&name, "name", "", "how colleagues call them")
	c.Flags().StringVar(&email, "email", "", "where their mail goes")
	c.Flags().StringVar(&role, "role", "", roleHelp)
	return c
}

func newUserInvite(configure configured) *cobra.Command {
	var n accounts.Newcomer
	var role string
	c := &cobra.Command{
		Use: "invite --name NAME --email ADDRESS --role ROLE", Short: "Add a member of staff and print the link with which they choose a password",
		Long: "Adds a member of staff, or takes one who has no password yet, and prints the link with which they\n" +
			"choose one: once, within a day. Nothing is mailed: hand the link over yourself. After the password\n" +
			"they set up a second factor.",
		Example: "  habeas user invite --name Grace --email grace@example.org --role manager",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required(c, "name", "email", "role"); err != nil {
				return err
			}
			n.Role = models.Role(role)
			return withApp(c, configure, migrations.Up, func(a *app) error {
				_, secret, err := a.accounts.People.Invite(c.Context(), operator(), n)
				if models.CodeOf(err) == models.CodeConflict {
					secret, err = a.inviteAgain(c.Context(), n)
				}
				return a.printLink(c, secret, "24 hours", err)
			})
		},
	}
	c.Flags().StringVar(&n.Name, "name", "", "how colleagues call them")
	c.Flags().StringVar(&n.Email, "email", "", "what they sign in with, and where their mail goes")
	c.Flags().StringVar(&role, "role", "", "admin, manager, agent or auditor")
	return c
}

// inviteAgain makes a fresh link for somebody who is there already, as they
// are described.
func (a *app) inviteAgain(ctx context.Context, n accounts.Newcomer) (string, error) {
	m, err := a.store.FindStaff(ctx, n.Email)
	other := !strings.EqualFold(m.Name, n.Name) || m.Role != n.Role
	if models.CodeOf(err) == models.CodeNotFound || err == nil && other {
		return "", models.Errorf(models.CodeConflict, "the name or the email address is taken")
	}
	if err != nil {
		return "", err
	}
	_, secret, err := a.accounts.People.InviteAgain(ctx, operator(), m.ID, false, nil)
	return secret, err
}

func newUserReset(configure configured) *cobra.Command {
	var who string
	var lost bool
	c := &cobra.Command{
		Use: "reset --user WHO [--lost-second-factor]", Short: "Take a password away and print the link to choose a new one",
		Long: "Takes the password of a member of staff away, ends their sessions and prints the link with which they\n" +
			"choose a new one: once, within 30 minutes. Their second factor stays required. With --lost-second-factor it\n" +
			"is taken away too, and they have to set up a new one before anything else opens. They get a mail about\n" +
			"it, without the link.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required(c, "user"); err != nil {
				return err
			}
			return withApp(c, configure, migrations.Up, func(a *app) error {
				_, secret, err := a.accounts.People.Reset(c.Context(), operator(), who, lost, false, nil)
				return a.printLink(c, secret, "30 minutes", err)
			})
		},
	}
	c.Flags().StringVar(&who, "user", "", "their email address, name or id")
	c.Flags().BoolVar(&lost, "lost-second-factor", false, "take the second factor away too, and its recovery codes")
	return c
}

// printLink prints the link of an invitation. Only the link goes to standard
// output.
func (a *app) printLink(c *cobra.Command, secret, life string, err error) error {
	if err != nil {
		return plain(err)
	}
	base := a.conf.BaseURL
	if base == "" {
		base = address(a.conf.Listen)
	}
	fmt.Fprintf(c.ErrOrStderr(), "The link works once, for %s. Hand it to them and to nobody else:\n", life) //nolint:errcheck // a hint
	_, err = fmt.Fprintln(c.OutOrStdout(), base+"/console/invitation/"+secret)
	return err
}
