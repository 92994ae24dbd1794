package models

import "context"

type traceKey struct{}

// Traced returns a context under which jobs are marked as following from the
// HTTP request with the id, so that the log can be read from one to the other.
func Traced(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, traceKey{}, id)
}

// Trace returns the id that Traced put there, or "".
func Trace(ctx context.Context) string {
	id, _ := ctx.Value(traceKey{}).(string)
	return id
}
