package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"habeas/intake"
	"habeas/models"
)

// document is the OpenAPI document of the routes.
type document struct {
	yaml []byte
	json []byte
	page []byte
}

// Document returns the OpenAPI 3.1 document, as /openapi.yaml serves it.
func Document() []byte { return documented().yaml }

// documented writes the document when it is first asked for: that takes a
// moment, which no start of the program should wait for.
var documented = sync.OnceValue(func() *document { //nolint:gochecknoglobals // the routes never change
	return describe((&API{}).endpoints())
})

// describe writes the document from the same list and types that serve. What
// cannot be described is a fault of the program.
func describe(endpoints []endpoint) *document {
	r := newReflector()
	for _, e := range endpoints {
		describeOperation(r, e)
	}
	describeProblem(r)
	describeShared(r.Spec)
	d := &document{}
	var err error
	if d.yaml, err = r.Spec.MarshalYAML(); err == nil {
		d.json, err = json.Marshal(r.Spec)
	}
	must(err)
	d.page = page(endpoints, d.json)
	return d
}

// describeProblem adds the one schema of every refusal.
func describeProblem(r *openapi31.Reflector) {
	schema, err := r.Reflect(Problem{}, jsonschema.DefinitionsPrefix("#/components/schemas/"), jsonschema.CollectDefinitions(
		func(name string, s jsonschema.Schema) { r.Spec.ComponentsEns().WithSchemasItem(name, simple(s)) }))
	must(err)
	r.Spec.ComponentsEns().WithSchemasItem("Problem", simple(schema))
}

func simple(s jsonschema.Schema) map[string]any {
	m, err := s.ToSchemaOrBool().ToSimpleMap()
	must(err)
	return m
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("api: the document cannot be written: %v", err))
	}
}

func describeOperation(r *openapi31.Reflector, e endpoint) {
	oc, err := r.NewOperationContext(e.Method, openAPIPath(e.Path))
	must(err)
	oc.SetID(e.ID)
	oc.SetTags(e.Tag)
	oc.SetSummary(e.Summary)
	if text := describeText(e.Route); text != "" {
		oc.SetDescription(text)
	}
	oc.AddReqStructure(reflect.New(e.in).Interface())
	if len(e.produces) == 0 && e.Status != http.StatusNoContent {
		oc.AddRespStructure(reflect.New(e.out).Interface(), openapi.WithHTTPStatus(e.Status))
	}
	must(r.AddOperation(oc))
	op, err := operationOf(r.Spec, e)
	must(err)
	describeRequest(op, e)
	describeSuccess(op, e)
	describeProblems(op, e)
	describeAccess(op, e.Access)
	must(setOperation(r.Spec, e, op))
}

// openAPIPath spells /v1/requests/:reference as /v1/requests/{reference}.
func openAPIPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func operationOf(s *openapi31.Spec, e endpoint) (*openapi31.Operation, error) {
	item := s.Paths.MapOfPathItemValues[openAPIPath(e.Path)]
	return item.Operation(e.Method)
}

func setOperation(s *openapi31.Spec, e endpoint, op *openapi31.Operation) error {
	path := openAPIPath(e.Path)
	item := s.Paths.MapOfPathItemValues[path]
	err := item.SetOperation(e.Method, op)
	s.Paths.MapOfPathItemValues[path] = item
	return err
}

// describeText is what is said of a route, with who may use it.
func describeText(r Route) string {
	text := r.Description
	if holders := rolesWith(r.Access); len(holders) > 0 {
		text = strings.TrimSpace(text + "\n\nRoles: " + strings.Join(holders, ", ") + ".")
	}
	return text
}

func describeRequest(op *openapi31.Operation, e endpoint) {
	if e.once != never {
		op.Parameters = append(op.Parameters, headerParam(keyHeader,
			"A key of your choice for this call. The same key with the same body gets the same answer; with another body 422; while the first call runs, 409."))
	}
	if e.ifMatch {
		op.Parameters = append(op.Parameters, headerParam("If-Match", "The ETag of the request as you know it; if it has changed since, 412."))
	}
	if len(e.takes) > 0 {
		op.WithRequestBody(openapi31.RequestBodyOrReference{RequestBody: takenBody(e)})
		op.Parameters = append(op.Parameters, signatureParams(e)...)
	}
	if e.upload {
		op.WithRequestBody(openapi31.RequestBodyOrReference{RequestBody: uploadBody(e)})
	}
	if op.RequestBody == nil || op.RequestBody.RequestBody == nil {
		return
	}
	body := op.RequestBody.RequestBody
	if !e.optional {
		body.WithRequired(true)
	}
	if media, ok := body.Content["application/json"]; ok && e.example != nil {
		media.WithExample(plainJSON(e.example))
		body.Content["application/json"] = media
	}
}

