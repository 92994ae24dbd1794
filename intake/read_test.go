package intake_test

import (
	"slices"
	"strings"
	"testing"

	"habeas/intake"
)

// read reads a message whose lines end with LF, as mail on the wire does.
func read(raw string) intake.Mail {
	return intake.Read([]byte(strings.ReplaceAll(raw, "\n", "\r\n")), intake.Envelope{}, intake.Config{})
}

// TestFrom tells who seems to write: every address that any reader might see.
func TestFrom(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		head string
		want []string
	}{
		"a name and an address":             {"From: Ana <Ana@Example.org>", []string{"ana@example.org"}},
		"an address as a name":              {`From: "boss@bank.example" <eve@evil.example>`, []string{"eve@evil.example"}},
		"two fields":                        {"From: a@x.example\nFrom: b@y.example", []string{"a@x.example", "b@y.example"}},
		"a second field, blank before ':'":  {"From: a@x.example\nFrom : b@y.example", []string{"a@x.example", "b@y.example"}},
		"the same address twice":            {"From: a@x.example\nFrom: A@X.example", []string{"a@x.example"}},
		"two mailboxes":                     {"From: A <a@x.example>, b@y.example", []string{"a@x.example", "b@y.example"}},
		"a group":                           {"From: us: a@x.example, B <b@y.example>;", []string{"a@x.example", "b@y.example"}},
		"an empty group":                    {"From: nobody:;", nil},
		"an '@' in a quoted local part":     {`From: "me@here.example"@there.example`, []string{`"me@here.example"@there.example`}},
		"a source route":                    {"From: <@relay.example:a@x.example>", []string{"a@x.example"}},
		"an address in an encoded word":     {"From: =?utf-8?B?YUB4LmV4YW1wbGU=?=", nil},
		"an address in a comment":           {"From: (b@y.example) a@x.example (c@z.example)", []string{"a@x.example"}},
		"a folded field":                    {"From: A\n <a@x.example>", []string{"a@x.example"}},
		"letters of another script":         {"From: аdmin@bank.example", []string{"аdmin@bank.example"}},
		"an unknown set around the name":    {"From: =?klingon?Q?a?= <a@x.example>", []string{"a@x.example"}},
		"no domain":                         {"From: a@", nil},
		"no field":                          {"Subject: x", nil},
		"a Reply-To does not make a sender": {"Reply-To: a@x.example", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := read(tt.head + "\nSubject: x\n\nhello\n")
			if !slices.Equal(m.From, tt.want) {
				t.Errorf("From is %q, want %q", m.From, tt.want)
			}
			if silent := slices.Contains(m.SuppressReasons, intake.ReasonNoFrom); silent != (len(tt.want) == 0) {
				t.Errorf("reasons are %q", m.SuppressReasons)
			}
			if ok, _ := intake.Answerable(m, intake.Envelope{}, intake.Config{}); ok && len(m.From) != 1 {
				t.Error("would be answered though nobody knows whose it is")
			}
		})
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"Subject: plain":                              "plain",
		"Subject:  two \n\t lines ":                   "two lines",
		"Subject: =?utf-8?Q?L=C3=B6schung?= bitte":    "Löschung bitte",
		"Subject: =?utf-8?Q?a=C3?= =?utf-8?Q?=A4b?=":  "aäb",
		"Subject: =?utf-8?Q?De?==?utf-8?Q?lete?=":     "Delete",
		"Subject: \"=?iso-8859-1?Q?=E9t=E9?=\"":       "\"été\"",
		"Subject: =?utf-8?B?SGkNCkJjYzogYUB4Lnk=?=":   "Hi Bcc: a@x.y",
		"Subject: =?utf-8?Q?nul=00and=07bell?=":       "nul and bell",
		"Subject: =?iso-2022-jp?B?GyRCOm89fBsoQg==?=": "削除",
		"Subject: =?nonesuch?Q?a=E4?=":                "aä",
		"Subject: =?utf-8?X?a?=":                      "=?utf-8?X?a?=",
		"Subject: e\u0301":                            "é",
		"Subject: one\nSubject: two":                  "one",
		"Subject: one\nSubject : two":                 "one",
		"X: y":                                        "",
	}
	for head, want := range tests {
		if got := read("From: a@x.example\n" + head + "\n\nhello\n").Subject; got != want {
			t.Errorf("%q: %q, want %q", head, got, want)
		}
	}
}

// part makes a multipart of the given kind.
func part(kind string, parts ...string) string {
	return "Content-Type: multipart/" + kind + "; boundary=\"b\"\n\npreamble\n--b\n" + strings.Join(parts, "\n--b\n") + "\n--b--\nepilogue\n"
}

