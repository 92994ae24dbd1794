package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

var (
	// ErrInside says that a name or a number leads to an address that is not of
	// the public internet, or to a port that is not for this.
	ErrInside = errors.New("the address is not a public one")
	// ErrAnswer says that a server answered something else than success.
	ErrAnswer = errors.New("the server did not answer as it should")
)

// timeout is how long a whole call may take.
const timeout = 5 * time.Second

// Transport returns a transport that connects to public addresses alone, on
// one of the ports, and through no proxy.
func Transport(ports ...uint16) *http.Transport {
	dialer := &net.Dialer{Timeout: timeout, ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
		return check(network, address, ports)
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
		IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10, MaxIdleConns: 4, ForceAttemptHTTP2: true,
	}
}

// check judges where a connection is about to go: a number by now, so a name
// that changes its mind cannot get round it.
func check(network, address string, ports []uint16) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" || !Public(to.Addr()) || !slices.Contains(ports, to.Port()) {
		return ErrInside
	}
	return nil
}

// Client gets small files. It follows no redirect: what it is told to fetch is
// what it fetches.
type Client struct {
	http *http.Client
	most int64
}

// NewClient returns a client over a transport that takes answers of at most so
// many bytes.
func NewClient(t http.RoundTripper, most int64) *Client {
	return &Client{most: most, http: &http.Client{
		Transport: t, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Get returns what lies at an address. Anything but 200 is ErrAnswer, and so is
// an answer that is too long.
func (c *Client) Get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%w: not an address", ErrAnswer)
	}
	answer, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("calling: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: it said %d", ErrAnswer, answer.StatusCode)
	}
	content, err := io.ReadAll(io.LimitReader(answer.Body, c.most+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if int64(len(content)) > c.most {
		return nil, fmt.Errorf("%w: it is too long", ErrAnswer)
	}
	return content, nil
}
