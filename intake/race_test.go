//go:build race

package intake_test

// slowdown is what the race detector costs.
const slowdown = 10
