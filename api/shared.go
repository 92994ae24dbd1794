package api

import (
	"maps"
	"net/http"
	"slices"

	"github.com/swaggest/openapi-go/openapi31"

	"habeas/intake"
)

const introduction = `Habeas takes privacy requests from people, carries each one through its workflow inside its deadline, and keeps the log of what was done.

Names are snake_case. Fields and parameters that end in _on are civil dates in the organisation's time zone, those in _at and _by are times of RFC 3339 in UTC.

**Who may do what.** The public operations need no token. After typing the mailed code the requester has a session token for one request; staff and programs have API tokens with a role. Both are sent as Authorization: Bearer.

**Problems** are application/problem+json (RFC 9457). The type is urn:habeas:problem: and a code; a problem with the input lists every field that is wrong, by its path (person.email, items[0].outcome); a conflict lists the commands that are allowed now. Values that were sent are never repeated.

**Once.** An Idempotency-Key makes a POST happen once: the same key and body get the same answer, another body is refused with 422, and 409 says that the first is not done yet. Send the same key again after a lost connection.

**Versions.** The ETag of a request is its version. With If-Match a command is given only to that version; otherwise the answer is 412.

**Lists** are {items, next_cursor}. Pass next_cursor as cursor for the next page; without it the page is the last.`

// describeShared writes what belongs to no single operation.
func describeShared(s *openapi31.Spec) {
	s.Info.WithTitle("Habeas").WithVersion("1.0.0").WithDescription(introduction)
	contact, license := openapi31.Contact{}, openapi31.License{}
	s.Info.WithContact(*contact.WithName("The operator of this installation"))
	s.Info.WithLicense(*license.WithName("Apache License 2.0").WithIdentifier("Apache-2.0"))
	s.WithServers(openapi31.Server{URL: "/"})
	for _, t := range tagTexts() {
		tag := openapi31.Tag{Name: t[0]}
		s.Tags = append(s.Tags, *tag.WithDescription(t[1]))
	}
	components := s.ComponentsEns()
	for status, texts := range problemTexts() {
		components.WithResponsesItem(problemName(status), problemResponse(status, texts))
	}
	components.WithSecuritySchemesItem("token", bearerScheme("An API token of staff or of a program: hbt_…"))
	components.WithSecuritySchemesItem("signature", signatureScheme())
	components.WithSecuritySchemesItem("webhook", webhookScheme())
	components.WithSecuritySchemesItem("hook", passwordScheme())
	components.WithSecuritySchemesItem("session", bearerScheme("The token of a session with one request, from typing the mailed code. It lasts 60 minutes."))
}

func tagTexts() [][2]string {
	return [][2]string{
		{tagPublic, "What anybody may do, without an account."},
		{tagSubject, "What the requester may do after proving the mailbox."},
		{tagCases, "What staff see."},
		{tagWork, "What staff do: one command each, answered with the request as it then is."},
		{tagFigures, "Counts, and what auditors take away."},
		{tagPeople, "Who works here."},
		{tagMail, "What people wrote to the privacy address, and what waits for staff to place it."},
		{tagTasks, "One action in one system for one request: find, correct, erase, stop, take down, inform."},
		{tagHolds, "What keeps everything about a person from being erased. It has nothing to do with a request that is on hold."},
		{tagSystems, "Where personal data is, and the register of purposes, recipients and retention."},
		{tagJobs, "What is done in the background."},
		{tagHooks, "Where mail servers and providers hand in what people wrote. Without its key there is nothing at an address."},
		{tagHealth, "For probes."},
	}
}

func signatureScheme() openapi31.SecuritySchemeOrReference {
	scheme := openapi31.SecurityScheme{APIKey: &openapi31.SecuritySchemeAPIKey{Name: intake.HeaderSignature, In: openapi31.SecuritySchemeAPIKeyInHeader}}
	return openapi31.SecuritySchemeOrReference{SecurityScheme: scheme.WithDescription("v1= and the HMAC-SHA256 of time, envelope and body in hex; takeRawMail says how.")}
}

