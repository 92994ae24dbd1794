package web_test

import (
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/web"
	"habeas/workflows"
)

var anyReference = regexp.MustCompile(`HB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}`)

// A whole life of a request, without a script: from the start page to the
// decision on an appeal.
func TestLife(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()

	start := v.get("/").form("Show my rights").fill("country", "US", "region", "CA").press("Show my rights").
		want(200, "California, United States", "What did you share for marketing?", "we’ll answer by Sunday 20 December 2026")
	blank := start.click("Correct my data").want(200, "Add another correction", "Sunday 20 December 2026")
	wrong := blank.form("Continue").fill("f.corrections.0.field", "company", "f.corrections.0.current", "Acme", "email", "robin", "details", "And <b>more</b>").press("Continue").
		want(422, "There is a problem", "Say what it should be", "Enter a name", "Enter an email address like name@example.com")
	two := wrong.form("Continue").press("Add another correction").want(200, "Correction 2", "!There is a problem")
	three := two.form("Continue").press("Add another correction").want(200, "Correction 3")
	back := three.form("Continue").fill("f.corrections.2.field", "position", "f.corrections.2.requested", "Chief").press("Remove 2").want(200, "Correction 2", "!Correction 3")
	review := back.form("Continue").fill("f.corrections.0.requested", "Umbrella", "name", "Robin Vale", "email", "robin@example.com").press("Continue").
		want(200, "Check before you send", "Company: Acme → Umbrella", "Position: Chief", "Robin Vale", "California, United States", "And <b>more</b>", "robin@example.com")
	if n := b.count("requests"); n != 0 {
		t.Fatalf("%d requests before sending", n)
	}
	again := review.form("Send the request").press("Change something").want(200, "Add another correction")
	review = again.form("Continue").press("Continue").want(200, "Check before you send")
	sent := review.form("Send the request").press("Send the request").want(200, "Your request has been sent", "Sunday 20 December 2026", "Confirm your mailbox")
	reference := anyReference.FindString(sent.text())
	twice := review.form("Send the request").press("Send the request").want(200, reference)
	if n := b.count("requests"); n != 1 || twice.path() != sent.path() {
		t.Fatalf("sent twice: %d requests, %s and %s", n, sent.path(), twice.path())
	}
	if cookies := v.http.Jar.Cookies(sent.Request.URL); len(cookies) > 0 {
		t.Fatalf("a cookie before it is needed: %v", cookies)
	}
	r := b.request(reference)
	if len(r.Facts.Items) != 2 || r.ItemTexts[0].Requested != "Umbrella" || r.Country != "US" || r.Region != "CA" || r.Locale != "en" || r.Details != "And <b>more</b>" {
		t.Fatalf("stored %+v", r)
	}

	sent.form("Open my request").fill("code", "0000-0000").press("Open my request").want(422, "This code is wrong", "Open your request")
	code := b.code(reference)
	own := v.get("/requests/"+strings.ToLower(reference)).form("Open my request").fill("code", strings.ToLower(code[:4]+" "+code[4:])).press("Open my request").
		want(200, "We have your request", "You confirmed your mailbox", "Company: Acme → Umbrella", "Why this date?", "rules apply to your request", "30 days left")
	if own.path() != "/requests/"+reference || strings.Contains(own.path(), code) {
		t.Fatalf("the code leads to %s", own.path())
	}

	// Why the date is what it is, in the reader's language; how sure a source is, is for staff.
	for lang, text := range map[string]string{
		"en": "Received on Friday 20 November 2026; the day itself is not counted.", "de": "Eingegangen am Freitag, 20. November 2026; dieser Tag selbst zählt nicht.",
		"fr": "Les jours ouvrés vont du lundi au vendredi, sans les jours fériés (Californie).", "es": "La respuesta vence 30 días naturales después de la recepción",
	} {
		why := v.get(own.path()+"?lang="+lang).want(200, text, "!memory", "!rickar")
		if lang != "en" {
			why.want(200, "!calendar days", "!Received on", "!Privacy policy of")
		}
	}
	own.form("Send").press("Send").want(422, "Write something first")
	own = own.form("Send").fill("text", "Hello <script>alert(1)</script>\nsecond line").press("Send").
		want(200, "Your message has reached us", "Hello <script>alert(1)</script>")
	own = own.form("Send").upload("proof.txt", []byte("this is me")).want(200, "Your file has reached us", "proof.txt", "1 KiB")
	own.form("Send").upload("run.exe", []byte("MZ\x90\x00binary")).want(415, "We do not take files of this kind")
	own.form("Send").upload("empty.txt", nil).want(422, "Choose a file")
	own.form("Send").upload("large.txt", []byte(strings.Repeat("x", workflows.MaxFile+1))).want(413, "This is too large")
	file := own.click("proof.txt")
	if kind, params, err := mime.ParseMediaType(file.Header.Get("Content-Disposition")); err != nil || kind != "attachment" || params["filename"] != "proof.txt" || file.body != "this is me" {
		t.Errorf("download: %v %s %v %q", err, kind, params, file.body)
	}
	if csp := file.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || file.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("download: %s", csp)
	}

	b.do(reference, "ann", workflows.Verify{Level: models.LevelReasonable, Method: "data_points"})
	b.do(reference, "ann", workflows.Start{})
	b.do(reference, "ann", workflows.Ask{Message: "Which \"position\" <exactly>?", Purpose: models.HoldClarification})
	own = v.get("/requests/"+reference).want(200, "We have a question for you", "Acme & Sons has a question for you", `Which "position" <exactly>?`, "Your answer")
	own.form("Send").fill("text", "The one on my card").press("Send").want(200, "We are working on it", "You answered")
	b.do(reference, "ann", workflows.Extend{Reason: "We need longer"})
	v.get("/requests/"+reference).want(200, "We told you that we need more time", "We used the one extension")
	b.do(reference, "ann", workflows.Conclude{Message: "Company done.", Items: []workflows.ItemGiven{
		{No: 1, Outcome: models.OutcomeFulfilled},
		{No: 2, Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "accurate_data", Explanation: "It is right as it is."}}},
	}})
	v.get("/requests/"+reference).want(200, "A second person is checking the answer", "!Company done.")
	b.do(reference, "bob", workflows.Approve{})
	own = v.get("/requests/"+reference).want(200, "Done in part", "Company done.", "It is right as it is.", "Object to the answer", "!Withdraw this request")
	if link := `<a href="https://cppa.ca.gov/webapplications/complaint">California Privacy Protection Agency</a>`; !strings.Contains(own.body, link) {
		t.Errorf("no %s", link)
	}
	answer := own.click("Download the answer")
	if answer.StatusCode != http.StatusOK || !strings.Contains(answer.body, "It is right as it is.") || !strings.Contains(answer.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("answer: %d %s", answer.StatusCode, answer.body)
	}
	appeal := own.click("Object to the answer").want(200, "What should we review")
	appeal.form("Send the objection").press("Send the objection").want(422, "Write something first")
	own = appeal.form("Send the objection").fill("text", "It is wrong.").press("Send the objection").want(200, "Your objection has reached us", "Another person looks at your request again", "You objected on Friday 20 November 2026")
	v.get("/requests/"+reference+"/appeal").want(409, "There is no objection")

	sure := own.click("Withdraw this request").want(200, "Withdraw this request?")
	own = sure.form("Yes, withdraw it").press("Yes, withdraw it").want(200, "Your request is withdrawn", "You withdrew this request")
	sure.form("Yes, withdraw it").press("Yes, withdraw it").want(200, "You withdrew this request")
	if r = b.request(reference); r.Outcome != models.OutcomeWithdrawn {
		t.Fatalf("it is %s", r.Outcome)
	}
	thief := b.visitor() // has a copy of the cookie
	here, err := url.Parse(b.url)
	must(t, err)
	thief.http.Jar.SetCookies(here, v.http.Jar.Cookies(here))
	thief.get("/requests/"+reference).want(200, "You withdrew this request")
	own.form("Leave this page").press("Leave this page").want(200, "You have left your request", "Open your request", "!Umbrella")
	v.get("/requests/"+reference).want(200, "Open your request", "!Umbrella")
	thief.get("/requests/"+reference).want(200, "Open your request", "!Umbrella") // T20: it ended on the server
	for _, secret := range []string{"Robin", "robin@", "Umbrella", code} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("%q was logged", secret)
		}
	}
}

