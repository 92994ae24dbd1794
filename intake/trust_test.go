package intake_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"habeas/intake"
)

// TestVerdict believes nothing but the one DMARC result of our own server.
func TestVerdict(t *testing.T) {
	t.Parallel()
	const ours, received = "Authentication-Results: mx.org.example; ", "Received: from x by mx.org.example with ESMTP; today\n"
	tests := map[string]struct {
		head string
		want intake.Verdict
	}{
		"a pass of ours":                          {ours + "dmarc=pass header.from=x.example", "aligned"},
		"below our own Received":                  {received + ours + "dmarc=pass header.from=x.example", "aligned"},
		"with a version and comments":             {"Authentication-Results: mx.org.example 1 (a); dmarc=pass (p=none; b) header.from=X.Example", "aligned"},
		"in two fields":                           {ours + "dkim=pass header.d=x.example\n" + ours + "dmarc=pass header.from=x.example", "aligned"},
		"two DKIM signatures":                     {ours + "dkim=pass header.d=x.example; dkim=fail header.d=y.example; dmarc=pass header.from=x.example", "aligned"},
		"a failure of ours":                       {ours + "dmarc=fail header.from=x.example", "fail"},
		"a pass for another domain":               {ours + "dmarc=pass header.from=y.example", "none"},
		"a pass for no domain":                    {ours + "dmarc=pass", "none"},
		"only DKIM":                               {ours + "dkim=pass header.d=x.example", "none"},
		"only SPF":                                {ours + "spf=pass smtp.mailfrom=x.example", "none"},
		"a foreign id":                            {"Authentication-Results: mx.evil.example; dmarc=pass header.from=x.example", "none"},
		"a foreign id above ours":                 {"Authentication-Results: mx.evil.example; dmarc=none\n" + ours + "dmarc=pass header.from=x.example", "none"},
		"below what delivery wrote":               {"Return-Path: <a@x.example>\nDelivered-To: privacy@org.example\nX-Original-To: privacy@org.example\n" + received + "X-Spamd-Result: default: False\n" + ours + "dmarc=pass header.from=x.example", "aligned"},
		"below a field of the sender's":           {"X-Mailer: y\n" + ours + "dmarc=pass header.from=x.example", "none"},
		"below our Received and a foreign field":  {received + "DKIM-Signature: v=1\n" + ours + "dmarc=pass header.from=x.example", "none"},
		"below a foreign Received":                {"Received: from a by mx.evil.example; today\n" + ours + "dmarc=pass header.from=x.example", "none"},
		"a Received that names us in a comment":   {"Received: from a (by mx.org.example) by mx.evil.example; today\n" + ours + "dmarc=pass header.from=x.example", "none"},
		"a forged pass below our failure":         {ours + "dmarc=fail header.from=x.example\n" + received + ours + "dmarc=pass header.from=x.example", "fail"},
		"a forged pass beside our result":         {ours + "dmarc=none header.from=x.example\n" + ours + "dmarc=pass header.from=x.example", "none"},
		"a pass in a comment":                     {ours + "dmarc=fail (p=reject; dmarc=pass) header.from=x.example", "fail"},
		"a pass in a quoted value":                {ours + `dkim=pass header.i="@y; dmarc=pass header.from=x.example"; dmarc=fail header.from=x.example`, "fail"},
		"a quote that never ends":                 {ours + `dkim=pass header.i="@y; dmarc=pass header.from=x.example`, "none"},
		"a comment that never ends":               {ours + `dmarc=pass header.from=x.example (`, "none"},
		"an id in quotes":                         {`Authentication-Results: "mx.org.example"; dmarc=pass header.from=x.example`, "none"},
		"a version of the future":                 {"Authentication-Results: mx.org.example 2; dmarc=pass header.from=x.example", "none"},
		"a property twice":                        {ours + "dmarc=pass header.from=y.example header.from=x.example", "none"},
		"two From fields":                         {ours + "dmarc=pass header.from=x.example\nFrom: b@x.example", "none"},
		"none":                                    {ours + "none", "none"},
		"no field":                                {"X: y", "none"},
		"the field with a blank before the colon": {"Authentication-Results : mx.org.example; dmarc=pass header.from=x.example", "none"},
	}
	config := intake.Config{Authserv: []string{"mx.org.example"}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := []byte(tt.head + "\nFrom: a@x.example\nSubject: x\n\nhello\n")
			if got := intake.Read(raw, intake.Envelope{}, config).Verdict; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := intake.Read(raw, intake.Envelope{}, intake.Config{}).Verdict; got != intake.VerdictNone {
				t.Errorf("without ids of ours it is %q", got)
			}
		})
	}
}

