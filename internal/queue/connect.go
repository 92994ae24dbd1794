package queue

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
)

var errMalformed = errors.New("reading redis URL: it is malformed; " +
	"in a user name or password write / ? # @ : and % as %2F %3F %23 %40 %3A %25")

// Connect returns a client of the Redis or Valkey at a URL, which the caller
// closes. It dials nothing yet; an error is one of spelling, and does not
// repeat the URL, since that may hold a password.
//
//	redis://[user:password@]host[:port][/database]
//	redis-sentinel://[user:password@]host:port[,host:port…]/[database]?master_name=…
//	redis-cluster://[user:password@]host:port[,host:port…]
//
// With rediss instead of redis it speaks TLS 1.2 or later. With Sentinel the
// user and password in front are those of the sentinels; those of the server
// follow as username= and password=. Further options after the question mark
// are those of go-redis, such as pool_size.
func Connect(rawURL string) (redis.UniversalClient, error) {
	scheme, rest, _ := strings.Cut(rawURL, "://")
	scheme, kind, _ := strings.Cut(scheme, "-")
	if scheme != "redis" && scheme != "rediss" {
		return nil, errors.New("reading redis URL: it does not begin with redis://, rediss://, redis-sentinel:// or the like")
	}
	if i := strings.LastIndex(rest, "@"); i >= 0 && strings.ContainsAny(rest[:i], "/?#") {
		return nil, errMalformed
	}
	switch plain := scheme + "://" + rest; kind {
	case "":
		o, err := redis.ParseURL(plain)
		if err != nil {
			return nil, spelling(err)
		}
		return redis.NewClient(o), nil
	case "sentinel":
		o, err := redis.ParseFailoverURL(firstHost(plain))
		if err != nil {
			return nil, spelling(err)
		}
		if o.MasterName == "" {
			return nil, errors.New("reading redis URL: a sentinel needs ?master_name=")
		}
		return redis.NewFailoverClient(o), nil
	case "cluster":
		o, err := redis.ParseClusterURL(firstHost(plain))
		if err != nil {
			return nil, spelling(err)
		}
		return redis.NewClusterClient(o), nil
	}
	return nil, fmt.Errorf("reading redis URL: unknown kind %q", kind)
}

// firstHost moves all hosts but the first of a list into addr parameters,
// where go-redis wants them. Package url refuses such a list since Go 1.26.
func firstHost(rawURL string) string {
	rest, query, _ := strings.Cut(rawURL, "?")
	scheme, rest, _ := strings.Cut(rest, "://")
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@") + 1
	hosts := strings.Split(authority[at:], ",")
	params := make([]string, 0, len(hosts))
	if query != "" {
		params = append(params, query)
	}
	for _, h := range hosts[1:] {
		params = append(params, "addr="+url.QueryEscape(h))
	}
	return scheme + "://" + authority[:at] + hosts[0] + "/" + path + "?" + strings.Join(params, "&")
}

// spelling words an error of go-redis. Those of package url quote what they
// could not read, which may be part of a password.
func spelling(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return errMalformed
	}
	return fmt.Errorf("reading redis URL: %w", err)
}
