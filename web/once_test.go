package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/models"
)

// Twenty clicks on one button are one request, and each shows it.
func TestManyClicksAreOneRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	review := b.visitor().get("/requests/new/question").form("Continue").fill("name", "Robin", "email", "robin@example.com", "details", "Why?").press("Continue").want(200)
	f := review.form("Send the request")
	var mu sync.Mutex
	seen := map[string]bool{}
	var clicks sync.WaitGroup
	for range 20 {
		clicks.Go(func() {
			values := maps.Clone(f.values)
			values["do"] = []string{"send"}
			p := b.visitor().post("/requests/new/question", values)
			mu.Lock()
			defer mu.Unlock()
			seen[p.path()] = true
		})
	}
	clicks.Wait()
	if n := b.count("requests"); n != 1 || len(seen) != 1 {
		t.Errorf("%d requests, seen %v", n, seen)
	}
	// Another text is another request, and so is the form opened anew.
	f.values.Set("details", "And why else?")
	f.press("Send the request").want(200)
	file(b.visitor(), "robin@example.com").want(200)
	if n := b.count("requests"); n != 3 {
		t.Errorf("%d requests", n)
	}
}

// A double click on the form of the code opens the request, whichever of the two
// the browser shows. Nobody else opens anything with the code, nor with the form
// later or once the request was left.
func TestACodeMayBeSentTwice(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	known := anyReference.FindString(file(v, "robin@example.com").text())
	other := anyReference.FindString(file(v, "robin@example.com").text())
	f := v.get("/requests/"+known).form("Open my request").fill("code", b.code(known))
	path := "/requests/" + known + "/code"
	var clicks sync.WaitGroup
	opened := make([]*visitor, 3)
	for i := range opened {
		opened[i] = b.visitor()
		clicks.Go(func() { opened[i].post(path, f.values).want(200, "We have your request") })
	}
	clicks.Wait()
	b.sleep(59 * time.Second)
	again := b.visitor()
	again.post(path, f.values).want(200, "We have your request")
	if n := b.count("sessions"); n != 1 {
		t.Errorf("%d sessions", n)
	}

	const wrong = "This code is wrong"
	elsewhere, noForm := maps.Clone(f.values), maps.Clone(f.values)
	elsewhere.Set("form", b.visitor().get("/requests/"+known).form("Open my request").values.Get("form"))
	noForm.Del("form")
	b.visitor().post(path, elsewhere).want(422, wrong)
	b.visitor().post(path, noForm).want(422, wrong)
	b.visitor().post("/requests/"+other+"/code", f.values).want(422, wrong)
	b.sleep(time.Second)
	b.visitor().post(path, f.values).want(422, wrong)

	f = b.visitor().get("/requests/"+known).form("Email me a new code").press("Email me a new code").form("Open my request").fill("code", b.code(known))
	own := again.post(path, f.values).want(200)
	own.form("Leave this page").press("Leave this page").want(200)
	b.visitor().post(path, f.values).want(422, wrong)
}

// What waited for the code is done once, however often the form is sent.
func TestACodeSentTwiceSendsWhatWaitedOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	reference := anyReference.FindString(file(v, "robin@example.com").text())
	f := v.post("/requests/"+reference+"/messages", url.Values{"text": {"precious"}, "seed": {"s"}}).want(403, "precious").
		form("Send it").fill("code", b.code(reference))
	for range 2 {
		b.visitor().post("/requests/"+reference+"/code", f.values).want(200, "Your message has reached us", "precious")
	}
	if n := b.events(models.EventReceived); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A request that nobody looks at closes itself after a quarter of an hour, and
// in any case after an hour. What was typed meanwhile waits for a code.
func TestARequestClosesItself(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	reference := anyReference.FindString(file(v, "robin@example.com").text())
	open := func(p *page) *page {
		return p.form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "We have your request")
	}
	open(v.get("/requests/" + reference))
	for range 4 {
		b.sleep(14 * time.Minute)
		v.get("/requests/"+reference).want(200, "We have your request")
	}
	b.sleep(4 * time.Minute)
	ended := v.get("/requests/"+reference).want(200, "or no longer", "!We have your request")
	own := open(ended.form("Email me a new code").press("Email me a new code"))
	b.sleep(15 * time.Minute)
	waits := own.form("Send").fill("text", "precious").press("Send").want(403, "It is not lost", "precious")
	waits.form("Send it").press("Email me a new code")
	waits.form("Send it").fill("code", b.code(reference)).press("Send it").want(200, "Your message has reached us", "precious")
}

