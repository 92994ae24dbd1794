package intake

import "regexp"

// introduction is how programs in one language introduce an older message.
type introduction struct {
	sign  string // which is always in it: cheaper to look for
	name  bool   // it begins with the name
	whole *regexp.Regexp
}

const (
	bracketed = `[<(][^<>()\s]+@[^<>()\s]+[>)]`
	named     = `(?i)^[^<>@:：]*(` + bracketed + `)?,? ?`
	dotted    = `(?i)^((dne|dňa) )?(\pL{2} )?\d{1,2}\. ?(\d{1,2}\.|\pL+\.?) ?\d{2,4},?( v| o| klo| kello)? \d{1,2}[:.]\d{2}`
	yearFirst = `^(在 ?)?\d{4}[-/年년] ?\d{1,2}[-/月월] ?\d{1,2}[日일]?.*\d:\d{2}.*`
)

var (
	czech        = regexp.MustCompile(dotted + `.*napsala?(\(a\))? ?:$`)
	slovak       = regexp.MustCompile(dotted + `.*napísala?(\(a\))? ?:$`)
	czechApple   = regexp.MustCompile(dotted + `.*` + bracketed + ` ?:$`)
	finnish      = regexp.MustCompile(dotted + `.*kirjoitti ?:$`)
	finnishName  = regexp.MustCompile(named + `kirjoitti \d{1,2}\.\d{1,2}\.\d{4} (klo|kello) \d{1,2}[.:]\d{2} ?:$`)
	turkish      = regexp.MustCompile(`^\d{1,2}[. ](\d{1,2}|\pL+)[. ]\d{4}\b.* tarihinde .*yazdı ?:$`)
	turkishName  = regexp.MustCompile(named + `([^<>@]+ tarihinde (şun(u|ları)|şöyle) yazdı|şun(u|ları) yazdı \([^()]+\)) ?:$`)
	japaneseSaid = regexp.MustCompile(yearFirst + `(のメール|のメッセージ|書きました) ?[:：]$`)
	eastern      = regexp.MustCompile(yearFirst + bracketed + ` ?[:：]$`)
	chinese      = regexp.MustCompile(yearFirst + `[写寫]道 ?[:：]$`)
	chineseName  = regexp.MustCompile(named + `[于於] ?\d{4}[-/年][^<>@]+[写寫]道 ?[:：]$`)
	koreanSaid   = regexp.MustCompile(yearFirst + `님이 (작성|쓴 글) ?:$`)
	hungarian    = regexp.MustCompile(named + `ezt írta \(időpont: [^()]+\) ?:$`)
	romanian     = regexp.MustCompile(`(?i)^în .*\d{4} .*\d:\d{2}.* a scris ?:$`)
	greek        = regexp.MustCompile(`(?i)^στις .*\d{4} .*\d:\d{2}.* έγραψε ?:$`)
)

func introductions() []introduction {
	return []introduction{
		{"napsal", false, czech},
		{"napísal", false, slovak},
		{"@", false, czechApple},
		{"kirjoitti", false, finnish},
		{"kirjoitti", true, finnishName},
		{"yazdı", false, turkish},
		{"yazdı", true, turkishName},
		{"の", false, japaneseSaid},
		{"書きました", false, japaneseSaid},
		{"@", false, eastern},
		{"道", false, chinese},
		{"道", true, chineseName},
		{"님이", false, koreanSaid},
		{"ezt írta", true, hungarian},
		{"a scris", false, romanian},
		{"έγραψε", false, greek},
	}
}
