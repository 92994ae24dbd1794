//go:build !race

package main_test

// slowdown is what the race detector costs.
const slowdown = 1
