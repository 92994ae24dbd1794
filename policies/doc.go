// Package policies holds the law as data and pure functions: which regimes
// apply to a request, when each wants an answer and why, what a request type
// asks for, how surely its requester must be known, and for which reasons it
// may be refused. The data is YAML, embedded and replaceable file by file by
// an operator's directory (Load). The package reads no clock, stores nothing
// and knows neither the lifecycle of a request (workflows) nor who works on it.
package policies