// Every type can be filed with the fewest answers that it takes.
func TestEveryTypeIsFiled(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	more := map[models.RequestType][]string{
		"correction": {"f.corrections.0.field", "password"}, "complaint": {"details", "Too slow"}, "question": {"details", "Why?"},
		"disclosure_1798_83": {"f.year", "2025", "f.customer", "on"}, "access": {"f.scope", "categories", "f.from.day", "1", "f.from.month", "2", "f.from.year", "2026"},
		"testimonial_removal": {"f.places", "https://example.com/a\nhttps://example.com/b"}, "sharing_opt_out": {"f.stop", "enrichment"},
	}
	for _, lang := range []string{"en", "de", "fr", "es"} {
		v := b.visitor()
		v.lang = lang + "-XX, tlh;q=0.9"
		words := wordsOf(t, lang)
		for _, kind := range b.service.Queries.Types("US", "CA") {
			f := v.get("/requests/new/" + string(kind.Key) + "?country=US&region=CA").form(words["form.continue"])
			f.fill("name", "Robin", "email", "robin@example.com").fill(more[kind.Key]...)
			sent := f.press(words["form.continue"]).want(200, words["review.title"]).form(words["review.send"]).press(words["review.send"]).want(200, words["sent.title"])
			r := b.request(anyReference.FindString(sent.text()))
			if r.Type != kind.Key || r.Locale != lang || r.Region != "CA" {
				t.Errorf("%s in %s became %s in %s of %q", kind.Key, lang, r.Type, r.Locale, r.Region)
			}
			if (kind.Key == "marketing_opt_out" || kind.Key == "sharing_opt_out") == strings.Contains(sent.text(), words["sent.code"]) {
				t.Errorf("%s: %s", kind.Key, sent.text())
			}
		}
	}
}

