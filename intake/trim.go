package intake

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Trim separates what a person wrote from what their mail program put around
// it: the message they answer, the signature. Quotes that the person answers
// line by line stay with the answer, and so does whatever is unsure. A message
// that was only sent on is their words. Together the two hold the whole text.
func Trim(text string) (own, quoted string) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	start := above(lines)
	head, lines := lines[:start], lines[start:]
	end := history(lines)
	end = signature(lines[:end])
	end = trailingQuote(lines, end)
	end = closing(lines[:end])
	if end == 0 && quoteOnly(lines) {
		end = len(lines)
	}
	own = strings.TrimLeft(strings.TrimRight(strings.Join(lines[:end], "\n"), " \t\n"), "\n")
	return own, strings.Trim(strings.Join(slices.Concat(head, lines[end:]), "\n"), "\n")
}

// above returns where the own words begin below what stands above them: the
// quote they answer, or the header of a message sent on.
func above(lines []string) int {
	first := 0
	for first < len(lines) && blank(lines[first]) {
		first++
	}
	if first == len(lines) {
		return 0
	}
	if separator.MatchString(lines[first]) || headerBlock(lines[first:]) {
		return paragraph(lines, first)
	}
	n := attribution(lines[first:])
	if n == 0 {
		return 0
	}
	at := first + n
	for at < len(lines) && (blank(lines[at]) || isQuote(lines[at])) {
		at++
	}
	if at == len(lines) {
		return 0
	}
	return at
}

// paragraph returns where the paragraph that begins at a line ends; 0 if
// nothing comes after it.
func paragraph(lines []string, at int) int {
	for at < len(lines) && !blank(lines[at]) {
		at++
	}
	for at < len(lines) && blank(lines[at]) {
		at++
	}
	if at == len(lines) {
		return 0
	}
	return at
}

// history returns the line at which an older message begins.
func history(lines []string) int {
	for i := range lines[:min(len(lines), mostLines)] {
		if separator.MatchString(lines[i]) || headerBlock(lines[i:]) {
			return withRule(lines, i)
		}
		if n := attribution(lines[i:]); n > 0 && !answeredBelow(lines, i, n) {
			return withRule(lines, i)
		}
	}
	return len(lines)
}

// withRule takes the lines that separate along with what they separate.
func withRule(lines []string, i int) int {
	for j := i - 1; j >= 0; j-- {
		if blank(lines[j]) {
			continue
		}
		if !delimiter.MatchString(lines[j]) {
			break
		}
		i = j
	}
	return i
}

// answeredBelow reports whether own words follow the quote that a line
// introduces: then the person answers within it. Only a quote with marks can
// be told from own words.
func answeredBelow(lines []string, i, n int) bool {
	if strings.HasPrefix(strings.TrimSpace(lines[i]), ">") {
		return false
	}
	marked, words := false, 0
	for _, l := range lines[i+n : min(len(lines), i+n+mostBelow)] {
		switch {
		case isQuote(l):
			marked = true
		case delimiter.MatchString(l) || advertisement(l):
			return marked && words > 0
		case !blank(l):
			if !marked {
				return false
			}
			words++
		}
	}
	return marked && words > 0
}

// Where to look for older messages, so that the work stays in proportion.
const (
	longestAttribution = 400  // bytes
	mostLines          = 1000 // in which one may begin
	mostBelow          = 200  // lines below it in which it may be answered
)

// attribution returns over how many lines a "so and so wrote:" runs that
// begins with the first one; 0 if none does.
func attribution(lines []string) int {
	if len(lines[0]) > longestAttribution {
		return 0
	}
	first := strings.TrimLeft(lines[0], "> *")
	starts := attributionStart.MatchString(first) || attributionName.MatchString(first)
	if !starts && !strings.ContainsAny(first, "0123456789@") {
		return 0
	}
	joined := ""
	for n, l := range lines[:min(len(lines), 4)] {
		if n > 0 && blank(l) {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + strings.TrimSpace(strings.TrimLeft(l, "> *")))
		if len(joined) > longestAttribution {
			return 0
		}
		said := narrow(joined)
		if starts && attributionEnd.MatchString(said) || introduces(said, n == 0 || addressed.MatchString(first)) {
			return n + 1
		}
	}
	return 0
}

