package intake_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"habeas/intake"
)

// A signature around a message is opened: its words are read, and its files are
// the message's. The mails are of openssl cms, in BER as it streams and in DER.
func TestSignedMailIsOpened(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"streamed", "opaque", "detached"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "smime", name+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		m := intake.Read(append([]byte("From: ana@x.example\r\nSubject: s\r\n"), raw...), intake.Envelope{}, intake.Config{})
		if m.Text != "Please delete my account and all data about me." || m.Fault != "" || m.Unreadable || m.Encrypted {
			t.Errorf("%s: %q, %q, unreadable %v", name, m.Text, m.Fault, m.Unreadable)
		}
		if len(m.Attachments) == 0 || m.Attachments[0].Name != "id.pdf" || !m.Attachments[0].Taken || string(m.Attachments[0].Content()) != "%PDF-1.4\n%%EOF\n" {
			t.Errorf("%s: %+v", name, m.Attachments)
		}
		// One that is broken anywhere stays a file, and nothing panics.
		if name == "detached" {
			continue
		}
		head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		if len(body) == 0 {
			head, body, _ = bytes.Cut(raw, []byte("\n\n"))
		}
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(body)), ""))
		if err != nil {
			t.Fatal(err)
		}
		for i := range der {
			broken := bytes.Clone(der)
			broken[i] ^= 0xff
			for _, b := range [][]byte{broken, der[:i]} {
				intake.Read([]byte("From: ana@x.example\r\n"+string(head)+"\r\n\r\n"+base64.StdEncoding.EncodeToString(b)), intake.Envelope{}, intake.Config{})
			}
		}
	}
}

// What nests without end, or has objects without number, is not opened: the
// library would call itself a million times, or keep them all.
func TestASignatureIsNoBomb(t *testing.T) {
	t.Parallel()
	for name, ber := range map[string][]byte{
		"deep, of no length": bytes.Repeat([]byte{0x30, 0x80}, 3<<20),
		"deep, of a length":  bytes.Repeat([]byte{0x30, 0x83, 0x40, 0x00, 0x00}, 1<<20),
		"many":               append([]byte{0x30, 0x84, 0x00, 0x60, 0x00, 0x00}, bytes.Repeat([]byte{0x05, 0x00}, 3<<20)...),
		"a tag without end":  bytes.Repeat([]byte{0x1f, 0xff}, 1<<20),
	} {
		raw := "From: ana@x.example\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" +
			base64.StdEncoding.EncodeToString(ber)
		m := intake.Read([]byte(raw), intake.Envelope{}, intake.Config{})
		if !m.Unreadable || len(m.Attachments) != 1 {
			t.Errorf("%s: unreadable %v, %d files", name, m.Unreadable, len(m.Attachments))
		}
	}
}

// Outlook's own container is kept as a file of the case, and staff are told that
// there is more in it.
func TestWinmailIsKeptAndMarked(t *testing.T) {
	t.Parallel()
	raw := "From: gerda@x.example\nSubject: Konto\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\n--b\n" +
		"Content-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\neJ8+IgEAAQaQCAAEAAAAAAABAAEAAQeQBgAIAAAA5AQAAAAAAADoAAEI\n--b--\n"
	m := intake.Read([]byte(raw), intake.Envelope{}, intake.Config{})
	if !m.Unreadable || m.HasText || len(m.Attachments) != 1 || !m.Attachments[0].Taken || m.Attachments[0].Name != "winmail.dat" || m.Attachments[0].Media != "application/vnd.ms-tnef" {
		t.Errorf("unreadable %v, %+v", m.Unreadable, m.Attachments)
	}
	if outcome, reason := intake.Route(m, intake.Config{}); outcome != intake.OutcomeRequest {
		t.Errorf("it is %s: %s", outcome, reason)
	}
}

// More signatures around one another than anybody makes are not opened: staff see
// that there is more, and it is not taken for encrypted.
func TestTooManySignaturesAreMarked(t *testing.T) {
	t.Parallel()
	inner := []byte("Content-Type: text/plain\n\nPlease delete my account.")
	for layers := 1; layers <= 6; layers++ {
		inner = []byte("Content-Type: application/PKCS7-mime; smime-type=Signed-Data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" +
			base64.StdEncoding.EncodeToString(around(inner)))
		m := intake.Read(append([]byte("From: ana@x.example\nSubject: s\n"), inner...), intake.Envelope{}, intake.Config{})
		opened := layers <= 4
		if m.HasText != opened || m.Unreadable == opened || m.Encrypted || opened != (len(m.Attachments) == 0) {
			t.Errorf("%d layers: %q, unreadable %v, encrypted %v, %d files", layers, m.Text, m.Unreadable, m.Encrypted, len(m.Attachments))
		}
	}
}

// around is signed data without a signature.
func around(content []byte) []byte {
	tlv := func(tag byte, parts ...[]byte) []byte {
		all := bytes.Join(parts, nil)
		return append([]byte{tag, 0x83, byte(len(all) >> 16), byte(len(all) >> 8), byte(len(all))}, all...)
	}
	id := func(last byte) []byte { return []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last} }
	data := tlv(0x30, id(1), tlv(0xa0, tlv(0x04, content)))
	return tlv(0x30, id(2), tlv(0xa0, tlv(0x30, []byte{2, 1, 1}, tlv(0x31), data, tlv(0x31))))
}
