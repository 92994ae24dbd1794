package credential_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trustelem/zxcvbn/frequency"

	"habeas/internal/credential"
)

// cheap keeps tests fast; what is tested does not depend on the cost.
func cheap() *credential.Hasher {
	return credential.NewHasher(credential.Params{Passes: 1, Memory: 64, Threads: 1}, 2, 32)
}

// 11.4.2, 6.2.8, 6.2.9
func TestASVS_6_2_8_APasswordIsKeptAsItWasTyped(t *testing.T) {
	t.Parallel()
	h, ctx := cheap(), t.Context()
	long := strings.Repeat("ab", 100)
	for name, p := range map[string]string{
		"64 small letters": strings.Repeat("abcdefgh", 8), "blanks at both ends": "  between the blanks  ",
		"pictures": "🦊🐙🌵🧭🎻🛶🪁🥁🧶🪐🦜🍉🚲🎈🐝", "longer than 72 bytes": long, "a null": "with a \x00 in the middle",
	} {
		hash, err := h.Hash(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") || strings.Contains(hash, p) {
			t.Errorf("%s: the hash is %s", name, hash)
		}
		for typed, want := range map[string]bool{p: true, strings.TrimSpace(p) + "x": false, p[:len(p)-1]: false, strings.ToUpper(p) + " ": false, "": false} {
			if ok, stale, err := h.Check(ctx, hash, typed); err != nil || ok != want || stale {
				t.Errorf("%s: %q gives %v %v %v", name, typed, ok, stale, err)
			}
		}
	}
	// One letter has two spellings; keyboards differ in which they give.
	hash, err := h.Hash(ctx, "cafe\u0301 au lait au lit")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, err := h.Check(ctx, hash, "caf\u00e9 au lait au lit"); err != nil || !ok {
		t.Error("the other spelling is refused")
	}
}

func TestASVS_11_4_2_AHashTellsItsCost(t *testing.T) {
	t.Parallel()
	hash, err := cheap().Hash(t.Context(), "a password of some length")
	if err != nil {
		t.Fatal(err)
	}
	dearer := credential.NewHasher(credential.Params{Passes: 2, Memory: 64, Threads: 1}, 2, 32)
	if ok, stale, err := dearer.Check(t.Context(), hash, "a password of some length"); err != nil || !ok || !stale {
		t.Errorf("at another cost: %v %v %v", ok, stale, err)
	}
	strong, floor := credential.Strong(), credential.Floor()
	if strong != (credential.Params{Passes: 3, Memory: 65536, Threads: 4}) || strong.Memory < floor.Memory || strong.Passes < floor.Passes || floor.Memory < 19456 {
		t.Errorf("the costs are %+v and %+v", strong, floor)
	}
	for _, bad := range []string{"$2a$10$x", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAA", "$argon2id$v=1$m=64,t=1,p=1$AAAA$AAAA", "plain"} {
		if _, _, err := dearer.Check(t.Context(), bad, "x"); err == nil {
			t.Errorf("%s is taken for a hash", bad)
		}
	}
}

func TestAnUnknownAccountCostsAsMuch(t *testing.T) {
	t.Parallel()
	h := credential.NewHasher(credential.Params{Passes: 3, Memory: 8 << 10, Threads: 1}, 1, 1)
	hash, err := h.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	once := func(stored string) time.Duration {
		start := time.Now()
		if ok, _, err := h.Check(t.Context(), stored, "wrong"); ok || err != nil {
			t.Fatal(ok, err)
		}
		return time.Since(start)
	}
	// In turns, since whatever else keeps the machine busy comes and goes.
	known, unknown := time.Hour, time.Hour
	for range 60 {
		known, unknown = min(known, once(hash)), min(unknown, once(""))
	}
	if ratio := float64(known) / float64(unknown); ratio < 0.6 || ratio > 1.7 {
		t.Errorf("%v for a known account, %v for an unknown one", known, unknown)
	}
	for _, typed := range []string{"", "wrong", strings.Repeat("x", 5000)} {
		if ok, _, err := h.Check(t.Context(), "", typed); ok || err != nil {
			t.Errorf("nobody's password is %q: %v %v", typed, ok, err)
		}
	}
}

