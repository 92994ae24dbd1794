package policies

import (
	"regexp"
	"strings"
)

// Cited returns citations, joined by semicolons, in the form of the locale's
// language: "GDPR Art. 17(3)(b)" is "Art. 17 Abs. 3 lit. b DSGVO" in German.
// Laws that are written in one language only keep their own names.
func (p *Policy) Cited(citations, locale string) string { return p.printer(locale).cited(citations) }

func (t printer) cited(citations string) string {
	all := strings.Split(citations, "; ")
	for i, c := range all {
		if all[i] = t.text(c); all[i] == c {
			all[i] = inForm(c, t.language())
		}
	}
	return strings.Join(all, "; ")
}

// instrument is a law of the Union, or its twin, which every language cites in
// a form of its own.
type instrument struct {
	english string
	names   map[string]string // with the preposition that the form needs
}

func instruments() []instrument {
	return []instrument{
		{"UK GDPR", map[string]string{"de": "UK GDPR", "fr": "du UK GDPR", "es": "del UK GDPR"}},
		{"GDPR", map[string]string{"de": "DSGVO", "fr": "du RGPD", "es": "del RGPD"}},
		{"TFEU", map[string]string{"de": "AEUV", "fr": "du TFUE", "es": "del TFUE"}},
		{"Regulation (EEC, Euratom) 1182/71", map[string]string{
			"de": "VO (EWG, Euratom) Nr. 1182/71", "fr": "du règlement (CEE, Euratom) nº 1182/71", "es": "del Reglamento (CEE, Euratom) n.º 1182/71",
		}},
	}
}

var (
	articlesForm = regexp.MustCompile(`^Art(?:s|\.) (.+)$`)
	articleForm  = regexp.MustCompile(`^(\d+[A-Z]?)(?:\((\d+)\))?(?:\(([a-z])\))?$`)
)

// inForm returns a citation in the form of a language, or as it is.
func inForm(citation, language string) string {
	for _, of := range instruments() {
		rest, ok := strings.CutPrefix(citation, of.english+" ")
		found := articlesForm.FindStringSubmatch(rest)
		if !ok || found == nil || of.names[language] == "" {
			continue
		}
		var parts []string
		for one := range strings.SplitSeq(found[1], ", ") {
			a := articleForm.FindStringSubmatch(one)
			if a == nil {
				return citation
			}
			parts = append(parts, article(a[1], a[2], a[3], language))
		}
		return strings.Join(parts, ", ") + " " + of.names[language]
	}
	return citation
}

// article cites one article, with its paragraph and its letter where given.
func article(number, paragraph, letter, language string) string {
	form := map[string][3]string{
		"de": {"Art. ", " Abs. ", " lit. "},
		"fr": {"art. ", ", § ", ", "},
		"es": {"art. ", ".", "."},
	}[language]
	text := form[0] + number
	if paragraph != "" {
		text += form[1] + paragraph
	}
	if letter != "" {
		text += form[2] + letter
		if language != "de" {
			text += ")"
		}
	}
	return text
}