func webhookScheme() openapi31.SecuritySchemeOrReference {
	scheme := openapi31.SecurityScheme{APIKey: &openapi31.SecuritySchemeAPIKey{Name: webhookSignature, In: openapi31.SecuritySchemeAPIKeyInHeader}}
	return openapi31.SecuritySchemeOrReference{SecurityScheme: scheme.WithDescription("The signature of Standard Webhooks, with the secret of the system.")}
}

func passwordScheme() openapi31.SecuritySchemeOrReference {
	scheme := openapi31.SecurityScheme{HTTP: &openapi31.SecuritySchemeHTTP{Scheme: "basic"}}
	return openapi31.SecuritySchemeOrReference{SecurityScheme: scheme.WithDescription("The key of the provider's hook as the password; the name may be any.")}
}

func bearerScheme(text string) openapi31.SecuritySchemeOrReference {
	scheme := openapi31.SecurityScheme{HTTPBearer: &openapi31.SecuritySchemeHTTPBearer{Scheme: "bearer"}}
	return openapi31.SecuritySchemeOrReference{SecurityScheme: scheme.WithDescription(text)}
}

// problemTexts says what each status means, with the headers that go with it.
func problemTexts() map[int][]string {
	return map[int][]string{
		http.StatusBadRequest:            {"The request cannot be read: it is not JSON, a key or a parameter comes twice (malformed)."},
		http.StatusUnauthorized:          {"No valid token or signature (unauthorized).", "WWW-Authenticate"},
		http.StatusForbidden:             {"Not for this role (forbidden), or for another person to do (other_person)."},
		http.StatusNotFound:              {"No such thing, or not for who asks (not_found)."},
		http.StatusConflict:              {"Not possible now (conflict, with what is allowed; unverified), or the first call with this key still runs (in_flight).", "Retry-After"},
		http.StatusPreconditionFailed:    {"The request has changed since (stale)."},
		http.StatusRequestEntityTooLarge: {"Over a limit of size (too_large)."},
		http.StatusUnsupportedMediaType:  {"The body or the file is of a type that is not taken (unsupported)."},
		http.StatusUnprocessableEntity:   {"Fields are wrong (invalid), or the Idempotency-Key was used for something else (key_reused)."},
		http.StatusTooManyRequests:       {"Too many from one place (too_many).", "Retry-After"},
		http.StatusInternalServerError:   {"A fault of ours (internal)."},
		http.StatusServiceUnavailable:    {"A part that is needed is down (unavailable).", "Retry-After"},
	}
}

func problemResponse(status int, texts []string) openapi31.ResponseOrReference {
	example := any(map[string]any{
		"type": problemType + problemCode(status), "title": problemTitle(status), "status": status,
		"instance": "urn:uuid:2f0f7a51-6a0e-4c57-9d0b-6a5f3e3a1c77",
	})
	r := openapi31.Response{Description: texts[0]}
	r.WithContentItem(problemMedia, openapi31.MediaType{
		Schema: map[string]any{"$ref": "#/components/schemas/Problem"}, Example: &example,
	})
	r.WithHeadersItem("X-Request-Id", header("The id of this request."))
	for _, name := range texts[1:] {
		r.WithHeadersItem(name, header(map[string]string{
			"Retry-After": "Seconds to wait.", "WWW-Authenticate": "That a Bearer token is needed, or for a hook its password.",
		}[name]))
	}
	return openapi31.ResponseOrReference{Response: &r}
}

// problemCode is the code that a status usually stands for.
func problemCode(status int) string {
	for _, code := range slices.Sorted(maps.Keys(kindsOfProblem)) {
		if kindsOfProblem[code].status == status {
			return string(code)
		}
	}
	return ""
}

func problemTitle(status int) string {
	for _, code := range slices.Sorted(maps.Keys(kindsOfProblem)) {
		if kindsOfProblem[code].status == status {
			return kindsOfProblem[code].title
		}
	}
	return ""
}