// introduces reports whether words name who wrote what follows, and when, as
// programs say it in languages that put the date or the name first. A name may
// be anything: it counts where it cannot be the end of a sentence before it.
func introduces(said string, name bool) bool {
	if !strings.HasSuffix(said, ":") && !strings.HasSuffix(said, "：") {
		return false
	}
	return slices.ContainsFunc(introductions(), func(i introduction) bool {
		return strings.Contains(said, i.sign) && (name || !i.name) && i.whole.MatchString(said)
	})
}

// headerBlock reports whether the lines begin with the fields of an older
// message: From first, then others of which each language has its own names.
func headerBlock(lines []string) bool {
	if !fromLine.MatchString(lines[0]) {
		return false
	}
	found, seen := 0, 0
	for _, l := range lines[1:] {
		if blank(l) {
			continue
		}
		if otherLine.MatchString(l) {
			found++
		}
		if seen++; seen == 5 {
			break
		}
	}
	return found >= 2
}

// signature returns the line at which the signature begins: after a line of
// dashes or the like, or with a program's advertisement of itself.
func signature(lines []string) int {
	end, inList := len(lines), false
	for i, l := range lines {
		if blank(l) {
			inList = false
		}
		if i == 0 || !signatureLine.MatchString(l) {
			continue
		}
		if inList = inList || divides(lines, i); !inList {
			end = i
			break
		}
	}
	return advertised(lines[:end])
}

// divides reports whether a line of dashes begins or parts a list: after a
// colon, or between two items.
func divides(lines []string, i int) bool {
	before, after := "", ""
	for j := i - 1; j >= 0 && before == ""; j-- {
		before = strings.Trim(lines[j], blanks)
	}
	for j := i + 1; j < len(lines) && after == ""; j++ {
		after = strings.Trim(lines[j], blanks)
	}
	return strings.HasSuffix(before, ":") || strings.HasSuffix(before, "：") || listItem.MatchString(before) && listItem.MatchString(after)
}

// advertised returns where the advertisements at the end of the lines begin.
// Somebody may begin a sentence like one, so one is short, and nothing but
// other people's words follows it.
func advertised(lines []string) int {
	end := len(lines)
	for i, l := range slices.Backward(lines) {
		switch {
		case advertisement(l):
			end = i
		case !blank(l) && !isQuote(l) && !delimiter.MatchString(l):
			return end
		}
	}
	return end
}

// longestAdvertisement is in characters, links left out.
const longestAdvertisement = 60

func advertisement(l string) bool {
	return len(l) <= longestAttribution && sentFrom.MatchString(l) && utf8.RuneCountInString(strings.TrimSpace(link.ReplaceAllString(l, ""))) <= longestAdvertisement
}

// trailingQuote takes a marked quote off the end of a text that holds own
// words before it.
func trailingQuote(lines []string, end int) int {
	at := end
	for at > 0 && (blank(lines[at-1]) || isQuote(lines[at-1])) {
		at--
	}
	if at == 0 {
		return end
	}
	return at
}

// closing takes blank and delimiter lines off the end.
func closing(lines []string) int {
	end := len(lines)
	for end > 0 && (blank(lines[end-1]) || delimiter.MatchString(lines[end-1])) {
		end--
	}
	return end
}

// quoteOnly reports whether every word stands in a quote.
func quoteOnly(lines []string) bool {
	for _, l := range lines {
		if !blank(l) && !isQuote(l) {
			return false
		}
	}
	return true
}

func isQuote(l string) bool { return strings.HasPrefix(strings.TrimLeft(l, " "), ">") }

// blank lines hold nothing, or a mark that mail programs track with.
func blank(l string) bool { return strings.Trim(l, blanks) == "" }

const blanks = " \t\u00a0\u200b\u1427\ufeff"

// narrow makes the blanks of all scripts one.
func narrow(s string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u3000", " ").Replace(s)
}