// TestDKIM signs messages with a key of its own and asks a DNS of its own.
func TestDKIM(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	lookup := func(name string) ([]string, error) {
		if !strings.HasSuffix(name, "x.example") && !strings.HasSuffix(name, "bulk.example") {
			return nil, nil
		}
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
	}
	sign := func(domain, raw string) string {
		var signed bytes.Buffer
		options := &dkim.SignOptions{Domain: domain, Selector: "s1", Signer: private}
		if err := dkim.Sign(&signed, strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")), options); err != nil {
			t.Fatal(err)
		}
		return signed.String()
	}
	const raw = "From: a@x.example\nSubject: delete me\n\nplease\n"
	good := sign("x.example", raw)
	tests := map[string]struct {
		raw  string
		want intake.Verdict
	}{
		"signed by the sender's domain":  {good, "aligned"},
		"signed by a subdomain":          {sign("mail.x.example", raw), "aligned"},
		"with an mbox line before it":    {"From a@x.example Mon\r\n" + good, "aligned"},
		"with lines that end in LF":      {strings.ReplaceAll(good, "\r\n", "\n"), "aligned"},
		"signed by somebody else":        {sign("bulk.example", raw), "none"},
		"changed afterwards":             {strings.Replace(good, "please", "pretty please", 1), "none"},
		"with a From added on top":       {"From: boss@bank.example\r\n" + good, "none"},
		"not signed":                     {raw, "none"},
		"for two senders at once":        {sign("x.example", strings.Replace(raw, "a@x.example", "a@x.example, b@y.example", 1)), "none"},
		"a signature that is not signed": {"DKIM-Signature: v=1; a=ed25519-sha256; d=x.example; s=s1; h=from; bh=; b=\r\n" + raw, "none"},
	}
	for name, tt := range tests {
		if got := intake.CheckDKIM([]byte(tt.raw), lookup, intake.Limits{}); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func tokens() intake.Tokens {
	key := func(k string) intake.MAC {
		return func(message []byte) []byte {
			h := hmac.New(sha256.New, []byte(k))
			h.Write(message)
			return h.Sum(nil)
		}
	}
	return intake.Tokens{Mailbox: "privacy", Domain: "org.example", Current: "v2", Keys: map[string]intake.MAC{"v1": key("old"), "v2": key("new")}}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	own := tokens()
	reply, err := own.Mint(intake.PurposeReply, "HB-7K3M-9Q2X-AB")
	if err != nil {
		t.Fatal(err)
	}
	if local, _, _ := strings.Cut(reply, "@"); len(local) > 64 || !strings.HasPrefix(reply, "privacy+v2.hb-7k3m-9q2x-ab.") {
		t.Errorf("the address is %s", reply)
	}
	for _, a := range []string{reply, strings.ToUpper(reply), strings.Replace(reply, "org.example", "other.example", 1)} {
		if got, ok := own.Open(a); !ok || got.Purpose != intake.PurposeReply || got.ID != "hb-7k3m-9q2x-ab" || len(got.Parts) != 0 {
			t.Errorf("Open(%s) = %+v, %t", a, got, ok)
		}
	}
	bounce, err := own.Mint(intake.PurposeBounce, "hb1", "17")
	if got, ok := own.Open(bounce); err != nil || !ok || got.Purpose != intake.PurposeBounce || !slices.Equal(got.Parts, []string{"17"}) {
		t.Errorf("Open(%s) = %+v, %t, %v", bounce, got, ok, err)
	}
	former := own
	former.Current = "v1"
	old, err := former.Mint(intake.PurposeReply, "hb1")
	if _, ok := own.Open(old); err != nil || !ok {
		t.Error("a token under the former key does not open")
	}
	refused := map[string]string{
		"another case":        strings.Replace(reply, "7k3m", "7k3n", 1),
		"a changed MAC":       strings.Replace(reply, reply[30:32], "zz", 1),
		"a cut MAC":           strings.Replace(reply, reply[len(reply)-20:len(reply)-12], "", 1),
		"another key":         strings.Replace(reply, "+v2.", "+v1.", 1),
		"an unknown key":      strings.Replace(reply, "+v2.", "+v3.", 1),
		"a field joined":      strings.Replace(bounce, "hb1.17", "hb117", 1),
		"a field moved":       strings.Replace(bounce, "hb1.17", "hb.117", 1),
		"no token":            "privacy@org.example",
		"no MAC":              "privacy+v2.hb1.@org.example",
		"nothing":             "",
		"a very long address": "privacy+v2." + strings.Repeat("a.", 5000) + "@org.example",
	}
	for name, a := range refused {
		if got, ok := own.Open(a); ok {
			t.Errorf("%s: %s opens as %+v", name, a, got)
		}
	}
	for _, id := range []string{"", "a.b", "a b", "a@b", strings.Repeat("a", 40)} {
		if a, err := own.Mint(intake.PurposeReply, id); err == nil {
			t.Errorf("Mint(%q) = %s", id, a)
		}
	}
}

func TestClues(t *testing.T) {
	t.Parallel()
	own := tokens()
	reply, _ := own.Mint(intake.PurposeReply, "hb1")
	other, _ := own.Mint(intake.PurposeReply, "hb2")
	head := "Delivered-To: " + other + "\nDelivered-To: x@y.example\nFrom: a@x.example\nTo: " + reply + "\nSubject: Re: [hb-7k3m-9q2x-ab] x\n" +
		"In-Reply-To: <one@o> <two@o>\nReferences: <zero@o> <one@o>\n <three@o>\n\nhello\n"
	m := intake.Read([]byte(head), intake.Envelope{}, intake.Config{})
	tests := map[string]struct {
		e       intake.Envelope
		id      string
		trusted bool
	}{
		"the envelope first":           {intake.Envelope{RcptTo: []string{"x@o.example", "<" + strings.ToUpper(other) + ">"}}, "hb2", true},
		"our own server's trace":       {intake.Envelope{TrustedHeaders: true}, "hb2", true},
		"To where the trace is theirs": {intake.Envelope{}, "hb1", false},
	}
	for name, tt := range tests {
		c := intake.NewClues(m, tt.e, own)
		if !c.HasToken || c.Token.ID != tt.id || c.Trusted != tt.trusted {
			t.Errorf("%s: %+v", name, c)
		}
		if want := []string{"one@o", "two@o", "three@o", "zero@o"}; !slices.Equal(c.MessageIDs, want) {
			t.Errorf("%s: ids %q", name, c.MessageIDs)
		}
	}
	forged := intake.NewClues(read("From: a@x.example\nSubject: Re: [HB-7K3M-9Q2X-AB] x\n\nhi\n"), intake.Envelope{}, own)
	if forged.HasToken || len(forged.MessageIDs) > 0 {
		t.Errorf("a subject gives %+v", forged)
	}
}

// TestABounceAddressCannotBeUsedToReply takes the address that a mail was sent
// from as a clue for what machines send there, and for nothing else.
func TestABounceAddressCannotBeUsedToReply(t *testing.T) {
	t.Parallel()
	own := tokens()
	bounce, _ := own.Mint(intake.PurposeBounce, "hb1", "0a1b2c3d")
	reply, _ := own.Mint(intake.PurposeReply, "hb2")
	tests := map[string]struct{ head, id string }{
		"a person":               {"From: a@x.example", ""},
		"a person in the thread": {"From: a@x.example\nTo: " + reply, "hb2"},
		"somebody who is away":   {"From: a@x.example\nAuto-Submitted: auto-replied", "hb1"},
		"a bounce":               {"From: mailer-daemon@x.example\nX-Failed-Recipients: a@x.example", "hb1"},
	}
	for name, tt := range tests {
		c := intake.NewClues(read(tt.head+"\nSubject: x\n\nhello\n"), intake.Envelope{RcptTo: []string{bounce}}, own)
		if c.HasToken != (tt.id != "") || c.Token.ID != tt.id {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestReferencesAreCapped(t *testing.T) {
	t.Parallel()
	m := read("From: a@x.example\nReferences: " + strings.Repeat("<x@y>\n ", 500) + "<last@y>\n\nhi\n")
	if len(m.References) != 100 || m.References[99] != "last@y" {
		t.Errorf("%d references, the last %q", len(m.References), m.References[len(m.References)-1])
	}
}

func TestAnswerable(t *testing.T) {
	t.Parallel()
	config := intake.Config{
		Own: []string{"privacy@org.example"}, MessageDomain: "mail.org.example", Instance: "habeas-1", Authserv: []string{"mx.org.example"},
	}
	tests := map[string]struct {
		head   string
		e      intake.Envelope
		reason string
	}{
		"a person":                         {"From: a@x.example", intake.Envelope{}, ""},
		"no return path is known":          {"From: a@x.example\nTo: b@y.example", intake.Envelope{RcptTo: []string{"privacy@org.example"}}, ""},
		"a person with an envelope":        {"From: a@x.example", intake.Envelope{MailFrom: "a@mail.x.example", FromKnown: true}, ""},
		"the null sender":                  {"From: a@x.example", intake.Envelope{FromKnown: true}, "null-sender"},
		"another's return path":            {"From: a@x.example", intake.Envelope{MailFrom: "b@y.example", FromKnown: true}, "not-aligned"},
		"another's Return-Path":            {"Return-Path: <b@y.example>\nFrom: a@x.example", intake.Envelope{}, "not-aligned"},
		"a neighbour under a public name":  {"From: a@one.co.uk", intake.Envelope{MailFrom: "b@two.co.uk", FromKnown: true}, "not-aligned"},
		"a robot's return path":            {"From: a@x.example", intake.Envelope{MailFrom: "no-reply@x.example", FromKnown: true}, "system-sender"},
		"two senders":                      {"From: a@x.example, b@x.example", intake.Envelope{}, "several-from"},
		"ourselves":                        {"From: Privacy+v1.a.b@org.example", intake.Envelope{}, "loop"},
		"our own Message-ID":               {"From: a@x.example\nMessage-ID: <019ab5d2-77a1-7c3e-9f00-0123456789ab@Mail.Org.Example>", intake.Envelope{}, "loop"},
		"the root of a case":               {"From: a@x.example\nMessage-ID: <habeas.hb-7k3m-9q2x-ab@mail.org.example>", intake.Envelope{}, "loop"},
		"a colleague in Thunderbird":       {"From: erika@mail.org.example\nMessage-ID: <b1946ac9-2f8c-4d3e-9f00-0123456789ab@mail.org.example>", intake.Envelope{}, ""},
		"a colleague in Apple Mail":        {"From: erika@mail.org.example\nMessage-ID: <B1946AC9-2F8C-4D3E-9F00-0123456789AB@mail.org.example>", intake.Envelope{}, ""},
		"a server of our domain":           {"From: a@x.example\nMessage-ID: <20261124100000.4F2A7@mail.org.example>", intake.Envelope{}, ""},
		"our id at another domain":         {"From: a@x.example\nMessage-ID: <019ab5d2-77a1-7c3e-9f00-0123456789ab@x.example>", intake.Envelope{}, ""},
		"our own mark":                     {"From: a@x.example\nX-Loop: Habeas-1", intake.Envelope{}, "loop"},
		"a long way":                       {strings.Repeat("Received: x\n", 51) + "From: a@x.example", intake.Envelope{}, "loop"},
		"a domain that disowns it":         {"Authentication-Results: mx.org.example; dmarc=fail header.from=x.example\nFrom: a@x.example", intake.Envelope{}, "auth-failed"},
		"a machine":                        {"From: a@x.example\nAuto-Submitted: auto-replied", intake.Envelope{}, "auto-submitted"},
		"something that could not be read": {"From: a@x.example\nContent-Type: multipart/mixed; boundary=b", intake.Envelope{}, "unread"},
	}
	for name, tt := range tests {
		m := intake.Read([]byte(tt.head+"\nSubject: x\n\nhello\n"), tt.e, config)
		if ok, reason := intake.Answerable(m, tt.e, config); reason != tt.reason || ok != (reason == "") {
			t.Errorf("%s: %t, %q", name, ok, reason)
		}
	}
}

// TestOurMailboxHasManyForms knows our own mailbox however it is written, and
// takes nobody else's for it.
func TestOurMailboxHasManyForms(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		own, from string
		ours      bool
	}{
		"with a plus":             {"privacy@org.example", "Privacy+v1.a.b@org.example", true},
		"with dots at Gmail":      {"first.last@gmail.com", "first.last+x@gmail.com", true},
		"without dots at Gmail":   {"first.last@gmail.com", "firstlast@googlemail.com", true},
		"with dots elsewhere":     {"first.last@org.example", "firstlast@org.example", false},
		"a domain in A-labels":    {"privacy@münchen.example", "privacy@xn--mnchen-3ya.example", true},
		"a plus of ours":          {"office+privacy@org.example", "office+privacy@org.example", true},
		"the mailbox before it":   {"office+privacy@org.example", "office@org.example", false},
		"a colleague's":           {"privacy@org.example", "erika@org.example", false},
		"the same at another one": {"privacy@org.example", "privacy@x.example", false},
	}
	for name, tt := range tests {
		m := read("From: " + tt.from + "\n\nhello\n")
		if got := intake.Looped(m, intake.Config{Own: []string{tt.own}}); got != tt.ours {
			t.Errorf("%s: a loop is %t", name, got)
		}
	}
}

func TestRoute(t *testing.T) {
	t.Parallel()
	config := intake.Config{Own: []string{"privacy@org.example"}, Authserv: []string{"mx.org.example"}}
	tests := map[string]struct {
		head    string
		outcome intake.Outcome
		reason  string
	}{
		"a person":                   {"From: a@x.example", intake.OutcomeRequest, ""},
		"an agent's platform":        {"From: a@x.example\nAuto-Submitted: auto-generated", intake.OutcomeRequest, ""},
		"a no-reply address":         {"From: no-reply@x.example", intake.OutcomeRequest, ""},
		"somebody who is away":       {"From: a@x.example\nAuto-Submitted: auto-replied", intake.OutcomeHeld, "auto-reply"},
		"the null sender":            {"Return-Path: <>\nFrom: a@x.example", intake.OutcomeHeld, "auto-reply"},
		"a bounce":                   {"From: a@x.example\nX-Failed-Recipients: b@y.example", intake.OutcomeNotice, "bounce"},
		"a receipt":                  {"From: a@x.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\nread\n--b--", intake.OutcomeNotice, "report"},
		"a newsletter":               {"From: a@x.example\nList-Unsubscribe: <https://x.example>", intake.OutcomeHeld, "bulk"},
		"ourselves":                  {"From: privacy@org.example", intake.OutcomeHeld, "loop"},
		"nobody":                     {"X: y", intake.OutcomeHeld, "no-valid-from"},
		"two people":                 {"From: a@x.example, b@x.example", intake.OutcomeHeld, "several-from"},
		"a domain that disowns it":   {"Authentication-Results: mx.org.example; dmarc=fail\nFrom: a@x.example", intake.OutcomeHeld, "auth-failed"},
		"parts that are not there":   {"From: a@x.example\nContent-Type: multipart/mixed; boundary=b", intake.OutcomeHeld, "broken_mime"},
		"words that ask for nothing": {"From: a@x.example\nSubject: Buy now", intake.OutcomeRequest, ""},
	}
	for name, tt := range tests {
		m := intake.Read([]byte(tt.head+"\nSubject: x\n\nhello\n"), intake.Envelope{}, config)
		if outcome, reason := intake.Route(m, config); outcome != tt.outcome || reason != tt.reason {
			t.Errorf("%s: %s, %q", name, outcome, reason)
		}
	}
}

// TestBareAddress takes nothing but brackets and blanks off, so that only the
// null sender is null.
func TestBareAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "<>": "", " < > ": "", "a@x.example": "a@x.example", " <a@x.example>": "a@x.example", "a,b@x.example": "a,b@x.example", "-a@x.example": "-a@x.example",
	} {
		if got := intake.BareAddress(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"A.B+shop@GoogleMail.com":  "ab@gmail.com",
		"a.b@example.org":          "a.b@example.org",
		"A+x+y@EXAMPLE.org.":       "a@example.org",
		"x@münchen.example":        "x@xn--mnchen-3ya.example",
		"x@XN--MNCHEN-3YA.example": "x@xn--mnchen-3ya.example",
		"+tag@example.org":         "+tag@example.org",
		"ｆｕｌｌ@example.org":         "full@example.org",
		`"a@b"@example.org`:        "a@b@example.org",
	}
	for in, want := range tests {
		if got := intake.Canonical(in); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAMixedAddressIsFlagged(t *testing.T) {
	t.Parallel()
	if m := read("From: a@bаnk.example\n\nhi\n"); !m.Mixed {
		t.Error("the message is not flagged")
	}
}

// TestTwoInstancesFallSilent lets each answer what the other sent.
func TestTwoInstancesFallSilent(t *testing.T) {
	t.Parallel()
	answer := read("From: privacy@other.example\nAuto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\nSubject: We got your request\n\nhello\n")
	if ok, reason := intake.Answerable(answer, intake.Envelope{MailFrom: "bounce@other.example", FromKnown: true}, intake.Config{}); ok {
		t.Errorf("an answer is answered: %q", reason)
	}
}
