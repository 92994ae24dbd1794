package filetype_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"habeas/internal/filetype"
	"habeas/internal/testbed/property"
)

func TestDetect(t *testing.T) {
	t.Parallel()
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
	tests := map[string]struct {
		name, content, media string
		err                  error
	}{
		"a PDF":                           {"id.pdf", "%PDF-1.7\n", "application/pdf", nil},
		"a picture without an extension":  {"photo", png, "image/png", nil},
		"a picture that claims to be PDF": {"id.pdf", png, "", filetype.ErrMismatch},
		"plain text":                      {"letter.txt", "Dear all,\nplease.", "text/plain", nil},
		"a log that looks like CSV":       {"app.log", "a,b,c\n1,2,3\n4,5,6\n7,8,9\n", "text/csv", nil},
		"HTML as text":                    {"letter.txt", "<!DOCTYPE html><html><script>alert(1)</script>", "", filetype.ErrNotTaken},
		"SVG":                             {"a.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>`, "", filetype.ErrNotTaken},
		"a program":                       {"a.exe", "MZ\x90\x00\x03", "", filetype.ErrNotTaken},
		"an archive":                      {"a.zip", "PK\x03\x04\x14\x00\x00\x00\x08\x00", "", filetype.ErrNotTaken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			media, err := filetype.Detect(tt.name, []byte(tt.content))
			if media != tt.media || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v; want %q, %v", media, err, tt.media, tt.err)
			}
		})
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"report.pdf":                        "report.pdf",
		"../../etc/passwd":                  "passwd",
		`C:\Users\me\secret.doc`:            "secret.doc",
		".htaccess":                         "htaccess",
		"a\u202efdp.exe":                    "afdp.exe",
		"a\r\nb.txt":                        "ab.txt",
		"..":                                "attachment.bin",
		"/":                                 "attachment.bin",
		"":                                  "attachment.bin",
		"trailing. .":                       "trailing",
		strings.Repeat("é", 100):            strings.Repeat("é", 75),
		"cafe\u200d\u0301.pdf":              "caf\u00e9.pdf", // the accent joins its letter once nothing stands between
		"a.pdf/\x00":                        "a.pdf",
		strings.Repeat("a", 148) + ". .pdf": strings.Repeat("a", 148), // nor does the cut leave a dot at the end
	}
	for in, want := range tests {
		got := filetype.CleanName(in)
		if got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
		if again := filetype.CleanName(got); again != got {
			t.Errorf("CleanName(%q) = %q, and of that %q", in, got, again)
		}
	}
}

// hostile is what meets its neighbours in surprising ways.
var hostile = []rune("ae. /\\\x00\u0301\u0338\u200d\u202e\u1100\u1161\ufeff\ufffd")

func TestCleanNameIsAlwaysSafe(t *testing.T) {
	t.Parallel()
	safe := regexp.MustCompile(`^[^/\\\x00-\x1f\x7f\x{202a}-\x{202e}\x{2066}-\x{2069}]{1,150}$`)
	property.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringN(120, 200, -1), rapid.StringOf(rapid.SampledFrom(hostile))).Draw(t, "name")
		got := filetype.CleanName(in)
		if !safe.MatchString(got) || len(got) > 150 || got[0] == '.' || filetype.CleanName(got) != got {
			t.Fatalf("CleanName(%q) = %q", in, got)
		}
	})
}
