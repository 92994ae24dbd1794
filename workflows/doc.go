// Package workflows is the heart of the service: commands, the lifecycle table,
// the pure function Decide that says what follows from a command, and the
// Service that stores it in one transaction. It knows the law only through
// policies, and neither SQL, HTTP, mail nor the queue.
package workflows
