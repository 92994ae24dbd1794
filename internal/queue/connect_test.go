package queue_test

import (
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"habeas/internal/queue"
	"habeas/internal/testbed"
)

func TestConnectReachesRedis(t *testing.T) {
	t.Parallel()
	carriesTasks(t, connect(t, testbed.Redis(t)))
}

func TestConnectReadsTheURL(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		url, addr, user, password string
		db                        int
		tls                       bool
	}{
		"host only":      {url: "redis://cache", addr: "cache:6379"},
		"everything":     {url: "redis://u:p%40ss@cache:7000/3", addr: "cache:7000", user: "u", password: "p@ss", db: 3},
		"password only":  {url: "redis://:secret@[::1]:7000", addr: "[::1]:7000", password: "secret"},
		"TLS":            {url: "rediss://cache:7000/1?pool_size=3", addr: "cache:7000", db: 1, tls: true},
		"sentinel":       {url: "redis-sentinel://a:1,b:2/4?master_name=m&password=x", addr: "FailoverClient", password: "x", db: 4},
		"sentinel + TLS": {url: "rediss-sentinel://a:1?master_name=m", addr: "FailoverClient", tls: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ok := connect(t, tc.url).(*redis.Client)
			if !ok {
				t.Fatal("not a client of one server")
			}
			o := c.Options()
			if o.Addr != tc.addr || o.Username != tc.user || o.Password != tc.password || o.DB != tc.db || (o.TLSConfig != nil) != tc.tls {
				t.Errorf("got %s user %q password %q db %d TLS %v", o.Addr, o.Username, o.Password, o.DB, o.TLSConfig != nil)
			}
		})
	}
}

func TestConnectReadsAllHostsOfACluster(t *testing.T) {
	t.Parallel()
	c, ok := connect(t, "rediss-cluster://u:p@a:1,b:2,[::1]:3?pool_size=5").(*redis.ClusterClient)
	if !ok {
		t.Fatal("not a cluster client")
	}
	o := c.Options()
	if got := strings.Join(o.Addrs, " "); got != "a:1 b:2 [::1]:3" {
		t.Errorf("hosts are %s", got)
	}
	if o.Username != "u" || o.Password != "p" || o.PoolSize != 5 || o.TLSConfig == nil {
		t.Errorf("user %q password %q pool %d TLS %v", o.Username, o.Password, o.PoolSize, o.TLSConfig != nil)
	}
}

func TestConnectRefusesWithoutRepeatingThePassword(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"nothing":             "",
		"another scheme":      "http://:hunter2@cache",
		"no scheme":           ":hunter2@cache:6379",
		"unknown kind":        "redis-ring://:hunter2@cache",
		"slash in password":   "redis://:hunter2/x@cache:6379",
		"slash after number":  "redis://u:1/hunter2@cache:6379",
		"query in password":   "redis://u:1?hunter2@cache:6379",
		"escape in password":  "redis://:%hunter2@cache:6379",
		"database by name":    "redis://:hunter2@cache/first",
		"unknown option":      "redis://:hunter2@cache?pool=3",
		"sentinel, no master": "redis-sentinel://:hunter2@a:1,b:2",
		"sentinel, bad host":  "redis-sentinel://:hunter2@a:1,b?master_name=m",
		"cluster, bad host":   "redis-cluster://:hunter2@a:1,b",
		"cluster, bad port":   "redis-cluster://:hunter2@a:x,b:1",
	} {
		c, err := queue.Connect(url)
		if err == nil {
			t.Errorf("%s: accepted", name)
			closeClient(t, c)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows the password: %v", name, err)
		}
	}
}

func TestConnectFollowsASentinel(t *testing.T) {
	t.Parallel()
	master := miniredis.RunT(t)
	sentinel, err := server.NewServer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sentinel.Close)
	if err := sentinel.Register("SENTINEL", func(c *server.Peer, _ string, args []string) {
		switch {
		case len(args) == 2 && strings.EqualFold(args[0], "get-master-addr-by-name") && args[1] == "queue":
			c.WriteStrings([]string{master.Host(), master.Port()})
		default:
			c.WriteLen(0)
		}
	}); err != nil {
		t.Fatal(err)
	}
	// The first sentinel is down.
	c := connect(t, "redis-sentinel://127.0.0.1:1,"+sentinel.Addr().String()+"/2?master_name=queue")
	if err := c.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if v, err := master.DB(2).Get("k"); err != nil || v != "v" {
		t.Errorf("the master holds %q, %v", v, err)
	}
}

func TestConnectReachesACluster(t *testing.T) {
	t.Parallel()
	node := miniredis.RunT(t)
	c := connect(t, "redis-cluster://127.0.0.1:1,"+node.Addr())
	if err := c.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if v, err := node.Get("k"); err != nil || v != "v" {
		t.Errorf("the node holds %q, %v", v, err)
	}
}

func connect(t *testing.T, url string) redis.UniversalClient {
	t.Helper()
	c, err := queue.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeClient(t, c) })
	return c
}
