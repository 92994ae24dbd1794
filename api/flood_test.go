package api_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/models"
	"habeas/workflows"
)

// behind is an installation behind a proxy that sets nothing else.
func behind(c *config) {
	strict(c)
	c.server.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

func from(address string) apitest.Option { return apitest.Header("X-Forwarded-For", address) }

// puzzle is one of the API.
type challenge struct {
	Challenge    string
	Rounds, Bits int
	Needed       bool
}

func (b *bed) puzzle(options ...apitest.Option) (p challenge) {
	b.t.Helper()
	b.want(201, b.Send("POST", "/v1/challenges", nil, options...)).JSON(b.t, &p)
	return p
}

// solve does what the description of the route says.
func (p challenge) solve(t testing.TB) string {
	t.Helper()
	for n := 0; ; n++ {
		key, err := pbkdf2.Key(sha256.New, p.Challenge, []byte(strconv.Itoa(n)), p.Rounds, 8)
		must(t, err)
		if bits.LeadingZeros64(binary.BigEndian.Uint64(key)) >= p.Bits {
			return p.Challenge + "." + strconv.Itoa(n)
		}
	}
}

func solved(solution string) func(object) { return func(o object) { o["solution"] = solution } }

func mailbox(email string) func(object) {
	return func(o object) { o["person"].(object)["email"] = email }
}

// T28, scaled from 30,000 posts to 700, without its times: nothing is refused
// and nothing lost, everything waits unverified, mail stays within its limit,
// and whoever is known or works for it is served all the while.
func TestT28AFloodFromFiveHundredAddresses(t *testing.T) {
	t.Parallel()
	b := newBed(t, behind)
	known, token := b.session(mailbox("known@example.com"))
	b.service.MailLimits = workflows.MailLimits{FormPerHour: 200}
	const addresses, posts, at = 500, 700, 10
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	var wg sync.WaitGroup
	for worker := range at {
		wg.Go(func() {
			for i := worker; i < posts; i += at {
				address := fmt.Sprintf("198.51.%d.%d", i%addresses/250, i%addresses%250)
				if i >= addresses { // the rest from one
					address = "203.0.113.1"
				}
				r := b.Send("POST", "/v1/requests", wish(), from(address))
				var receipt struct{ Reference, State string }
				if r.StatusCode != http.StatusCreated {
					t.Errorf("post %d: %d %s", i, r.StatusCode, r.Content)
					return
				}
				r.JSON(t, &receipt)
				if receipt.State != "unverified" {
					t.Errorf("post %d is %s", i, receipt.State)
				}
				mu.Lock()
				acknowledged[receipt.Reference] = true
				mu.Unlock()
			}
		})
	}
	// Meanwhile somebody who proved their mailbox reads and writes.
	for i := range 20 {
		b.want(200, b.Send("GET", "/v1/requests/"+known, nil, apitest.Bearer(token), from("192.0.2.1")))
		b.want(201, b.Send("POST", "/v1/requests/"+known+"/messages", object{"text": "Note " + strconv.Itoa(i)}, apitest.Bearer(token), from("192.0.2.1")))
	}
	wg.Wait()
	var mails int
	must(t, b.raw.QueryRow("SELECT count(*) FROM messages WHERE template = 'code'").Scan(&mails))
	if n := b.rows()["requests"] - 1; n != posts || len(acknowledged) != posts || mails-1 != 150 {
		t.Errorf("%d requests of %d acknowledged, %d mails", n, len(acknowledged), mails-1)
	}
	// All mail of the hour that is for anybody is used up. Who is new has to work
	// for theirs, and who proved the mailbox before has not.
	if p := b.puzzle(from("192.0.2.2")); !p.Needed {
		t.Error("no puzzle is needed")
	}
	b.coded(t, false, from("192.0.2.3"))
	b.coded(t, true, from("192.0.2.4"), solved(b.puzzle().solve(t)))
	b.coded(t, true, from("192.0.2.5"), mailbox("Known@example.com"))
	b.coded(t, true, from("203.0.113.1"), solved(b.puzzle().solve(t)))
	// Whoever was left out asks for the code an hour later.
	for reference := range acknowledged {
		if len(b.codes(reference)) == 0 {
			b.sleep(time.Hour)
			b.want(202, b.Send("POST", "/v1/requests/"+reference+"/codes", nil, from("192.0.2.6")))
			b.issue(reference)
			if n := len(b.codes(reference)); n != 1 {
				t.Errorf("%d codes come an hour later", n)
			}
			break
		}
	}
}

// coded files a request and says whether a code is to be mailed.
func (b *bed) coded(t *testing.T, want bool, option apitest.Option, change ...func(object)) string {
	t.Helper()
	var receipt struct {
		Reference string
		CodeLater bool `json:"code_later"`
	}
	b.want(201, b.Send("POST", "/v1/requests", wish(change...), option)).JSON(t, &receipt)
	if got := len(b.codes(receipt.Reference)) == 1; got != want {
		t.Errorf("a code is mailed: %t, want %t", got, want)
	}
	return receipt.Reference
}

func (b *bed) codes(reference string) (codes []models.Message) {
	b.t.Helper()
	for _, m := range b.mails(reference) {
		if _, ok := m.Letter.(models.CodeLetter); ok {
			codes = append(codes, m)
		}
		if _, ok := m.Letter.(*models.CodeLetter); ok {
			codes = append(codes, m)
		}
	}
	return codes
}

// issue does the jobs that mail codes.
func (b *bed) issue(reference string) {
	b.t.Helper()
	all, err := b.store.Claim(b.t.Context(), b.clock().Add(time.Second), time.Minute, 10_000)
	must(b.t, err)
	for _, j := range all {
		if j.Kind == models.JobIssueCode && j.Subject == reference {
			err := b.service.Cases.IssueCode(b.t.Context(), reference, j.ID)
			if models.CodeOf(err) == models.CodeTooMany { // there is no effect
				err = b.store.Finish(b.t.Context(), j.ID, b.clock())
			}
			must(b.t, err)
		}
	}
}

// Above five an hour a request is filed like any other, but for the mail: and
// that comes for a proof of work, once for each proof.
func TestAboveTheLimitACodeCostsWork(t *testing.T) {
	t.Parallel()
	b := newBed(t, strict)
	if b.puzzle().Needed {
		t.Error("work is needed for the first request")
	}
	for range 5 {
		b.filed(false)
	}
	quiet := b.filed(true)
	p := b.puzzle()
	if !p.Needed {
		t.Error("no work is needed for the sixth")
	}
	solution := p.solve(t)
	n, err := strconv.Atoi(solution[strings.LastIndexByte(solution, '.')+1:])
	must(t, err)
	for name, wrong := range map[string]string{
		"no number": p.Challenge, "an empty one": p.Challenge + ".", "another": p.Challenge + "." + strconv.Itoa(n+1), "zeros before it": p.Challenge + ".0" + strconv.Itoa(n),
		"a sign": p.Challenge + ".+" + strconv.Itoa(n), "another puzzle": "A" + solution, "one of a form": b.service.Cases.NewProofOfWork("portal/x").Text + "." + strconv.Itoa(n),
		"rubbish": "../..'\"", "another spelling": strings.Replace(solution, ".", "=.", 1),
	} {
		if b.service.Cases.Solved("", wrong) != nil {
			t.Errorf("%s counts as work", name)
		}
		b.filed(true, solved(wrong))
	}
	b.filed(false, solved(solution))
	b.filed(true, solved(solution)) // used before
	late := b.puzzle().solve(t)
	b.sleep(2 * time.Hour)
	for range 5 {
		b.filed(false)
	}
	b.filed(true, solved(late))
	b.filed(true, solved(solution))

	events, err := b.store.Events(t.Context(), b.request(quiet).ID)
	must(t, err)
	if why := events[0].Detail["suppressed"]; why != string(models.SuppressedClient) {
		t.Errorf("staff are told that it was %q", why)
	}
	var told int
	must(t, b.raw.QueryRow("SELECT count(*) FROM messages WHERE template = 'staff_new'").Scan(&told))
	if told != 2 { // once in each hour
		t.Errorf("staff got %d letters", told)
	}
}

// Fifty who use one proof at once are served once.
func TestAProofOfWorkIsGoodOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) { c.Limits = api.Limits{Submit: api.Rate{Calls: 1, Per: time.Hour}} })
	b.filed(false)
	solution := b.puzzle().solve(t)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if r := b.Send("POST", "/v1/requests", wish(solved(solution))); r.StatusCode != http.StatusCreated {
				t.Errorf("%d %s", r.StatusCode, r.Content)
			}
		})
	}
	wg.Wait()
	var codes int
	must(t, b.raw.QueryRow("SELECT count(*) FROM messages WHERE template = 'code'").Scan(&codes))
	if n := b.rows()["requests"]; n != 51 || codes != 2 {
		t.Errorf("%d requests, %d codes", n, codes)
	}
}