// What a mail is called that nobody has sorted yet is no right to choose: not
// by its address, nor by sending its form.
func TestNobodyFilesAnUnsortedRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	for _, kind := range []string{"unsorted", "nonsense"} {
		v.get("/requests/new/"+kind).want(404, "!Privacy request (not sorted yet)")
		form := url.Values{"name": {"Robin"}, "email": {"robin@example.com"}, "details": {"Something."}, "seed": {"s"}, "do": {"send"}}
		v.post("/requests/new/"+kind, form).want(404)
	}
	if n := b.count("requests"); n != 0 {
		t.Errorf("%d requests", n)
	}
	for _, lang := range []string{"en", "de", "fr", "es"} {
		v.lang = lang
		start, words := v.get("/").want(200), wordsOf(t, lang)
		for _, kind := range b.service.Policy.Types("", "") {
			title := words["type."+string(kind.Key)]
			if title == "" {
				t.Errorf("%s has no plain words in %s", kind.Key, lang)
			}
			start.want(200, title)
		}
	}
}

func TestOnBehalf(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	blank := v.get("/requests/new/deletion").form("Continue")
	wrong := blank.fill("capacity", "agent", "name", "Robin", "email", "robin@example.com").press("Continue").
		want(422, "Enter your own name", "Enter your own email address", "Say what gives you the right", "Name of the person the data is about")
	review := wrong.form("Continue").fill("own_name", "Ada Agent", "own_email", "ada@example.com", "authority", "A signed\npaper").press("Continue").
		want(200, "Ada Agent", "A signed paper", "We’ll write to robin@example.com")
	reference := anyReference.FindString(review.form("Send the request").press("Send the request").want(200).text())
	if r := b.request(reference); r.OnBehalf == nil || r.OnBehalf.Role != models.CapacityAgent || r.OnBehalf.Authority != "A signed\npaper" {
		t.Errorf("stored %+v", r.OnBehalf)
	}
	child := v.get("/requests/new/deletion").form("Continue").fill("capacity", "parent", "name", "Kim", "own_name", "Pat", "own_email", "pat@example.com", "authority", "parent").press("Continue")
	child.want(200, "We’ll write to pat@example.com")
}

