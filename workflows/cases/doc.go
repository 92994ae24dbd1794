// Package cases runs commands: it reads a case from the store, asks
// workflows.Decide, and stores the consequence in one transaction. Beside that
// it answers the queries of staff and requesters. It knows the store, files and
// keys through the interfaces in ports.go, and neither SQL, HTTP nor the queue.
package cases