func uploadBody(e endpoint) *openapi31.RequestBody {
	properties := map[string]any{"file": map[string]any{"type": "string", "contentMediaType": "application/octet-stream"}}
	if _, marks := e.in.FieldByName("Internal"); marks {
		properties["internal"] = map[string]any{"type": "boolean", "default": false, "description": "Not shown to the requester."}
	}
	return (&openapi31.RequestBody{}).WithContentItem("multipart/form-data", openapi31.MediaType{Schema: map[string]any{
		"type": "object", "properties": properties, "required": []string{"file"}, "additionalProperties": false,
	}})
}

// takenBody is the body of a hook, which is another program's.
func takenBody(e endpoint) *openapi31.RequestBody {
	body := &openapi31.RequestBody{}
	for _, media := range e.takes {
		body.WithContentItem(media, openapi31.MediaType{Schema: map[string]any{}})
	}
	return body
}

// signatureParams are the header fields that a signature covers.
func signatureParams(e endpoint) []openapi31.ParameterOrReference {
	switch {
	case e.ID == "answerTask":
		return []openapi31.ParameterOrReference{
			headerParam(webhookID, "The id of the task."),
			headerParam(webhookTimestamp, "When the answer was signed, in Unix seconds."),
		}
	case e.Path != hooksPath+"email/"+hookRaw:
		return nil
	}
	return []openapi31.ParameterOrReference{
		headerParam(intake.HeaderFrom, "The return path. Empty, or <>, is the null sender; without the field it is unknown."),
		headerParam(intake.HeaderTo, "The envelope recipients, separated by commas."),
		headerParam(intake.HeaderTimestamp, "When the post was signed, in Unix seconds."),
	}
}

func headerParam(name, description string) openapi31.ParameterOrReference {
	p := openapi31.Parameter{Name: name, In: openapi31.ParameterInHeader, Schema: map[string]any{"type": "string", "maxLength": longestKey}}
	p.WithDescription(description)
	return openapi31.ParameterOrReference{Parameter: &p}
}

func describeSuccess(op *openapi31.Operation, e endpoint) {
	responses := op.ResponsesEns()
	ok := responses.MapOfResponseOrReferenceValues[strconv.Itoa(e.Status)].Response
	if ok == nil {
		ok = &openapi31.Response{Description: http.StatusText(e.Status)}
	}
	if e.out == reflect.TypeFor[nothing]() && e.Status != http.StatusNoContent {
		ok.WithContentItem("application/json", openapi31.MediaType{Schema: map[string]any{"type": "object", "maxProperties": 0}})
	}
	for _, media := range e.produces {
		ok.WithContentItem(media, openapi31.MediaType{Schema: map[string]any{"type": "string"}})
	}
	if media, has := ok.Content["application/json"]; has && e.answers != nil {
		media.WithExample(plainJSON(e.answers))
		ok.Content["application/json"] = media
	}
	for name, text := range successHeaders(e) {
		ok.WithHeadersItem(name, header(text))
	}
	responses.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(e.Status), openapi31.ResponseOrReference{Response: ok})
	if e.repeated {
		responses.WithMapOfResponseOrReferenceValuesItem("200", openapi31.ResponseOrReference{Response: &openapi31.Response{
			Description: "It came before, or holds no message; nothing was done", Content: ok.Content, Headers: ok.Headers,
		}})
	}
	if e.ranged {
		for status, text := range map[string]string{"206": "The part that Range asks for", "304": "It is what the client has", "416": "There is no such part"} {
			part := &openapi31.Response{Description: text, Headers: ok.Headers}
			if status == "206" {
				part.Content = ok.Content
			}
			responses.WithMapOfResponseOrReferenceValuesItem(status, openapi31.ResponseOrReference{Response: part})
		}
	}
	if e.Path == "/readyz" {
		responses.WithMapOfResponseOrReferenceValuesItem("503", openapi31.ResponseOrReference{Response: &openapi31.Response{
			Description: "It cannot work", Content: ok.Content,
		}})
	}
}

func successHeaders(e endpoint) map[string]string {
	h := map[string]string{"X-Request-Id": "The id of this request, to be given when something is reported."}
	if e.etag {
		h["ETag"] = "The version of the request, for If-Match."
	}
	if e.Status == http.StatusCreated && (e.once == same) && e.ID != "writeMessage" {
		h["Location"] = "Where it is."
	}
	if e.once != never {
		h[replayedHeader] = "true where this Idempotency-Key was answered before."
	}
	if len(e.produces) > 0 {
		h["Content-Disposition"] = "attachment, with a file name."
	}
	return h
}

func header(text string) openapi31.HeaderOrReference {
	h := openapi31.Header{Schema: map[string]any{"type": "string"}}
	h.WithDescription(text)
	return openapi31.HeaderOrReference{Header: &h}
}

// describeProblems names each status that a route can refuse with.
func describeProblems(op *openapi31.Operation, e endpoint) {
	for _, status := range refusals(e) {
		op.ResponsesEns().WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(status), openapi31.ResponseOrReference{
			Reference: &openapi31.Reference{Ref: "#/components/responses/" + problemName(status)},
		})
	}
}