// What was typed is never lost: neither by a fault, nor by a limit, nor by a
// session that ended meanwhile.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	l := &limits{free: 1000, left: map[string]int{"bound": 0, "verify": 1000, "code": 1000}}
	b := newBed(t, func(c *web.Config) { c.Limits = l })
	v := b.visitor()
	typed := []string{"name", "Robin \"Vale\"", "email", "robin@example.com", "country", "FR", "details", "one\ntwo", "f.categories", "photo"}
	review := v.get("/requests/new/deletion").form("Continue").fill(typed...).press("Continue").want(200)
	refused := review.form("Send the request").press("Send the request").want(429, "Nothing is lost", "Robin \"Vale\"", "France")
	l.left["bound"] = 1
	edit := refused.form("Send the request").press("Change something").want(200)
	for i := 0; i < len(typed); i += 2 {
		if got := edit.form("Continue").values.Get(typed[i]); strings.ReplaceAll(got, "\r\n", "\n") != typed[i+1] {
			t.Errorf("%s is %q, was %q", typed[i], got, typed[i+1])
		}
	}
	reference := anyReference.FindString(refused.form("Send the request").press("Send the request").want(200).text())

	own := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "We have your request")
	b.sleep(61 * time.Minute)
	ended := own.form("Send").fill("text", "precious <words>").press("Send").want(403, "It is not lost", "precious <words>")
	ended = ended.form("Send it").press("Email me a new code").want(200, "precious <words>")
	ended = ended.form("Send it").fill("code", "WRONG").press("Send it").want(422, "precious <words>", "This code is wrong")
	ended.form("Send it").fill("code", b.code(reference)).press("Send it").want(200, "Your message has reached us", "precious <words>")

	// A stranger who sends the same form learns nothing and loses nothing.
	b.visitor().post("/requests/"+reference+"/messages", url.Values{"text": {"mine"}, "seed": {"s"}}).want(403, "Open your request", "mine")
}

// A year and days that make no sense are told beside the field, in words of the
// reader's language.
func TestYearsAndDaysThatCannotBe(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for _, lang := range []string{"en", "de", "fr", "es"} {
		v, words := b.visitor(), wordsOf(t, lang)
		v.lang = lang
		who := []string{"name", "Robin", "email", "robin@example.com"}
		next := words["form.continue"]
		v.get("/requests/new/disclosure_1798_83").form(next).fill(who...).fill("f.year", "2027").press(next).
			want(422, words["error.future.year"]).beside("f.year", words["error.future.year"])
		dates := v.get("/requests/new/access").form(next).fill(who...)
		dates.fill("f.from.day", "2", "f.from.month", "11", "f.from.year", "2026", "f.to.day", "1", "f.to.month", "11", "f.to.year", "2026")
		dates.press(next).want(422).beside("f.to", words["error.order.date"])
		dates.fill("f.from.year", "2027", "f.to.year", "2028").press(next).want(422).beside("f.from", words["error.future.date"])
		dates.fill("f.from.year", "2025", "f.to.year", "2026").press(next).want(200)
	}
}

// beside fails the test unless the field has the text as what is wrong with it.
func (p *page) beside(field, text string) {
	p.v.t.Helper()
	for _, n := range nodes(p.doc, "p") {
		if attr(n, "id") == field+"-wrong" && text != "" && textOf(n) == text {
			return
		}
	}
	p.v.t.Errorf("%s: %q is not beside %s: %s", p.path(), text, field, p.text())
}

// file files a request.
func file(v *visitor, email string) *page {
	v.t.Helper()
	return v.get("/requests/new/question").form("Continue").fill("name", "Robin", "email", email, "details", "Why?").press("Continue").
		want(200).form("Send the request").press("Send the request")
}

// formSeed is what makes a form one of its kind.
var formSeed = regexp.MustCompile(`name="form" value="[\w-]{24}"`)

