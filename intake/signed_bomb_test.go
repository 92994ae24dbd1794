package intake_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/intake"
	"habeas/internal/testbed/property"
)

const signedHead = "From: dana@example.com\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n" +
	"Content-Transfer-Encoding: base64\n\n"

// signedMail is a mail whose signature is made of BER.
func signedMail(ber []byte) []byte {
	return []byte(signedHead + base64.StdEncoding.EncodeToString(ber))
}

// costs fails where a message of 1 MiB takes more than a second of a processor's
// time, or more memory than 128 MiB.
func costs(t testing.TB, ber []byte) intake.Mail {
	t.Helper()
	raw := signedMail(ber)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := worked()
	m := intake.Read(raw, intake.Envelope{}, intake.Config{})
	took := worked() - start
	runtime.ReadMemStats(&after)
	if took > time.Second*slowdown {
		t.Errorf("%d KiB took %s", len(ber)>>10, took)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 128<<20*slowdown {
		t.Errorf("%d KiB allocated %d MiB", len(ber)>>10, grown>>20)
	}
	return m
}

// A signature costs what its size costs, whatever its lengths say: of these each
// would be read as often as there are others, or more.
func TestASignatureCostsWhatItsSizeCosts(t *testing.T) {
	// An object of two bytes holds the head of one that goes on to the end: both
	// would have whatever follows.
	var overlapping []byte
	tail := bytes.Repeat([]byte{0x05, 0x00}, 4000)
	for pairs := range 10 {
		rest := len(tail) + 6*pairs
		overlapping = append([]byte{0x30, 0x04, 0x30, 0x82, byte(rest >> 8), byte(rest)}, overlapping...)
	}
	marks := bytes.Repeat([]byte{0x05, 0x01, 0x01}, 90_000)
	for name, ber := range map[string][]byte{
		"overlapping lengths":           append([]byte{0x30, 0x80}, append(overlapping, tail...)...),
		"many before a mark far away":   append(append(append([]byte{0x30, 0x80}, marks...), 0x04, 0x83, 0x0b, 0x00, 0x00), bytes.Repeat([]byte{1}, 0xb0002)...),
		"many that end with marks":      append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x30, 0x80, 0x00, 0x00}, 250_000)...),
		"an empty one in an empty one":  bytes.Repeat([]byte{0x30, 0x80, 0x00, 0x00}, 250_000),
		"beyond the end of the message": append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x30, 0x83, 0x0f, 0xff, 0xff}, 200_000)...),
		"a tag of 1 MiB":                append([]byte{0x30, 0x80, 0x1f}, bytes.Repeat([]byte{0xff}, 1<<20)...),
	} {
		if m := costs(t, ber); !m.Unreadable || len(m.Attachments) != 1 {
			t.Errorf("%s: unreadable %v, %d files", name, m.Unreadable, len(m.Attachments))
		}
	}
}

// So does whatever is made of the pieces of which BER is made.
func TestNoSignatureIsABomb(t *testing.T) {
	property.Check(t, func(rt *rapid.T) {
		pieces := []string{
			"\x30\x80", "\x24\x80", "\xa0\x80", "\x00\x00", "\x00", "\x30\x02", "\x30\x04", "\x30\x82\xff\xff", "\x05\x00", "\x04\x01\x01",
			"\x04\x82\x7f\xff", "\x1f\xff", "\x30\x83\x0f\xff\xff", "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "\x31\x80", "\x02\x01\x01",
		}
		var ber strings.Builder
		const size = (1 << 20) / slowdown
		for ber.Len() < size {
			run := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(rt, "run"), "")
			ber.WriteString(strings.Repeat(run, rapid.SampledFrom([]int{1, 2, 30, 1000, 50_000, 1 << 18}).Draw(rt, "times")))
		}
		costs(t, []byte(ber.String()[:size]))
	})
}

// FuzzSigned looks for a signature that costs more than its size.
func FuzzSigned(f *testing.F) {
	f.Add([]byte{0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0})
	f.Add([]byte{0x30, 0x04, 0x30, 0x82, 0x10, 0x00, 0x05, 0x00})
	f.Add(opaque(f))
	f.Fuzz(func(t *testing.T, ber []byte) { costs(t, ber) })
}

// opaque is a signature around a message, in DER.
func opaque(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "smime", "opaque.eml"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n\n")
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// However a program writes lengths, and into how many pieces it cuts what is
// signed, it is the same message.
func TestASignatureIsReadHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	der := opaque(t)
	property.Check(t, func(rt *rapid.T) {
		m := intake.Read(signedMail(rewritten(rt, der)), intake.Envelope{}, intake.Config{})
		if m.Text != "Please delete my account and all data about me." || m.Unreadable || len(m.Attachments) != 1 || m.Attachments[0].Name != "id.pdf" {
			rt.Fatalf("%q, unreadable %v, %d files", m.Text, m.Unreadable, len(m.Attachments))
		}
	})
}

// rewritten writes objects of DER as BER may.
func rewritten(rt *rapid.T, der []byte) []byte {
	var ber []byte
	for len(der) > 0 {
		var o asn1.RawValue
		rest, err := asn1.Unmarshal(der, &o)
		if err != nil {
			rt.Fatal(err)
		}
		der = rest
		switch content := o.Bytes; {
		case o.IsCompound:
			ber = append(ber, object(rt, o.FullBytes[0], rewritten(rt, content))...)
		case o.Tag == asn1.TagOctetString && o.Class == asn1.ClassUniversal && len(content) > 100:
			var pieces []byte
			for len(content) > 0 {
				n := rapid.IntRange(1, len(content)).Draw(rt, "piece")
				pieces = append(pieces, object(rt, 0x04, content[:n])...)
				content = content[n:]
			}
			ber = append(ber, object(rt, 0x24, pieces)...)
		default:
			ber = append(ber, object(rt, o.FullBytes[0], content)...)
		}
	}
	return ber
}

// object is one with a mark at its end, or with a length that may be longer than
// it need be.
func object(rt *rapid.T, tag byte, content []byte) []byte {
	n := len(content)
	forms := [][]byte{{tag, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}, {tag, 0x84, 0, byte(n >> 16), byte(n >> 8), byte(n)}}
	if n < 0x80 {
		forms = append(forms, []byte{tag, byte(n)})
	}
	if tag&0x20 != 0 && rapid.Bool().Draw(rt, "marked") {
		return append(append([]byte{tag, 0x80}, content...), 0, 0)
	}
	return append(rapid.SampledFrom(forms).Draw(rt, "length"), content...)
}