// refusals lists the statuses of the problems that a route can answer with.
func refusals(e endpoint) []int {
	all := []int{400, 422, 500}
	body := e.Method == http.MethodPost
	if e.Path != "/readyz" {
		all = append(all, 503)
	}
	if e.Method != http.MethodGet {
		all = append(all, 403)
	}
	if e.Access != Public && e.Access != Session {
		all = append(all, 401, 403)
	}
	if strings.Contains(e.Path, ":") && e.limit == "" || e.Access == Signed {
		all = append(all, 404)
	}
	if body {
		all = append(all, 413, 415)
	}
	if body && e.limit == "" && e.Access != Signed || e.once != never {
		all = append(all, 409)
	}
	if e.limit != "" || e.Access == Signed || body && e.Access == Session {
		all = append(all, 429)
	}
	if e.limit == limitSubmit {
		all = append(all, 401)
	}
	if e.ifMatch {
		all = append(all, 412)
	}
	if e.ranged && e.Access == Session { // the code is old, or the package has ended
		all = append(all, 403, 409)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func problemName(status int) string {
	return "Problem" + strings.ReplaceAll(strings.ReplaceAll(http.StatusText(status), " ", ""), "-", "")
}

func describeAccess(op *openapi31.Operation, access Access) {
	switch access {
	case Public:
		op.Security = []map[string][]string{{}}
		if *op.ID == "submitRequest" {
			op.Security = append(op.Security, map[string][]string{"token": {}})
		}
	case Session:
		op.Security = []map[string][]string{{"session": {}}}
	case Signed:
		scheme := "hook"
		switch *op.ID {
		case "takeRawMail":
			scheme = "signature"
		case "answerTask":
			scheme = "webhook"
		}
		op.Security = []map[string][]string{{scheme: {}}}
	default:
		op.Security = []map[string][]string{{"token": {}}}
	}
}

// plainJSON is a value as its JSON says it.
func plainJSON(v any) any {
	raw, err := json.Marshal(v)
	must(err)
	var plain any
	must(json.Unmarshal(raw, &plain))
	return withoutEmpty(plain)
}

// withoutEmpty leaves out of an example what nobody would send.
func withoutEmpty(v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for key, value := range object {
		switch value := withoutEmpty(value).(type) {
		case nil:
			delete(object, key)
		case string:
			if value == "" {
				delete(object, key)
			}
		case []any:
			if len(value) == 0 {
				delete(object, key)
			}
		case map[string]any:
			if len(value) == 0 {
				delete(object, key)
			}
		case bool:
			if !value {
				delete(object, key)
			}
		}
	}
	return object
}

// words lists the values of a word of the domain.
func words[T ~string](all []T) []any {
	values := make([]any, len(all))
	for i, w := range all {
		values[i] = string(w)
	}
	return values
}

// enums are the types of the domain with a closed list of values.
func enums() map[reflect.Type][]any {
	return map[reflect.Type][]any{
		reflect.TypeFor[models.State]():       words(models.States()),
		reflect.TypeFor[intake.Outcome]():     words([]intake.Outcome{intake.OutcomeRequest, intake.OutcomeThread, intake.OutcomeNotice, intake.OutcomeHeld}),
		reflect.TypeFor[models.Outcome]():     words(models.Outcomes()),
		reflect.TypeFor[models.Level]():       words(models.Levels()),
		reflect.TypeFor[models.Channel]():     words(models.Channels()),
		reflect.TypeFor[models.Role]():        words(models.Roles()),
		reflect.TypeFor[models.Capacity]():    words([]models.Capacity{models.CapacitySelf, models.CapacityAgent, models.CapacityParent, models.CapacityGuardian}),
		reflect.TypeFor[models.TaskState]():   words(models.TaskStates()),
		reflect.TypeFor[models.TaskOutcome](): words(models.TaskOutcomes()),
		reflect.TypeFor[models.Action]():      words(models.Actions()),
		reflect.TypeFor[models.SystemKind]():  words(models.SystemKinds()),
		reflect.TypeFor[models.JobState]():    words([]models.JobState{models.JobPending, models.JobDone, models.JobDead}),
		reflect.TypeFor[models.JobKind]():     words(models.JobKinds()),
		reflect.TypeFor[models.MailState]():   words(models.MailStates()),
		reflect.TypeFor[models.ActorKind]():   words([]models.ActorKind{models.ActorSubject, models.ActorStaff, models.ActorIntake, models.ActorSystem, models.ActorOwner}),
		reflect.TypeFor[models.Direction]():   words([]models.Direction{models.Outgoing, models.Incoming, models.Internal}),
		reflect.TypeFor[models.Audience]():    words([]models.Audience{models.ToRequester, models.ToStaff, models.ToNamed, models.ToOwner}),
		reflect.TypeFor[models.Delivery]():    words([]models.Delivery{models.DeliveryNone, models.DeliveryQueued, models.DeliverySent, models.DeliveryDeferred, models.DeliveryFailed, models.DeliveryBounced}),
		reflect.TypeFor[models.HoldPurpose](): words([]models.HoldPurpose{
			models.HoldClarification, models.HoldIdentity, models.HoldFee,
		}),
	}
}