func TestBody(t *testing.T) {
	t.Parallel()
	const text, html = "Content-Type: text/plain\n\nplain words", "Content-Type: text/html\n\n<p>rich words</p>"
	const pdf = "Content-Type: application/pdf; name=id.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjcK"
	tests := map[string]struct {
		body    string
		text    string
		files   []string
		hasText bool
		fault   intake.Defect
	}{
		"plain":                        {"\nhello\n", "hello", nil, true, ""},
		"empty":                        {"\n\n", "", nil, false, ""},
		"no body at all":               {"", "", nil, false, ""},
		"HTML":                         {"Content-Type: text/html\n\n<p>a <b>b</b><br>c&amp;d</p><style>x{}</style><!-- z -->\n", "a b\nc&d", nil, true, ""},
		"hidden HTML":                  {"Content-Type: text/html\n\nshown<div style=\"display: none\">obey <div>this</div></div><span hidden>x</span> end\n", "shown end", nil, true, ""},
		"only a picture":               {"Content-Type: text/html\n\n<html><body>&nbsp;<img src=\"x\"></body></html>\n", "", nil, false, intake.FaultBroken},
		"an alternative":               {part("alternative", text, html), "plain words", nil, true, ""},
		"an alternative without plain": {part("alternative", "Content-Type: text/plain\n\n ", html), "rich words", nil, true, ""},
		"mixed with a footer":          {part("mixed", html, text), "rich words\n\nplain words", nil, true, ""},
		"a file":                       {part("mixed", text, pdf), "plain words", []string{"id.pdf"}, true, ""},
		"a text file":                  {part("mixed", text, "Content-Type: text/plain; name=a.txt\n\nx"), "plain words", []string{"a.txt"}, true, ""},
		"a text as an attachment":      {part("mixed", text, "Content-Type: text/plain\nContent-Disposition: attachment\n\nx"), "plain words", []string{"attachment-1.bin"}, true, ""},
		"an attachment without a type": {part("mixed", text, "Content-Disposition: attachment; filename=a.txt\n\nx"), "plain words", []string{"a.txt"}, true, ""},
		"a message":                    {part("mixed", text, "Content-Type: message/rfc822\n\n"+"Subject: y\n\n--b\nz"), "plain words\n\nz", []string{"attachment-1.bin"}, true, ""},
		"a digest":                     {part("digest", "\nSubject: y\n\nz", "\nSubject: y\n\nz"), "", []string{"attachment-1.bin", "attachment-2.bin"}, false, ""},
		"a boundary that never comes":  {"Content-Type: multipart/mixed; boundary=b\n\nhello there\n", "hello there", nil, false, intake.FaultBroken},
		"no boundary":                  {"Content-Type: multipart/mixed\n\nhello there\n", "hello there", nil, true, ""},
		"an unindented boundary":       {"Content-Type: multipart/mixed;\nboundary=b\n\n--b\n\nhello\n--b--\n", "hello", nil, true, ""},
		"an end that is missing":       {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello", "hello", nil, true, ""},
		"quoted-printable":             {"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nL=C3=B6sc=\nhen = it\n", "Löschen = it", nil, true, ""},
		"base64 with junk":             {"Content-Transfer-Encoding: base64\n\naGVs!bG8g\n*dGhlcmU=\n", "hello there", nil, true, ""},
		"Latin-1 without a set":        {"\ncaf\xe9\n", "café", nil, true, ""},
		"an unknown set":               {"Content-Type: text/plain; charset=klingon\n\ncafé\n", "café", nil, true, ""},
		"UTF-7":                        {"Content-Type: text/plain; charset=utf-7\n\nL+APY-schen\n", "Löschen", nil, true, ""},
		"a flowed text":                {"Content-Type: text/plain; format=flowed\n\nplease \ndelete\n", "please delete", nil, true, ""},
		"controls":                     {"\na\x00b\x1bc\n", "abc", nil, true, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := read("From: a@x.example\nSubject: x\n" + tt.body)
			var files []string
			for _, a := range m.Attachments {
				files = append(files, a.Name)
			}
			if m.Text != tt.text || m.HasText != tt.hasText || !slices.Equal(files, tt.files) || m.Fault != tt.fault {
				t.Errorf("got %q (%t), files %q, fault %q", m.Text, m.HasText, files, m.Fault)
			}
		})
	}
}

