package testbed_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"habeas/internal/testbed"
)

// What was committed outlives every way of ending; whoever was at work is told.
func TestOwnPostgresKeepsItsPortAndWhatWasCommitted(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("its life", func(t *testing.T) {
		p := testbed.OwnPostgres(t)
		url = p.URL()
		query(t, open(t, url), "CREATE TABLE t (x int)")
		for i, end := range []func(){p.Kill, func() { p.Stop("immediate") }, func() { p.Stop("fast") }, p.Kill} {
			at := open(t, url)
			query(t, at, "INSERT INTO t VALUES ("+strconv.Itoa(i)+")")
			for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"} {
				if got := query(t, at, "SHOW "+setting); got != want {
					t.Errorf("%s is %s, want %s as in production", setting, got, want)
				}
			}
			slept := make(chan error)
			busy := open(t, url)
			go func() { _, err := busy.Exec(context.Background(), "SELECT pg_sleep(60)"); slept <- err }()
			testbed.Eventually(t, "the clients are refused or gone", func() bool {
				return query(t, at, "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'") == "1"
			})
			end()
			if err := <-slept; err == nil {
				t.Error("a statement outlived its server")
			}
			if _, err := pgx.Connect(t.Context(), url); !refused(err) {
				t.Errorf("somebody still answers: %v", err)
			}
			p.Start()
			if n := query(t, open(t, url), "SELECT count(*) FROM t"); n != strconv.Itoa(i+1) {
				t.Errorf("%s rows after life %d", n, i+1)
			}
		}
		p.Kill()
		p.Kill() // changes nothing
		p.Start()
	})
	if _, err := pgx.Connect(t.Context(), url); !refused(err) {
		t.Errorf("the server outlived its test: %v", err)
	}
}

func refused(err error) bool {
	_, failed := errors.AsType[*pgconn.ConnectError](err)
	return failed && strings.Contains(err.Error(), "refused")
}

func TestOwnRedisIsEmptyWhenItStartsAgain(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("its life", func(t *testing.T) {
		r := testbed.OwnRedis(t)
		url = r.URL()
		for _, end := range []func(){r.Kill, func() { r.Stop("immediate") }} {
			c := client(t, url)
			if err := c.Set(t.Context(), "k", "v", 0).Err(); err != nil {
				t.Fatal(err)
			}
			end()
			if err := c.Ping(t.Context()).Err(); err == nil {
				t.Error("somebody still answers")
			}
			r.Start()
			if n, err := c.DBSize(t.Context()).Result(); n != 0 || err != nil {
				t.Errorf("%d keys, %v", n, err)
			}
		}
	})
	if err := client(t, url).Ping(t.Context()).Err(); err == nil {
		t.Error("the server outlived its test")
	}
}

// A start that is refused, as by what is left of the last life, is tried again.
func TestStartIsRetried(t *testing.T) {
	t.Parallel()
	p := testbed.OwnPostgres(t)
	p.Kill()
	u, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	squatter, err := net.Listen("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	time.AfterFunc(time.Second, func() { _ = squatter.Close() })
	p.Start()
	if took := time.Since(began); took < time.Second {
		t.Errorf("it started beside another after %s", took)
	}
	query(t, open(t, p.URL()), "SELECT 1")
}
