// Package workflows is the heart of the service and pure: commands, the
// lifecycle table, the gate, and the function Decide, which says what follows
// from a command. It knows the law only through policies, and does no I/O:
// package cases beside it reads what Decide needs and stores what it returns.
package workflows
