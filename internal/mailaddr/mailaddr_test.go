package mailaddr_test

import (
	"net/mail"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"habeas/internal/mailaddr"
	"habeas/internal/testbed/property"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for address, want := range map[string]struct {
		valid, sendable, international bool
		ascii                          string // "": as it is
	}{
		"maria@example.net":             {true, true, false, ""},
		"Maria.O'Neil+x@Example.NET":    {true, true, false, ""},
		long + "@example.net":           {true, true, false, ""},
		"maria@foo_bar.example":         {true, true, false, ""},
		"maria@bücher.example":          {true, true, false, "maria@xn--bcher-kva.example"},
		"maria@BÜCHER.example":          {true, true, false, "maria@xn--bcher-kva.example"},
		"maria@xn--bcher-kva.example":   {true, true, false, ""},
		"用户@例え.テスト":                     {true, true, true, "用户@xn--r8jz45g.xn--zckzah"},
		"jürgen@example.net":            {true, true, true, ""},
		"maria@localhost":               {false, true, false, ""},
		`"m a"@example.net`:             {false, true, false, ""},
		`"m \" a"@example.net`:          {false, true, false, ""},
		`"m " a"@example.net`:           {false, false, false, ""},
		`"m a\"@example.net`:            {false, false, false, ""},
		`""@example.net`:                {false, false, false, ""},
		"\"m\ta\"@example.net":          {false, false, false, ""},
		"\"m\r\na\"@example.net":        {false, false, false, ""},
		`"m@a"@example.net`:             {false, true, false, ""},
		"maria@b%ücher.example":         {false, true, true, ""},
		"a" + long + "@example.net":     {false, true, false, ""},
		"maria@192.0.2.1":               {false, true, false, ""},
		"maria@[192.0.2.1]":             {false, false, false, ""},
		"ma..ria@example.net":           {true, true, false, `"ma..ria"@example.net`},
		"maria.@example.net":            {true, true, false, `"maria."@example.net`},
		"...@example.net":               {false, false, false, ""},
		"maria@example..net":            {false, false, false, ""},
		"maria":                         {false, false, false, ""},
		"@":                             {false, false, false, ""},
		"":                              {false, false, false, ""},
		"maria@example.net, x@a.test":   {false, false, false, ""},
		"Maria <maria@example.net>":     {false, false, false, ""},
		"maria@example.net\r\nRCPT TO:": {false, false, false, ""},
	} {
		if got := mailaddr.Valid(address); got != want.valid {
			t.Errorf("Valid(%q) = %v", address, got)
		}
		if got := mailaddr.Sendable(address); got != want.sendable {
			t.Errorf("Sendable(%q) = %v", address, got)
		}
		if got := mailaddr.International(address); got != want.international {
			t.Errorf("International(%q) = %v", address, got)
		}
		if want.ascii == "" {
			want.ascii = address
		}
		if got := mailaddr.ASCII(address); got != want.ascii {
			t.Errorf("ASCII(%q) = %q, want %q", address, got, want.ascii)
		}
		if mailaddr.Valid(address) && !mailaddr.Sendable(mailaddr.ASCII(address)) {
			t.Errorf("%q is valid and cannot be sent to", address)
		}
	}
}

func TestAddressesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"maria@xn--bcher-kva.example": "maria@bücher.example", "maria@bücher.example": "maria@bücher.example",
		"Maria@example.net": "Maria@example.net", "maria@xn--a.example": "maria@xn--a.example", "maria": "maria", "": "",
	} {
		if got := mailaddr.Unicode(address); got != want {
			t.Errorf("Unicode(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestWhichAddressesAreOneMailbox(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{
		{"Maria@Example.net", " maria@example.NET "},
		{"maria@bücher.example", "MARIA@XN--BCHER-KVA.example"},
		{"maria@bu\u0308cher.example", "maria@BÜCHER.example"},
		{"JÜRGEN@example.net", "ju\u0308rgen@example.net"},
		{"ma..ria@example.net", `"ma..ria"@example.net`},
	} {
		if !mailaddr.Same(same[0], same[1]) {
			t.Errorf("%q and %q are two", same[0], same[1])
		}
	}
	for _, other := range [][2]string{
		{"maria@example.net", "maria+x@example.net"},
		{"maria@gmail.com", "ma.ria@gmail.com"},
		{"maria@bücher.example", "maria@bucher.example"},
		{"jürgen@example.net", "xn--jrgen-kva@example.net"},
		{"maria@example.net", "maria"},
		{"bücher.example", "xn--bcher-kva.example"}, // no addresses
	} {
		if mailaddr.Same(other[0], other[1]) {
			t.Errorf("%q and %q are one", other[0], other[1])
		}
	}
}

// What can be sent to, the library that writes our mail takes, as the same
// address.
func TestTheLibraryTakesWhatCanBeSentTo(t *testing.T) {
	t.Parallel()
	property.Check(t, func(rt *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune(`ab.."\@ <>(),:;'+-_%ü用`+"\t\r\x00\u200b")), 1, 12, -1).Draw(rt, "local") + "@" +
			rapid.SampledFrom([]string{"example.net", "bücher.example", "[192.0.2.1]", "a..b", ".a", "a b"}).Draw(rt, "domain")
		if !mailaddr.Sendable(s) {
			return
		}
		a, err := mail.ParseAddress(mailaddr.ASCII(s))
		if err != nil {
			rt.Fatalf("%q: %v", s, err)
		}
		if !mailaddr.Same(strings.Trim((&mail.Address{Address: a.Address}).String(), "<>"), s) {
			rt.Fatalf("%q is read as %q", s, a.Address)
		}
	})
}

func TestQuotesAroundAnAddressAreCleaned(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"maria@example.net", " maria@example.net\u00a0", "“maria@example.net”", "„maria@example.net“", "«\u00a0maria@example.net »",
		"‘maria@example.net’", "'maria@example.net'", "`maria@example.net'"[:18], "\"maria@example.net\"", "“'maria@example.net'”",
	} {
		if got := mailaddr.Clean(typed); got != "maria@example.net" {
			t.Errorf("Clean(%q) = %q", typed, got)
		}
	}
	for _, own := range []string{`"odd user"@example.net`, "o'neil@example.net", "'x@example.net", "", "'", "\""} {
		if got := mailaddr.Clean(own); got != own {
			t.Errorf("Clean(%q) = %q", own, got)
		}
	}
}
