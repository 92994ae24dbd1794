package testbed

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Soak returns how often a test repeats itself: n times in the suite, and many
// times in make soak, which sets HABEAS_SOAK=1.
func Soak(n, many int) int {
	if soaking() {
		return many
	}
	return n
}

func soaking() bool { return os.Getenv("HABEAS_SOAK") == "1" }

// Patience is how long a test waits for what others do: half a minute, or more
// where others want the processors too. In make soak it is long enough for a
// lease to run out.
func Patience() time.Duration {
	const usual, longest = 30 * time.Second, 5 * time.Minute
	if soaking() {
		return longest
	}
	return min(longest, time.Duration(float64(usual)*max(1, queue())))
}

// queue is how many processes want a processor, for each that there is, or 0
// where the system does not tell.
func queue() float64 {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	var load float64
	if _, err := fmt.Sscan(string(raw), &load); err != nil {
		return 0
	}
	return load / float64(runtime.NumCPU())
}

// Eventually waits until something is so, as long as Patience says, and else
// fails with what it waited for and the states that it is given.
func Eventually(t testing.TB, what string, so func() bool, states ...func() string) {
	t.Helper()
	Within(t, Patience(), what, so, states...)
}

// Within is Eventually with a time of its own.
func Within(t testing.TB, limit time.Duration, what string, so func() bool, states ...func() string) {
	t.Helper()
	for start, pause := time.Now(), 5*time.Millisecond; !so(); pause = min(2*pause, 50*time.Millisecond) {
		if time.Since(start) > limit {
			var last strings.Builder
			for _, state := range states {
				last.WriteString("\n" + state())
			}
			t.Fatalf("waited %s in vain: %s%s", limit.Round(time.Second), what, last.String())
		}
		time.Sleep(pause)
	}
}
