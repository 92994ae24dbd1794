package intake

import (
	"bytes"
	"regexp"
	"strings"
)

// calendarReply reports whether a part is what a calendar writes by itself when
// somebody accepts or declines an invitation (RFC 5546, 3.2.3). An invitation
// is a person's.
func calendarReply(l leaf) bool {
	if l.media != "text/calendar" {
		return false
	}
	method := l.params["method"]
	if method == "" {
		found := calendarMethod.FindSubmatch(bytes.ToUpper(l.decoded(8 << 10)))
		if found == nil {
			return false
		}
		method = string(found[1])
	}
	return strings.EqualFold(method, "REPLY") || strings.EqualFold(method, "COUNTER") || strings.EqualFold(method, "DECLINECOUNTER")
}

var calendarMethod = regexp.MustCompile(`(?m)^METHOD:\s*([A-Z]+)`)

// receipted reports whether a help desk seems to acknowledge a mail, without the
// fields that say that a machine does: by a subject that says what became of what "you"
// sent, or words that call it an automatic reply. People ask; they acknowledge
// nothing. It is a clue and no proof, as away is.
func receipted(subject, text string) bool {
	subject = clip(subject, longestAway)
	return receiptSubject.MatchString(subject) || receiptText.MatchString(strings.Join(strings.Fields(clip(text, longestAway)), " "))
}

// receiptWords are how help desks begin the subject of a receipt, a language a
// line.
func receiptWords() string {
	return strings.Join([]string{
		`we('ve| have)? received your (request|e?-?mail|message|inquiry|enquiry|ticket)|your (request|ticket|inquiry|enquiry|message|case) (\S{1,20} )?(has been|was) (received|created|opened|registered)|` +
			`(new )?(support )?(ticket|case) (\S{1,20} )?(created|opened|received)|(request|ticket) received|thank(s| you) for contacting( us)?|acknowledge?ment of receipt`,
		`(eingangs|empfangs)bestätigung|(ihre|deine) (anfrage|nachricht|e-?mail|mitteilung)( \S{1,20})? (ist (bei uns )?eingegangen|wurde (empfangen|registriert))|(ihr|dein|neues) ticket( \S{1,20})? (wurde )?(erstellt|eröffnet|angelegt)|` +
			`ticket( \S{1,20})? (wurde )?(erstellt|eröffnet|angelegt)|wir haben (ihre|deine) (anfrage|nachricht|e-?mail) erhalten`,
		`accusé de réception|(nous avons bien reçu|nous accusons réception de) votre (demande|message|e-?mail|courriel)|votre (demande|message|ticket|e-?mail)( \S{1,20})? (a bien été|a été) (reçue?|enregistrée?|créée?)|ticket( \S{1,20})? créé`,
		`acuse de recibo|hemos recibido (su|tu) (solicitud|mensaje|correo|consulta)|(su|tu) (solicitud|mensaje|consulta|ticket)( \S{1,20})? (ha sido|fue) (recibid[oa]|registrad[oa]|cread[oa])|(ticket|caso)( \S{1,20})? cread[oa]`,
		`conferma di ricezione|abbiamo ricevuto la (sua|tua|vostra) (richiesta|e-?mail|comunicazione)|la (sua|tua) richiesta( \S{1,20})? è stata (ricevuta|registrata|creata)|ticket( \S{1,20})? (creato|aperto)`,
		`ontvangstbevestiging|(wij|we) hebben (uw|je) (verzoek|bericht|e-?mail|aanvraag|vraag) ontvangen|(uw|je) (verzoek|bericht|aanvraag|ticket)( \S{1,20})? (is|werd) (ontvangen|aangemaakt|geregistreerd)|ticket( \S{1,20})? aangemaakt`,
		`(confirmação|aviso) de rece[bp]ção|recebemos (o seu|a sua|seu|sua) (pedido|mensagem|e-?mail|solicitação)|(o seu|a sua|seu|sua) (pedido|mensagem|solicitação|ticket)( \S{1,20})? foi (recebid[oa]|registad[oa]|registrad[oa]|criad[oa])|(ticket|chamado)( \S{1,20})? (criado|aberto)`,
		`potwierdzenie (otrzymania|przyjęcia)|otrzymaliśmy (twoje|państwa|twoją|pani|pana) (zgłoszenie|wiadomość)|(zgłoszenie|ticket)( \S{1,20})? (zostało )?(przyjęte|utworzone|zarejestrowane)|potvrzení (o )?přijetí|vaše? (žádost|zpráva|požadavek)( \S{1,20})? (byla?|byl) přijat[ao]?`,
		`(vi har )?(mottagit|modtaget|mottatt) (ditt|din|deres|er) (ärende|henvendelse|meddelande|besked|e-?post|forespørsel)|(mottagningsbekräftelse|kvittering for modtagelse|mottaksbekreftelse)|(ärende|sag|sak)( \S{1,20})? (skapat|oprettet|opprettet)|(viestisi|pyyntösi) on vastaanotettu|vastaanottokuittaus`,
	}, "|")
}

// receiptSubject matches such a subject: after a ticket number, and
// before a mark, a number or the end. An answer of
// a person begins with "Re:".
var receiptSubject = regexp.MustCompile(`(?i)^(\[[^\]]{1,40}\]\s*|\(?#\s?[\w-]{1,20}\)?\s*[:–-]?\s*|ticket\s*#?\d[\w-]*\s*[:–-]\s*)*(` + receiptWords() + `)(\s*($|[:;,.!|(\[{<"„“«/~*•·#–—-])|\s+\d)`)

// receiptText matches words that call a message an automatic reply or receipt.
var receiptText = regexp.MustCompile(`(?i)\b(this is an? (auto(mated|matic)|auto-?generated) (reply|response|answer|acknowledge?ment|confirmation)|` +
	`dies ist eine automatische (antwort|rückantwort|eingangsbestätigung|empfangsbestätigung)|ceci est (une réponse|un accusé de réception) automatique|` +
	`(esta es una respuesta|este es un acuse de recibo) automátic[ao]|questa è una risposta automatica|dit is een automatisch(e)? (antwoord|reactie|ontvangstbevestiging)|` +
	`esta é uma resposta automática|to jest (automatyczna odpowiedź|odpowiedź automatyczna)|detta är ett automatiskt svar|dette er et automatisk svar|tämä on automaattinen vastaus)`)
