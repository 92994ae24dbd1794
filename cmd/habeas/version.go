package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of this binary", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "habeas", version())
			return err
		},
	}
}

// version is what the toolchain wrote into the binary: the tag or commit it
// was built from, and by which Go.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel" + commit(info.Settings)
	}
	return v + " " + info.GoVersion
}

// commit is the commit a build was made from, as far as it knows.
func commit(settings []debug.BuildSetting) string {
	for _, s := range settings {
		if s.Key == "vcs.revision" {
			return "-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return ""
}
