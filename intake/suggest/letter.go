package suggest

import (
	"cmp"
	"slices"
	"strings"

	"habeas/models"
)

// letter is a letter taken to pieces.
type letter struct {
	lines    []line
	raw      map[string]float64 // what the classifier makes of all of it at once
	whole    map[string]float64 // and of what asks for something, the rights among themselves
	claims   []claim            // of all its sentences
	reminder bool               // it reminds of a request that nobody answered
	done     bool               // it says that all is settled
}

// line is a sentence and what the classifier and the cues make of it.
type line struct {
	sentence
	p       map[string]float64
	known   float64
	strict  map[string]float64 // without what stands in quotation marks
	clauses []clause
	claims  []claim
	joined  []map[string]float64 // what the parts ask that an "and" joins
	asking  bool                 // it has words that ask
	named   bool                 // it names an article of law
	words   int
}

// clause is a part of a sentence, and what governs it.
type clause struct {
	p        map[string]float64
	governed map[cue]bool
}

func newLetter(m *classifiers, language, subject, text string) *letter {
	c := cues()[language]
	l := &letter{}
	all := sentencesOf(subject, text)
	for _, s := range all[:min(len(all), mostSentences)] {
		n := line{sentence: s}
		n.asking, n.named, n.words = c.has(ask, s.text), len(articlesIn(fold(s.text))) > 0, len(wordsOf(fold(s.text)))
		n.p, n.known = m.rights.probabilities(featuresOf(language, s.text))
		n.strict = n.p
		if bare := quotes.ReplaceAllString(s.text, " "); bare != s.text {
			n.strict, _ = m.rights.probabilities(featuresOf(language, bare))
		}
		parts := clausesOf(s.text)
		for i, governed := range c.governing(s.text, parts) {
			p, _ := m.rights.probabilities(featuresOf(language, parts[i]))
			n.clauses = append(n.clauses, clause{p, governed})
		}
		for _, part := range c.parts(s.text) {
			p, _ := m.rights.probabilities(featuresOf(language, part))
			n.joined = append(n.joined, p)
		}
		n.claims = n.claimsOf()
		for _, c := range n.claims {
			if !slices.Contains(l.claims, c) {
				l.claims = append(l.claims, c)
			}
		}
		l.reminder = l.reminder || c.has(reminder, s.text)
		l.done = l.done || c.has(done, s.text)
		l.lines = append(l.lines, n)
	}
	l.weigh(m, language)
	return l
}

// weigh reads all at once that may be about a right: the boxes that are ticked,
// where there are any, else every sentence that is not clearly about nothing.
func (l *letter) weigh(m *classifiers, language string) {
	form := slices.ContainsFunc(l.lines, func(n line) bool { return n.ticked })
	var all, parts []string
	for _, n := range l.lines {
		if !n.quoted {
			all = append(all, n.text)
		}
		if !n.quoted && (form && n.ticked || !form && n.p[""] < idle) {
			parts = append(parts, n.text)
		}
	}
	l.whole, _ = m.rights.probabilities(featuresOf(language, strings.Join(parts, "\n")))
	l.raw, _ = m.rights.probabilities(featuresOf(language, strings.Join(all, "\n")))
	some := 1 - l.whole[""]
	for class := range l.whole {
		l.whole[class] /= some
	}
}

