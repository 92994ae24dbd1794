// Command habeas is the whole service in one binary: serve runs it, the other
// commands look after it. Here, and nowhere else, are the configuration, the
// clock, the wiring of the rooms and the knowledge of the mode it runs in.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // a container may have no zones of its own

	"github.com/spf13/cobra"
)

// What the program exits with.
const (
	exitOK     = 0
	exitFailed = 1 // what was asked for could not be done
	exitUsage  = 2 // wrong arguments or a faulty configuration: nothing was tried
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	// The first signal asks for an orderly end; the second one ends at once,
	// because by then nobody listens for it any more.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: one command, until it is done or ctx is over.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(getenv)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	reached, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errSaid) {
		fmt.Fprintln(stderr, "habeas:", err) //nolint:errcheck // there is no other place to say it
	}
	if coded, ok := errors.AsType[exitError](err); ok {
		return coded.code
	}
	var wrong usageError
	var faulty faults
	if errors.As(err, &wrong) || errors.As(err, &faulty) {
		if meansIngest(reached, args) { // wrong before the command ran; no mail server knows 2
			return exitWrongFlags
		}
		return exitUsage
	}
	return exitFailed
}

// meansIngest reports whether a command line was for ingest, also where a wrong
// flag in front of its name kept it from being reached.
func meansIngest(reached *cobra.Command, args []string) bool {
	if reached.HasParent() {
		return reached.Name() == "ingest"
	}
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		if args[0] == "--config" {
			args = args[1:] // its value
		}
		args = args[1:]
	}
	return len(args) > 0 && args[0] == "ingest"
}

// errSaid ends a command whose output already says what is wrong.
var errSaid = errors.New("said already")

// usageError is an error in the arguments.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
