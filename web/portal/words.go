package portal

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// What pages say, a file a language, and the names of countries and their
// parts, which come from the Unicode CLDR.
//
//go:embed words/*.json
var wordFiles embed.FS

// lexicon is everything that pages say in one language.
type catalogue struct {
	tag    string
	words  map[string]string
	places places
}

// places are the countries and their parts in the order of the language.
type places struct {
	Countries [][2]string            `json:"countries"` // code and name
	Regions   map[string][][2]string `json:"regions"`
}

// embedded are the languages as their files have them.
var embedded = sync.OnceValues(func() (map[string]*catalogue, error) { //nolint:gochecknoglobals // read once, never changed
	var where map[string]places
	if err := readJSON("places", &where); err != nil {
		return nil, err
	}
	all := map[string]*catalogue{}
	for _, tag := range tags() {
		l := &catalogue{tag: tag, places: where[tag]}
		if err := readJSON(tag, &l.words); err != nil {
			return nil, err
		}
		all[tag] = l
	}
	return all, nil
})

// loadCatalogues returns all languages; over replaces words, by language.
func loadCatalogues(over map[string]map[string]string) (map[string]*catalogue, error) {
	ours, err := embedded()
	if err != nil {
		return nil, err
	}
	all := maps.Clone(ours)
	for _, tag := range slices.Sorted(maps.Keys(over)) {
		l, ok := ours[tag]
		if !ok {
			return nil, fmt.Errorf("the words of the theme: there is no language %q, only %s", tag, strings.Join(tags(), ", "))
		}
		if all[tag], err = l.with(over[tag]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// with returns the language with some words replaced.
func (l *catalogue) with(over map[string]string) (*catalogue, error) {
	changed := *l
	changed.words = maps.Clone(l.words)
	for key, text := range over {
		if _, ok := l.words[key]; !ok {
			return nil, fmt.Errorf("the words of the theme: there is no text %q", key)
		}
		changed.words[key] = text
	}
	return &changed, nil
}

func readJSON(name string, into any) error {
	raw, err := wordFiles.ReadFile("words/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("reading words/%s.json: %w", name, err)
	}
	return nil
}

// say returns a text with its placeholders filled: pairs of name and value.
func (l *catalogue) say(key string, pairs ...any) (string, error) {
	text, ok := l.words[key]
	if !ok {
		return "", fmt.Errorf("there is no text %q in %s", key, l.tag)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return text, nil
}

// count is say for a number of things, which it gives as {n}.
func (l *catalogue) count(key string, n int, pairs ...any) (string, error) {
	if n == 1 {
		key += ".one"
	} else {
		key += ".other"
	}
	return l.say(key, append(pairs, "n", n)...)
}

// text is say for keys that a test proves to be there, as those of codes: an
// unknown one becomes the text of the last key given.
func (l *catalogue) text(keys ...string) string {
	for _, key := range keys {
		if text, ok := l.words[key]; ok {
			return text
		}
	}
	return ""
}

// name returns what a country is called, after its part if there is one.
func (p places) name(country, region string) string {
	name := named(p.Countries, country)
	if part := named(p.Regions[country], region); part != "" {
		return part + ", " + name
	}
	return name
}

// settle makes country and part fit: a part tells its country where none was
// chosen, and one of another country is none.
func (p places) settle(country, region string) (fits, part string) {
	for of, regions := range p.Regions {
		if named(regions, region) != "" && (country == of || country == "") {
			return of, region
		}
	}
	return country, ""
}

func named(list [][2]string, code string) string {
	for _, entry := range list {
		if entry[0] == code {
			return entry[1]
		}
	}
	return ""
}