// rank suggests rights, the likeliest first: by the sentence that speaks for it
// most, and by the letter as a whole. What a condition, a negation or a
// quotation governs counts less.
func (l *letter) rank() []Right {
	var all []Right
	for _, class := range l.classes() {
		r := Right{Type: models.RequestType(class)}
		for _, n := range l.lines {
			if p := n.says(class) * n.weight(class); p > r.Confidence {
				r.Confidence, r.Sentence = p, n.text
			}
		}
		if class != "" {
			all = append(all, r)
		}
	}
	for i, r := range all {
		all[i].Confidence = (1-wholly)*r.Confidence + wholly*l.raw[string(r.Type)]
	}
	all = slices.DeleteFunc(all, func(r Right) bool { return r.Confidence < likely })
	slices.SortStableFunc(all, func(a, b Right) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return all
}

func (l *letter) classes() []string {
	if len(l.lines) == 0 {
		return nil
	}
	var all []string
	for class := range l.lines[0].p {
		all = append(all, class)
	}
	slices.Sort(all)
	return all
}

// says is how much a sentence speaks for a right: as a whole, or a part of it
// that an "and" joins.
func (n line) says(class string) float64 {
	p := n.p[class]
	for _, part := range n.joined {
		p = max(p, partly*part[class])
	}
	return p
}

// weight is how much a sentence counts for a right.
func (n line) weight(class string) float64 {
	w := 1.0
	if n.quoted {
		w = 0.5
	}
	switch govern := n.governed(class); {
	case govern[negation]:
		return w * 0.2
	case govern[condition], govern[threat], govern[question]:
		return w * 0.4
	case govern[past]:
		return w * 0.8
	}
	return w
}

// governed is what governs the clause of a sentence that speaks for a right.
func (n line) governed(class string) map[cue]bool {
	at := slices.MaxFunc(n.clauses, func(a, b clause) int { return cmp.Compare(a.p[class], b.p[class]) })
	g := map[cue]bool{}
	for c := range at.governed {
		switch {
		case class == string(models.TypeQuestion): // is asked under conditions
			continue
		case c == negation && refusal(class), c == refused && !refusal(class), c == whether && class == string(models.TypeAccess):
			continue
		case c == refused:
			c = negation
		case c == whether:
			c = condition
		}
		g[c] = true
	}
	return g
}

// refusal is a right to say no: "do not send me advertising".
func refusal(class string) bool {
	switch models.RequestType(class) { //nolint:exhaustive // the others are no refusals
	case models.TypeMarketingOptOut, models.TypeSharingOptOut, models.TypeObjection:
		return true
	}
	return false
}

// plain reports whether a right is asked for plainly: in a sentence that speaks
// for it alone and that nothing governs, and nowhere taken back.
func (l *letter) plain(right models.RequestType) bool {
	switch right { //nolint:exhaustive // the others are rights to be named
	case models.TypeComplaint, models.TypeQuestion:
		return false // what the words mean is for staff to say
	case models.TypeObjection:
		if l.main() == models.TypeMarketingOptOut {
			return false
		}
	}
	class := string(right)
	return !l.done && !l.takenBack(class) && slices.ContainsFunc(l.lines, func(n line) bool { return l.asks(n, class, sureAt) })
}

// asking is the sentence that asks for a right most plainly, and how sure the
// classifier is of it.
func (l *letter) asking(class string) (sentence string, confidence float64) {
	for _, n := range l.lines {
		if p := n.certainty(class); p > confidence && l.asks(n, class, sureAt) || n.ticked && l.asks(n, class, sureAt) {
			sentence, confidence = n.text, p
		}
	}
	return sentence, confidence
}

// asks reports whether a sentence asks for a right plainly.
func (l *letter) asks(n line, class string, at float64) bool {
	if n.ticked && n.p[class] >= rivalAt {
		return true
	}
	if n.quoted || n.known < known || n.certainty(class) < at {
		return false
	}
	if strings.Contains(n.text, "?") && (n.subject || !n.asking && class != string(models.TypeAccess)) {
		return false
	}
	if l.whole[class] < agreed && n.words < full && !n.named {
		return false // "delete it" says nothing alone
	}
	govern := n.governed(class)
	if l.reminder && l.only(class) {
		delete(govern, past)
	}
	if len(govern) > 0 || !l.led(n, class) {
		return false
	}
	if (n.subject || !n.asking && !n.named) && rival(l.claims, class) {
		return false
	}
	return !rival(n.claims, class)
}

// certainty is how sure the classifier is of a right, or of one in the same
// words, where this is the likelier.
func (n line) certainty(class string) float64 {
	p := n.strict[class]
	for other, q := range n.strict {
		if kin(class, other) && q < p {
			p += q
		}
	}
	return p
}

// led reports whether the words before a list, if the sentence stands in one,
// let its items ask: "Please send me the letters about:" does not.
func (l *letter) led(n line, class string) bool {
	if n.lead == "" {
		return true
	}
	at := slices.IndexFunc(l.lines, func(o line) bool { return o.text == n.lead })
	if at < 0 {
		return false
	}
	lead := l.lines[at]
	own, p := likeliest(lead.p)
	return (own == "" || own == class || p < rivalAt) && len(lead.governed(class)) == 0
}

// claim is a right that a sentence or a part of it asks for.
type claim struct {
	class string
	part  bool // a clause says so
	joint bool // what an "and" joins says so
}

// claimsOf are the rights that a sentence asks for, whatever it asks for most.
func (n line) claimsOf() []claim {
	if n.quoted {
		return nil
	}
	var all []claim
	add := func(c claim) {
		if c.class != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if class, p := likeliest(n.p); p >= rivalAt && len(n.governed(class)) == 0 {
		add(claim{class: class})
	}
	for _, c := range n.clauses {
		if class, p := likeliest(c.p); p >= sureAt && len(c.governed) == 0 {
			add(claim{class: class, part: true})
		}
	}
	for _, part := range n.joined {
		if class, p := likeliest(part); p >= sureAt {
			add(claim{class: class, part: true, joint: true})
		}
	}
	return all
}

// rival reports whether something else than a right is claimed.
func rival(claims []claim, right string) bool {
	return slices.ContainsFunc(claims, func(c claim) bool {
		// In "delete my account and what you know about me" nobody asks what that is.
		object := c.joint && right == string(models.TypeDeletion) && c.class == string(models.TypeAccess)
		return c.class != right && !(c.part && kin(right, c.class)) && !object
	})
}

// kin are rights that are asked for in the same words.
func kin(class, other string) bool {
	pair := func(a, b models.RequestType) bool {
		return class == string(a) && other == string(b) || class == string(b) && other == string(a)
	}
	return pair(models.TypeMarketingOptOut, models.TypeObjection) || pair(models.TypeAccess, models.TypePortability)
}

// takenBack reports whether a sentence says that a right is not asked for.
func (l *letter) takenBack(class string) bool {
	return slices.ContainsFunc(l.lines, func(n line) bool {
		return !n.quoted && n.p[class] >= rivalAt && n.governed(class)[negation]
	})
}

// only reports whether the letter is about one right alone.
func (l *letter) only(class string) bool {
	return !slices.ContainsFunc(l.claims, func(c claim) bool { return !c.part && c.class != class })
}

// ownSentence reports whether a right beside others is asked for in a sentence
// of its own, and is a request of its own: an objection is a ground for
// erasure, and a format is a way to give access.
func (l *letter) ownSentence(right models.RequestType, all []Right) bool {
	sure := func(t models.RequestType) bool {
		return slices.ContainsFunc(all, func(r Right) bool { return r.Sure && r.Type == t })
	}
	switch right { //nolint:exhaustive // the others stand alone
	case models.TypeObjection:
		if sure(models.TypeDeletion) || sure(models.TypeMarketingOptOut) {
			return false
		}
	case models.TypePortability:
		if sure(models.TypeAccess) {
			return false
		}
	}
	class := string(right)
	return right == all[0].Type || slices.ContainsFunc(l.lines, func(n line) bool {
		return !n.subject && l.asks(n, class, secondAt) && !strings.Contains(n.text, "?")
	})
}

// main is what the letter as a whole is about most.
func (l *letter) main() models.RequestType {
	best := ""
	for _, class := range l.classes() {
		if class != "" && (best == "" || l.whole[class] > l.whole[best]) {
			best = class
		}
	}
	return models.RequestType(best)
}

// unsettled reports whether a sentence asks clearly for a right that is not
// sure, while no sentence with words that ask says what is.
func (l *letter) unsettled(all []Right) bool {
	if slices.ContainsFunc(l.lines, func(n line) bool {
		return (n.asking || n.named) && slices.ContainsFunc(all, func(r Right) bool { return r.Sure && l.asks(n, string(r.Type), sureAt) })
	}) {
		return false
	}
	return slices.ContainsFunc(l.lines, func(n line) bool {
		class, p := likeliest(n.strict)
		if n.quoted || class == "" || p < sureAt || len(n.governed(class)) > 0 {
			return false
		}
		return !slices.ContainsFunc(all, func(r Right) bool {
			return string(r.Type) == class && r.Sure || r.Sure && kin(string(r.Type), class)
		}) && !accessory(models.RequestType(class))
	})
}

// accessory is what letters say beside the right that they are about: a ground,
// a format, a grievance, a question.
func accessory(right models.RequestType) bool {
	switch right { //nolint:exhaustive // the others stand alone
	case models.TypeObjection, models.TypePortability, models.TypeComplaint, models.TypeQuestion:
		return true
	}
	return false
}
