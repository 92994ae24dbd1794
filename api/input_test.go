package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/models"
)

// with sets a value by its path in a request: person.email.
func with(path string, value any) func(object) {
	return func(o object) {
		keys := strings.Split(path, ".")
		for _, k := range keys[:len(keys)-1] {
			if _, ok := o[k]; !ok {
				o[k] = object{}
			}
			o, _ = o[k].(object)
		}
		o[keys[len(keys)-1]] = value
	}
}

// TestEveryBadFieldIsNamed sends one wrong value at a time. The answer names
// the field and its fault, and never repeats the value.
func TestEveryBadFieldIsNamed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	long := strings.Repeat("x", 300)
	behalf := object{"role": "agent", "name": "A. Gent", "email": "agent@example.com", "authority": "power of attorney"}
	tests := map[string]struct {
		change func(object)
		want   string
	}{
		"no type":                        {with("type", ""), "type required"},
		"a type nobody knows":            {with("type", "tea"), "type unknown"},
		"a type that is a number":        {with("type", 7), "type type"},
		"no name":                        {with("person.name", ""), "person.name required"},
		"a name of blanks":               {with("person.name", "   "), "person.name required"},
		"a name too long":                {with("person.name", strings.Repeat("ü", 201)), "person.name too_long"},
		"a name with a line feed":        {with("person.name", "a\nb"), "person.name invalid"},
		"a name with NUL":                {with("person.name", "a\x00b"), "person.name invalid"},
		"a name with an escape":          {with("person.name", "a\x1b[31mb"), "person.name invalid"},
		"no address":                     {with("person.email", ""), "person.email required"},
		"no at sign":                     {with("person.email", "robin.example.com"), "person.email invalid"},
		"two addresses with a comma":     {with("person.email", "a@example.com,b@example.com"), "person.email invalid"},
		"two addresses with a semicolon": {with("person.email", "a@example.com;b@example.com"), "person.email invalid"},
		"two addresses with a blank":     {with("person.email", "a@example.com b@example.com"), "person.email invalid"},
		"an encoded line feed":           {with("person.email", "a@example.com\r\nBcc: b@example.com"), "person.email invalid"},
		"a list of addresses":            {with("person.email", []string{"a@example.com", "b@example.com"}), "person.email type"},
		"an object for an address":       {with("person.email", object{"to": "a@example.com"}), "person.email type"},
		"an address literal":             {with("person.email", "robin@[127.0.0.1]"), "person.email invalid"},
		"an address of a number":         {with("person.email", "robin@127.0.0.1"), "person.email invalid"},
		"a quoted local part":            {with("person.email", `"a b"@example.com`), "person.email invalid"},
		"a domain without A-labels":      {with("person.email", "robin@b%\u00fccher.example"), "person.email invalid"},
		"a name and an address":          {with("person.email", "Robin <robin@example.com>"), "person.email invalid"},
		"a zero-width space":             {with("person.email", "ro\u200bbin@example.com"), "person.email invalid"},
		"a domain without a dot":         {with("person.email", "robin@localhost"), "person.email invalid"},
		"an address too long":            {with("person.email", long+"@example.com"), "person.email too_long"},
		"a country too long":             {with("person.country", strings.Repeat("a", 81)), "person.country too_long"},
		"a country that is none":         {with("person.country", "Atlantis"), "person.country invalid"},
		"a region without a country":     {func(o object) { with("person.country", "")(o); with("person.region", "CA")(o) }, "person.region invalid"},
		"a region too long":              {with("person.region", strings.Repeat("a", 81)), "person.region too_long"},
		"a region that is none":          {with("person.region", "Calixornia"), "person.region invalid"},
		"an unknown key":                 {with("admin", true), "admin unknown"},
		"an unknown key inside":          {with("person.role", "admin"), "person.role unknown"},
		"a key in capitals":              {with("person.Email", "b@example.com"), "person.Email unknown"},
		"a key that says something":      {with("mail me at b@example.com", 1), "? unknown"},
		"no person":                      {with("person", nil), "person.email required, person.name required"},
		"a person that is a text":        {with("person", "Robin"), "person type"},
		"details too long":               {with("details", strings.Repeat("x", 10001)), "details too_long"},
		"details that are a number":      {with("details", 1), "details type"},
		"a locale too long":              {with("locale", long), "locale too_long"},
		"fields that are a list":         {with("fields", []int{1}), "fields type"},
		"a field nobody knows":           {with("fields", object{"shoe_size": 42}), "fields.shoe_size unknown"},
		"a choice nobody offers":         {with("fields", object{"categories": []string{"dreams"}}), "fields.categories[0] choice"},
		"a helper without a role":        {func(o object) { o["on_behalf"] = without(behalf, "role") }, "on_behalf.role required"},
		"a helper of an unknown role":    {func(o object) { o["on_behalf"] = without(behalf, "role", "role", "friend") }, "on_behalf.role oneof"},
		"a helper without a name":        {func(o object) { o["on_behalf"] = without(behalf, "name") }, "on_behalf.name required"},
		"a helper without an address":    {func(o object) { o["on_behalf"] = without(behalf, "email") }, "on_behalf.email required"},
		"a helper without authority":     {func(o object) { o["on_behalf"] = without(behalf, "authority") }, "on_behalf.authority required"},
		"all at once": {func(o object) {
			o["person"] = object{"email": "x"}
			o["details"] = strings.Repeat("x", 10001)
			o["fields"] = object{"shoe_size": 42}
		}, "details too_long, fields.shoe_size unknown, person.email invalid, person.name required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := b.Send("POST", "/v1/requests", wish(test.change))
			p := r.Problem(t)
			if r.StatusCode != http.StatusUnprocessableEntity || p.Type != "urn:habeas:problem:invalid" || fieldsOf(p) != test.want {
				t.Errorf("%d %s: %s, want %s", r.StatusCode, p.Type, fieldsOf(p), test.want)
			}
			for _, value := range []string{"robin", "b@example.com", "Bcc", "dreams", "tea", "xxx"} {
				if strings.Contains(strings.ToLower(string(r.Content)), value) {
					t.Errorf("the answer repeats %q: %s", value, r.Content)
				}
			}
		})
	}
	if n := b.rows()["requests"]; n != 0 {
		t.Errorf("%d requests were filed", n)
	}
}

