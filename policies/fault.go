package policies

import (
	"fmt"
	"strings"
)

// Fault is one thing wrong in the policy files. Line is 0 where the fault is
// something missing from all of them.
type Fault struct {
	File string
	Line int
	Text string
}

// String returns "file:line: text".
func (f Fault) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Faults is everything wrong in the policy files, in the order of files and
// lines. It is the error of Load.
type Faults []Fault

// Error returns one fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}
