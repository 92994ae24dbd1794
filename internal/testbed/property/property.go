// Package property tries what must hold for every input.
package property

import (
	"flag"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// Check is rapid.Check without the file that it leaves of a failure, which
// every later run would try first, whatever the test has become by then. The
// failure names the seed that repeats it.
func Check(t *testing.T, holds func(*rapid.T)) {
	t.Helper()
	leaveNoFile(t)
	rapid.Check(t, holds)
}

var once sync.Once //nolint:gochecknoglobals // a flag of the process

func leaveNoFile(t *testing.T) {
	t.Helper()
	once.Do(func() {
		if err := flag.Set("rapid.nofailfile", "true"); err != nil {
			t.Error(err)
		}
	})
}
