package intake_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"log/slog"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"habeas/intake"
	"habeas/migrations"
)

// The signature of a contact form's domain proves that the form sent it, and nothing
// of the person who is said to have filled it in.
func TestTheSignatureOfAFormProvesNobody(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, migrations.SQLite)
	d.Ingester = intake.NewIngester(intake.IngesterConfig{
		Service: d.service, Tokens: tokens(), Log: slog.New(slog.DiscardHandler), Config: ours(),
		LookupTXT: func(string) ([]string, error) {
			return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
		},
	})
	for from, want := range map[string]string{
		"From: forms@habeas.example\r\nReply-To: ana@habeas.example\r\n": "", // who filled it in, in the same domain
		"From: ana@habeas.example\r\n":                                   "aligned",
	} {
		var signed bytes.Buffer
		raw := from + "Subject: My data, signed " + want + "\r\n\r\nPlease send me a copy of all my personal data.\r\n"
		if err := dkim.Sign(&signed, strings.NewReader(raw), &dkim.SignOptions{Domain: "habeas.example", Selector: "s1", Signer: private}); err != nil {
			t.Fatal(err)
		}
		got := d.mail(d.take(signed.String()).ID).Reading
		if got.DKIM != want || got.From[0] != "ana@habeas.example" {
			t.Errorf("%s: from %v, signed %q, want %q", from, got.From, got.DKIM, want)
		}
	}
}
