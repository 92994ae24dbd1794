package web_test

import (
	"strings"
	"testing"

	"habeas/models"
)

// unsure is a mail whose request nobody can be sure of.
const unsure = "From: Robin Canary <robin.canary@example.com>\nTo: privacy@acme.example\nSubject: Hello\nMessage-ID: <unsure@example.com>\n\n" +
	"The page about me at work is not right any more. Please look at it.\n"

// mailed is the request that a mail became.
func (b *bed) mailed(raw string) models.Request {
	b.t.Helper()
	b.mailIn(raw)
	var reference string
	must(b.t, b.raw.QueryRow("SELECT reference FROM requests ORDER BY id DESC LIMIT 1").Scan(&reference))
	return b.request(reference)
}

// What a mail says is written down as the form of its type would have it: the
// type first, then its questions, each fault at its question, and nothing that
// was typed is lost, not even of a type that was chosen meanwhile.
func TestAMailedRequestGetsTheFieldsOfItsType(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.mailed(unsure)
	if r.Type != models.TypeUnsorted {
		t.Fatalf("it became %s", r.Type)
	}
	f := ann.open(r.Reference).act("classify")
	p := f.send("type").want(422, "Choose what it asks for")
	p = p.act("classify").fill("type", "testimonial_removal").send("type").want(200, "Addresses of the pages")
	p = p.act("classify").fill("f.places", "https://acme.example/t/1").fill("type", "correction").send("type").want(200, "What is wrong?", "!Addresses of the pages")
	f = p.act("classify").fill("f.corrections.0.field", "company", "f.corrections.0.current", "Old Co", "f.corrections.0.requested", "New & Co")
	p = f.send("add:corrections").want(200, "What is wrong?")
	p = p.act("classify").fill("f.corrections.1.field", "position").send("give").want(422, "There is a problem")
	linked(t, p, "f.corrections.1.requested")
	f = p.act("classify")
	if f.values.Get("f.corrections.0.requested") != "New & Co" || f.values.Get("f.places") != "https://acme.example/t/1" {
		t.Errorf("what was typed is lost: %v", f.values)
	}
	f.fill("f.corrections.1.requested", "Head of all")
	f.send("give").want(200, "The type was set", "Correction of my data", "Old Co", "New & Co", "Head of all")
	now := b.request(r.Reference)
	if now.Type != models.TypeCorrection || len(now.Facts.Items) != 2 || now.ItemTexts[1].Requested != "Head of all" {
		t.Fatalf("it is %s with %+v, %+v", now.Type, now.Facts.Items, now.ItemTexts)
	}
	f.send("give").want(200, "The type was set") // once, however often it is sent
	if n := b.events(models.EventClassified); n != 1 {
		t.Errorf("%d events", n)
	}
	// What is on file comes back, to be added to.
	p = ann.open(r.Reference)
	f = p.act("classify")
	if f.values.Get("type") != "correction" || f.values.Get("f.corrections.1.requested") != "Head of all" {
		t.Errorf("the form begins with %v", f.values)
	}
	f.fill("f.corrections.1.requested", "Head of some").send("give").want(200, "Head of some", "!Head of all")
	if strings.Contains(strings.ToLower(b.log.String()), "canary") {
		t.Error("personal data in the log")
	}
}

// Every type can be chosen for a mail, its fields are asked, and hostile
// answers stay text.
func TestEveryTypeAsksItsQuestionsOfAMail(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.mailed(unsure)
	held := b.mailIn(twoSenders("Hello", "The page about me is not right."))
	for _, kind := range b.service.Policy.Types("", "") {
		onCase := ann.open(r.Reference).act("classify").fill("type", string(kind.Key)).send("type").want(200, "Set it")
		onMail := ann.get("/console/mail/"+held).act("request").fill("type", string(kind.Key)).send("type").want(200, "Make a request")
		for _, field := range kind.Fields {
			onCase.want(200, field.Label.In("en"))
			onMail.want(200, field.Label.In("en"))
		}
		sound(t, onCase)
		sound(t, onMail)
	}
	for _, payload := range payloads() {
		answers := map[string][]string{
			"type": {"correction"}, "asked": {"correction"}, "seed": {payload}, "version": {payload}, "seen": {payload}, "do": {"give"}, "f.places": {payload},
			"f.corrections.rows": {"1"}, "f.corrections.0.field": {payload}, "f.corrections.0.current": {payload}, "f.corrections.0.requested": {payload},
		}
		inert(t, ann.post("/console/requests/"+r.Reference+"/classify", answers), payload)
		inert(t, ann.post("/console/mail/"+held+"/request", answers), payload)
	}
}

