package intake_test

import (
	"slices"
	"strings"
	"testing"

	"habeas/intake"
	"habeas/workflows"
)

func TestANoticeSaysWhatItIsAboutAndNoAddress(t *testing.T) {
	t.Parallel()
	verp, err := tokens().Mint(intake.PurposeBounce, intake.TokenID("HB-7K3M-Q9TX-2D"), "0a1b2c3d")
	if err != nil {
		t.Fatal(err)
	}
	reply, err := tokens().Mint(intake.PurposeReply, intake.TokenID("HB-7K3M-Q9TX-2D"))
	if err != nil {
		t.Fatal(err)
	}
	dsn := func(status string) string {
		return "Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nTo: " + verp + "\nSubject: Undelivered\n" +
			"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n" +
			"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; jane.doe@x.example\n" + status +
			"\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m1@org.example>\n--b--\n"
	}
	arf := "From: staff@fbl.example\nSubject: complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" +
		"--b\n\nAbuse.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n\n" +
		"--b\nContent-Type: message/rfc822\n\nMessage-ID: <m1@org.example>\nSubject: Your code\n\nx\n--b--\n"
	tests := map[string]struct {
		raw, to string
		kind    workflows.NotificationKind
		words   string
		token   bool
	}{
		"failed, to the token":                {dsn("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 <jane.doe@x.example>: jane.doe unknown\n"), verp, workflows.NotificationFailed, "5.1.1 smtp; 550 [address] [address] unknown", true},
		"failed, to the token in its headers": {dsn("Action: failed\nStatus: 5.2.2\n"), "privacy@org.example", workflows.NotificationFailed, "5.2.2", true},
		"failed, to a reply address":          {dsn("Action: failed\nStatus: 5.2.2\n"), reply, workflows.NotificationFailed, "5.2.2", false},
		"failed for now":                      {dsn("Action: failed\nStatus: 4.4.1\n"), verp, workflows.NotificationDelayed, "4.4.1", true},
		"delayed":                             {dsn("Action: delayed\nStatus: 4.4.1\n"), verp, workflows.NotificationDelayed, "4.4.1", true},
		"delivered":                           {dsn("Action: delivered\nStatus: 2.0.0\n"), verp, workflows.NotificationDelivered, "2.0.0", true},
		"a report of abuse":                   {arf, "privacy@org.example", workflows.NotificationComplaint, "complaint", false},
		"abuse, the mail returned":            {strings.Replace(arf, "Message-ID: <m1", "Return-Path: <"+verp+">\nMessage-ID: <m1", 1), "privacy@org.example", workflows.NotificationComplaint, "complaint", true},
		"abuse, by the sender":                {strings.Replace(arf, "Version: 1", "Version: 1\nOriginal-Mail-From: <"+verp+">", 1), "privacy@org.example", workflows.NotificationComplaint, "complaint", true},
		"abuse, by a reply address":           {strings.Replace(arf, "Version: 1", "Version: 1\nOriginal-Mail-From: <"+reply+">", 1), "privacy@org.example", workflows.NotificationComplaint, "complaint", false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := intake.Envelope{FromKnown: true, RcptTo: []string{tc.to}}
			m := intake.Read([]byte(tc.raw), e, intake.Config{})
			n, ok := intake.NoticeOf(m, intake.NewClues(m, e, tokens()))
			if !ok || n.Kind != tc.kind || n.Words != tc.words || !slices.Contains(n.MailIDs, "m1@org.example") {
				t.Errorf("%t, %+v", ok, n)
			}
			if tc.token != (n.Reference == "HB-7K3M-Q9TX-2D" && n.Message == "0a1b2c3d") || !tc.token && n.Reference != "" {
				t.Errorf("the token says %q %q", n.Reference, n.Message)
			}
		})
	}
}

// Whoever wants somebody never to be mailed again need not know more than an id
// that many have seen: a notice has to bring back the mail that it is about.
func TestANoticeIsNotKnownByWhatItAnswers(t *testing.T) {
	t.Parallel()
	answers := "From: a@evil.example\nSubject: complaint\nIn-Reply-To: <m1@org.example>\nReferences: <m1@org.example>\n"
	tests := map[string]struct {
		raw  string
		want []string
	}{
		"abuse":               {answers + "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nAbuse.\n--b--\n", nil},
		"a failure":           {answers + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nFailed.\n--b--\n", nil},
		"of no standard":      {answers + "X-Failed-Recipients: a@x.example\n\nFailed.\n", nil},
		"with the mail":       {answers + "X-Failed-Recipients: a@x.example\n\nFailed.\n\nMessage-ID: <m2@org.example>\n", []string{"m2@org.example"}},
		"read, says its part": {answers + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nRead.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; a@x.example\nOriginal-Message-ID: <m3@org.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n", []string{"m3@org.example"}},
	}
	for name, tc := range tests {
		m := intake.Read([]byte(tc.raw), intake.Envelope{}, intake.Config{})
		if n, ok := intake.NoticeOf(m, intake.NewClues(m, intake.Envelope{}, tokens())); !ok || !slices.Equal(n.MailIDs, tc.want) {
			t.Errorf("%s: %t, %q", name, ok, n.MailIDs)
		}
	}
}

func TestAWordOfAPersonIsNoNotice(t *testing.T) {
	t.Parallel()
	m := intake.Read([]byte("From: a@x.example\nSubject: My data\n\nDelete it.\n"), intake.Envelope{}, intake.Config{})
	if n, ok := intake.NoticeOf(m, intake.Clues{}); ok {
		t.Errorf("it is %+v", n)
	}
}