// without copies an object without a key, or with other values.
func without(o object, key string, pairs ...string) object {
	c := object{}
	for k, v := range o {
		if k != key {
			c[k] = v
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i]] = pairs[i+1]
	}
	return c
}

// TestWhatCannotBeRead sends bodies that are no request at all.
func TestWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	person := `"person":{"name":"Robin","email":"robin@example.com"}`
	tests := map[string]struct {
		body   string
		media  string
		status int
		code   string
	}{
		"nothing":                  {"", "application/json", 400, "malformed"},
		"half an object":           {`{"type":`, "application/json", 400, "malformed"},
		"a list":                   {`[]`, "application/json", 400, "malformed"},
		"null":                     {`null`, "application/json", 400, "malformed"},
		"two values":               {`{} {}`, "application/json", 400, "malformed"},
		"a key twice":              {`{"type":"access","type":"deletion",` + person + `}`, "application/json", 400, "malformed"},
		"an address twice":         {`{"type":"access","person":{"name":"R","email":"a@example.com","email":"b@example.com"}}`, "application/json", 400, "malformed"},
		"a key twice in a field":   {`{"type":"access",` + person + `,"fields":{"scope":"x","scope":"y"}}`, "application/json", 400, "malformed"},
		"not UTF-8":                {"{\"type\":\"\xff\xfe\"}", "application/json", 400, "malformed"},
		"too deep":                 {`{"fields":{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}}`, "application/json", 400, "malformed"},
		"a form":                   {"type=access&email=robin@example.com", "application/x-www-form-urlencoded", 415, "unsupported"},
		"text":                     {`{}`, "text/plain", 415, "unsupported"},
		"no media type":            {`{}`, "", 415, "unsupported"},
		"more than a mebibyte":     {`{"details":"` + strings.Repeat("x", 1<<20) + `"}`, "application/json", 413, "too_large"},
		"a hundred thousand keys":  {`{"fields":{` + manyKeys(100_000) + `}}`, "application/json", 413, "too_large"},
		"a number out of all size": {`{"type":"access",` + person + `,"fields":{"n":1e999}}`, "application/json", 422, "invalid"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := b.Send("POST", "/v1/requests", test.body, apitest.Header("Content-Type", test.media))
			if p := r.Problem(t); r.StatusCode != test.status || p.Type != "urn:habeas:problem:"+test.code {
				t.Errorf("%d %s, want %d %s: %s", r.StatusCode, p.Type, test.status, test.code, r.Content)
			}
		})
	}
	r := b.Send("POST", "/v1/requests", wish(), apitest.Header("Content-Encoding", "gzip"))
	if r.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a compressed body: %d", r.StatusCode)
	}
}

