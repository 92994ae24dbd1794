package main_test

import (
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"habeas/internal/keyring"
	"habeas/internal/testbed"
)

// PostgreSQL, Redis and the service are killed by turns and all at once while
// requests come in. What was acknowledged is there, once; every code and every
// reminder leaves once.
func TestServersKilledUnderLoad(t *testing.T) {
	t.Parallel()
	b := newBattle(t)
	disasters := []func(){
		func() { b.databaseDies(b.database.Kill) },
		func() { b.databaseDies(func() { b.database.Stop("immediate") }) },
		b.queueDies,
		b.queueIsFlushed,
		b.serviceDies,
		b.everythingDies,
	}
	for range testbed.Soak(1, 5) {
		for _, i := range rand.Perm(len(disasters)) {
			b.wait(4 + rand.IntN(8))
			disasters[i]()
		}
	}
	b.wait(8)
	acked := b.end()
	b.done()
	b.isComplete(acked)
	b.isRepeatedOnly(acked)
	databaseHasNoCanaries(t, b.database.URL())
	redisHasNoCanaries(t, redisAt(t, b.queue.URL()))
	metrics := b.p.metrics(t)
	b.p.stop()
	b.p.noCanaries(t, metrics)
}

// battle is a service with servers of its own, under load.
type battle struct {
	*load
	database *testbed.PostgresServer
	queue    *testbed.RedisServer
	p        *program
	probe    client // nobody, as load balancers are
}

func newBattle(t *testing.T) *battle {
	t.Helper()
	b := &battle{database: testbed.OwnPostgres(t), queue: testbed.OwnRedis(t)}
	b.p = serve(t, dataDir(t), "HABEAS_DATABASE_URL="+b.database.URL(), "HABEAS_REDIS_URL="+b.queue.URL())
	b.probe = b.p.as(t, "")
	b.load = startMixedLoad(t, b.p.as(t, b.p.token("intake", "website")), b.p.as(t, b.p.token("agent", agentName)), 8)
	return b
}

// databaseDies ends PostgreSQL. Until it is back the service says that it is
// not available and when to come again; five seconds later it works.
func (b *battle) databaseDies(end func()) {
	b.t.Helper()
	end()
	a, err := b.probe.try(http.MethodPost, "/v1/requests", object{"type": "access", "person": object{
		"name": canary("name"), "email": canary("probe") + "@example.net", "country": "DE",
	}}, "Idempotency-Key", "probe")
	if err != nil || a.status != http.StatusServiceUnavailable {
		b.t.Fatalf("without a database: %d %s %v", a.status, a.raw, err)
	}
	a.isToBeSentAgain()
	b.becomes(http.StatusServiceUnavailable, "not_ready", http.StatusServiceUnavailable)
	b.database.Start()
	b.recovers()
}

// queueDies ends Redis and what it held. Nobody needs it to file a request.
func (b *battle) queueDies() {
	b.t.Helper()
	b.queue.Kill()
	b.wait(5)
	b.becomes(http.StatusOK, "degraded", http.StatusServiceUnavailable)
	b.queue.Start()
	b.recovers()
}

func (b *battle) queueIsFlushed() {
	b.t.Helper()
	r := redisAt(b.t, b.queue.URL())
	redisHasNoCanaries(b.t, r)
	if err := r.FlushAll(b.t.Context()).Err(); err != nil {
		b.t.Error(err)
	}
}

func (b *battle) serviceDies() {
	b.t.Helper()
	b.p.kill()
	b.p.start()
}

// everythingDies is a power cut. The service starts without Redis.
func (b *battle) everythingDies() {
	b.t.Helper()
	b.database.Kill()
	b.queue.Kill()
	b.p.kill()
	b.database.Start()
	b.p.start()
	b.wait(3)
	b.queue.Start()
	b.recovers()
}

// recovers wants the next acknowledgement, says how long it took (the goal is
// five seconds on a machine that does nothing else), and readiness.
func (b *battle) recovers() {
	b.t.Helper()
	before, start := b.count(), time.Now()
	testbed.Eventually(b.t, "requests are taken again", func() bool { return b.count() > before })
	b.t.Logf("a request was acknowledged %s after the server was back", time.Since(start).Round(10*time.Millisecond))
	b.becomes(http.StatusOK, "ready", http.StatusOK)
}

// becomes waits for what both ports say about readiness.
func (b *battle) becomes(status int, word string, operations int) {
	b.t.Helper()
	testbed.Eventually(b.t, "readiness: "+word, func() bool {
		a, err := b.probe.try(http.MethodGet, "/readyz", nil)
		if err != nil {
			b.t.Fatal(err)
		}
		if at, _ := fetch(b.t, b.p.ops+"/readyz"); at != operations {
			return false
		}
		return a.status == status && a.body["status"] == word
	})
}

