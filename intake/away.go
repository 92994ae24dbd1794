package intake

import (
	"regexp"
	"strings"
)

// away reports whether the mail program of somebody who is not there seems to
// have answered, though RFC 3834's own field does not say so: by the fields of
// older programs, or by how the subject begins, as such programs begin it. An
// answer of a person begins with "Re:". It is a clue and no proof: such a
// message is kept and shown, but answers nothing and is not answered.
func away(h header, subject string) bool {
	subject = clip(subject, longestAway)
	return awayField(h) || awaySubject.MatchString(subject) ||
		// Programs of persons ask for no machine's answer as well, so that counts
		// only beside a subject that says it somewhere.
		suppresses(h.all("x-auto-response-suppress")) && awayAnywhere.MatchString(subject)
}

// awayField reports whether a field of an older program says so. Those that
// forbid to answer as well are among Mail.SuppressReasons.
func awayField(h header) bool {
	for _, name := range []string{"precedence", "x-precedence", "preference"} {
		if p := keyword(h.first(name)); p == "auto_reply" || p == "auto-reply" || p == "autoreply" {
			return true
		}
	}
	return h.has("x-auto-reply") || h.has("x-mail-autoreply") || h.has("x-autoreply-from") || h.has("x-autoresponder") ||
		keyword(h.first("x-fc-machinegenerated")) == "true" ||
		strings.Contains(strings.ToLower(h.first("x-post-messageclass")), "autoresponder")
}

// longestAway is how much of a subject is looked at, in bytes.
const longestAway = 500

// awayWords are what mail programs call the answer of who is away, and what
// people call their absence, a language a line.
func awayWords() string {
	return strings.Join([]string{
		`out[ -]of[ -](the[ -])?office([ -]auto[ -]?reply)?|auto(mat(ic|ed))?[ -]?(reply|response|responder|answer)|vacation (reply|response|notice|message)|` +
			`(i am |i'm )?(currently )?(away from (my |the )?(desk|office|e?mail)|on (vacation|holiday|annual leave))|absence notice|notice of absence`,
		`autom(atische|\.) ((rück)?antwort|rückmeldung|abwesenheit\pL*)|abwesenheits?-?(notiz|meldung|benachrichtigung|nachricht|info|assistent|agent)|abwesenheit|abwesend|` +
			`(ich bin )?(derzeit |zurzeit |zur zeit )?(nicht im büro|im urlaub|außer haus|ausser haus)|urlaubs(notiz|meldung|benachrichtigung)`,
		`r[ée]ponse auto(matique)?|(message|notification|avis|r[ée]ponse)( automatique)? d['’]absence|absence du bureau|absente? du bureau|absence`,
		`(auto-?)?respuesta autom[áa]tica|autorrespuesta|contestaci[óo]n autom[áa]tica|(estoy )?fuera de (la )?oficina|ausente( de la oficina)?|(aviso|notificaci[óo]n|mensaje|respuesta) de ausencia|de vacaciones`,
		`risposta automatica|fuori (ufficio|sede)|assen(te|za)( dall['’]ufficio)?|(avviso|messaggio) di assenza|in ferie`,
		`resposta autom[áa]tica|(estou )?fora do escrit[óo]rio|ausente do escrit[óo]rio|(aviso|mensagem) de aus[êe]ncia|resposta autom[àa]tica|fora de l['’]oficina`,
		`automatische? (antwoord|reactie|beantwoording|e-?mailbeantwoording)|afwezig(heid)?(s(bericht|melding|assistent))?|niet op kantoor`,
		`autosvar|automatiskt? (svar|svarsmeddelande|svarmelding|besvarelse)|frånvaro(meddelande|besked)?|frånvarande|fravær(s(melding|besked))?|(inte|ikke) på kontoret`,
		`automaattinen (poissaolo)?vastaus|automaattivastaus|poissaoloilmoitus|poissa (toimistosta|toimistolta)|lomavastaus|automaatvastus`,
		`automatyczna odpowied[źz]|odpowied[źz] automatyczna|autoodpowied[źz]|poza biurem|nieobecno[śs][ćc]|automatick[áa] odpov[eě][dď]|mimo kancel[áa][řr](e|iu)?|nep[řr][íi]tomnos[tť]`,
		`automatikus v[áa]lasz|h[áa]zon k[íi]v[üu]l|r[ăa]spuns automat|[îi]n afara biroului|otomatik (yan[ıi]t|cevap)|ofis d[ıi][şs][ıi]nda(y[ıi]m)?|automatski odgovor|samodejni odgovor|автоматичен отговор`,
		`автоматический ответ|автоответ(чик)?|отсутствую( на работе)?|автоматична відповідь|автовідповідь|αυτόματη απάντηση|εκτός γραφείου`,
		`automatinis atsakymas|automātiskā atbilde|automaatne vastus|sjálfvirkt svar|automatska (obavijest|obavest)|(izvan|van) (ureda|kancelarije)|аутоматски одговор|автоматски одговор|извън офиса|аўтаматычны адказ|автоматты жауап|avtomatik cavab|` +
			`përgjigje automatike|outomatiese antwoord|buite kantoor|erantzun automatikoa|ateb awtomatig|ავტომატური პასუხი|ավտոմատ պատասխան`,
		`trả lời tự động|vắng mặt|balasan otomatis|di luar kantor|balasan automatik|ตอบกลับอัตโนมัติ|स्वचालित (उत्तर|जवाब)|স্বয়ংক্রিয় উত্তর|خارج المكتب|پاسخ خودکار|خودکار جواب|jibu la kiotomatiki`,
		`自動(応答|返信)(メール)?|不在(通知|のお知らせ|連絡)|自动(答复|回复)|自動(回覆|回復|答覆)|자동 ?(응답|회신|답장)|부재 ?중|رد تلقائي|מענה אוטומטי|תשובה אוטומטית`,
	}, "|")
}

// awaySubject matches such a subject as a whole, or what stands before a mark
// or a word that leads to the rest.
var awaySubject = regexp.MustCompile(`(?i)^(\[[^\]]{1,40}\]\s*)*(auto\s*:\s*)?(` + awayWords() + `|\pL[^:]{0,60} is (currently )?out of (the )?office)(` +
	`\s*($|[:;,.!|(\[{<"„“«/~*•·–—：；，。！（【「-])|\s+(until|till?|from|re|bis|vom|ab|jusqu|du [0-9]|hasta|desde|fino|dal|até|tot|t/m)(\PL|$))`)

// awayAnywhere matches such words wherever they stand.
var awayAnywhere = regexp.MustCompile(`(?i)(^|\PL)(` + awayWords() + `)(\PL|$)`)