// A held mail becomes a request with the answers to the questions of its type.
func TestAHeldMailBecomesARequestWithFields(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	id := b.mailIn(twoSenders("Hello", "It is about https://acme.example/t/1 and https://acme.example/t/2."))
	f := ann.get("/console/mail/"+id).act("request").fill("type", "testimonial_removal", "email", "robin.canary@example.com")
	p := f.press("Make a request").want(200, "Addresses of the pages", "robin.canary@example.com") // its questions were not asked yet
	p = p.act("request").fill("f.places", "https://acme.example/t/1\nnonsense").press("Make a request").want(422, "There is a problem")
	linked(t, p, "f.places")
	f = p.act("request")
	if f.values.Get("f.places") != "https://acme.example/t/1\nnonsense" {
		t.Errorf("what was typed is lost: %v", f.values)
	}
	p = f.fill("f.places", "https://acme.example/t/1\nhttps://acme.example/t/2").press("Make a request").want(200, "Removal of my testimonial", "https://acme.example/t/2")
	r := b.request(anyReference.FindString(p.path()))
	if len(r.Facts.Items) != 2 || r.ItemTexts[1].Subject != "https://acme.example/t/2" || r.Mail != id {
		t.Errorf("it is %+v with %+v", r.Facts, r.ItemTexts)
	}
	if again := f.press("Make a request"); again.path() != p.path() || b.count("requests") != 1 {
		t.Errorf("the same form again leads to %s", again.path())
	}
}

// linked checks that the summary of faults leads to an input.
func linked(t *testing.T, p *page, target string) {
	t.Helper()
	for _, a := range nodes(p.doc, "a") {
		if attr(a, "href") == "#"+target {
			return
		}
	}
	t.Errorf("%s: nothing leads to %s: %s", p.path(), target, p.text())
}

// Where the sender of a mail lives is set with the type, or alone; the form
// begins with what is on file.
func TestStaffSetThePlaceOfAMailedRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.mailed(unsure)
	p := ann.open(r.Reference)
	f := p.act("classify")
	if f.values.Get("country")+f.values.Get("region")+f.values.Get("type") != "" {
		t.Errorf("the form begins with %v", f.values)
	}
	p = f.fill("country", "Atlantis").send("place").want(422, "There is a problem", "Country must be a country, by its two-letter code")
	linked(t, p, "classify.country")
	f = p.act("classify")
	if f.values.Get("country") != "Atlantis" {
		t.Errorf("what was typed is lost: %v", f.values)
	}
	p = f.fill("country", "us", "region", "ca").send("place").want(200, "The place was set", "CA, US", "Shine the Light", "US-CA", "unknown")
	sound(t, p)
	if now := b.request(r.Reference); now.Country != "US" || now.Region != "CA" || now.Type != models.TypeUnsorted {
		t.Fatalf("it is %+v", now.Facts)
	}
	// With the type, whose questions come first; a wrong place takes nothing away.
	f = p.act("classify").fill("type", "correction").send("type").want(200, "What is wrong?").act("classify")
	if f.values.Get("country") != "US" || f.values.Get("region") != "CA" {
		t.Errorf("the form goes on with %v", f.values)
	}
	f.fill("country", "DE", "region", "Narnia", "f.corrections.0.field", "company", "f.corrections.0.current", "Old Co", "f.corrections.0.requested", "New Co")
	p = f.send("give").want(422, "There is a problem")
	linked(t, p, "classify.region")
	f = p.act("classify")
	if f.values.Get("f.corrections.0.requested") != "New Co" || f.values.Get("region") != "Narnia" {
		t.Errorf("what was typed is lost: %v", f.values)
	}
	p = f.fill("region", "").send("give").want(200, "The type was set", "Correction of my data", "New Co", "General Data Protection Regulation", "!California Consumer")
	now := b.request(r.Reference)
	if now.Country != "DE" || now.Region != "" || now.Type != models.TypeCorrection {
		t.Fatalf("it is %+v", now.Facts)
	}
	// A type that asks nothing is chosen, too, and its place can be corrected.
	p.act("classify").fill("type", "content_removal").send("type").want(200)
	f = ann.open(r.Reference).act("classify")
	if f.values.Get("type") != "correction" || f.values.Get("country") != "DE" {
		t.Errorf("the form begins with %v", f.values)
	}
	f.fill("country", "").send("give").want(200, "The type was set", "!General Data Protection Regulation")
	if last := b.request(r.Reference); last.Country != "" || len(last.Facts.Items) != 1 || last.ItemTexts[0].Requested != "New Co" {
		t.Errorf("it is %+v, %+v", last.Facts, last.ItemTexts)
	}
	if n := b.events(models.EventClassified); n != 3 {
		t.Errorf("%d events", n)
	}
}

