// Package audit takes the record out of the service: exports of the requests
// and of the event log that a stranger can read and check. It knows neither
// where rows are kept nor who may see them, and never touches the personal
// part of a request.
package audit
