// Package webhook reaches a system by calls over HTTPS, signed by Standard
// Webhooks. It knows neither requests nor tasks; the JSON of calls and answers
// is in call.schema.json and answer.schema.json.
package webhook

import _ "embed"

// CallSchema is the JSON Schema of a call.
//
//go:embed call.schema.json
var CallSchema []byte

// AnswerSchema is the JSON Schema of an answer, at once or by callback.
//
//go:embed answer.schema.json
var AnswerSchema []byte
