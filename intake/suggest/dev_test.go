package suggest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

type vec struct {
	ID, Lang, Subject, Body, Expected string
	Acceptable                        []string
	Expected_all                      []string
}

func load(f string) (all []vec) {
	h, err := os.Open(f)
	if err != nil {
		panic(err)
	}
	s := bufio.NewScanner(h)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var v vec
		json.Unmarshal(s.Bytes(), &v)
		if len(v.Acceptable) == 0 {
			v.Acceptable = []string{v.Expected}
		}
		all = append(all, v)
	}
	return
}

func readWith(m *classifiers, subject, text string) Suggestion {
	s := Suggestion{Language: m.language(subject + "\n" + text)}
	s.Rights = rightsOf(m, s.Language, subject, text)
	return s
}

func eval(t *testing.T, m *classifiers, vs []vec, verbose bool) (first, n, sure, wrong, filed, lang int) {
	for _, v := range vs {
		if _, ok := cues()[v.Lang]; !ok {
			continue
		}
		s := readWith(m, v.Subject, v.Body)
		if s.Language == v.Lang {
			lang++
		}
		n++
		got := "not_a_request"
		if len(s.Rights) > 0 {
			got = string(s.Rights[0].Type)
		}
		if slices.Contains(v.Acceptable, got) {
			first++
		} else if verbose {
			fmt.Printf("FIRST %s %s/%s got %s want %s | %s | %.160q | %v\n", v.ID, v.Lang, s.Language, got, v.Expected, v.Subject, v.Body, s.Rights)
		}
		if v.Expected != "not_a_request" {
			filed++
		}
		for _, r := range s.Rights {
			if r.Sure {
				sure++
				if !slices.Contains(v.Acceptable, string(r.Type)) && !slices.Contains(v.Expected_all, string(r.Type)) {
					wrong++
					fmt.Printf("SURE-WRONG %s %s got %s want %s | %s | %.300q | %q\n", v.ID, v.Lang, r.Type, v.Expected, v.Subject, v.Body, r.Sentence)
				}
			}
		}
	}
	return
}

func TestDev(t *testing.T) {
	tr := os.DirFS("training")
	sent, _ := sentencesIn(tr)
	lett, _ := lettersIn(tr)
	fmt.Println(len(sent), "sentences", len(lett), "letters")
	vs := load("training/letters.jsonl")
	verbose := os.Getenv("V") != ""
	var a [6]int
	for k := range 5 {
		var tl []taught
		var test []vec
		for i := range vs {
			if i%5 == k {
				test = append(test, vs[i])
			} else {
				tl = append(tl, lett[i])
			}
		}
		r, l := learnBoth(append(slices.Clone(sent), tl...))
		f, n, s, w, q, g := eval(t, &classifiers{l, r}, test, verbose && k == 0)
		for i, x := range []int{f, n, s, w, q, g} {
			a[i] += x
		}
		if os.Getenv("FAST") != "" {
			break
		}
	}
	fmt.Printf("CV: first %d of %d (%.1f%%), sure %d, wrong %d, requests %d, language %d\n", a[0], a[1], 100*float64(a[0])/float64(a[1]), a[2], a[3], a[4], a[5])
	r, l := learnBoth(append(sent, lett...))
	m := &classifiers{l, r}
	f, n, s, w, q, g := eval(t, m, load("/work/shared/email/intake_vectors.jsonl"), verbose)
	fmt.Printf("shared: first %d of %d, sure %d, wrong %d, requests %d, language %d, features %d\n", f, n, s, w, q, g, len(r.weights))
	if os.Getenv("FIELD") != "" {
		for _, c := range fieldCases() {
			s := readWith(m, c.Subject, c.Body)
			fmt.Println("=====", c.ID, s.Language, "want", c.Acceptable, "must", c.Must, "never", c.Never)
			if len(s.Rights) == 0 || !s.Rights[0].Sure {
				l := newLetter(m, s.Language, c.Subject, c.Body)
				fmt.Println("     reminder", l.reminder, "done", l.done, "main", l.main(), l.whole[string(l.main())])
				for _, n := range l.lines {
					c, p := likeliest(n.p)
					if c != "" || p < 0.9 {
						fmt.Printf("     - %q %s %.2f known %.2f q%v lead %.20q gov %v rival %v\n", n.text, c, p, n.known, n.quoted, n.lead, n.governed(c), n.rival(c))
					}
				}
			}
			for _, r := range s.Rights {
				fmt.Printf("   %s %.2f sure %v %.150q\n", r.Type, r.Confidence, r.Sure, r.Sentence)
			}
		}
	}
}

type fcase struct {
	ID, Subject, Body       string
	Acceptable, Must, Never []string
}

func fieldCases() (all []fcase) {
	h, _ := os.Open("/tmp/suggest-field.jsonl")
	s := bufio.NewScanner(h)
	for s.Scan() {
		var c fcase
		json.Unmarshal(s.Bytes(), &c)
		all = append(all, c)
	}
	return
}
