package main

import (
	"fmt"
	"net/url"
	"strings"

	"habeas/intake"
)

// topics is a list of SNS topics by their ARNs.
type topics []string

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *topics) UnmarshalText(b []byte) error { //nolint:unparam // of the interface
	for arn := range strings.SplitSeq(string(b), ",") {
		*t = append(*t, strings.TrimSpace(arn))
	}
	return nil
}

// parse returns the topics; false where one is not an ARN of a topic.
func (t topics) parse() ([]intake.Topic, bool) {
	var all []intake.Topic
	for _, arn := range t {
		topic, ok := intake.ParseTopic(arn)
		if !ok {
			return nil, false
		}
		all = append(all, topic)
	}
	return all, true
}

// checkHooks returns what is wrong with the keys of hooks. What belongs
// together is there together or not at all: half a hook would be a closed one
// that looks open.
func (c config) checkHooks() faults {
	var f faults
	for name, key := range map[string]secret{
		"HABEAS_HOOK_RAW_KEY": c.HookRawKey, "HABEAS_HOOK_POSTMARK_KEY": c.HookPostmarkKey,
		"HABEAS_HOOK_MAILGUN_KEY": c.HookMailgunKey, "HABEAS_HOOK_MAILGUN_SIGNING_KEY": c.HookMailgunSigning,
		"HABEAS_HOOK_SES_KEY": c.HookSESKey,
	} {
		_, ok := intake.ParseKeys(key.reveal())
		f.unless(name, ok, fmt.Sprintf("must be a secret of at least %d bytes, or several separated by commas", intake.ShortestKey))
	}
	if c.HookMailgunKey != "" || c.HookMailgunSigning != "" {
		f.unless("HABEAS_HOOK_MAILGUN_KEY", c.HookMailgunKey != "", "is needed beside HABEAS_HOOK_MAILGUN_SIGNING_KEY")
		f.unless("HABEAS_HOOK_MAILGUN_SIGNING_KEY", c.HookMailgunSigning != "", "is needed beside HABEAS_HOOK_MAILGUN_KEY")
	}
	return append(f, c.checkSES()...)
}

func (c config) checkSES() faults {
	var f faults
	if c.HookSESKey == "" {
		f.unless("HABEAS_HOOK_SES_KEY", len(c.HookSESTopics) == 0, "is needed beside HABEAS_HOOK_SES_TOPICS")
		return f
	}
	all, ok := c.HookSESTopics.parse()
	f.unless("HABEAS_HOOK_SES_TOPICS", ok && len(all) > 0, "must be ARNs of SNS topics, separated by commas")
	f.unless("HABEAS_HOOK_SES_BUCKET", c.HookSESBucket != "", "is needed beside HABEAS_HOOK_SES_KEY")
	f.unless("HABEAS_HOOK_SES_ACCESS_KEY", c.HookSESAccessKey != "", "is needed beside HABEAS_HOOK_SES_KEY")
	f.unless("HABEAS_HOOK_SES_SECRET_KEY", c.HookSESSecretKey != "", "is needed beside HABEAS_HOOK_SES_KEY")
	u, err := url.Parse(c.HookSESEndpoint)
	plain := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
	f.unless("HABEAS_HOOK_SES_ENDPOINT", c.HookSESEndpoint == "" || plain, "must be https:// or http://, a host and perhaps a port")
	return f
}
