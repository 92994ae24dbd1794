// Package api is the REST interface. It turns HTTP into calls of the service
// and their results into JSON, and writes the OpenAPI document from the same
// types. It decides nothing about a request, and knows neither SQL nor mail.
package api