// A type without questions is offered with its place, as it is on file.
func TestATypeWithoutQuestionsKeepsItsPlaceForm(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	var plain models.RequestType
	for _, kind := range b.service.Policy.Types("", "") {
		if len(kind.Fields) == 0 {
			plain = kind.Key
		}
	}
	r := b.mailed(unsure)
	ann.open(r.Reference).act("classify").fill("type", string(plain)).send("type").want(200).act("classify").send("give").want(200, "The type was set")
	f := ann.open(r.Reference).act("classify")
	if f.values.Get("type") != string(plain) {
		t.Errorf("the form begins with %v", f.values)
	}
	f.fill("country", "GB").send("give").want(200, "The type was set")
	if now := b.request(r.Reference); now.Country != "GB" || now.Type != plain {
		t.Errorf("it is %+v", now.Facts)
	}
}

// Whoever was told a date is told of the new one, and finds it on the page of
// the request.
func TestTheRequesterReadsTheNewDate(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.mailed("From: robin@example.com\nSubject: Access\nMessage-ID: <9@example.com>\n\nPlease send me a copy of all my personal data.\n")
	own := b.visitor()
	own.get("/requests/" + r.Reference + "?lang=de")
	own.post("/requests/"+r.Reference+"/code", map[string][]string{"code": {b.code(r.Reference)}}, "Origin", own.base)
	own.get("/requests/"+r.Reference+"?lang=de").want(200, "!genauer angesehen")
	ann.open(r.Reference).act("classify").fill("country", "BR").send("place").want(200, "Notice of another date")
	due := b.request(r.Reference).Deadline.RespondOn
	if due == r.Deadline.RespondOn {
		t.Fatal("the date is the same")
	}
	own.get("/requests/"+r.Reference+"?lang=de").want(200, "Wir haben ihn uns genauer angesehen", "LGPD")
	ann.open(r.Reference).act("classify").fill("country", "US", "region", "CA").send("place").want(200)
	ann.open(r.Reference).act("classify").fill("country", "", "region", "").send("place").want(200) // the same date: no more news
	if n := strings.Count(own.get("/requests/"+r.Reference+"?lang=de").text(), "Wir haben ihn uns genauer angesehen"); n != 2 {
		t.Errorf("it is told %d times", n)
	}
}

// What a mail may ask for is shown with its sentence marked, and confirmed with
// one click each; a type that asks more comes with its questions.
func TestASuggestionIsConfirmedWithOneClick(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.mailed("From: Robin Canary <robin.canary@example.com>\nTo: privacy@acme.example\nSubject: Hello\nMessage-ID: <two@example.com>\n\n" +
		"Good morning.\nSend me a copy of my data and then delete my account.\n")
	if r.Type != models.TypeUnsorted {
		t.Fatalf("it became %s", r.Type)
	}
	p := ann.open(r.Reference).want(200, "What the mail may ask for", "Access to my data", "Deletion of my data", "It asks for this")
	if !strings.Contains(p.body, "<mark>Send me a copy of my data and then delete my account.</mark>") {
		t.Error("the sentence is not marked")
	}
	f := p.act("right")
	f.values.Set("right", "deletion")
	p = f.send("").want(200, "The right was confirmed", "It asks for this")
	if strings.Contains(p.body, `name="right" value="deletion"`) || !strings.Contains(p.body, `name="right" value="access"`) {
		t.Error("what is set is offered again, or the other right is not")
	}
	if q := b.request(r.Reference); q.Type != models.TypeDeletion {
		t.Fatalf("it is %s", q.Type)
	}
	f = p.act("right")
	f.values.Set("right", "access")
	f.send("").want(200, "The right was confirmed", "!It asks for this")
	f.send("").want(200, "!It asks for this") // clicked twice
	var n int
	must(t, b.raw.QueryRow("SELECT count(*) FROM requests").Scan(&n))
	if n != 2 {
		t.Errorf("%d requests", n)
	}
	other := b.mailed("From: Robin Canary <robin.canary@example.com>\nTo: privacy@acme.example\nSubject: Hello\nMessage-ID: <empty@example.com>\n\n\n")
	asked := ann.open(other.Reference).act("classify").values
	asked.Set("right", "correction")
	ann.post("/console/requests/"+other.Reference+"/right", asked, "Origin", ann.base, "Sec-Fetch-Site", "same-origin").want(200, "Set it")
	if q := b.request(other.Reference); q.Type != models.TypeUnsorted {
		t.Errorf("it is %s before its questions are answered", q.Type)
	}
	if strings.Contains(strings.ToLower(b.log.String()), "canary") {
		t.Error("personal data in the log")
	}
}