// What another person sees of a request is what nobody's request looks like.
func TestUnknownReferenceLooksTheSame(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	known := anyReference.FindString(file(v, "robin@example.com").text())
	mine := anyReference.FindString(file(v, "me@example.com").text())
	const unknown = "HB-0000-0000-00"
	tries := map[string]func(v *visitor, reference string) *page{
		"page":         func(v *visitor, r string) *page { return v.get("/requests/" + r) },
		"sent":         func(v *visitor, r string) *page { return v.get("/requests/" + r + "/sent?type=question&on=2026-11-20") },
		"withdraw":     func(v *visitor, r string) *page { return v.get("/requests/" + r + "/withdraw") },
		"appeal":       func(v *visitor, r string) *page { return v.get("/requests/" + r + "/appeal") },
		"answer":       func(v *visitor, r string) *page { return v.get("/requests/" + r + "/answer") },
		"confirm":      func(v *visitor, r string) *page { return v.get("/requests/" + r + "/confirm") },
		"certificate":  func(v *visitor, r string) *page { return v.get("/requests/" + r + "/certificate.json") },
		"confirmation": func(v *visitor, r string) *page { return v.post("/requests/"+r+"/confirm", nil) },
		"file":         func(v *visitor, r string) *page { return v.get("/requests/" + r + "/files/x") },
		"wrong code":   func(v *visitor, r string) *page { return v.post("/requests/"+r+"/code", url.Values{"code": {"AAAA"}}) },
		"fresh code":   func(v *visitor, r string) *page { return v.post("/requests/"+r+"/fresh-code", nil) },
		"message":      func(v *visitor, r string) *page { return v.post("/requests/"+r+"/messages", url.Values{"text": {"x"}}) },
		"withdrawal":   func(v *visitor, r string) *page { return v.post("/requests/"+r+"/withdraw", nil) },
		"objection":    func(v *visitor, r string) *page { return v.post("/requests/"+r+"/appeal", url.Values{"text": {"x"}}) },
		"upload":       func(v *visitor, r string) *page { return v.post("/requests/"+r+"/files", nil) },
		"leave":        func(v *visitor, r string) *page { return v.post("/requests/"+r+"/leave", nil) },
	}
	same := func(name string, of func() *visitor) {
		for what, try := range tries {
			a, b := try(of(), known), try(of(), unknown)
			alike := func(body string) string {
				return formSeed.ReplaceAllString(strings.ReplaceAll(body, known, unknown), "")
			}
			if a.StatusCode != b.StatusCode || alike(a.body) != alike(b.body) {
				t.Errorf("%s, %s: %d and %d\n%s\n%s", name, what, a.StatusCode, b.StatusCode, a.body, b.body)
			}
			for key := range a.Header {
				if !slices.Contains([]string{"Date", "Content-Length", "X-Request-Id"}, key) && strings.ReplaceAll(strings.Join(a.Header[key], ","), known, unknown) != strings.Join(b.Header[key], ",") {
					t.Errorf("%s, %s: header %s %q and %q", name, what, key, a.Header[key], b.Header[key])
				}
			}
		}
	}
	same("a stranger", b.visitor)
	v.get("/requests/"+mine).form("Open my request").fill("code", b.code(mine)).press("Open my request").want(200, "We have your request")
	jar := v.http.Jar
	same("somebody in another session", func() *visitor {
		v := b.visitor()
		u, _ := url.Parse(b.url)
		v.http.Jar.SetCookies(u, jar.Cookies(u))
		return v
	})
	v.get("/requests/nonsense").want(404)
	if state := b.request(known).State; state != models.StateUnverified {
		t.Errorf("the request is %s", state)
	}
}

