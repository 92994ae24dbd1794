package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// load is one round of HTTP load: how many were answered 201, how fast.
type load struct {
	perSecond float64
	p50, p99  time.Duration
}

// post files requests from so many clients at once for the time, each over one
// connection, with the least work on this side: the machine is measured, too.
func post(ctx context.Context, address, token string, clients int, d time.Duration) (load, error) {
	var (
		group  sync.WaitGroup
		guard  sync.Mutex
		took   []time.Duration
		faults []error
	)
	begin := time.Now()
	for i := range clients {
		group.Go(func() {
			times, err := client(ctx, address, token, i, begin.Add(d))
			guard.Lock()
			defer guard.Unlock()
			took = append(took, times...)
			faults = append(faults, err)
		})
	}
	group.Wait()
	if err := errors.Join(faults...); err != nil {
		return load{}, err
	}
	slices.Sort(took)
	return load{
		perSecond: float64(len(took)) / time.Since(begin).Seconds(),
		p50:       took[len(took)/2], p99: took[len(took)*99/100],
	}, nil
}

func client(ctx context.Context, address, token string, no int, until time.Time) ([]time.Duration, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // only a measurement
	in := bufio.NewReader(conn)
	var took []time.Duration
	for n := 0; time.Now().Before(until); n++ {
		at := time.Now()
		if _, err := io.WriteString(conn, submission(address, token, no, n)); err != nil {
			return nil, err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			return nil, err
		}
		if err := res.Body.Close(); err != nil {
			return nil, err
		}
		if res.StatusCode != http.StatusCreated {
			return nil, fmt.Errorf("%s: %s", res.Status, body)
		}
		took = append(took, time.Since(at))
	}
	return took, nil
}

func submission(address, token string, client, n int) string {
	body := fmt.Sprintf(`{"type":"access","person":{"name":"Person Number %d","email":"person.%d.%d@example.org","country":"DE"},`+
		`"details":"Please send me a copy of all personal data you hold about me, and tell me who received it."}`, n, client, n)
	var b strings.Builder
	fmt.Fprintf(&b, "POST /v1/requests HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", address, token, len(body), body)
	return b.String()
}
