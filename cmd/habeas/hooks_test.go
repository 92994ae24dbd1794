package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"habeas/intake"
	"habeas/internal/outbound"
)

// Only hooks with a key exist.
func TestHooksExistWithTheirKeys(t *testing.T) {
	t.Parallel()
	c, err := readConfig(environment(), "")
	if err != nil {
		t.Fatal(err)
	}
	if m := c.hooks(); m.Raw != nil || m.Postmark != nil || m.Mailgun != nil || m.SES != nil {
		t.Errorf("without keys there is %+v", m)
	}
	c, err = readConfig(environment(
		"HABEAS_HOOK_RAW_KEY", "a key that is long enough,another that is long enough", "HABEAS_HOOK_POSTMARK_KEY", "a key that is long enough",
		"HABEAS_HOOK_MAILGUN_KEY", "a key that is long enough", "HABEAS_HOOK_MAILGUN_SIGNING_KEY", "a key that is long enough",
		"HABEAS_HOOK_SES_KEY", "a key that is long enough", "HABEAS_HOOK_SES_TOPICS", "arn:aws-cn:sns:cn-north-1:123456789012:a, arn:aws:sns:eu-west-1:123456789012:b",
		"HABEAS_HOOK_SES_BUCKET", "mails", "HABEAS_HOOK_SES_ACCESS_KEY", "a", "HABEAS_HOOK_SES_SECRET_KEY", "b",
	), "")
	if err != nil {
		t.Fatal(err)
	}
	if m := c.hooks(); m.Raw == nil || m.Postmark == nil || m.Mailgun == nil || m.SES == nil {
		t.Errorf("with keys there is %+v", m)
	}
}

// The bucket at Amazon is reached over public addresses alone; one that the
// operator named lies where they say.
func TestTheBucketOfSES(t *testing.T) {
	t.Parallel()
	c := config{HookSESBucket: "mails", HookSESTopics: topics{"arn:aws-cn:sns:cn-north-1:123456789012:a"}}
	all, _ := c.HookSESTopics.parse()
	b := c.sesBucket(all)
	if b.Endpoint != "s3.cn-north-1.amazonaws.com.cn" || b.Plain || b.Region != "cn-north-1" {
		t.Errorf("the bucket is at %s in %s", b.Endpoint, b.Region)
	}
	guarded, ok := b.Transport.(*http.Transport)
	if !ok {
		t.Fatal("there is no guard")
	}
	if _, err := guarded.DialContext(t.Context(), "tcp", "169.254.169.254:443"); !errors.Is(err, outbound.ErrInside) {
		t.Errorf("the metadata of the cloud: %v", err)
	}
	c.HookSESEndpoint = "http://127.0.0.1:9000"
	if b := c.sesBucket(all); b.Endpoint != "127.0.0.1:9000" || !b.Plain || b.Transport != nil {
		t.Errorf("the bucket is at %s, plain %v", b.Endpoint, b.Plain)
	}
}

// A certificate is not fetched from inside either, whatever its name leads to.
func TestCertificatesAreNotFetchedFromInside(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	hook, ok := config{HookSESTopics: topics{"arn:aws:sns:eu-west-1:123456789012:a"}}.sesHook(nil).(*intake.SESHook)
	if !ok {
		t.Fatal("it is another hook")
	}
	for _, at := range []string{"http://127.0.0.1:80/", "https://localhost:443/", "https://" + l.Addr().String() + "/", "http://169.254.169.254/latest/meta-data/"} {
		if _, err := hook.Fetch(context.Background(), at); !errors.Is(err, outbound.ErrInside) {
			t.Errorf("%s: %v", at, err)
		}
	}
}
