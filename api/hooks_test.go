package api_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/intake"
	"habeas/internal/testbed"
	"habeas/models"
)

const (
	rawKey      = "a raw hook's key and long enough"
	postmarkKey = "postmark's key which is long"
	mailgunKey  = "mailgun's key which is long too"
	mailgunSign = "mailgun's own signing key 0123"
	sesKey      = "the key of SNS as long as others"
	mostMail    = 64 << 10
	someMail    = "From: Robin <robin@example.com>\r\nSubject: Delete my account\r\n\r\nPlease.\r\n"
)

// taker remembers what it was given: by the name of the delivery, as the real
// one does in the database.
type taker struct {
	mu    sync.Mutex
	taken []taken
	err   error
}

type taken struct {
	raw      string
	envelope intake.Envelope
}

func (m *taker) Take(_ context.Context, raw []byte, e intake.Envelope) (intake.Receipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return intake.Receipt{}, m.err
	}
	for i, old := range m.taken {
		if old.envelope.Source == e.Source && old.envelope.SourceEventID == e.SourceEventID {
			return intake.Receipt{ID: strconv.Itoa(i), Outcome: intake.OutcomeHeld, Repeated: true}, nil
		}
	}
	m.taken = append(m.taken, taken{string(raw), e})
	return intake.Receipt{ID: strconv.Itoa(len(m.taken) - 1), Outcome: intake.OutcomeHeld, From: []string{"robin@example.com"}}, nil
}

func (m *taker) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.taken)
}

// bell remembers what rang.
type bell struct {
	mu   sync.Mutex
	rang []string
	err  error
}

func (b *bell) MailRefused(_ context.Context, source, name string, size int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rang = append(b.rang, fmt.Sprintf("%s %s %d", source, name, size))
	return b.err
}

// hooks are every hook there is.
func (b *bed) hooks() api.Mail {
	keys := func(s string) intake.Keys {
		k, ok := intake.ParseKeys(s)
		if !ok {
			b.t.Fatalf("a key of %d bytes is too short", len(s))
		}
		return k
	}
	return api.Mail{
		Taker: b.mail, Bell: b.bell, Raw: intake.RawHook{Keys: keys(rawKey), Limit: mostMail},
		Postmark: intake.PostmarkHook{Keys: keys(postmarkKey), Limit: mostMail},
		Mailgun:  intake.MailgunHook{Keys: keys(mailgunKey), Signing: keys(mailgunSign), Limit: mostMail},
		SES:      intake.NewSESHook(intake.SESConfig{Keys: keys(sesKey), Limit: mostMail}),
	}
}

// post signs and sends a message; change may spoil it.
func (b *bed) post(body string, change ...apitest.Option) *apitest.Response {
	b.t.Helper()
	const from, to = "robin@example.com", "privacy@habeas.example, <second@habeas.example>"
	at := b.clock()
	options := []apitest.Option{
		apitest.Header("Content-Type", "message/rfc822"), apitest.Header(intake.HeaderFrom, from), apitest.Header(intake.HeaderTo, to),
		apitest.Header(intake.HeaderTimestamp, strconv.FormatInt(at.Unix(), 10)),
		apitest.Header(intake.HeaderSignature, intake.Sign([]byte(rawKey), at, from, to, []byte(body))),
	}
	return b.Send("POST", "/v1/hooks/email/raw", body, append(options, change...)...)
}

// basic is HTTP Basic authentication.
func basic(password string) apitest.Option {
	return apitest.Header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("habeas:"+password)))
}

// TestTheRawHookTakesAMessageOnce posts one, again, and again under a new
// signature.
func TestTheRawHookTakesAMessageOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	first := b.want(202, b.post(someMail))
	var receipt struct {
		From     []string
		Outcome  string
		Repeated bool
	}
	first.JSON(t, &receipt)
	if len(receipt.From) != 1 || receipt.Outcome != "held" || receipt.Repeated {
		t.Errorf("the receipt is %s", first.Content)
	}
	before := b.rows()
	b.want(200, b.post(someMail)).JSON(t, &receipt)
	if !receipt.Repeated || b.mail.count() != 1 {
		t.Errorf("the same again is %+v, %d were taken", receipt, b.mail.count())
	}
	got := b.mail.taken[0]
	if got.raw != someMail || got.envelope.MailFrom != "robin@example.com" || !got.envelope.FromKnown ||
		fmt.Sprint(got.envelope.RcptTo) != "[privacy@habeas.example second@habeas.example]" || got.envelope.RemoteIP != "127.0.0.1" ||
		!got.envelope.ReceivedAt.Equal(b.clock()) || got.envelope.TrustedHeaders {
		t.Errorf("taken as %+v", got)
	}
	if after := b.rows(); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Error("a repetition changed the database")
	}
}

