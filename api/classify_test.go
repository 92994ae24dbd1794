package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"habeas/models"
)

// theCase is what these tests look at.
type theCase struct {
	Type      string
	Country   string
	Region    string
	Version   int
	RespondOn string `json:"respond_on"`
	Regimes   []string
	Person    struct{ Country, Region string }
}

func (b *bed) theCase(reference string) (c theCase) {
	b.t.Helper()
	b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests/"+reference, nil)).JSON(b.t, &c)
	return c
}

// A mail that names no place is under the promise of the house until staff say
// where its sender lives: with the type, or alone.
func TestStaffSayWhereTheSenderLives(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := b.take("ana@example.org", "Access request", "Please send me a copy of all my personal data.")
	path := "/v1/admin/requests/" + got.Reference
	before := b.theCase(got.Reference)
	if before.Type != "access" || before.Country != "" || slices.Contains(before.Regimes, "br-lgpd") {
		t.Fatalf("it begins as %+v", before)
	}
	for name, c := range map[string]struct {
		body  object
		field string
	}{
		"no such country":       {object{"country": "Atlantis"}, `"country"`},
		"a country with a slip": {object{"country": "Brasill"}, `"country"`},
		"a region of nowhere":   {object{"region": "CA"}, `"region"`},
		"a region with a slip":  {object{"country": "US", "region": "Texxas"}, `"region"`},
		"nothing":               {object{}, `"type"`},
		"fields of no type":     {object{"country": "BR", "fields": object{"scope": "all"}}, `"type"`},
		"another right of none": {object{"country": "BR", "also": []string{"deletion"}}, `"type"`},
		"an unknown type":       {object{"type": "holiday", "country": "BR"}, `"type"`},
		"a number for a place":  {object{"country": 55}, `"country"`},
		"a place and a mistake": {object{"country": "BR", "place": "BR"}, `"place"`},
	} {
		r := b.want(422, b.as(models.RoleAgent, http.MethodPost, path+"/classify", c.body))
		if !strings.Contains(string(r.Content), `"field":`+c.field) {
			t.Errorf("%s: %s", name, r.Content)
		}
	}
	for _, role := range []models.Role{models.RoleAuditor, models.RoleIntake} {
		b.want(403, b.as(role, http.MethodPost, path+"/classify", object{"country": "BR"}))
	}
	if now := b.theCase(got.Reference); now.Version != before.Version {
		t.Errorf("what was refused made version %d of %d", now.Version, before.Version)
	}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/classify", object{"country": "br"}))
	now := b.theCase(got.Reference)
	if now.Country != "BR" || now.Person.Country != "BR" || now.Type != "access" || !slices.Contains(now.Regimes, "br-lgpd") || now.RespondOn >= before.RespondOn {
		t.Errorf("then it is %+v", now)
	}
	dates := string(b.want(200, b.as(models.RoleAgent, http.MethodGet, path+"/deadlines", nil)).Content)
	events := string(b.want(200, b.as(models.RoleAuditor, http.MethodGet, path+"/events", nil)).Content)
	if !strings.Contains(dates, `"governing":"br-lgpd"`) || !strings.Contains(dates, "LGPD Art. 19(II)") {
		t.Errorf("the dates are explained as %s", dates)
	}
	if !strings.Contains(events, `"place":"BR"`) || !strings.Contains(events, `"place_was":"unknown"`) || strings.Contains(events, `"type_was"`) {
		t.Errorf("the log says %s", events)
	}
	list := b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests?regime=br-lgpd", nil))
	if !strings.Contains(string(list.Content), got.Reference) {
		t.Error("the list does not find it under its law")
	}
	for _, again := range []object{{"country": "BR"}, {"type": "access", "country": "BR", "region": ""}, {"type": "access"}} {
		b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/classify", again))
	}
	if last := b.theCase(got.Reference); last.Version != now.Version || b.kinds()["classified"] != 1 {
		t.Errorf("the same again made version %d of %d, %d events", last.Version, now.Version, b.kinds()["classified"])
	}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/classify", object{"type": "deletion", "country": "US", "region": "CA"}))
	if last := b.theCase(got.Reference); last.Type != "deletion" || last.Region != "CA" || !slices.Contains(last.Regimes, "us-ca-ccpa") {
		t.Errorf("with the type it is %+v", last)
	}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path+"/classify", object{"country": ""}))
	if last := b.theCase(got.Reference); last.Country+last.Region != "" || slices.Contains(last.Regimes, "us-ca-ccpa") {
		t.Errorf("where nobody knows it is %+v", last)
	}
}