// A crowd gets no code by asking for one, either, while the hour lasts; then it
// does, and what nobody was written to ends by itself like any other.
func TestACrowdAsksForItsCodeAnHourLater(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) { c.Limits = api.Limits{Submit: api.Rate{Calls: 1, Per: time.Hour}} })
	b.filed(false)
	reference := b.filed(true)
	ask := func(want int) {
		t.Helper()
		b.want(202, b.Send("POST", "/v1/requests/"+reference+"/codes", nil))
		b.issue(reference)
		if n := len(b.codes(reference)); n != want {
			t.Errorf("%d codes were mailed, want %d", n, want)
		}
	}
	ends := func(want int) {
		t.Helper()
		var n int
		must(t, b.raw.QueryRow("SELECT count(*) FROM jobs WHERE kind = ? AND request_id = ?", models.JobExpire, b.request(reference).ID).Scan(&n))
		if n != want {
			t.Errorf("it ends by itself %d times, want %d", n, want)
		}
	}
	ask(0)
	ends(0)
	b.sleep(59 * time.Minute)
	ask(0)
	if why := b.request(reference).Suppressed; why != models.SuppressedClient {
		t.Errorf("it is unsent for %q", why)
	}
	b.sleep(time.Minute)
	ask(1)
	ends(1)
	if r := b.request(reference); r.Suppressed != "" || r.State != models.StateUnverified {
		t.Errorf("it is %s and unsent for %q", r.State, r.Suppressed)
	}
}

func (b *bed) request(reference string) models.Request {
	b.t.Helper()
	r, err := b.store.Find(b.t.Context(), reference)
	must(b.t, err)
	return r
}