// TestForgedPostsAreRefused spoils every part of a signed post. All get one
// answer, and nothing is taken.
func TestForgedPostsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	at := b.clock()
	ts := func(d time.Duration) string { return strconv.FormatInt(at.Add(d).Unix(), 10) }
	signed := intake.Sign([]byte(rawKey), at, "robin@example.com", "privacy@habeas.example, <second@habeas.example>", []byte(someMail))
	twice := func(name, value string) apitest.Option {
		return func(r *http.Request) { r.Header.Add(name, value) }
	}
	tests := map[string][]apitest.Option{
		"no signature":       {func(r *http.Request) { r.Header.Del(intake.HeaderSignature) }},
		"an empty one":       {apitest.Header(intake.HeaderSignature, "")},
		"two of them":        {twice(intake.HeaderSignature, signed)},
		"another version":    {apitest.Header(intake.HeaderSignature, "v2"+signed[2:])},
		"no version":         {apitest.Header(intake.HeaderSignature, signed[3:])},
		"half of it":         {apitest.Header(intake.HeaderSignature, signed[:35])},
		"no hex":             {apitest.Header(intake.HeaderSignature, signed[:len(signed)-1]+"x")},
		"another key":        {apitest.Header(intake.HeaderSignature, intake.Sign([]byte(mailgunSign), at, "robin@example.com", "privacy@habeas.example, <second@habeas.example>", []byte(someMail)))},
		"another sender":     {apitest.Header(intake.HeaderFrom, "robin@example.org")},
		"a second sender":    {twice(intake.HeaderFrom, "robin@example.com")},
		"no sender":          {func(r *http.Request) { r.Header.Del(intake.HeaderFrom) }},
		"other recipients":   {apitest.Header(intake.HeaderTo, "privacy@habeas.example")},
		"no time":            {func(r *http.Request) { r.Header.Del(intake.HeaderTimestamp) }},
		"another time":       {apitest.Header(intake.HeaderTimestamp, ts(time.Second))},
		"a time with a sign": {apitest.Header(intake.HeaderTimestamp, "+"+ts(0))},
		"a time with a zero": {apitest.Header(intake.HeaderTimestamp, "0"+ts(0))},
		"six minutes ago":    {apitest.Header(intake.HeaderTimestamp, ts(-6*time.Minute)), apitest.Header(intake.HeaderSignature, intake.Sign([]byte(rawKey), at.Add(-6*time.Minute), "robin@example.com", "privacy@habeas.example, <second@habeas.example>", []byte(someMail)))},
		"six minutes ahead":  {apitest.Header(intake.HeaderTimestamp, ts(6*time.Minute)), apitest.Header(intake.HeaderSignature, intake.Sign([]byte(rawKey), at.Add(6*time.Minute), "robin@example.com", "privacy@habeas.example, <second@habeas.example>", []byte(someMail)))},
	}
	for i := range signed { // every position of the signature
		if signed[i] != '=' {
			tests[fmt.Sprintf("byte %d of the signature", i)] = []apitest.Option{apitest.Header(intake.HeaderSignature, signed[:i]+string(signed[i]^1)+signed[i+1:])}
		}
	}
	want := ""
	for name, change := range tests {
		r := b.want(401, b.post(someMail, change...))
		if got := faceOf(r); want == "" {
			want = got
		} else if got != want {
			t.Errorf("%s is told apart:\n%s\n%s", name, got, want)
		}
	}
	for i := range someMail { // every position of the body, under the signature of the right one
		changed := []byte(someMail)
		changed[i] ^= 1
		b.want(401, b.post(string(changed), apitest.Header(intake.HeaderSignature, signed)))
	}
	b.want(401, b.post("", apitest.Header(intake.HeaderSignature, signed)))
	b.want(401, b.post(someMail+"x", apitest.Header(intake.HeaderSignature, signed)))
	if b.mail.count() != 0 {
		t.Errorf("%d were taken", b.mail.count())
	}
	b.want(202, b.post(someMail))
}

