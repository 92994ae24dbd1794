package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"habeas/fulfilment"
	"habeas/fulfilment/kinds"
	"habeas/fulfilment/sqlsystem"
	"habeas/fulfilment/system"
	"habeas/models"
)

func newSystems(configure configured, getenv func(string) string) *cobra.Command {
	return group("systems", "Check, draft and try the systems that hold personal data",
		newSystemsCheck(configure, getenv), newSystemsList(configure, getenv), newSystemsDraft(), newSystemsTry(configure, getenv), newSystemsRestored(configure))
}

// loadSystems reads the definitions of a directory; "" has none.
func loadSystems(dir string, getenv func(string) string) ([]*system.Definition, error) {
	if dir == "" {
		return nil, nil
	}
	fsys, err := system.DirFS(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the systems directory %s (HABEAS_SYSTEMS_DIR): %w", dir, reason(err))
	}
	all, faults := system.Load(fsys, getenv)
	if !system.Bad(faults) {
		return all, nil
	}
	var lines []string
	for _, f := range faults {
		if !f.Advice {
			lines = append(lines, f.String())
		}
	}
	return nil, fmt.Errorf("the systems in %s (HABEAS_SYSTEMS_DIR):\n%s", dir, strings.Join(lines, "\n"))
}

// knowing adds the systems to a configuration for a command that may open a
// request, whose tasks are made then, but calls no system: a mail server runs it
// without their secrets.
func knowing(configure configured) configured {
	return func() (config, error) {
		c, err := configure()
		if err != nil {
			return c, err
		}
		c.systems, err = loadSystems(c.SystemsDir, nil)
		return c, err
	}
}

func newSystemsCheck(configure configured, getenv func(string) string) *cobra.Command {
	var connect bool
	c := &cobra.Command{
		Use: "check [DIR]", Short: "Say everything that is wrong in a directory of systems",
		Long: "Checks every definition and dataset in DIR (HABEAS_SYSTEMS_DIR without one), as serve does at\n" +
			"start. With --connect it also compares them with the databases: tables, columns, strategies,\n" +
			"indexes, and what the account may do.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			conf, err := configure()
			if err != nil {
				return err
			}
			dir := conf.SystemsDir
			if len(args) == 1 {
				dir = args[0]
			}
			if dir == "" {
				return usagef("%s needs a directory, or HABEAS_SYSTEMS_DIR", c.CommandPath())
			}
			return checkSystems(c.Context(), c.OutOrStdout(), conf, dir, connect, getenv)
		},
	}
	c.Flags().BoolVar(&connect, "connect", false, "connect to the databases as well")
	return c
}

func checkSystems(ctx context.Context, out io.Writer, conf config, dir string, connect bool, getenv func(string) string) error {
	fsys, err := system.DirFS(dir)
	if err != nil {
		return fmt.Errorf("opening the systems directory %s: %w", dir, reason(err))
	}
	all, faults := system.Load(fsys, getenv)
	bad := 0
	for _, f := range faults {
		fmt.Fprintln(out, f) //nolint:errcheck // the exit code says it too
		if !f.Advice {
			bad++
		}
	}
	if connect && bad == 0 {
		for _, def := range all {
			bad += connectSystem(ctx, out, conf, def)
		}
	}
	if bad > 0 {
		return fmt.Errorf("the systems have %d faults", bad)
	}
	_, err = fmt.Fprintf(out, "%d systems are in order\n", len(all))
	return err
}

// connectSystem prints what a connection shows and returns how many faults it
// has.
func connectSystem(ctx context.Context, out io.Writer, conf config, def *system.Definition) (bad int) {
	remarks, err := remarksOf(ctx, conf, def)
	for _, r := range remarks {
		advice := "advice: "
		if r.Bad {
			advice = ""
			bad++
		}
		fmt.Fprintf(out, "%s:%d: %s%s\n", r.File, r.Line, advice, r.Text) //nolint:errcheck // the exit code says it too
	}
	if err != nil {
		bad++
		fmt.Fprintf(out, "%s:1: %v\n", def.File, err) //nolint:errcheck // likewise
	}
	return bad
}

func remarksOf(ctx context.Context, conf config, def *system.Definition) ([]fulfilment.Remark, error) {
	c, err := openSystem(conf, def)
	if err != nil || c == nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // it was asked
	return c.Check(ctx)
}

