package main

import (
	"strings"
	"testing"

	"habeas/intake"
	"habeas/internal/keyring"
)

func TestAddressesHaveATokenOnlyWhereTheirMailComesToUs(t *testing.T) {
	t.Parallel()
	keys, err := keyring.Create(t.TempDir() + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		env           map[string]string
		reply, bounce string // how they begin; "" is none
	}{
		"mail becomes files":       {nil, "privacy+v1.", "privacy+v1."},
		"a server, and no mailbox": {map[string]string{"HABEAS_SMTP_URL": "smtps://mail.example.org"}, "", ""},
		"a server and a mailbox": {map[string]string{
			"HABEAS_SMTP_URL": "smtps://mail.example.org", "HABEAS_MAIL_IN": "Gdpr@example.org, dsr@example.org",
		}, "gdpr+v1.", "gdpr+v1."},
		"a mailbox for failures": {map[string]string{
			"HABEAS_SMTP_URL": "smtps://mail.example.org", "HABEAS_MAIL_IN": "gdpr@example.org", "HABEAS_MAIL_BOUNCE": "b@example.org",
		}, "gdpr+v1.", "b+v1."},
		"a mailbox too long for one": {map[string]string{
			"HABEAS_MAIL_FROM": "privacy-office-of-the-group@example.org",
		}, "", ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := readConfig(func(k string) string { return tc.env[k] }, "")
			if err != nil {
				t.Fatal(err)
			}
			var reply, bounce string
			if a := newAddresses(c, keys); a != nil {
				reply, bounce = a.Reply("HB-7K3M-Q9TX-2D"), a.Bounce("HB-7K3M-Q9TX-2D", "0192f3c4-5d6e-7000-8000-00000a1b2c3d")
			}
			for what, got := range map[string][3]string{"reply": {reply, tc.reply, "reply"}, "bounce": {bounce, tc.bounce, "bounce"}} {
				if (got[1] == "") != (got[0] == "") || !strings.HasPrefix(got[0], got[1]) {
					t.Errorf("%s: %q, want %q…", what, got[0], got[1])
				}
				if got[0] == "" {
					continue
				}
				token, ok := newTokens(keys, "privacy@example.org").Open(strings.ToUpper(got[0]))
				if !ok || string(token.Purpose) != got[2] || intake.ReferenceOf(token.ID) != "HB-7K3M-Q9TX-2D" {
					t.Errorf("%s: opens as %+v, %t", what, token, ok)
				}
			}
			if bounce != "" && !strings.Contains(bounce, ".0a1b2c3d.") {
				t.Errorf("%s does not name the message", bounce)
			}
		})
	}
}
