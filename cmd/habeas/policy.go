package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"habeas/models"
	"habeas/policies"
)

func newPolicy(configure configured) *cobra.Command {
	return group("policy", "Check a policy, and explain the dates it gives", newPolicyCheck(), newPolicyExplain(configure))
}

func newPolicyCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check DIR", Short: "Say everything that is wrong in a policy directory",
		Args: oneArgument("a directory"),
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := policyDir(args[0])
			if err != nil {
				return err
			}
			wrong := policies.Check(dir)
			for _, f := range wrong {
				fmt.Fprintln(c.OutOrStdout(), f) //nolint:errcheck // the exit code says it too
			}
			if len(wrong) > 0 {
				return fmt.Errorf("the policy has %d errors", len(wrong))
			}
			p, err := policies.Load(dir)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "the policy is in order; its version is %s\n", p.Version()) //nolint:errcheck // the exit code says it too
			for _, warning := range p.Warnings(models.DateOf(time.Now(), time.UTC)) {
				fmt.Fprintf(c.OutOrStdout(), "warning: %s\n", warning) //nolint:errcheck // the exit code says it too
			}
			for _, set := range p.TogetherSets() {
				fmt.Fprintf(c.OutOrStdout(), "asked for in one mail, these share a request: %s\n", typeKeys(set)) //nolint:errcheck // likewise
			}
			return nil
		},
	}
}

func typeKeys(types []models.RequestType) string {
	keys := make([]string, len(types))
	for i, t := range types {
		keys[i] = string(t)
	}
	return strings.Join(keys, " + ")
}

func newPolicyExplain(configure configured) *cobra.Command {
	var about policies.Case
	var kinds []string
	var received string
	var asJSON bool
	c := &cobra.Command{
		Use: "explain --type TYPE --received DATE", Short: "Explain every date of a request, step by step",
		Example: "  habeas policy explain --type access --country US --region CA --received 2026-11-20",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required(c, "type", "received"); err != nil {
				return err
			}
			day, err := models.ParseDate(received)
			if err != nil {
				return usageError{fmt.Errorf("--received: %w", err)}
			}
			about.ReceivedOn = day
			for _, kind := range kinds {
				about.Rights = append(about.Rights, models.RequestType(kind))
			}
			if about.Type = about.Rights[0]; len(about.Rights) == 1 {
				about.Rights = nil
			}
			return explain(c, configure, about, asJSON)
		},
	}
	c.Flags().StringSliceVar(&kinds, "type", nil, "the request type, such as access; several, such as access,deletion, as one request for all of them")
	c.Flags().StringVar(&about.Country, "country", "", "where the person lives, as ISO 3166-1 (US)")
	c.Flags().StringVar(&about.Region, "region", "", "the region of it, as ISO 3166-2 without the country (CA)")
	c.Flags().StringVar(&received, "received", "", "the day it reached the organisation, YYYY-MM-DD")
	c.Flags().BoolVar(&about.Undesignated, "undesignated", false, "it came elsewhere than to the designated address")
	c.Flags().BoolVar(&about.Extended, "extended", false, "as it is after an extension")
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON, like the API")
	return c
}

func explain(c *cobra.Command, configure configured, about policies.Case, asJSON bool) error {
	conf, err := configure()
	if err != nil {
		return err
	}
	p, err := loadPolicy(conf)
	if err != nil {
		return err
	}
	e, err := p.Explain(about)
	if err != nil {
		return plain(err)
	}
	if asJSON {
		out := json.NewEncoder(c.OutOrStdout())
		out.SetIndent("", "  ")
		return out.Encode(e)
	}
	_, err = fmt.Fprint(c.OutOrStdout(), e)
	return err
}

// loadPolicy returns the embedded policy with the organisation's own over it,
// for an organisation at its seat.
func loadPolicy(c config) (*policies.Policy, error) {
	p, err := policyFiles(c)
	if err != nil || c.Seat == "" {
		return p, err
	}
	return p.WithSeat(c.Seat)
}

func policyFiles(c config) (*policies.Policy, error) {
	if c.PolicyDir == "" {
		return policies.Default()
	}
	dir, err := policyDir(c.PolicyDir)
	if err != nil {
		return nil, fmt.Errorf("HABEAS_POLICY_DIR: %w", err)
	}
	p, err := policies.Load(dir)
	if err != nil {
		return nil, fmt.Errorf("loading the policy in %s (HABEAS_POLICY_DIR): %w", c.PolicyDir, err)
	}
	return p, nil
}

func policyDir(path string) (fs.FS, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("opening the policy directory %s: %w", path, reason(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("opening the policy directory: %s is no directory", path)
	}
	return os.DirFS(path), nil
}
