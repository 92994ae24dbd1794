package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"habeas/migrations"
)

func newMigrate(configure configured) *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the database to the schema of this binary", Args: noArguments,
		Long: "Brings the database to the schema of this binary. serve does the same when it starts;\n" +
			"processes that start together wait for each other.",
		RunE: func(c *cobra.Command, _ []string) error {
			return withApp(c, configure, migrations.Up, func(*app) error {
				_, err := fmt.Fprintln(c.OutOrStdout(), "the database is up to date")
				return err
			})
		},
	}
}
