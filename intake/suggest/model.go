package suggest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"strings"
	"sync"
)

// classifiers are the two that are trained: which language a text is in, and
// which right a sentence is about.
type classifiers struct {
	languages *classifier
	rights    *classifier
}

//go:embed languages.model.gz
var languagesModel []byte

//go:embed rights.model.gz
var rightsModel []byte

// model reads the embedded classifiers once.
var model = sync.OnceValue(func() *classifiers { //nolint:gochecknoglobals // read once, never changed
	return &classifiers{languages: unpack(languagesModel), rights: unpack(rightsModel)}
})

func unpack(b []byte) *classifier {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		panic(err) // the file is part of the program
	}
	c, err := read(z)
	if err != nil {
		panic(err)
	}
	return c
}

// language is the one that a text is in, where that is clear.
func (m *classifiers) language(text string) string {
	p, share := m.languages.probabilities(languageFeatures(text))
	if found, sure := likeliest(p); sure >= 0.6 && share >= 0.3 {
		return found
	}
	return ""
}

// languageFeatures are the words of a text and their endings.
func languageFeatures(text string) []string {
	seen := map[string]bool{}
	var all []string
	for w := range strings.FieldsSeq(strings.ToLower(address.ReplaceAllString(text, " "))) {
		w = strings.Trim(w, ".,;:!?()[]„“”\"«»'’-–0123456789>*")
		runes := []rune(w)
		for _, f := range []string{w, "-" + string(runes[max(0, len(runes)-3):]), string(runes[:min(3, len(runes))]) + "-"} {
			if w != "" && !seen[f] {
				seen[f] = true
				all = append(all, f)
			}
		}
	}
	return all
}
