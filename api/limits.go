package api

import (
	"cmp"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"habeas/internal/server"
	"habeas/models"
)

// Rate is how many calls one client may make in a time; they may come at once.
// A negative Calls is no limit.
type Rate struct {
	Calls int
	Per   time.Duration
}

// Limits bound what clients may send. A zero field is its default.
type Limits struct {
	Submit Rate // requests from one address that are mailed a code without further ado; 5 an hour
	Bound  Rate // requests from one address that are taken at all; 1,000 an hour
	Code   Rate // codes asked for from one address; 30 an hour
	Verify Rate // codes typed from one address; 60 an hour
	Token  Rate // requests filed under one token; 600 a second
	Forged Rate // posts to hooks from one address with a wrong proof, or that never end; 300 an hour

	Body    int64         // bytes of a JSON body; 1 MiB
	Upload  int64         // bytes of a form with a file; 10 MiB and a little
	Timeout time.Duration // of one call; 20 seconds
	Long    time.Duration // of an upload or export; 15 minutes
	Piece   time.Duration // of each 256 KiB of what is posted to a hook; 10 seconds
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Submit:  cmp.Or(l.Submit, Rate{5, time.Hour}),
		Bound:   cmp.Or(l.Bound, Rate{1000, time.Hour}),
		Code:    cmp.Or(l.Code, Rate{30, time.Hour}),
		Verify:  cmp.Or(l.Verify, Rate{60, time.Hour}),
		Token:   cmp.Or(l.Token, Rate{600, time.Second}),
		Forged:  cmp.Or(l.Forged, Rate{300, time.Hour}),
		Body:    cmp.Or(l.Body, 1<<20),
		Upload:  cmp.Or(l.Upload, 10<<20+64<<10),
		Timeout: cmp.Or(l.Timeout, 20*time.Second),
		Long:    cmp.Or(l.Long, 15*time.Minute),
		Piece:   cmp.Or(l.Piece, 10*time.Second),
	}
}

type limitName string

const (
	limitSubmit limitName = "submit"
	limitBound  limitName = "bound"
	limitCode   limitName = "code"
	limitVerify limitName = "verify"
	limitToken  limitName = "token"
	limitForged limitName = "forged"
)

// limiters hold the buckets of every limit.
type limiters map[limitName]*limiter

func newLimiters(l Limits, now func() time.Time) limiters {
	all := limiters{}
	for name, r := range map[limitName]Rate{
		limitSubmit: l.Submit, limitBound: l.Bound, limitCode: l.Code, limitVerify: l.Verify, limitToken: l.Token, limitForged: l.Forged,
	} {
		all[name] = &limiter{Rate: r, now: now, buckets: map[string]*rate.Limiter{}}
	}
	return all
}

// take counts one call of a client, or is a CodeTooMany error that knows when
// to try again.
func (l limiters) take(name limitName, client string) error {
	wait := l[name].take(client)
	if wait == 0 {
		return nil
	}
	return &tooMany{models.Errorf(models.CodeTooMany, "too many of these from one place; try again later"), wait}
}

// Take counts an act of the portal (bound, code or verify) against the same
// bucket of the client as a call of the API, or is a CodeTooMany error.
func (a *API) Take(act string, r *http.Request) error {
	return a.limiters.take(limitName(act), a.Network(r))
}

// Crowd counts one request that the client of r files, by the portal or here,
// and reports whether it is one more than are mailed a code without further
// ado. It refuses nothing.
func (a *API) Crowd(r *http.Request) bool {
	return a.limiters[limitSubmit].take(a.Network(r)) > 0
}

// Crowded reports whether the next one would be, and counts nothing.
func (a *API) Crowded(r *http.Request) bool { return a.limiters[limitSubmit].empty(a.Network(r)) }

// Network is what the limits know a client by: its address, or the network that
// it belongs to.
func (a *API) Network(r *http.Request) string { return server.Network(a.server.IPExtractor(r)) }

// tooMany is a refusal with the time after which it ends.
type tooMany struct {
	refusal *models.Error
	wait    time.Duration
}

func (t *tooMany) Error() string { return t.refusal.Error() }
func (t *tooMany) Unwrap() error { return t.refusal }

func (t *tooMany) retryAfter() string { return strconv.Itoa(int(math.Ceil(t.wait.Seconds()))) }

// mostBuckets bounds the memory of a limiter. Clients beyond it share one
// bucket until the full ones are forgotten.
const mostBuckets = 100_000

// limiter is one bucket for each client.
type limiter struct {
	Rate
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

// take returns 0, or how long the client has to wait.
func (l *limiter) take(client string) time.Duration {
	if l.Calls < 0 {
		return 0
	}
	now := l.now()
	reservation := l.bucket(client, now).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// empty reports whether the client would have to wait.
func (l *limiter) empty(client string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[client]
	return ok && l.Calls >= 0 && b.TokensAt(l.now()) < 1
}

func (l *limiter) bucket(client string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.buckets[client]; ok {
		return b
	}
	if len(l.buckets) >= mostBuckets {
		l.sweep(now)
	}
	if len(l.buckets) >= mostBuckets {
		client = ""
		if b, ok := l.buckets[client]; ok {
			return b
		}
	}
	b := rate.NewLimiter(rate.Every(l.Per/time.Duration(l.Calls)), l.Calls)
	l.buckets[client] = b
	return b
}

// sweep forgets the buckets that are full again: they say nothing. It walks
// them once a second at most.
func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Second {
		return
	}
	l.swept = now
	for client, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.Calls) {
			delete(l.buckets, client)
		}
	}
}