// TestWhatIsNotReadIsHeld has words behind more than is ever decoded.
func TestWhatIsNotReadIsHeld(t *testing.T) {
	t.Parallel()
	words := func(n int) intake.Mail {
		large := "--b\r\nContent-Type: text/html\r\n\r\n<p hidden>" + strings.Repeat("nobody sees this", 4<<20/16) + "</p>\r\n"
		return intake.Read([]byte("From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"+strings.Repeat(large, n)+
			"--b\r\n\r\nPlease delete my account\r\n--b--\r\n"), intake.Envelope{}, intake.Config{})
	}
	if m := words(1); m.Text != "Please delete my account" || m.Fault != "" {
		t.Errorf("behind one large part: %q, fault %q", m.Text, m.Fault)
	}
	if m := words(3); m.Fault != intake.FaultTooManyParts {
		t.Errorf("behind three: %d bytes, fault %q", len(m.Text), m.Fault)
	}
}

func TestAttachmentNames(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`filename="id.pdf"`:                       "id.pdf",
		`filename="../../etc/passwd"`:             "passwd",
		`filename="C:\\keys\\secret.key"`:         "secret.key",
		`filename*=utf-8''..%2F..%2Fa.txt`:        "a.txt",
		`filename*0="lo"; filename*1="ng.pdf"`:    "long.pdf",
		`filename="=?utf-8?Q?=E2=80=AEfdp.exe?="`: "fdp.exe",
		`filename*=utf-8''a%00b%0d%0a.txt`:        "a b .txt",
		`filename=""`:                             "attachment-1.bin",
		`filename="..."`:                          "attachment-1.bin",
		`filename=".bashrc"`:                      "bashrc",
	}
	for disposition, want := range tests {
		m := read("From: a@x.example\nContent-Type: application/octet-stream\nContent-Disposition: attachment; " + disposition + "\n\nx\n")
		if len(m.Attachments) != 1 || m.Attachments[0].Name != want {
			t.Errorf("%s: %+v, want %q", disposition, m.Attachments, want)
		}
	}
}

func TestAttachmentIsJudgedByContent(t *testing.T) {
	t.Parallel()
	m := read("From: a@x.example\nContent-Type: application/pdf; name=id.pdf\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA\n")
	a := m.Attachments[0]
	if a.Taken || a.Claimed != "application/pdf" || !strings.HasPrefix(string(a.Content()), "MZ") {
		t.Errorf("got %+v", a)
	}
}

// TestDamage reads what is hardly a message.
func TestDamage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw   string
		from  string
		fault intake.Defect
	}{
		"nothing":              {"", "", ""},
		"blank lines":          {"\r\n\r\n", "", ""},
		"no header":            {"Please delete me\r\n", "", intake.FaultNoHeader},
		"a byte order mark":    {"\xef\xbb\xbfFrom: a@x.example\r\n\r\nhello", "a@x.example", ""},
		"leading blank lines":  {"\r\n \r\nFrom: a@x.example\r\n\r\nhello", "a@x.example", ""},
		"a leading blank":      {" From: a@x.example\r\n\r\nhello", "a@x.example", ""},
		"an mbox line":         {"From a@x.example Thu Jan  1 00:00:00 2026\r\nFrom: b@y.example\r\n\r\nhello", "b@y.example", ""},
		"a quoted mbox line":   {">From a@x.example Thu\nFrom: b@y.example\n\nhello", "b@y.example", ""},
		"junk between fields":  {"From: a@x.example\r\nwhat is this\r\nSubject: x\r\n\r\nhello", "a@x.example", ""},
		"LF line ends":         {"From: a@x.example\n\nhello", "a@x.example", ""},
		"CR line ends":         {"From: a@x.example\r\rhello", "", intake.FaultCR},
		"random bytes":         {"\x00\x01\x02\xff\xfe", "", intake.FaultNoHeader},
		"a header and no more": {"From: a@x.example", "a@x.example", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := intake.Read([]byte(tt.raw), intake.Envelope{}, intake.Config{})
			if strings.Join(m.From, "|") != tt.from || m.Fault != tt.fault || m.ContentHash == "" {
				t.Errorf("From %q, fault %q, hash %q", m.From, m.Fault, m.ContentHash)
			}
		})
	}
}

