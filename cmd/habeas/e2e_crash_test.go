package main_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"habeas/internal/testbed"
)

// waitsOut tells whether to wait for the end of what a killed process leaves
// behind, the lease of a job and the hold of a mail, as make soak does: together
// they take over two minutes. Otherwise that time passes in the rows.
func waitsOut() bool { return testbed.Soak(0, 1) == 1 }

// passHolds lets the leases and holds pass of whatever is due, and says of how
// many jobs.
func passHolds(t *testing.T, c *pgx.Conn) int {
	t.Helper()
	return one[int](t, c, "WITH passed AS (UPDATE jobs SET taken_at = NULL, run_at = least(run_at, now()) WHERE "+
		undone+" RETURNING id) SELECT count(*) FROM passed")
}

// undone selects the jobs that are due, or of a mail, which is due at once.
const undone = "state = 'pending' AND (run_at <= now() OR kind = 'send_mail')"

// The embedded service is killed again and again while requests come in.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	p := serveRaced(t, dataDir(t))
	l := startLoad(t, p.as(t, p.token("intake", "website")), 4)
	for range testbed.Soak(2, 12) {
		l.wait(5 + rand.IntN(10))
		p.kill()
		if !waitsOut() {
			p.hurry(t)
		}
		p.start()
	}
	l.wait(5)
	acked := l.end()
	settled(t, p, p.as(t, p.token("manager", managerName)), acked)
	p.stop()
	p.noCanaries(t)
}

// The same with PostgreSQL and Redis and a process for each part, where not
// only the processes die.
func TestDisastersUnderLoad(t *testing.T) {
	t.Parallel()
	database, queue := testbed.Postgres(t), testbed.Redis(t)
	line, between := newCable(t, queue)
	env := []string{"HABEAS_DATABASE_URL=" + database, "HABEAS_REDIS_URL=" + between}
	dir := dataDir(t)
	api := serveOnly(t, "api", dir, env...)
	worker := serveOnly(t, "worker", dir, env...)
	r := redisAt(t, queue)
	l := startLoad(t, api.as(t, api.token("intake", "website")), 4)
	disasters := []func(){
		func() { api.kill(); api.start() },
		func() { worker.kill(); worker.start() },
		func() { flush(t, r) },
		func() { terminate(t, database) },
		func() { line.cut(); l.wait(10); line.mend() }, // nobody needs Redis to file a request
	}
	for range testbed.Soak(1, 4) {
		for _, i := range rand.Perm(len(disasters)) {
			l.wait(5 + rand.IntN(10))
			redisHasNoCanaries(t, r)
			disasters[i]()
		}
	}
	l.wait(5)
	acked := l.end()
	if !waitsOut() {
		worker.kill()
		flush(t, r)
		c := connect(t, database)
		defer c.Close(t.Context())
		passHolds(t, c)
		worker.start()
	}
	settled(t, worker, api.as(t, api.token("manager", managerName)), acked)
	databaseHasNoCanaries(t, database)
	redisHasNoCanaries(t, r)
	metrics := worker.metrics(t)
	api.stop()
	worker.stop()
	api.noCanaries(t)
	worker.noCanaries(t, metrics)
}