// Requests of one mail are each a case: the place of one says nothing of the other.
func TestThePlaceOfOneLinkedRequestIsItsOwn(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := b.take("ana@example.org", "Access and deletion", "Please send me a copy of all my personal data. After that please delete my account and all of my data.")
	if len(got.References) != 2 {
		t.Fatalf("it became %v", got.References)
	}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+got.References[0]+"/classify", object{"country": "DE"}))
	if first, second := b.theCase(got.References[0]), b.theCase(got.References[1]); first.Country != "DE" || second.Country != "" {
		t.Errorf("%+v, %+v", first, second)
	}
}

// What is decided, or waits for approval, has its place; the answer says what is allowed.
func TestAfterADecisionThePlaceStays(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := b.take("ana@example.org", "Access request", "Please send me a copy of all my personal data.")
	path := "/v1/admin/requests/" + got.Reference
	post := func(status int, role models.Role, command string, body object) string {
		return string(b.want(status, b.as(role, http.MethodPost, path+"/"+command, body)).Content)
	}
	post(200, models.RoleAgent, "verify", object{"level": "high", "method": "staff_check"})
	post(200, models.RoleAgent, "start", object{})
	post(200, models.RoleAgent, "decide", object{"outcome": "fulfilled", "message": "Here it is."})
	if refused := post(409, models.RoleAgent, "classify", object{"country": "DE"}); !strings.Contains(refused, "in_review") || !strings.Contains(refused, `"return"`) {
		t.Errorf("in review: %s", refused)
	}
	post(200, models.RoleManager, "approve", object{"version": b.version(got.Reference)})
	if refused := post(409, models.RoleAgent, "classify", object{"country": "DE"}); !strings.Contains(refused, "closed") || !strings.Contains(refused, `"reopen"`) {
		t.Errorf("closed: %s", refused)
	}
	reference, _ := b.session()
	refused := string(b.want(409, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/requests/"+reference+"/classify", object{"country": "DE"})).Content)
	if !strings.Contains(refused, "only a request that came by mail") {
		t.Errorf("of a form: %s", refused)
	}
}

// Staff who make a request of a held mail say where its sender lives, as they
// spell it; a fault has the path that they know.
func TestAHeldMailBecomesARequestOfAPlace(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	id := b.hold("a@example.org, b@example.org", "Two")
	person := object{"email": "a@example.org", "country": "Atlantis"}
	body := object{"type": "deletion", "person": person}
	r := b.want(422, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/"+id+"/request", body))
	if !strings.Contains(string(r.Content), `"field":"person.country"`) {
		t.Errorf("problem %s", r.Content)
	}
	person["country"], person["region"] = "us", "us-ca"
	var made struct{ Reference string }
	b.want(201, b.as(models.RoleAgent, http.MethodPost, "/v1/admin/mail/"+id+"/request", body)).JSON(t, &made)
	if c := b.theCase(made.Reference); c.Country != "US" || c.Region != "CA" || !slices.Contains(c.Regimes, "us-ca-ccpa") {
		t.Errorf("it is %+v", c)
	}
}

// Mail is braked, staff are not: a letter that would be one too many to a
// mailbox that nobody proved is left out, and the request is sorted all the same.
func TestSortingIsNotBraked(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := b.take("ana@example.org", "Hello", "It is about the thing we talked about.") // answered by a code a moment ago
	path := "/v1/admin/requests/" + got.Reference + "/classify"
	r := b.want(200, b.as(models.RoleAgent, http.MethodPost, path, object{"type": "sharing_opt_out"}))
	if !strings.Contains(string(r.Content), `"state":"open"`) {
		t.Errorf("it is %s", r.Content)
	}
	b.want(200, b.as(models.RoleAgent, http.MethodPost, path, object{"country": "US", "region": "CA"}))
	if c := b.theCase(got.Reference); c.Region != "CA" || !slices.Contains(c.Regimes, "us-ca-ccpa-optout") {
		t.Errorf("it is %+v", c)
	}
	messages := string(b.want(200, b.as(models.RoleAgent, http.MethodGet, "/v1/admin/requests/"+got.Reference+"/messages", nil)).Content)
	if strings.Contains(messages, "acknowledgement") || strings.Contains(messages, "new_date") {
		t.Errorf("mails %s", messages)
	}
}