// GET and HEAD change nothing, whoever calls them with whatever headers.
func TestGetChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	reference := anyReference.FindString(file(v, "robin@example.com").text())
	v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200)
	tables := []string{"requests", "events", "messages", "jobs", "files", "sessions", "codes"}
	before := map[string]int{}
	for _, table := range tables {
		before[table] = b.count(table)
	}
	version := b.request(reference).Version
	for _, path := range []string{
		"/", "/requests", "/requests?reference=" + reference, "/requests/new/deletion", "/requests/" + reference, "/requests/" + reference + "/sent",
		"/requests/" + reference + "/withdraw", "/requests/" + reference + "/appeal", "/requests/" + reference + "/answer",
		"/requests/" + reference + "/confirm", "/requests/" + reference + "/certificate",
		"/requests/" + reference + "/code", "/requests/" + reference + "/leave", "/requests/" + reference + "/fresh-code",
	} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
			v.send(method, path, "", nil, "Purpose", "prefetch", "Sec-Purpose", "prefetch")
		}
	}
	for _, table := range tables {
		if n := b.count(table); n != before[table] {
			t.Errorf("%s: %d rows, had %d", table, n, before[table])
		}
	}
	if r := b.request(reference); r.Version != version || r.State == models.StateClosed {
		t.Errorf("version %d, had %d, %s", r.Version, version, r.State)
	}
}

// A form of another site does nothing, wherever it is sent.
func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	reference := anyReference.FindString(file(v, "robin@example.com").text())
	v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200)
	events := b.count("events")
	for _, path := range []string{
		"/requests/new/deletion", "/requests/" + reference + "/code", "/requests/" + reference + "/fresh-code", "/requests/" + reference + "/messages",
		"/requests/" + reference + "/files", "/requests/" + reference + "/withdraw", "/requests/" + reference + "/appeal",
		"/requests/" + reference + "/confirm", "/requests/" + reference + "/leave", "/setup/" + b.setup,
	} {
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
		} {
			p := v.post(path, url.Values{"do": {"send"}, "text": {"x"}, "name": {"x"}, "email": {"x@example.com"}}, header...)
			p.want(http.StatusForbidden, "another site")
		}
	}
	if n := b.count("events"); n != events || b.count("requests") != 1 {
		t.Errorf("%d events, had %d", n, events)
	}
	v.get("/requests/"+reference).want(200, "We have your request")
}

// A field that should come once and comes twice is refused: which would count?
func TestFieldsComeOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	f := v.get("/requests/new/deletion").form("Continue").fill("name", "Robin")
	f.values["email"] = []string{"robin@example.com", "eve@example.com"}
	f.press("Continue").want(400)
	f = v.get("/requests/new/deletion").form("Continue").fill("name", "Robin")
	for _, address := range []string{"a@example.com,b@example.com", "a@example.com;b@example.com", "a@example.com b@example.com", "a@example.com\nb@example.com", "[\"a@example.com\"]", "a@[127.0.0.1]", "a@b@example.com", "a\u200b@example.com", "\"a\"@example.com", "a@example", "a@127.0.0.1"} {
		f.fill("email", address).press("Continue").want(422, "Enter an email address like")
	}
	v.post("/requests/new/deletion", url.Values{"details": {strings.Repeat("x", 2<<20)}}).want(413, "This is too long")
	v.post("/requests/new/nothing", nil).want(404)
}

// The cookie is bound to this host and hidden from scripts.
func TestCookie(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://privacy.example.org": "__Host-habeas-case=", "http://127.0.0.1:8080": "habeas-case=", "http://[::1]:8080": "habeas-case=",
		"http://localhost:8080": "habeas-case=", "http://privacy.example.org": "__Host-habeas-case=",
	} {
		b := newBed(t, func(c *web.Config) { c.BaseURL = base })
		v := b.visitor()
		reference := anyReference.FindString(file(v, "robin@example.com").text())
		v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		p := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request")
		cookie := p.Header.Get("Set-Cookie")
		secure := strings.HasPrefix(want, "__Host-")
		if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != "/requests/"+reference || !strings.HasPrefix(cookie, want) || strings.Contains(cookie, "Secure") != secure {
			t.Errorf("%s: %d %s, %q", base, p.StatusCode, p.Header.Get("Location"), cookie)
		}
		for _, part := range []string{"; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=3600"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("%s: %q lacks %q", base, cookie, part)
			}
		}
		if hsts := p.Header.Get("Strict-Transport-Security"); (hsts != "") != strings.HasPrefix(base, "https") {
			t.Errorf("%s: %q", base, hsts)
		}
	}
}