func redisAt(t *testing.T, url string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// flush empties the database of this test, as FLUSHALL would all of them.
func flush(t *testing.T, r *redis.Client) {
	t.Helper()
	if err := r.FlushDB(t.Context()).Err(); err != nil {
		t.Error(err)
	}
}

// terminate ends every connection to the database but its own.
func terminate(t *testing.T, url string) {
	t.Helper()
	c := connect(t, url)
	defer c.Close(t.Context())
	if _, err := c.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
		t.Error(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// redisHasNoCanaries looks into every key there is.
func redisHasNoCanaries(t *testing.T, r *redis.Client) {
	t.Helper()
	ctx := t.Context()
	keys := r.Scan(ctx, 0, "*", 1000).Iterator()
	for keys.Next(ctx) {
		key := keys.Val()
		var content string
		switch r.Type(ctx, key).Val() {
		case "hash":
			content = fmt.Sprint(r.HGetAll(ctx, key).Val())
		case "list":
			content = fmt.Sprint(r.LRange(ctx, key, 0, -1).Val())
		case "zset":
			content = fmt.Sprint(r.ZRange(ctx, key, 0, -1).Val())
		case "set":
			content = fmt.Sprint(r.SMembers(ctx, key).Val())
		case "string":
			content = r.Get(ctx, key).Val()
		}
		if strings.Contains(key+content, canaryMark) {
			t.Errorf("personal data in Redis, key %s", key)
		}
	}
	if err := keys.Err(); err != nil {
		t.Error(err)
	}
}

// databaseHasNoCanaries reads every row of every table as text; bytes are hex
// there.
func databaseHasNoCanaries(t *testing.T, url string) {
	t.Helper()
	ctx := t.Context()
	c := connect(t, url)
	defer c.Close(ctx)
	rows, err := c.Query(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 5 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for _, table := range tables {
		name := pgx.Identifier{table}.Sanitize()
		var n int
		err := c.QueryRow(ctx, "SELECT count(*) FROM "+name+" r WHERE position($1 IN lower(r::text)) > 0 OR position($2 IN r::text) > 0",
			canaryMark, hex.EncodeToString([]byte(canaryMark))).Scan(&n)
		if err != nil || n > 0 {
			t.Errorf("personal data in %d rows of %s, %v", n, table, err)
		}
	}
}

// cable is a connection to a server that can be cut and mended.
type cable struct {
	t      *testing.T
	server string
	mu     sync.Mutex
	broken bool
	open   map[net.Conn]bool
}

// newCable returns a cable and the URL of its near end.
func newCable(t *testing.T, server string) (*cable, string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &cable{t: t, server: u.Host, open: map[net.Conn]bool{}}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(near)
		}
	}()
	u.Host = l.Addr().String()
	return c, u.String()
}

func (c *cable) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", c.server)
	if err != nil {
		return
	}
	defer far.Close()
	c.mu.Lock()
	if c.broken {
		c.mu.Unlock()
		return
	}
	c.open[near], c.open[far] = true, true
	c.mu.Unlock()
	go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
	_, _ = io.Copy(near, far)
}

func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
	for conn := range c.open {
		_ = conn.Close()
	}
	clear(c.open)
}

func (c *cable) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = false
}

// hurry makes all mails of a service that stands still due at once: the first
// pause after a failure is a minute.
func (p *program) hurry(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.dir, "habeas.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE jobs SET run_at = created_at WHERE kind = 'send_mail' AND state = 'pending'"); err != nil {
		t.Fatal(err)
	}
}

// A mail server that is away for a while loses nothing.
func TestMailServerDownThenUp(t *testing.T) {
	t.Parallel()
	server := testbed.SMTP(t)
	server.Script(func(step testbed.Step, _ string) error {
		if step == testbed.StepHello {
			return testbed.Reply(421, "try later")
		}
		return nil
	})
	p := serve(t, dataDir(t), "HABEAS_SMTP_URL=smtp://"+server.Addr()+"?tls=none", "HABEAS_MAIL_FROM=privacy@example.org")
	public := p.as(t, "")
	var refs []string
	for i := range 3 {
		filed := public.call(201, "POST", "/v1/requests", object{"type": "access", "person": object{
			"name": canary("name"), "email": fmt.Sprintf("%s-%d@example.net", canaryMark, i), "country": "DE",
		}})
		refs = append(refs, filed.text("reference"))
	}
	manager := p.as(t, p.token("manager", managerName))
	testbed.Eventually(t, "three mails deferred", func() bool {
		deferred := 0
		for _, ref := range refs {
			for _, m := range manager.get("/v1/admin/requests/" + ref + "/messages").items() {
				if m["delivery"] == "deferred" {
					deferred++
				}
			}
		}
		return deferred == len(refs)
	})
	// It is back, but for one mailbox that is no more.
	gone := canaryMark + "-2@example.net"
	server.Script(func(step testbed.Step, arg string) error {
		if step == testbed.StepRcpt && arg == gone {
			return testbed.Reply(550, "no such user "+gone)
		}
		return nil
	})
	p.stop()
	p.hurry(t)
	p.start()
	testbed.Eventually(t, "two codes, the third refused in the case, and staff told", func() bool {
		for _, m := range manager.get("/v1/admin/requests/" + refs[2] + "/messages").items() {
			if m["delivery"] == "failed" {
				return m["last_error"] == "550 5.0.0" && len(server.Mails()) >= 3
			}
		}
		return false
	})
	byTo := map[string]letter{}
	for _, m := range server.Mails() {
		l := parseMail(t, m.Data)
		if _, twice := byTo[m.To[0]]; twice {
			t.Errorf("two mails to %s", m.To[0])
		}
		byTo[m.To[0]] = l
	}
	for i := range 2 {
		l := byTo[fmt.Sprintf("%s-%d@example.net", canaryMark, i)]
		public.call(200, "POST", "/v1/requests/"+refs[i]+"/verify", object{"code": l.code(t)})
	}
	if _, told := byTo["team@staff.example"]; !told {
		t.Error("nobody told staff of the mailbox that is no more")
	}
	p.stop()
	p.noCanaries(t)
}