// TestHooksFailClosed posts what is right where no key, or nobody who takes
// mail, was configured.
func TestHooksFailClosed(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]func(*config){
		"no hook":  func(c *config) { c.Mail = api.Mail{Taker: c.Mail.Taker} },
		"no taker": func(c *config) { c.Mail.Taker = nil },
	} {
		b := newBed(t, off)
		b.want(404, b.post(someMail))
		for _, provider := range []string{"postmark", "mailgun", "mailgun/mime", "ses"} {
			b.want(404, b.Send("POST", "/v1/hooks/email/"+provider, "{}", basic(postmarkKey)))
		}
		if b.mail.count() != 0 {
			t.Errorf("%s: %d were taken", name, b.mail.count())
		}
	}
	keys, ok := intake.ParseKeys("")
	hook := intake.RawHook{Keys: keys, Limit: mostMail}
	at := time.Unix(1_800_000_000, 0)
	h := http.Header{}
	h.Set(intake.HeaderTimestamp, "1800000000")
	h.Set(intake.HeaderSignature, intake.Sign(nil, at, "", "", []byte(someMail)))
	if _, err := hook.Open(t.Context(), h, []byte(someMail), at); !ok || !errors.Is(err, intake.ErrForged) {
		t.Errorf("without a key, signed by the empty one: %v", err)
	}
	if _, ok := intake.ParseKeys("short"); ok {
		t.Error("a short key is taken")
	}
	if _, ok := intake.ParseKeys(rawKey + ","); ok {
		t.Error("an empty key is taken")
	}
}

// TestHooksHaveLimits posts too much, as the wrong type, and where the mail
// cannot be kept.
func TestHooksHaveLimits(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	big := someMail + strings.Repeat("x", mostMail)
	b.want(413, b.post(big))
	b.want(413, b.post(big, func(r *http.Request) { r.ContentLength = -1 }))
	if b.bell.rang != nil {
		t.Errorf("a stranger rang: %q", b.bell.rang)
	}
	b.want(415, b.post(someMail, apitest.Header("Content-Type", "text/plain")))
	b.mail.err = models.Errorf(models.CodeTooLarge, "too large")
	b.want(413, b.post(someMail))
	b.mail.err = models.Errorf(models.CodeTooMany, "too many") // SNS would drop what gets a 429
	b.want(503, b.post(someMail))
	b.mail.err = errors.New("robin@example.com: the disk is full")
	r := b.want(503, b.post(someMail))
	if r.Header.Get("Retry-After") == "" || strings.Contains(string(r.Content), "robin") {
		t.Errorf("a fault of ours answers %v %s", r.Header, r.Content)
	}
	b.mail.err = nil
	b.want(202, b.post(someMail))
}

// slow is a post that nobody signed and that does not come to its end.
type slow struct {
	t    *testing.T
	conn net.Conn
}

// slowly declares a body of so many bytes and sends some of them.
func (b *bed) slowly(t *testing.T, sent, declared int) slow {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST /v1/hooks/email/raw HTTP/1.1\r\nHost: x\r\nContent-Type: message/rfc822\r\n%s: %d\r\n%s: v1=00\r\nContent-Length: %d\r\n\r\n%s",
		intake.HeaderTimestamp, b.clock().Unix(), intake.HeaderSignature, declared, strings.Repeat("x", sent))
	must(t, err)
	return slow{t, conn}
}

// answer waits for the status of the answer.
func (s slow) answer() int {
	s.t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		return 0 // the test is over
	}
	_ = r.Body.Close()
	return r.StatusCode
}

// TestStrangersCannotHoldTheRawHook keeps bodies open that nobody signed, more
// than there is room for. The oldest gives way to who comes, and a signed mail
// is taken while the rest goes on.
func TestStrangersCannotHoldTheRawHook(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) { c.Mail.Room, c.Limits.Piece = intake.NewMemoryBudget(2*mostMail), time.Hour })
	answers := make(chan int, 5)
	for range 5 {
		stranger := b.slowly(t, mostMail/2, mostMail)
		go func() { answers <- stranger.answer() }()
	}
	for i := range 20 { // before and after all of them have come
		b.want(202, b.post(someMail+strings.Repeat("x", mostMail/2)+strconv.Itoa(i)))
	}
	for range 3 { // of them two fit
		if code := <-answers; code != http.StatusServiceUnavailable {
			t.Errorf("sent away by %d", code)
		}
	}
}

