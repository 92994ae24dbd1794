package intake_test

import (
	"slices"
	"testing"

	"habeas/intake"
)

// ours are the addresses of an organisation with a contact form and a list.
func ours() intake.Config {
	return intake.Config{Own: []string{"privacy@habeas.example"}, Forms: []string{"forms@habeas.example", "wordpress@habeas.example"}, MessageDomain: "habeas.example"}
}

// Who fills in a contact form is who is at Reply-To; a list in front of the
// mailbox is no loop, and what comes through it is from who wrote it.
func TestWhatIsPassedOnIsFromWhoWroteIt(t *testing.T) {
	t.Parallel()
	const words = "\n\nPlease delete my account.\n"
	const group = "To: privacy@habeas.example\nPrecedence: list\nMailing-list: list privacy@habeas.example; contact privacy+owners@habeas.example\n" +
		"List-ID: <privacy.habeas.example>\nX-Google-Group-Id: 1\nSubject: Delete my account" + words
	tests := map[string]struct {
		raw      string
		envelope intake.Envelope
		from     string
		via      string
		outcome  intake.Outcome
		reason   string
		answered bool
	}{
		"a contact form": {
			"From: Website <forms@habeas.example>\nReply-To: Bea Muster <Bea@x.example>\nSubject: Contact" + words,
			intake.Envelope{},
			"bea@x.example", "forms@habeas.example", intake.OutcomeRequest, "", true,
		},
		"as web servers send it": {
			"From: wordpress@habeas.example\nReply-To: bea@x.example\nAuto-Submitted: auto-generated\nPrecedence: bulk\nX-Auto-Response-Suppress: All\nSubject: Contact" + words,
			intake.Envelope{MailFrom: "www-data@web3.host.example", FromKnown: true},
			"bea@x.example", "wordpress@habeas.example", intake.OutcomeRequest, "", true,
		},
		"from nobody": {
			"From: forms@habeas.example\nReply-To: bea@x.example\nSubject: Contact" + words,
			intake.Envelope{FromKnown: true},
			"bea@x.example", "forms@habeas.example", intake.OutcomeRequest, "", true,
		},
		"a form that names nobody": {
			"From: forms@habeas.example\nSubject: Contact" + words, intake.Envelope{}, "forms@habeas.example", "", intake.OutcomeRequest, "", true,
		},
		"a form that names two": {
			"From: forms@habeas.example\nReply-To: a@x.example, b@x.example\nSubject: Contact" + words, intake.Envelope{}, "forms@habeas.example", "", intake.OutcomeRequest, "", true,
		},
		"a form that names us": {
			"From: forms@habeas.example\nReply-To: privacy@habeas.example\nSubject: Contact" + words, intake.Envelope{}, "forms@habeas.example", "", intake.OutcomeRequest, "", true,
		},
		"a form of somebody else": {
			"From: forms@other.example\nReply-To: bea@x.example\nSubject: Contact" + words, intake.Envelope{}, "forms@other.example", "", intake.OutcomeRequest, "", true,
		},
		"a machine's answer to a form": {
			"From: forms@habeas.example\nReply-To: bea@x.example\nAuto-Submitted: auto-replied\nSubject: Contact" + words,
			intake.Envelope{},
			"bea@x.example", "forms@habeas.example", intake.OutcomeHeld, intake.ReasonAutoReply, false,
		},
		"a group": {
			"From: Runa <runa@x.example>\nX-Original-Sender: runa@x.example\n" + group,
			intake.Envelope{MailFrom: "privacy+bncBB@habeas.example", FromKnown: true},
			"runa@x.example", "", intake.OutcomeRequest, "", true,
		},
		"a group that writes its own From": {
			"From: \"'Runa' via Privacy\" <privacy@habeas.example>\nX-Original-From: Runa <runa@x.example>\nReply-To: runa@x.example\nSender: privacy@habeas.example\n" + group,
			intake.Envelope{MailFrom: "privacy+bncBB@habeas.example", FromKnown: true},
			"runa@x.example", "privacy@habeas.example", intake.OutcomeRequest, "", true,
		},
		"a list of another's": {
			"From: runa@x.example\nList-ID: <news.other.example>\nSubject: News" + words,
			intake.Envelope{},
			"runa@x.example", "", intake.OutcomeHeld, intake.ReasonBulk, false,
		},
		"who says to be a group of ours": {
			"From: runa@x.example\n" + group,
			intake.Envelope{MailFrom: "spam@other.example", FromKnown: true},
			"runa@x.example", "", intake.OutcomeHeld, intake.ReasonBulk, false,
		},
		"a list that writes a plus": {
			"From: runa@x.example\nSubject: Delete my account" + words,
			intake.Envelope{MailFrom: "privacy+bncBB@habeas.example", FromKnown: true},
			"runa@x.example", "", intake.OutcomeRequest, "", false,
		},
		"one of ours that came back": {
			"From: runa@x.example\nSubject: Delete my account" + words,
			intake.Envelope{MailFrom: "privacy+v1.hb-7k3m-9qxd-2f.abcdefgh.mac@habeas.example", FromKnown: true},
			"runa@x.example", "", intake.OutcomeHeld, intake.ReasonLoop, false,
		},
		"from ourselves": {
			"From: privacy@habeas.example\nReply-To: runa@x.example\nSubject: Delete my account" + words,
			intake.Envelope{},
			"privacy@habeas.example", "", intake.OutcomeHeld, intake.ReasonLoop, false,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := intake.Read([]byte(tt.raw), tt.envelope, ours())
			if !slices.Equal(m.From, []string{tt.from}) || m.Via != tt.via {
				t.Errorf("it is from %v via %q", m.From, m.Via)
			}
			outcome, reason := intake.Route(m, ours())
			if outcome != tt.outcome || reason != tt.reason {
				t.Errorf("it is %s: %s", outcome, reason)
			}
			if answered, why := intake.Answerable(m, tt.envelope, ours()); answered != tt.answered {
				t.Errorf("answered is %v: %s", answered, why)
			}
		})
	}
	// A From that its domain disowns passes nothing on.
	c := ours()
	c.Authserv = []string{"mx.habeas.example"}
	m := intake.Read([]byte("Authentication-Results: mx.habeas.example; dmarc=fail header.from=habeas.example\nFrom: forms@habeas.example\nReply-To: bea@x.example\nSubject: s\n\nhi"), intake.Envelope{}, c)
	if m.Via != "" || !slices.Equal(m.From, []string{"forms@habeas.example"}) {
		t.Errorf("a forged form is from %v via %q", m.From, m.Via)
	}
}

