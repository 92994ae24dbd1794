package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// newRoot returns the command line. Commands get the environment through
// getenv, so that a test can give its own.
func newRoot(getenv func(string) string) *cobra.Command {
	var file string
	root := &cobra.Command{
		Use:           "habeas",
		Short:         "Takes privacy requests and carries each one through, inside its deadline",
		SilenceErrors: true, // run prints them, once
		SilenceUsage:  true,
		Args:          noCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%w (see %s --help)", err, c.CommandPath())
	})
	root.PersistentFlags().StringVar(&file, "config", "", "file of HABEAS_… variables, one NAME=VALUE a line (default: "+configFile+")")
	configure := func() (config, error) { return readConfig(getenv, file) }
	root.AddCommand(
		newServe(configure, getenv),
		newMigrate(configure),
		newUser(configure),
		newToken(configure),
		newIngest(knowing(configure)),
		newExport(configure),
		newPolicy(configure),
		newSystems(configure, getenv),
		newSuppressions(configure),
		newRetention(configure),
		newMail(configure),
		newDoctor(configure),
		newVersion(),
	)
	return root
}

// configured returns the configuration when a command needs it.
type configured func() (config, error)

// group returns a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: noCommand, RunE: func(c *cobra.Command, _ []string) error {
		var names []string
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		return usagef("%s needs one of: %s", c.CommandPath(), strings.Join(names, ", "))
	}}
	g.AddCommand(commands...)
	return g
}

func noCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s has no command %q (see %s --help)", c.CommandPath(), args[0], c.CommandPath())
	}
	return nil
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments (see %s --help)", c.CommandPath(), c.CommandPath())
	}
	return nil
}

// oneArgument refuses anything but one argument, which what names.
func oneArgument(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s needs %s (see %s --help)", c.CommandPath(), what, c.CommandPath())
		}
		return nil
	}
}

// required refuses a command without all of the flags.
func required(c *cobra.Command, flags ...string) error {
	var missing []string
	for _, name := range flags {
		if !c.Flags().Changed(name) {
			missing = append(missing, "--"+name)
		}
	}
	if len(missing) > 0 {
		return usagef("%s needs %s", c.CommandPath(), strings.Join(missing, " and "))
	}
	return nil
}
