package suggest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Train trains the two classifiers from the folder training, and returns the
// files that are embedded, by name. The same sentences give the same bytes.
//
// A file such as de.txt has sections. Below [deletion] stand sentences that ask
// for it, below [none] those that ask for nothing. Below [deletion do] and
// [deletion what] stand phrases that are put into the frames of [ask do] and
// [ask what], in turns; those of [not what] make sentences that ask for nothing
// and those of [ask what question] make questions. letters.jsonl has whole
// letters, other.txt sentences of other languages.
func Train(training fs.FS) (map[string][]byte, error) {
	sentences, err := sentencesIn(training)
	if err != nil {
		return nil, err
	}
	letters, err := lettersIn(training)
	if err != nil {
		return nil, err
	}
	rights, languages := learnBoth(append(sentences, letters...))
	files := map[string][]byte{}
	for name, c := range map[string]*classifier{"rights.model.gz": rights, "languages.model.gz": languages} {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		if err := c.write(z); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		files[name] = b.Bytes()
	}
	return files, nil
}

// taught is a text whose language and right are known.
type taught struct {
	language, class, text string
}

func learnBoth(all []taught) (rights, languages *classifier) {
	var r, l []example
	for _, t := range all {
		l = append(l, example{languageFeatures(t.text), t.language})
		if t.language != "" {
			r = append(r, example{featuresOf(t.language, t.text), t.class})
		}
	}
	return learn(r), learn(l)
}

func sentencesIn(training fs.FS) ([]taught, error) {
	names, err := fs.Glob(training, "*.txt")
	if err != nil {
		return nil, err
	}
	var all []taught
	for _, name := range names {
		b, err := fs.ReadFile(training, name)
		if err != nil {
			return nil, fmt.Errorf("reading sentences: %w", err)
		}
		language := strings.TrimSuffix(path.Base(name), ".txt")
		if language == "other" {
			language = ""
		}
		all = append(all, framed(language, sections(b))...)
	}
	return all, nil
}

// section is what stands below one heading.
type section struct {
	class, form string // "deletion", "do"
	lines       []string
}

func sections(b []byte) []section {
	var all []section
	for l := range strings.Lines(string(b)) {
		l = strings.TrimSpace(l)
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
		case strings.HasPrefix(l, "["):
			class, form, _ := strings.Cut(strings.Trim(l, "[]"), " ")
			if class == "none" {
				class = ""
			}
			all = append(all, section{class: class, form: form})
		default:
			all[len(all)-1].lines = append(all[len(all)-1].lines, l)
		}
	}
	return all
}

// framed puts the phrases into the frames: each into three that ask, one that
// does not, and one question.
func framed(language string, all []section) []taught {
	frames := map[string][]string{}
	var out []taught
	for _, s := range all {
		if s.class == "ask" || s.class == "not" {
			frames[s.class+" "+s.form] = s.lines
		}
	}
	n := 0
	put := func(class, kind, phrase string, times int) {
		for i := range min(times, len(frames[kind])) {
			frame := frames[kind][(n+i*3)%len(frames[kind])]
			if strings.Contains(frame, "{art}") && gdprArticle(class) == "" {
				continue
			}
			out = append(out, taught{language, class, strings.NewReplacer("{}", phrase, "{art}", gdprArticle(class)).Replace(frame)})
		}
	}
	for _, s := range all {
		for _, l := range s.lines {
			n++
			switch {
			case s.class == "ask" || s.class == "not":
			case s.form == "":
				out = append(out, taught{language, s.class, l})
			default:
				put(s.class, "ask "+s.form, l, 3)
				out = append(out, taught{language, s.class, l})
				if s.form == "what" {
					put("", "not what", l, 1)
					put("question", "ask what question", l, n%2)
				}
			}
		}
	}
	return out
}

// gdprArticle is the article that a right is known by.
func gdprArticle(class string) string {
	return map[string]string{"access": "15", "correction": "16", "deletion": "17", "restriction": "18", "portability": "20", "objection": "21"}[class]
}

// lettersIn reads whole letters that were sorted by hand.
func lettersIn(training fs.FS) ([]taught, error) {
	b, err := fs.ReadFile(training, "letters.jsonl")
	if err != nil {
		return nil, fmt.Errorf("reading letters: %w", err)
	}
	var all []taught
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l struct{ Lang, Expected, Subject, Body string }
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("reading letters: %w", err)
		}
		if l.Expected == "not_a_request" {
			l.Expected = ""
		}
		if _, known := cues()[l.Lang]; !known {
			l.Lang = ""
		}
		all = append(all, taught{l.Lang, l.Expected, l.Body})
	}
	return all, lines.Err()
}