// How long an answer takes does not tell whether a reference exists.
func TestUnknownReferenceTakesAsLong(t *testing.T) {
	b := newBed(t)
	v := b.visitor()
	known := anyReference.FindString(file(v, "robin@example.com").text())
	const unknown = "HB-0000-0000-00"
	// A difference of the page's own is there in every round; one that a busy
	// machine makes is not.
	var said []string
	for range 8 {
		took := map[string][]time.Duration{}
		for range 25 {
			for _, reference := range []string{known, unknown} {
				start := time.Now()
				v.get("/requests/" + reference)
				v.post("/requests/"+reference+"/messages", url.Values{"text": {"x"}})
				took[reference] = append(took[reference], time.Since(start))
			}
		}
		a, b := slices.Min(took[known]), slices.Min(took[unknown])
		if (a - b).Abs() <= 2*time.Millisecond {
			return
		}
		said = append(said, fmt.Sprintf("known %s, unknown %s", a, b))
	}
	t.Error(strings.Join(said, "; "))
}

// Nor does a wrong code, though only a request that exists has tries to count.
// Every refusal waits for the same moment.
func TestWrongCodeTakesAsLong(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	known := anyReference.FindString(file(b.visitor(), "robin@example.com").text())
	var tries sync.WaitGroup
	for _, reference := range []string{known, "HB-0000-0000-00", known, "HB-0000-0000-00"} {
		tries.Go(func() {
			start := time.Now()
			b.visitor().post("/requests/"+reference+"/code", url.Values{"code": {"AAAA-AAAA"}}).want(422, "This code is wrong")
			if took := time.Since(start); took < 150*time.Millisecond {
				t.Errorf("%s took %s", reference, took)
			}
		})
	}
	tries.Wait()
}

// The first page is small over the wire, with all that it needs, in the way that
// every browser asks for it.
func TestFirstPageIsSmall(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	size := 0
	for _, path := range []string{"/", "/assets/style.css", "/assets/page.js", "/assets/icon.svg"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+path, nil)
		must(t, err)
		req.Header.Set("Accept-Encoding", "gzip, deflate, br")
		answer, err := client.Do(req)
		must(t, err)
		body, err := io.ReadAll(answer.Body)
		must(t, errors.Join(err, answer.Body.Close()))
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
		if answer.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %v", path, answer.Header)
		}
		size += len(body)
	}
	if size < 8_000 || size > 50_000 {
		t.Errorf("%d bytes", size)
	}
}

func BenchmarkStart(b *testing.B) {
	v := newBed(b).visitor()
	for b.Loop() {
		v.get("/?country=US&region=CA")
	}
}

// The log is read from a page to the jobs that follow from it by one id.
func TestJobsCarryTheIDOfTheirPage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	file(b.visitor(), "robin@example.com").want(200)
	jobs, _, err := b.store.Jobs(t.Context(), models.JobPending, models.Cursor{}, 100)
	must(t, err)
	if len(jobs) == 0 || jobs[0].Trace == "" {
		t.Errorf("jobs %+v", jobs)
	}
}

// A page is packed to a length that tells nothing: the same page has many.
func TestPackedPagesHaveNoLengthToMeasure(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	lengths, plain := map[int]bool{}, map[string]bool{}
	for range 20 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/", nil)
		must(t, err)
		req.Header.Set("Accept-Encoding", "gzip")
		answer, err := client.Do(req)
		must(t, err)
		body, err := io.ReadAll(answer.Body)
		must(t, errors.Join(err, answer.Body.Close()))
		unpacked, err := gzip.NewReader(bytes.NewReader(body))
		must(t, err)
		page, err := io.ReadAll(unpacked)
		must(t, err)
		lengths[len(body)], plain[string(page)] = true, true
	}
	if len(lengths) < 5 || len(plain) != 1 {
		t.Errorf("%d lengths of %d pages", len(lengths), len(plain))
	}
}
