package main

import (
	"bytes"
	"strings"
	"testing"
)

//nolint:paralleltest // it writes where go test does
func TestAProcessThatGrowsTooMuchFails(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		most   int64
		want   int
	}{
		"small enough":         {"exit 0", mostMemory, 0},
		"too big":              {"exit 0", 1 << 10, 1},
		"fails by itself":      {"exit 3", mostMemory, 3},
		"ended by a signal":    {"kill -9 $$", mostMemory, 1},
		"its child is it, too": {"sh -c 'x=$(head -c 30000000 /dev/zero | tr \\\\0 x); echo ${#x} >/dev/null'; exit 0", 20 << 20, 1},
	} {
		if got := wrapped([]string{"sh", "-c", tt.script}, tt.most); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// What people see is what go test shows without -json, and what was slow.
func TestTheViewIsThatOfGoTest(t *testing.T) {
	t.Parallel()
	const said = `{"Action":"build-output","ImportPath":"c","Output":"c.go:1: wrong\n"}
{"Action":"output","Package":"a","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"output","Package":"a","Test":"TestGood","Output":"    chatter\n"}
{"Action":"pass","Package":"a","Test":"TestGood","Elapsed":31}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"output","Package":"a","Output":"ok  \ta\t31.0s\n"}
{"Action":"pass","Package":"a","Elapsed":31}
{"Action":"output","Package":"b","Test":"TestBad","Output":"    b.go:7: no\n"}
{"Action":"output","Package":"b","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}
{"Action":"fail","Package":"b","Test":"TestBad","Elapsed":0}
{"Action":"output","Package":"b","Test":"TestPanics","Output":"panic: oh\n"}
{"Action":"output","Package":"b","Output":"FAIL\tb\t0.1s\n"}
{"Action":"fail","Package":"b","Elapsed":0.1}
`
	var out bytes.Buffer
	v := view{out: &out, held: map[string]*bytes.Buffer{}}
	if err := v.read(strings.NewReader(said)); err != nil {
		t.Fatal(err)
	}
	const want = "c.go:1: wrong\nok  \ta\t31.0s\n    b.go:7: no\n--- FAIL: TestBad (0.00s)\nFAIL\tb\t0.1s\npanic: oh\n"
	if out.String() != want {
		t.Errorf("it shows\n%s\nwant\n%s", out.String(), want)
	}
	if len(v.slow) != 1 || v.slow[0].name != "a TestGood" {
		t.Errorf("slow are %v", v.slow)
	}
}
