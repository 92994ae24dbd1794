package suggest

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence is one sentence of a letter, or a line of a list or form.
type sentence struct {
	text    string
	subject bool
	quoted  bool   // somebody else's words, or a reply's subject
	lead    string // the words before a colon that begin the list it stands in
	ticked  bool   // a line of a form with its box ticked
}

var (
	unticked  = regexp.MustCompile(`^\s*(?:[-*•\d.)]*\s*)(?:\[\s*\]|\(\s*\)|[☐□▢○])`)
	ticked    = regexp.MustCompile(`^\s*(?:[-*•\d.)]*\s*)(?:\[\s*[xX✓✔✗✘]\s*\]|\(\s*[xX✓✔]\s*\)|[☒☑✓✔✅■])\s*`)
	item      = regexp.MustCompile(`^\s*(?:[-*•–·]|\(?[0-9]{1,2}[.)]|\(?[a-z][.)])\s+`)
	entry     = regexp.MustCompile(`^\p{Lu}[\p{L} /'-]{1,30}\s*[:|]\s`)
	forwarded = regexp.MustCompile(`(?i)^\s*(?:-{3,}.*(?:forward|original|weiter|urspr|transf|reenv|inoltr|doorgest|oorspr|encamin).*|_{10,})\s*$`)
	reply     = regexp.MustCompile(`(?i)^\s*(?:(?:re|aw|fwd?|wg|rv|tr|ref|antw|sv|vs|i|r|res|enc|rif)(?:\[\d+\])?\s*:\s*)+`)
	quotes    = regexp.MustCompile(`[„“”"«»][^„“”"«»\n]{2,400}[„“”"«»]`)
	endings   = regexp.MustCompile(`[.!?;…]+["”»)]*\s+|\n`)
	abbrev    = regexp.MustCompile(`(?i)(?:^|[\s(])(?:artt?|nr|no|n|abs|mrs?|ms|dr|st|lit|sec|sr|sra|sig|sigg|mme|exmos?|par|cf|ca|z\.b|d|dª|reg|civ|cal|vs|inc|ltd|bzw|evtl|p\.ej|av|prof|al|lgs|tel|ref|str)$`)
)

// sentencesOf cuts a letter into sentences, the subject first.
func sentencesOf(subject, text string) []sentence {
	var all []sentence
	if rest := reply.ReplaceAllString(subject, ""); strings.TrimSpace(rest) != "" {
		all = append(all, sentence{text: strings.TrimSpace(rest), subject: true, quoted: rest != subject})
	}
	lines := formLines(strings.Split(text, "\n"))
	quoted, lead := false, ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case forwarded.MatchString(line):
			quoted = true
			continue
		case line == "" || strings.HasPrefix(line, ">"):
			continue
		}
		if ticked.MatchString(line) {
			all = append(all, sentence{text: strings.TrimSpace(ticked.ReplaceAllString(line, "")), ticked: true, quoted: quoted})
			continue
		}
		listed := item.MatchString(line)
		for i+1 < len(lines) && goesOn(line, lines[i+1]) {
			i++
			line += " " + strings.TrimSpace(lines[i])
		}
		if listed {
			line = item.ReplaceAllString(line, "")
		} else {
			lead = ""
		}
		for _, s := range cut(line) {
			all = append(all, sentence{text: s, quoted: quoted, lead: lead})
		}
		if !listed && strings.HasSuffix(line, ":") {
			lead = all[len(all)-1].text
		}
	}
	return all
}

// goesOn reports whether a sentence was wrapped at the end of the line.
func goesOn(line, next string) bool {
	next = strings.TrimSpace(next)
	if next == "" || strings.HasPrefix(next, ">") || item.MatchString(next) || ticked.MatchString(next) || entry.MatchString(next) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(next)
	last, _ := utf8.DecodeLastRuneInString(line)
	return unicode.IsLower(first) || len(line) >= 60 && !strings.ContainsRune(".!?:;", last)
}

// cut cuts a paragraph after full stops and the like that end a sentence.
func cut(s string) []string {
	var all []string
	start := 0
	for _, at := range endings.FindAllStringIndex(s, -1) {
		next, _ := utf8.DecodeRuneInString(s[at[1]:])
		if s[at[0]] == '.' && (abbrev.MatchString(s[start:at[0]]) || unicode.IsLower(next) || unicode.IsDigit(next)) {
			continue
		}
		if part := strings.TrimSpace(s[start:at[1]]); part != "" {
			all = append(all, part)
		}
		start = at[1]
	}
	if part := strings.TrimSpace(s[start:]); part != "" {
		all = append(all, part)
	}
	return all
}

// formLines leaves out of a form with boxes what is not ticked, and the
// headings between the boxes.
func formLines(lines []string) []string {
	first, last := -1, -1
	for i, l := range lines {
		if unticked.MatchString(l) || ticked.MatchString(l) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return lines
	}
	var all []string
	for i, l := range lines {
		heading := i >= first-1 && i <= last && strings.TrimSpace(l) != "" && !ticked.MatchString(l)
		if !heading {
			all = append(all, l)
		}
	}
	return all
}

// clausesOf cuts a sentence at its commas, dashes and brackets.
func clausesOf(s string) []string {
	var all []string
	for _, c := range clauseMarks.Split(s, -1) {
		if strings.TrimSpace(c) != "" {
			all = append(all, c)
		}
	}
	if len(all) == 0 { // marks alone, such as "("
		return []string{s}
	}
	return all
}

var clauseMarks = regexp.MustCompile(`[,:;()]\s|\s[-–—]\s|[()]|\?\s`)