func TestMachinesThatDoNotSaySo(t *testing.T) {
	t.Parallel()
	calendar := func(method string) string {
		return "From: ivo@x.example\nSubject: Accepted: call\nContent-Type: text/calendar; charset=UTF-8" + method + "\n\nBEGIN:VCALENDAR\nVERSION:2.0\n"
	}
	for name, raw := range map[string]string{
		"a calendar":               calendar("; method=REPLY") + "METHOD:REPLY\nEND:VCALENDAR",
		"a calendar, in its words": calendar("") + "METHOD:REPLY\nEND:VCALENDAR",
		"a calendar that counters": calendar("; method=\"COUNTER\"") + "END:VCALENDAR",
		"a receipt":                "From: help@x.example\nSubject: [#4711] We have received your request\n\nThank you.",
		"a ticket":                 "From: help@x.example\nSubject: Ticket #4711: Ihre Anfrage ist bei uns eingegangen\n\nDanke.",
		"a ticket, opened":         "From: help@x.example\nSubject: [Support] Ticket 4711 wurde erstellt\n\nDanke.",
		"a French receipt":         "From: help@x.example\nSubject: =?utf-8?Q?Accus=C3=A9_de_r=C3=A9ception?=\n\nMerci.",
		"a Spanish receipt":        "From: help@x.example\nSubject: Hemos recibido su solicitud\n\nGracias.",
		"an Italian receipt":       "From: help@x.example\nSubject: Abbiamo ricevuto la tua richiesta (4711)\n\nGrazie.",
		"a Dutch receipt":          "From: help@x.example\nSubject: Ontvangstbevestiging: uw verzoek\n\nBedankt.",
		"a Portuguese receipt":     "From: help@x.example\nSubject: Recebemos o seu pedido\n\nObrigado.",
		"a Polish receipt":         "From: help@x.example\nSubject: Potwierdzenie otrzymania\n\nDziękujemy.",
		"words that say so":        "From: help@x.example\nSubject: Your message\n\nThis is an automated response. We will look at your message.",
		"away in Vietnamese":       "From: a@x.example\nSubject: =?utf-8?Q?Tr=E1=BA=A3_l=E1=BB=9Di_t=E1=BB=B1_=C4=91=E1=BB=99ng=3A_hello?=\n\n.",
		"away in Indonesian":       "From: a@x.example\nSubject: Balasan otomatis: hello\n\n.",
		"away in Lithuanian":       "From: a@x.example\nSubject: Automatinis atsakymas: hello\n\n.",
		"away in Serbian":          "From: a@x.example\nSubject: =?utf-8?B?0JDRg9GC0L7QvNCw0YLRgdC60Lgg0L7QtNCz0L7QstC+0YA6IGhlbGxv?=\n\n.",
		"away in Afrikaans":        "From: a@x.example\nSubject: Outomatiese antwoord: hello\n\n.",
	} {
		m := intake.Read([]byte(raw), intake.Envelope{}, intake.Config{})
		if outcome, reason := intake.Route(m, intake.Config{}); outcome != intake.OutcomeHeld || reason != intake.ReasonAutoReply {
			t.Errorf("%s is %s: %s", name, outcome, reason)
		}
		if ok, _ := intake.Answerable(m, intake.Envelope{}, intake.Config{}); ok {
			t.Errorf("%s is answered", name)
		}
	}
	for name, raw := range map[string]string{
		"an invitation":          calendar("; method=REQUEST") + "METHOD:REQUEST\nEND:VCALENDAR",
		"an answer to a receipt": "From: a@x.example\nSubject: Re: We have received your request\n\nPlease also delete my account.",
		"who asks for a receipt": "From: a@x.example\nSubject: Please acknowledge receipt of my request\n\nPlease delete my account.",
		"who had an answer":      "From: a@x.example\nSubject: Deletion\n\nI only got an automated response from you. Please delete my account.",
		"who quotes ours":        "From: a@x.example\nSubject: Deletion\n\nPlease delete my account.\n\n> This is an automated response.",
		"your request":           "From: a@x.example\nSubject: Your request for my data\n\nI object to it.",
		"a ticket of theirs":     "From: a@x.example\nSubject: Ticket 4711 is still not deleted\n\nPlease delete my account.",
	} {
		m := intake.Read([]byte(raw), intake.Envelope{}, intake.Config{})
		if outcome, reason := intake.Route(m, intake.Config{}); outcome != intake.OutcomeRequest {
			t.Errorf("%s is %s: %s", name, outcome, reason)
		}
	}
}