func TestMachines(t *testing.T) {
	t.Parallel()
	report := func(kind string) string {
		return "Content-Type: multipart/report; report-type=\"" + kind + "\"; boundary=b\n\n--b\n\nsee below\n--b\n" +
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; dana@x.example\nAction: failed\nStatus: 5.1.1\n" +
			"Diagnostic-Code: smtp; 550 no such user\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <m1@org.example>\n\nx\n--b--\n"
	}
	qmail := "Hi. I was not able to deliver your message to the following addresses.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <m2@org.example>\n"
	tests := map[string]struct {
		head, body string
		auto       bool
		bounce     bool
		reasons    string
	}{
		"a person":                         {"From: a@x.example", "\nhi", false, false, ""},
		"auto-submitted: no":               {"From: a@x.example\nAuto-Submitted: No (by hand)", "\nhi", false, false, ""},
		"auto-submitted":                   {"From: a@x.example\nAuto-Submitted: (x) Auto-Replied; y=z", "\nhi", true, false, "auto-submitted"},
		"a keyword of the future":          {"From: a@x.example\nAuto-Submitted: auto-dreamt", "\nhi", true, false, "auto-submitted"},
		"bulk":                             {"From: a@x.example\nPrecedence: BULK", "\nhi", false, false, "precedence"},
		"a list":                           {"From: a@x.example\nList-Id: <l.x.example>", "\nhi", false, false, "list"},
		"a null sender":                    {"Return-Path: <>\nFrom: a@x.example", "\nhi", false, false, "null-sender"},
		"x-autoreply":                      {"From: a@x.example\nX-Autoreply: yes", "\nhi", false, false, "x-autoreply"},
		"asked not to answer":              {"From: a@x.example\nX-Auto-Response-Suppress: DR, OOF", "\nhi", false, false, "x-auto-response-suppress"},
		"only read receipts unwanted":      {"From: a@x.example\nX-Auto-Response-Suppress: DR, RN", "\nhi", false, false, ""},
		"no-reply":                         {"From: no-reply-7@x.example", "\nhi", false, false, "system-sender"},
		"a list robot":                     {"From: talk-request@x.example", "\nhi", false, false, "system-sender"},
		"a notice of non-delivery":         {"From: mailer-daemon@x.example", report("delivery-status"), false, true, "system-sender;bounce;report"},
		"a qmail notice":                   {"Return-Path: <>\nFrom: mailer-daemon@x.example\nSubject: failure notice", "\n" + qmail, false, true, "null-sender;system-sender;bounce"},
		"a person who forwards one":        {"From: a@x.example\nSubject: Fw: failure notice", "\n" + qmail, false, false, ""},
		"a vacation with a null sender":    {"Return-Path: <>\nFrom: a@x.example\nSubject: Away", "\nback on Monday", false, false, "null-sender"},
		"a read receipt":                   {"From: a@x.example", "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b--\n", false, false, "report"},
		"a machine that speaks for people": {"From: agent@x.example\nAuto-Submitted: auto-generated", "\nplease delete", true, false, "auto-submitted"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := read(tt.head + "\n" + tt.body)
			if m.IsAutoReply != tt.auto || m.IsBounce != tt.bounce || strings.Join(m.SuppressReasons, ";") != tt.reasons {
				t.Errorf("auto %t, bounce %t, reasons %q", m.IsAutoReply, m.IsBounce, m.SuppressReasons)
			}
			if ok, _ := intake.Answerable(m, intake.Envelope{}, intake.Config{}); ok != (tt.reasons == "") {
				t.Errorf("answerable is %t", ok)
			}
		})
	}
	b := read("From: mailer-daemon@x.example\n" + report("delivery-status")).Bounce
	want := intake.Undelivered{Address: "dana@x.example", Action: "failed", Status: "5.1.1", Diagnostic: "smtp; 550 no such user"}
	if !b.Standard || b.Original != "m1@org.example" || !slices.Equal(b.Recipients, []intake.Undelivered{want}) {
		t.Errorf("the notice says %+v", b)
	}
	if b := read("Return-Path: <>\nFrom: mailer-daemon@x.example\nSubject: failure notice\n\n" + qmail).Bounce; b.Standard || b.Original != "m2@org.example" {
		t.Errorf("the qmail notice says %+v", b)
	}
}

// TestContentHash is the same for one message over two ways, and for no other.
func TestContentHash(t *testing.T) {
	t.Parallel()
	base := "From: a@x.example\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nSubject: x\nMessage-ID: <1@x>\n\nhello\n"
	hash := read(base).ContentHash
	same := []string{
		"Received: from a by b; today\nReturn-Path: <a@x.example>\nDelivered-To: privacy@o.example\n" + base,
		"From a@x.example Mon\n" + base,
		strings.Replace(base, "Message-ID", "message-id", 1),
		base + "\n\n",
	}
	for _, raw := range same {
		if read(raw).ContentHash != hash {
			t.Errorf("another hash for %q", raw)
		}
	}
	if intake.Read([]byte(base), intake.Envelope{}, intake.Config{}).ContentHash != hash {
		t.Error("another hash for LF line ends")
	}
	for _, change := range [][2]string{{"hello", "hallo"}, {"<1@x>", "<2@x>"}, {"Subject: x", "Subject: y"}, {"From: a", "From: b"}} {
		if read(strings.Replace(base, change[0], change[1], 1)).ContentHash == hash {
			t.Errorf("the same hash with %q", change[1])
		}
	}
}
