package intake_test

import (
	"testing"

	"habeas/intake"
)

// A notice of a mail system needs no words that we know, and a person who has
// its name sends none.
func TestWhatAMailSystemSendsToNobody(t *testing.T) {
	for name, c := range map[string]struct {
		raw    string
		bounce bool
	}{
		"Italian": {"Return-Path: <>\r\nFrom: postmaster@mail.example\r\nSubject: Non recapitabile\r\n\r\nIl messaggio non è arrivato.", true},
		"Dutch":   {"Return-Path: <>\r\nFrom: Mail <MAILER-DAEMON@mail.example>\r\nSubject: Onbestelbaar\r\n\r\nUw bericht is niet aangekomen.", true},
		"Polish":  {"Return-Path: <>\r\nFrom: postmaster@mail.example\r\nSubject: Niedostarczalne\r\n\r\nx", true},
		"a receipt": {"Return-Path: <>\r\nFrom: postmaster@mail.example\r\nSubject: Read\r\n" +
			"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nread\r\n--b--", false},
		"a person": {"Return-Path: <paul@example.com>\r\nFrom: Paul Postmaster <paul@example.com>\r\nSubject: Delivery failed yesterday\r\n\r\n" +
			"Your parcel could not be delivered. Delete my data please.", false},
		"a machine of another name": {"Return-Path: <>\r\nFrom: Away <ana@example.com>\r\nSubject: Abwesend\r\n\r\nIch bin im Urlaub.", false},
	} {
		if m := intake.Read([]byte(c.raw), intake.Envelope{}, intake.Config{}); m.IsBounce != c.bounce {
			t.Errorf("%s: bounce is %v", name, m.IsBounce)
		}
	}
}