// A body of very many wrong or small values is not read to its end, nor is its
// answer longer than anybody reads.
func TestFaultsAreToldUpToABound(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for name, tt := range map[string]struct{ body, code string }{
		"unknown keys":               {`{` + manyKeys(50_000) + `}`, "unknown"},
		"wrong elements":             {`{"type":"access","fields":{"corrections":[` + strings.Repeat(`1,`, 300_000) + `1]}}`, "too_long"},
		"keys of the sender's own":   {`{"type":"access","fields":{` + manyKeys(50_000) + `}}`, "too_long"},
		"lists in a list":            {`{"type":[` + strings.Repeat(`[],`, 300_000) + `[]]}`, "too_long"},
		"objects where a text is to": {`{"type":[` + strings.Repeat(`{"a":1},`, 90_000) + `1]}`, "too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.Send("POST", "/v1/requests", tt.body, apitest.Header("Content-Type", "application/json"))
			p := r.Problem(t)
			if r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(fieldsOf(p), tt.code) {
				t.Errorf("%d %s, want 422 with %s", r.StatusCode, r.Content[:min(len(r.Content), 300)], tt.code)
			}
			if len(r.Content) > 32<<10 {
				t.Errorf("the answer has %d bytes", len(r.Content))
			}
		})
	}
}

func manyKeys(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, `"key%06d":1,`, i)
	}
	return strings.TrimSuffix(all.String(), ",")
}

// TestBadParametersAreNamed does the same for paths and queries.
func TestBadParametersAreNamed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference := b.submit()
	tests := map[string]struct {
		path   string
		status int
		want   string
	}{
		"a state that is none":          {"/v1/admin/requests?state=open,lost", 422, "state[1] oneof"},
		"a limit of words":              {"/v1/admin/requests?limit=many", 422, "limit type"},
		"a limit of 0":                  {"/v1/admin/requests?limit=-1", 422, "limit range"},
		"a limit of 501":                {"/v1/admin/requests?limit=501", 422, "limit range"},
		"a limit twice":                 {"/v1/admin/requests?limit=5&limit=6", 400, ""},
		"an unknown parameter":          {"/v1/admin/requests?stat=open", 422, "stat unknown"},
		"a truth that is none":          {"/v1/admin/requests?overdue=perhaps", 422, "overdue type"},
		"a date that is none":           {"/v1/admin/requests?due_before=2026-02-30", 422, "due_before invalid"},
		"a sort that is none":           {"/v1/admin/requests?sort=name", 422, "sort oneof"},
		"a cursor that is none":         {"/v1/admin/requests?cursor=!!", 422, "cursor invalid"},
		"a cursor of another list":      {"/v1/admin/requests?cursor=am9ic3wyMDI2LTExLTIwVDEyOjAwOjAwWnxh", 422, "cursor invalid"},
		"an assignee nobody knows":      {"/v1/admin/requests?assignee=nobody-such", 422, "assignee unknown"},
		"a reference that is none":      {"/v1/admin/requests?reference=7", 422, "reference invalid"},
		"an outcome that is none":       {"/v1/admin/requests?outcome=won", 422, "outcome oneof"},
		"a control character":           {"/v1/admin/requests?regime=%00", 422, "regime invalid"},
		"bad UTF-8":                     {"/v1/admin/requests?regime=%ff", 422, "regime invalid"},
		"a query that cannot be read":   {"/v1/admin/requests?regime=%zz", 400, ""},
		"a quote and SQL":               {"/v1/admin/requests?regime='%20OR%201=1--", 200, ""},
		"a format that is none":         {"/v1/admin/exports/requests?format=xls", 422, "format oneof"},
		"a job state that is none":      {"/v1/admin/jobs?state=lost", 422, "state oneof"},
		"a request that is not there":   {"/v1/admin/requests/HB-0000-0000-00", 404, ""},
		"a path that climbs":            {"/v1/admin/requests/..%2f..%2fetc%2fpasswd", 404, ""},
		"a file that is not there":      {"/v1/admin/requests/" + reference + "/files/nothing", 404, ""},
		"a file with a path for its id": {"/v1/admin/requests/" + reference + "/files/..%2f..%2fx", 404, ""},
		"a NUL in a path":               {"/v1/admin/requests/" + reference + "/files/%00", 404, ""},
		"bad UTF-8 in a path":           {"/v1/admin/requests/" + reference + "/files/%ff", 404, ""},
		"an address nobody serves":      {"/v1/admin/everything", 404, ""},
		"small letters in a reference":  {"/v1/admin/requests/" + strings.ToLower(reference), 200, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := b.as(models.RoleAdmin, "GET", test.path, nil)
			var p api.Problem
			if r.StatusCode >= 400 {
				p = r.Problem(t)
			}
			if r.StatusCode != test.status || fieldsOf(p) != test.want {
				t.Errorf("%d %s, want %d %s: %s", r.StatusCode, fieldsOf(p), test.status, test.want, r.Content)
			}
		})
	}
}

