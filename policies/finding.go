package policies

import (
	"fmt"
	"strings"
)

// Finding is one thing wrong in the policy files. Line is 0 where the finding is
// something missing from all of them.
type Finding struct {
	File string
	Line int
	Text string
}

// String returns "file:line: text".
func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Findings is everything wrong in the policy files, in the order of files and
// lines. It is the error of Load.
type Findings []Finding

// Error returns one finding a line.
func (f Findings) Error() string {
	lines := make([]string, len(f))
	for i, finding := range f {
		lines[i] = finding.String()
	}
	return strings.Join(lines, "\n")
}
