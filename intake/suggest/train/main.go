// Command train trains the classifiers of package suggest from its folder
// training. It is run by go generate.
package main

import (
	"fmt"
	"os"

	"habeas/intake/suggest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	files, err := suggest.Train(os.DirFS("training"))
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(name, content, 0o644); err != nil { //nolint:gosec // part of the source
			return err
		}
	}
	return nil
}