// TestBadCommandsAreNamed does the same for what staff send.
func TestBadCommandsAreNamed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, _ := b.session(with("fields", object{"categories": []string{"account", "photo"}}))
	b.work(reference)
	at := "/v1/admin/requests/" + reference + "/"
	tests := map[string]struct {
		path string
		body any
		want string
	}{
		"verify to nothing":         {at + "verify", object{}, "level required, method required"},
		"verify to no level":        {at + "verify", object{"level": "none", "method": "m"}, "level oneof"},
		"ask nothing":               {at + "ask", object{"message": " "}, "message required"},
		"ask for no purpose":        {at + "ask", object{"message": "?", "purpose": "fun"}, "purpose oneof"},
		"assign to a stranger":      {at + "assign", object{"assignee": "nobody-such"}, "assignee unknown"},
		"assign to an auditor":      {at + "assign", object{"assignee": "The auditor"}, "assignee role"},
		"note nothing":              {at + "note", object{}, "text required"},
		"reply nothing":             {at + "reply", object{}, "message required"},
		"extend for nothing":        {at + "extend", object{}, "reason required"},
		"decide nothing":            {at + "decide", object{}, "message required, outcome required"},
		"decide an outcome of none": {at + "decide", object{"message": "m", "outcome": "expired"}, "outcome oneof"},
		"decide without a reason":   {at + "decide", object{"message": "m", "outcome": "denied"}, "reasons required"},
		"decide for no reason":      {at + "decide", object{"message": "m", "outcome": "denied", "reasons": []object{{"code": "mood"}}}, "reasons required, reasons[0].code unknown"},
		"decide half the items":     {at + "decide", object{"message": "m", "items": []object{{"no": 1, "outcome": "fulfilled"}}}, "items incomplete"},
		"decide an item of none":    {at + "decide", object{"message": "m", "items": []object{{"no": 0, "outcome": "won"}}}, "items[0].no required, items[0].outcome oneof"},
		"an item with a name":       {at + "decide", object{"message": "m", "items": []object{{"no": "one", "outcome": "denied"}}}, "items[0].no type"},
		"half an item number":       {at + "decide", `{"message":"m","items":[{"no":1.5,"outcome":"denied"}]}`, "items[0].no type"},
		"merge into nothing":        {at + "merge", object{"into": "HB-0000-0000-00"}, "into unknown"},
		"merge into itself":         {at + "merge", object{"into": reference}, "into same"},
		"start with a body":         {at + "start", object{"force": true}, "force unknown"},
		"a user without a name":     {"/v1/admin/users", object{"role": "agent"}, "name required"},
		"a user of no role":         {"/v1/admin/users", object{"name": "N", "role": "root"}, "role oneof"},
		"a user of no address":      {"/v1/admin/users", object{"name": "N", "role": "agent", "email": "x"}, "email invalid"},
		"a token without a name":    {"/v1/admin/tokens", object{"role": "agent"}, "name required"},
		"a token for ever and more": {"/v1/admin/tokens", object{"name": "N", "role": "agent", "expires_in_days": 4000}, "expires_in_days range"},
		"an entry of no channel":    {"/v1/admin/requests", wish(with("channel", "pigeon")), "channel oneof"},
		"an entry without one":      {"/v1/admin/requests", wish(), "channel required"},
		"an entry of tomorrow":      {"/v1/admin/requests", wish(with("channel", "letter"), with("received_at", "2026-11-21T12:00:00Z")), "received_at range"},
		"an entry of some day":      {"/v1/admin/requests", wish(with("channel", "letter"), with("received_at", "last week")), "received_at invalid"},
		"an email without address":  {"/v1/admin/requests", wish(with("channel", "email"), with("person.email", "")), "person.email required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := b.as(models.RoleAdmin, "POST", test.path, test.body)
			if p := r.Problem(t); r.StatusCode != http.StatusUnprocessableEntity || fieldsOf(p) != test.want {
				t.Errorf("%d %s, want %s: %s", r.StatusCode, fieldsOf(p), test.want, r.Content)
			}
		})
	}
}

