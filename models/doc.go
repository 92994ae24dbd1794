// Package models holds the words of the domain: the request, its events, its
// correspondence and its jobs, and the errors every room speaks. It does no
// I/O, reads no clock and knows neither the law (policies) nor the lifecycle
// (workflows).
package models