// openSystem returns the connector of a system; nil of a manual one.
func openSystem(conf config, def *system.Definition) (fulfilment.Connector, error) {
	policy, err := loadPolicy(conf)
	if err != nil {
		return nil, err
	}
	return kinds.Open(def, kinds.Options{Treatments: policy.Treatments(), Now: now})
}

func newSystemsList(configure configured, getenv func(string) string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the systems of HABEAS_SYSTEMS_DIR", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := configure()
			if err != nil {
				return err
			}
			all, err := loadSystems(conf.SystemsDir, getenv)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 8, 2, ' ', 0)
			for _, d := range all {
				var actions []string
				for _, a := range d.Actions {
					actions = append(actions, string(a))
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", d.Key, d.Kind, strings.Join(actions, ","), d.Owner, d.Version[:12], d.Name) //nolint:errcheck // Flush says it
			}
			return w.Flush()
		},
	}
}

func newSystemsDraft() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use: "draft URL", Short: "Write a dataset from the schema of a database, with every guess marked",
		Example: "  habeas systems draft postgres://reader@db.example.com/shop --key shop > systems/shop_dataset.yml",
		Args:    oneArgument("the address of a database"),
		RunE: func(c *cobra.Command, args []string) error {
			return sqlsystem.Draft(c.Context(), args[0], key, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&key, "key", "dataset", "the fides_key of the dataset")
	return c
}

func newSystemsTry(configure configured, getenv func(string) string) *cobra.Command {
	var identifiers []string
	var action string
	c := &cobra.Command{
		Use: "try NAME --identifier email=ADDRESS", Short: "Show what a system would find or change for a person; nothing is changed",
		Example: "  habeas systems try shop --identifier email=customer-1@example.com --action erase",
		Args:    oneArgument("the name of a system"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := required(c, "identifier"); err != nil {
				return err
			}
			conf, err := configure()
			if err != nil {
				return err
			}
			call, err := tryCall(conf, identifiers, action)
			if err != nil {
				return err
			}
			all, err := loadSystems(conf.SystemsDir, getenv)
			if err != nil {
				return err
			}
			for _, def := range all {
				if def.Key == args[0] {
					return trySystem(c.Context(), c.OutOrStdout(), conf, def, call)
				}
			}
			return usagef("HABEAS_SYSTEMS_DIR has no system %s (see habeas systems list)", args[0])
		},
	}
	c.Flags().StringArrayVar(&identifiers, "identifier", nil, "who to look for, as kind=value; may be given again")
	c.Flags().StringVar(&action, "action", "find", "find, or erase for a preview of an erasure")
	return c
}

// tryCall is a call for a dry run. Who runs it vouches for the identifiers.
func tryCall(conf config, identifiers []string, action string) (models.Call, error) {
	policy, err := loadPolicy(conf)
	if err != nil {
		return models.Call{}, err
	}
	call := models.Call{Task: "try-" + newID(), Action: models.Action(action), Treatments: policy.Treatments(), Key: make([]byte, 32), At: now().UTC()}
	if _, err := rand.Read(call.Key); err != nil {
		return call, err
	}
	if call.Action != models.ActionFind && call.Action != models.ActionErase {
		return call, usagef("--action must be find or erase")
	}
	for _, s := range identifiers {
		kind, value, ok := strings.Cut(s, "=")
		if !ok || kind == "" || value == "" {
			return call, usagef("--identifier must be kind=value, such as email=a@example.com")
		}
		call.Identifiers = append(call.Identifiers, models.Identifier{Kind: models.IdentifierKind(kind), Value: value, Verified: models.VerifiedStaff})
	}
	return call, nil
}

func trySystem(ctx context.Context, out io.Writer, conf config, def *system.Definition, call models.Call) error {
	c, err := openSystem(conf, def)
	if err != nil {
		return err
	}
	if c == nil {
		return errors.New("the system is manual: its owner does the work")
	}
	defer c.Close() //nolint:errcheck // it was asked
	if call.Action == models.ActionFind {
		found, err := c.Find(ctx, call)
		if err != nil {
			return err
		}
		return printFindings(out, found)
	}
	preview, err := c.Preview(ctx, call)
	if err != nil {
		return err
	}
	return printPreview(out, preview)
}