// mostFaults is how many faults an answer lists.
const mostFaults = 100

// TestMassAssignment sends the name of every column of the database with every
// request that writes.
func TestMassAssignment(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	b.work(reference)
	before := b.rows()
	for _, route := range api.Routes() {
		if route.Method != http.MethodPost {
			continue
		}
		path := strings.NewReplacer(":reference", reference, ":id", "x").Replace(route.Path)
		sent := token
		if route.Access != api.Session {
			sent = b.tokens[models.RoleAdmin]
		}
		for columns := range slices.Chunk(b.columns(), mostFaults/2) {
			body := object{"wrapped": "x"} // a column that no body has
			for _, column := range columns {
				if column != "text" { // which a message and a note have
					body[column] = "x"
				}
			}
			r := b.Send("POST", path, body, apitest.Bearer(sent))
			if route.Access == api.Signed {
				b.want(401, r)
				continue
			}
			if route.ID == "addFile" || route.ID == "addCaseFile" {
				b.want(415, r)
				continue
			}
			if b.want(422, r); !strings.Contains(fieldsOf(r.Problem(t)), "wrapped unknown") {
				t.Errorf("%s %s: %s", route.Method, route.Path, r.Content)
			}
		}
	}
	if after := b.rows(); !maps.Equal(before, after) {
		t.Errorf("rows went from %v to %v", before, after)
	}
}

// TestHostileTextsStayTexts files what attacks pages, shells, databases and
// spreadsheets, and reads it back unchanged.
func TestHostileTextsStayTexts(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for _, text := range []string{
		`"><script>alert(1)</script>`, `'; DROP TABLE requests; --`, `=HYPERLINK("http://evil.example","x")`, `{{.Env}} ${jndi:ldap://x}`,
		"a\r\nBcc: x@example.com", "../../etc/passwd", "\u202egpj.exe", "😀 ü ﷺ", `\u0000 \x00`, "%s%n%d",
	} {
		reference, token := b.session(with("details", text))
		var own, full struct{ Details string }
		b.want(200, b.Send("GET", "/v1/requests/"+reference, nil, apitest.Bearer(token))).JSON(t, &own)
		b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests/"+reference, nil)).JSON(t, &full)
		if own.Details != text || full.Details != text {
			t.Errorf("%q came back as %q and %q", text, own.Details, full.Details)
		}
	}
}