// TestUnfinishedBodiesAreWrongProofs lets bodies come too slowly. They are cut
// off and counted, and a signed mail passes all the same.
func TestUnfinishedBodiesAreWrongProofs(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) {
		c.Limits.Forged, c.Limits.Piece = api.Rate{Calls: 2, Per: time.Hour}, 50*time.Millisecond
	})
	for _, want := range []int{503, 503, 429} {
		if code := b.slowly(t, 10, mostMail).answer(); code != want {
			t.Errorf("a body without an end is answered %d, want %d", code, want)
		}
	}
	b.want(202, b.post(someMail))
}

// bucket is a hook whose mails lie elsewhere, as those of SES do.
type bucket struct {
	intake.PostmarkHook // for the password
	fetch               func() ([]byte, error)
}

func (b bucket) Open(_ context.Context, _ http.Header, body []byte, now time.Time) (intake.Delivery, error) {
	return intake.Delivery{
		Envelope: intake.Envelope{Source: "ses", SourceEventID: string(body), ReceivedAt: now},
		Most:     mostMail, Fetch: func(context.Context) ([]byte, error) { return b.fetch() },
	}, nil
}

// TestFetchedMailsWaitForRoom posts many notes at once: as many mails are
// fetched at a time as have room, and none is lost.
func TestFetchedMailsWaitForRoom(t *testing.T) {
	t.Parallel()
	const many, fit = 10, 2
	var inside testbed.Crowd
	full, goOn := make(chan struct{}, many), make(chan struct{})
	room := intake.NewMemoryBudget(fit * mostMail)
	b := newBed(t, func(c *config) {
		keys, _ := intake.ParseKeys(sesKey)
		c.Mail.Room = room
		c.Mail.SES = bucket{intake.PostmarkHook{Keys: keys, Limit: mostMail}, func() ([]byte, error) {
			inside.Add(1)
			defer inside.Add(-1)
			full <- struct{}{}
			<-goOn
			return []byte(someMail), nil
		}}
	})
	answers := make(chan int)
	for i := range many {
		go func() {
			answers <- b.Send("POST", "/v1/hooks/email/ses", strconv.Itoa(i), basic(sesKey)).StatusCode
		}()
	}
	for range fit {
		<-full
	}
	over, cancel := context.WithCancel(t.Context())
	cancel() // whoever has to wait gets none
	if _, err := room.Reserve(over, mostMail/2); err == nil {
		t.Error("there is more room than mails leave")
	}
	close(goOn)
	for range many {
		if code := <-answers; code != http.StatusAccepted {
			t.Errorf("answered %d", code)
		}
	}
	if b.mail.count() != many || inside.Most() != fit {
		t.Errorf("%d were taken, %d fetched at once", b.mail.count(), inside.Most())
	}
}

// TestWrongProofsAreCounted sends too many. What is signed passes all the same,
// and so does the first try of one who has to be asked for the password.
func TestWrongProofsAreCounted(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) { c.Limits.Forged = api.Rate{Calls: 3, Per: time.Hour} })
	for range 5 {
		r := b.want(401, b.Send("POST", "/v1/hooks/email/ses", "{}"))
		if got := r.Header.Get("WWW-Authenticate"); got != `Basic realm="habeas"` {
			t.Errorf("SNS is asked for %q", got)
		}
	}
	for range 3 {
		b.want(401, b.Send("POST", "/v1/hooks/email/ses", "{}", basic("wrong")))
	}
	if b.want(429, b.post(someMail, apitest.Header(intake.HeaderFrom, "x"))).Header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
	b.want(202, b.post(someMail))
}