var (
	delimiter     = regexp.MustCompile(`^\s*[-_=*#~+]{2,}\s*$`)
	signatureLine = regexp.MustCompile(`^\s*(--|—|__|-----BEGIN PGP SIGNATURE-----)\s*$`)
	sentFrom      = regexp.MustCompile(`(?i)^\s*[*_]?\s*(sent (from|via|with) (my )?\S|get outlook for|gesendet (von|mit) |von meinem .{2,30} gesendet|envoyé (de|depuis) |` +
		`enviado (desde|do|de) (mi |meu )?\S|inviato (da|dal) |verzonden (vanaf|met) |skickat från |sendt fra |wysłan[eo] z |отправлено (с|из) |odesláno z |odoslané z |lähetetty [^:]+(sta|stä|lta|ltä)\b|\S.*d[ae]n gönderildi|` +
		`\S.*から送信|(发自|發自)\s?(我的)?\s?[a-z].*$|[从從].+(发送|傳送|寄出)|\S.*에서 보냄|\S.* küldve\b|στάλθηκε από |trimis de pe )`)
	link      = regexp.MustCompile(`[<(\[]?https?://[^\s<>]*[>)\]]?`)
	listItem  = regexp.MustCompile(`^([-*•·–]|\d{1,3}[.)])\s*[^-*•·–\s]`)
	separator = regexp.MustCompile(`(?i)^[>\s]*[-_=*]{2,}\s*(original message|original appointment|forwarded message|begin forwarded message|` +
		`(ursprüngliche|original|weitergeleitete) ?-?nachricht|message (d['’]origine|original|transféré)|mensaje (original|reenviado)|mensagem (original|encaminhada)|` +
		`messaggio (originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht|ursprungligt meddelande|opprinnelig melding|oprindelig (meddelelse|besked)|` +
		`wiadomość oryginalna|исходное сообщение|пересылаемое сообщение|původní (zpráva|e-?mail)|přeposlaná zpráva|pôvodná správa|preposlaná správa|` +
		`alkuperäinen viesti|välitetty viesti|(özgün|orijinal|[iİ]letilen|yönlendirilen) ([iİ]leti|mesaj)|元のメッセージ|転送メッセージ|` +
		`原始(邮件|郵件)|邮件原件|转发的?邮件|轉寄的?郵件|원본 ?(메시지|메일)|전달된 ?(메시지|메일)|eredeti üzenet|mesaj original|αρχικό μήνυμα|on .{5,120} wrote)\s*[-_=*]{2,}\s*$`)

	attributionStart = regexp.MustCompile(`(?i)^(on|am|le|el|il|em|op|den|w dniu|dnia|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2} \S+ \d{4}|\p{L}+,? \d|пн|вт|ср|чт|пт|сб|вс)\b|^[\p{Cyrillic}]+,? \d`)
	attributionName  = regexp.MustCompile(`(?i)<[^<>\s]+@[^<>\s]+>\s*(wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał|написал|пишет)`)
	attributionEnd   = regexp.MustCompile(`(?i)^.*(\d.*|@.*)(\bwrote|\bschrieb\b.*|\ba écrit|\bescribió|\bha scritto|\bescreveu|\bgeschreven|\bschreef\b.*|\bskrev\b.*|` +
		`\bnapisał(\(a\)|a)?.*|написал(а|\(а\))?|пишет|пише|писав)\s*[:-]*\s*$|` +
		`^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.*(<[^<>\s]+@[^<>\s]+>:?|\b(gmt|utc)[+-]\d{1,2}:?\d{0,2}\s.+)$`)

	addressed = regexp.MustCompile(bracketed)

	fromLine = regexp.MustCompile(`(?i)^[>\s*_]*(from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|gönderen|差出人|发件人|發件人|寄件[者人]|보낸 ?사람|feladó|από)` +
		`[\s\x{a0}]*[:：][*_]*[\s\x{a0}\x{3000}]*\S`)
	otherLine = regexp.MustCompile(`(?i)^[>\s*_]*(sent|date|to|cc|subject|reply-to|gesendet|datum|an|kopie|betreff|envoyé|à|objet|enviado( el)?|fecha|para|asunto|assunto|data|` +
		`inviato|oggetto|a|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat|отправлено|кому|тема|дата|надіслано|` +
		`odesláno|komu|předmět|odoslané|predmet|dátum|lähetetty|vastaanottaja|kopio|aihe|päivämäärä|päiväys|gönder(ildi|ilme|ilme tarihi|me tarihi)|tarih|kime|bilgi|konu|` +
		`送信日時|日時|日付|宛先|件名|发送(时间|日期)|日期|时间|收件[者人]|抄送|主[题題旨]|寄件日期|傳送(時間|日期)|副本|보낸 ?날짜|날짜|받는 ?사람|참조|제목|` +
		`elküldve|küldve|címzett|tárgy|στάλθηκε|προς|θέμα|ημερομηνία|trimis|către|subiect)[\s\x{a0}]*[:：]`)
)
