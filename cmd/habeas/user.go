package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"habeas/migrations"
	"habeas/models"
	"habeas/workflows"
)

func newUser(configure configured) *cobra.Command {
	return group("user", "Look after the staff", newUserAdd(configure))
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
			return withApp(c.Context(), configure, quiet(c), migrations.Up, func(a *app) error {
				m, err := a.service.AddStaff(c.Context(), operator(), name, email, models.Role(role), workflows.Remembered[models.Staff]{})
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