// TestPostmark posts a message as Postmark does.
func TestPostmark(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	body := func(change func(object)) string {
		post := object{
			"MessageID": "22c74902-a0c1-4511-804f2-341342852c90", "OriginalRecipient": "privacy@habeas.example", "From": "evil@example.org",
			"RawEmail": someMail, "Headers": []object{{"Name": "Return-Path", "Value": "<robin@example.com>"}, {"Name": "Return-Path", "Value": "<evil@example.org>"}},
		}
		change(post)
		raw, err := json.Marshal(post)
		must(t, err)
		return string(raw)
	}
	same := func(object) {}
	send := func(body string, options ...apitest.Option) *apitest.Response {
		return b.Send("POST", "/v1/hooks/email/postmark", body, options...)
	}
	b.want(401, send(body(same)))
	b.want(401, send(body(same), basic(mailgunKey)))
	b.want(401, send(body(same), basic("")))
	b.want(401, send("not json", basic("wrong")))
	r := b.want(202, send(body(same), basic(postmarkKey)))
	if strings.Contains(string(r.Content), "robin") {
		t.Errorf("the provider is told %s", r.Content)
	}
	b.want(200, send(body(same), basic(postmarkKey)))
	b.want(200, send(body(func(o object) { o["RawEmail"] = "From: x@example.com\r\n\r\nanother body" }), basic(postmarkKey)))
	if got := b.mail.taken; len(got) != 1 || got[0].raw != someMail || got[0].envelope.MailFrom != "robin@example.com" || got[0].envelope.RcptTo[0] != "privacy@habeas.example" {
		t.Errorf("taken as %+v", got)
	}
	b.want(422, send(body(func(o object) { delete(o, "RawEmail") }), basic(postmarkKey)))
	big := body(func(o object) { o["RawEmail"] = strings.Repeat("x", mostMail+1) })
	b.bell.err = errors.New("the database is away")
	b.want(503, send(big, basic(postmarkKey)))
	b.bell.err = nil
	b.want(413, send(big, basic(postmarkKey)))
	if got := b.bell.rang; len(got) != 2 || got[1] != "postmark 22c74902-a0c1-4511-804f2-341342852c90 65537" {
		t.Errorf("staff were told %q", got)
	}
	b.want(400, send("not json", basic(postmarkKey)))
	if log := b.log.String(); !strings.Contains(log, "Include raw email content") {
		t.Error("the log does not say what to turn on")
	}
}

// TestMailgun posts a message as Mailgun does, in either kind of form.
func TestMailgun(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	const path = "/v1/hooks/email/mailgun/mime"
	signed := func(token string, at time.Time) [][2]string {
		ts := strconv.FormatInt(at.Unix(), 10)
		return [][2]string{
			{"timestamp", ts},
			{"token", token},
			{"signature", mailgunSignature(ts, token)},
			{"sender", "robin@example.com"},
			{"recipient", "privacy@habeas.example"},
			{"body-mime", someMail},
		}
	}
	send := func(fields [][2]string, options ...apitest.Option) *apitest.Response {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, f := range fields {
			must(t, w.WriteField(f[0], f[1]))
		}
		must(t, w.Close())
		return b.Send("POST", path, body.Bytes(), append([]apitest.Option{apitest.Header("Content-Type", w.FormDataContentType()), basic(mailgunKey)}, options...)...)
	}
	now := b.clock()
	b.want(401, send(signed("t1", now), func(r *http.Request) { r.Header.Del("Authorization") }))
	b.want(401, send(signed("t1", now), basic(postmarkKey)))
	for i := range 3 { // time, token and signature
		fields := signed("t1", now)
		fields[i][1] += "0"
		b.want(401, send(fields))
		b.want(401, send(append(signed("t1", now)[:i:i], signed("t1", now)[i+1:]...)))
	}
	b.want(401, send(signed("t1", now.Add(-10*time.Hour))))
	b.want(401, send(signed("t1", now.Add(6*time.Minute))))
	for _, f := range signed("t1", now) {
		b.want(400, send(append(signed("t1", now), f))) // twice
	}
	b.want(422, send(signed("t1", now)[:5]))
	if b.mail.count() != 0 {
		t.Fatal("something was taken")
	}
	b.want(202, send(signed("t1", now.Add(-time.Hour))))
	swapped := signed("t1", now.Add(-time.Hour))
	swapped[5][1] = "From: evil@example.org\r\n\r\nanother body"
	b.want(200, send(swapped))
	form := url.Values{}
	for _, f := range signed("t2", now) {
		form.Set(f[0], f[1])
	}
	b.want(202, b.Send("POST", path, form.Encode(), apitest.Header("Content-Type", "application/x-www-form-urlencoded"), basic(mailgunKey)))
	got := b.mail.taken
	if len(got) != 2 || got[0].raw != someMail || got[1].raw != someMail || got[0].envelope.MailFrom != "robin@example.com" ||
		!got[0].envelope.ReceivedAt.Equal(now.Add(-time.Hour)) || got[0].envelope.SourceEventID != "t1" {
		t.Errorf("taken as %+v", got)
	}
}

// mailgunSignature signs as Mailgun does.
func mailgunSignature(ts, token string) string {
	mac := hmac.New(sha256.New, []byte(mailgunSign))
	mac.Write([]byte(ts + token))
	return hex.EncodeToString(mac.Sum(nil))
}