// 15.2.2: a crowd cannot use up the memory.
func TestASVS_15_2_2_ACrowdWaitsOrIsSentAway(t *testing.T) {
	t.Parallel()
	h := credential.NewHasher(credential.Params{Passes: 1, Memory: 1 << 10, Threads: 1}, 1, 3)
	var wg sync.WaitGroup
	var mu sync.Mutex
	busy, done := 0, 0
	for range 60 {
		wg.Go(func() {
			_, err := h.Hash(context.Background(), "x")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, credential.ErrBusy):
				busy++
			case err == nil:
				done++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if busy == 0 || done < 4 || busy+done != 60 {
		t.Errorf("%d done, %d sent away", done, busy)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	full := credential.NewHasher(credential.Params{Passes: 1, Memory: 64, Threads: 1}, 0, 3)
	if _, err := full.Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever leaves the queue gets %v", err)
	}
}

// 6.2.1, 6.2.4, 6.2.5, 6.2.11
func TestASVS_6_2_WhichPasswordsMayBeChosen(t *testing.T) {
	t.Parallel()
	own := []string{"Habeas", "Acme & Sons", "Grace Hopper", "grace.hopper@example.org"}
	for password, want := range map[string]credential.Fault{
		"":                                   credential.FaultShort,
		"kestrel-lamp-7":                     credential.FaultShort, // 14
		"kestrel-lamp-72":                    credential.FaultNone,  // 15
		"ééééééééééééé":                      credential.FaultShort, // 13 characters, 26 bytes
		"velvet otter sings":                 credential.FaultNone,
		"    velvet otter    ":               credential.FaultNone,
		"quietharborlanternmosswindowfiddle": credential.FaultNone,
		"🦊🐙🌵🧭🎻🛶🪁🥁🧶🪐🦜🍉🚲🎈🐝":                       credential.FaultNone,
		"вельветовый тромбон":                   credential.FaultNone,
		"aaaaaaaaaaaaaaaaaaaa":                  credential.FaultCommon,
		"passwordpassword":                      credential.FaultCommon,
		"Password123456789!":                    credential.FaultCommon,
		"thisismypassword1":                     credential.FaultCommon,
		"Welcome2026Welcome":                    credential.FaultCommon,
		"Password12345678":                      credential.FaultCommon,
		"123456789012345678":                    credential.FaultCommon,
		"qwertyuiopasdfghjkl":                   credential.FaultCommon,
		"abcdefghijklmnopq":                     credential.FaultCommon,
		"habeashabeashabeas":                    credential.FaultOwn,
		"Acme&SonsAcme&Sons1":                   credential.FaultOwn,
		"AcmeSons2026!!!":                       credential.FaultOwn,
		"grace.hopper@example.org":              credential.FaultOwn,
		"gracehopper1906":                       credential.FaultOwn,
		"HopperGraceHopper":                     credential.FaultOwn,
		strings.Repeat("\u00fc", 257):           credential.FaultLong,
		strings.Repeat("quiet harbor fox ", 15): credential.FaultNone, // 255
	} {
		if got := credential.Weakness(password, own...); got != want {
			t.Errorf("%q is %q, want %q", password, got, want)
		}
	}
}

// 6.2.4, 6.2.12: every entry of the list, alone or stretched to the length.
func TestASVS_6_2_4_CommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	var all []string
	for _, list := range frequency.FrequencyLists {
		all = append(all, list...)
	}
	if len(all) < 90_000 {
		t.Fatalf("only %d words", len(all))
	}
	for i := 0; i < len(all); i += 997 {
		long := all[i]
		for len([]rune(long)) < credential.Shortest {
			long += all[i]
		}
		if credential.Weakness(all[i]) == credential.FaultNone {
			t.Errorf("%q may be chosen", all[i])
		}
		if credential.Weakness(long) == credential.FaultNone && len([]rune(all[i])) < 8 {
			t.Errorf("%q may be chosen", long)
		}
	}
}

// A list of a breach is refused to its last line: what is long enough because it
// is on the list, and the rest because it is short.
func TestASVS_6_2_12_AnOrganisationsListIsRefused(t *testing.T) {
	t.Parallel()
	var all []string
	for i := range 120_000 {
		all = append(all, fmt.Sprintf("Velvet otter %06d sings", i*7919%1_000_003))
		if i%3 == 0 {
			all[i] = fmt.Sprintf("otter%d", i)
		}
	}
	all[1] = "Cafe\u0301 au lait au lit"
	list, err := credential.ReadList(strings.NewReader(strings.Join(all, "\r\n") + "\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	kit := credential.Kit{Hasher: cheap(), Refused: list}
	for i := 0; i < len(all); i += 499 {
		for _, typed := range []string{all[i], strings.ToUpper(all[i])} {
			if kit.Weakness(typed) == "" {
				t.Errorf("%q may be chosen", typed)
			}
		}
	}
	if kit.Weakness("caf\u00e9 au lait au lit") != "common" {
		t.Error("the other spelling may be chosen")
	}
	if kit.Weakness("velvet otter sings quietly") != "" || (credential.Kit{}).Weakness("caf\u00e9 au lait au lit") != "" {
		t.Error("what is on no list is refused")
	}
	if _, err := credential.ReadList(strings.NewReader(strings.Repeat("x", 2<<20))); err == nil {
		t.Error("a file of one line is taken for a list")
	}
}

func TestJudgingALongPasswordIsQuick(t *testing.T) {
	t.Parallel()
	for _, p := range []string{strings.Repeat("a", 256), strings.Repeat("4bcD3fg!", 32), strings.Repeat("password1", 28)} {
		start := time.Now()
		credential.Weakness(p)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%.20q took %v", p, took)
		}
	}
}

// 6.5.1, 6.5.5
func TestASVS_6_5_1_ACodeIsGoodForItsTimeAndOnce(t *testing.T) {
	t.Parallel()
	secret := credential.NewFactor()
	if len(secret) != 20 || bytes.Equal(secret, credential.NewFactor()) {
		t.Fatal("the secret is not random")
	}
	at := time.Date(2026, 11, 20, 12, 0, 10, 0, time.UTC)
	code, err := credential.Code(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	for offset, want := range map[time.Duration]bool{
		0: true, 30 * time.Second: true, -30 * time.Second: true, 60 * time.Second: false, -60 * time.Second: false, 24 * time.Hour: false,
	} {
		if _, ok := credential.Step(secret, code, at.Add(offset), 0); ok != want {
			t.Errorf("after %v: %v", offset, ok)
		}
	}
	step, ok := credential.Step(secret, " "+code[:3]+" "+code[3:], at, 0)
	if !ok || step != at.Unix()/30 {
		t.Errorf("with blanks: %d %v", step, ok)
	}
	if _, ok := credential.Step(secret, code, at, step); ok {
		t.Error("a step opens twice")
	}
	if _, ok := credential.Step(secret, code, at, step-1); !ok {
		t.Error("a newer step does not open")
	}
	for _, wrong := range []string{"", "000", code + "0", "abcdef", credential.Typed(secret)} {
		if _, ok := credential.Step(secret, wrong, at, 0); ok {
			t.Errorf("%q opens", wrong)
		}
	}
	// RFC 6238, appendix B: the last six of its eight digits.
	if c, err := credential.Code([]byte("12345678901234567890"), time.Unix(1111111109, 0)); err != nil || c != "081804" {
		t.Errorf("the code of the RFC is %s, %v", c, err)
	}
}

func TestAnAppReadsTheAddress(t *testing.T) {
	t.Parallel()
	got := credential.Address([]byte("12345678901234567890"), "Acme: & Sons", "ada+x@example.org")
	want := "otpauth://totp/Acme%20%20&%20Sons:ada+x@example.org?algorithm=SHA1&digits=6&issuer=Acme%20%20%26%20Sons&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// The drawing has the three corners that a reader looks for, and its quiet zone.
func TestTheDrawingIsACode(t *testing.T) {
	t.Parallel()
	d, err := credential.Draw(credential.Address(credential.NewFactor(), "Acme", "ada@example.org"))
	if err != nil {
		t.Fatal(err)
	}
	field := image.NewGray(image.Rect(0, 0, d.Size, d.Size))
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(d.Path, -1) {
		x, y, n := number(t, m[1]), number(t, m[2]), number(t, m[3])
		for i := range n {
			field.SetGray(x+i, y, color.Gray{Y: 1})
		}
	}
	dark := func(x, y int) bool { return field.GrayAt(x, y).Y == 1 }
	last := d.Size - 4 - 7
	for _, corner := range []image.Point{{X: 4, Y: 4}, {X: last, Y: 4}, {X: 4, Y: last}} {
		for i := range 7 {
			if !dark(corner.X+i, corner.Y) || !dark(corner.X, corner.Y+i) || (i > 0 && i < 6 && dark(corner.X+i, corner.Y+1)) {
				t.Errorf("no corner at %v", corner)
			}
		}
	}
	for i := range d.Size {
		for j := range 4 {
			if dark(i, j) || dark(j, i) || dark(d.Size-1-j, i) || dark(i, d.Size-1-j) {
				t.Fatal("the quiet zone is not quiet")
			}
		}
	}
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