// done waits until nothing is left to do. What died with a process lies still
// until its lease or its hold is over; outside make soak the test lets that
// time pass in the rows, and Redis forgets whom it gave what.
func (b *battle) done() {
	b.t.Helper()
	c := connect(b.t, b.database.URL())
	defer c.Close(b.t.Context())
	last, start := -1, time.Now()
	since := start
	testbed.Eventually(b.t, "nothing is left to do", func() bool {
		n := one[int](b.t, c, "SELECT count(*) FROM jobs WHERE "+undone)
		if n != last {
			last, since = n, time.Now()
		}
		if n > 0 && !waitsOut() && time.Since(since) > 2*time.Second {
			b.queueIsFlushed()
			b.t.Logf("%d jobs were left to their leases", passHolds(b.t, c))
			since = time.Now()
		}
		return n == 0
	})
	took := func(which string) int {
		return one[int](b.t, c, "SELECT coalesce(max(extract(epoch FROM done_at - created_at)), 0)::int FROM jobs WHERE state = 'done' AND "+which)
	}
	// A mail that was at work when its sender died is held longer than a lease,
	// lest it be sent twice.
	mails, others := took("kind = 'send_mail'"), took("kind <> 'send_mail'")
	b.t.Logf("everything was done %s after the load ended; a mail took %d seconds at most, another job %d", time.Since(start).Round(time.Second), mails, others)
	if n := one[int](b.t, c, "SELECT count(*) FROM jobs WHERE state = 'dead'"); n > 0 {
		b.t.Errorf("%d jobs are dead", n)
	}
}

// isComplete compares the ledger of the clients with what the service keeps and
// what it sent.
func (b *battle) isComplete(acked map[string]string) {
	b.t.Helper()
	c := connect(b.t, b.database.URL())
	defer c.Close(b.t.Context())
	there := tally(all[string](b.t, c, "SELECT reference FROM requests"))
	reminders := tally(all[string](b.t, c, "SELECT reference FROM messages m JOIN requests r ON r.id = m.request_id WHERE m.unique_key LIKE 'remind/%'"))
	reminded := tally(all[string](b.t, c, "SELECT reference FROM events e JOIN requests r ON r.id = e.request_id WHERE e.kind = 'reminded'"))
	codes, letters := codesByReference(b.p), 0
	for key, ref := range acked {
		want := map[string]int{"requests": 1, "mails with a code": 1}
		if strings.HasPrefix(key, letterKey) {
			want = map[string]int{"requests": 1, "reminders kept": 1, "reminders recorded": 1, "reminders mailed": 1}
			letters++
		}
		for what, got := range map[string]int{
			"requests": there[ref], "mails with a code": len(codes[ref]),
			"reminders kept": reminders[ref], "reminders recorded": reminded[ref], "reminders mailed": len(b.p.about(ref, "Due in")),
		} {
			if got != want[what] {
				b.t.Errorf("%s was acknowledged as %s: %d %s, want %d", key, ref, got, what, want[what])
			}
		}
	}
	if len(there) != len(acked) {
		b.t.Errorf("%d requests are there for %d keys", len(there), len(acked))
	}
	if letters == 0 || letters == len(acked) {
		b.t.Errorf("%d of %d requests are letters", letters, len(acked))
	}
	b.mailsMatch(c)
}

// mailsMatch wants one file for each message that was to be mailed.
func (b *battle) mailsMatch(c *pgx.Conn) {
	b.t.Helper()
	files, err := filepath.Glob(filepath.Join(b.p.dir, "mail", "*.eml"))
	if err != nil {
		b.t.Fatal(err)
	}
	keys, err := keyring.Open(filepath.Join(b.p.dir, "keys"))
	if err != nil {
		b.t.Fatal(err)
	}
	sent := map[string]int{} // by the blind index of the Message-ID
	for _, m := range b.p.mails() {
		sent[string(keys.Index("messages.message_id_index", []byte(strings.Trim(m.id, "<>"))))]++
	}
	intended := all[[]byte](b.t, c, "SELECT message_id_index FROM messages WHERE direction = 'outgoing'")
	for _, index := range intended {
		if n := sent[string(index)]; n != 1 {
			b.t.Errorf("%d files of the mail %x", n, index)
		}
	}
	if len(intended) != len(files) {
		b.t.Errorf("%d files for %d messages", len(files), len(intended))
	}
	if n := one[int](b.t, c, "SELECT count(*) FROM messages WHERE direction = 'outgoing' AND delivery <> 'sent'"); n > 0 {
		b.t.Errorf("%d messages are not known as sent", n)
	}
	b.t.Logf("%d mails", len(files))
}

// isRepeatedOnly sends keys once more: each gets its first answer.
func (b *battle) isRepeatedOnly(acked map[string]string) {
	b.t.Helper()
	left := 100
	for key, ref := range acked {
		a, err := b.post(key)
		if err != nil {
			b.t.Fatal(err)
		}
		if a.status != http.StatusCreated || a.text("reference") != ref || a.header.Get("Idempotent-Replayed") != "true" {
			b.t.Errorf("%s again: %d %s, want %s", key, a.status, a.raw, ref)
		}
		if left--; left == 0 {
			return
		}
	}
}

func tally(list []string) map[string]int {
	n := map[string]int{}
	for _, v := range list {
		n[v]++
	}
	return n
}

func one[T any](t *testing.T, c *pgx.Conn, sql string) T {
	t.Helper()
	list := all[T](t, c, sql)
	if len(list) != 1 {
		t.Fatalf("%s: %d rows", sql, len(list))
	}
	return list[0]
}

func all[T any](t *testing.T, c *pgx.Conn, sql string) []T {
	t.Helper()
	rows, err := c.Query(t.Context(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}
