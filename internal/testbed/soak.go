package testbed

import "os"

// Soak returns how often a test repeats itself: n times in the suite, and many
// times in make soak, which sets HABEAS_SOAK=1.
func Soak(n, many int) int {
	if os.Getenv("HABEAS_SOAK") == "1" {
		return many
	}
	return n
}
