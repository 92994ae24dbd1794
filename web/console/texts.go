package console

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// readyText is a text to begin with, in the requester's language. Its title is
// for staff.
type readyText struct {
	No          int
	Title, Text string
}

// ready is one text in the languages of the mails; English is for all others.
type ready struct {
	command workflows.CommandName
	title   string
	texts   map[string]string
}

// readyAll are the texts that come with Habeas. {date} is the date to respond.
func readyAll() []ready {
	return []ready{
		{workflows.CommandReply, "We are working on it", map[string]string{
			"en": "We are working on your request and will answer by {date}.",
			"de": "Wir bearbeiten Ihren Antrag und antworten spätestens am {date}.",
			"fr": "Nous traitons votre demande et vous répondrons au plus tard le {date}.",
			"es": "Estamos tramitando su solicitud y responderemos a más tardar el {date}.",
		}},
		{workflows.CommandReply, "Thank you", map[string]string{
			"en": "Thank you for your message. We have added it to your request.",
			"de": "Vielen Dank für Ihre Nachricht. Wir haben sie Ihrem Antrag hinzugefügt.",
			"fr": "Merci de votre message. Nous l’avons ajouté à votre demande.",
			"es": "Gracias por su mensaje. Lo hemos añadido a su solicitud.",
		}},
		{workflows.CommandAsk, "Which account", map[string]string{
			"en": "We found more than one account that could be yours. Which one do you mean? Please tell us the user name or the email address of the account, never a password.",
			"de": "Wir haben mehr als ein Konto gefunden, das Ihres sein könnte. Welches meinen Sie? Bitte nennen Sie den Benutzernamen oder die E-Mail-Adresse des Kontos, nie ein Passwort.",
			"fr": "Nous avons trouvé plusieurs comptes qui pourraient être le vôtre. Duquel s’agit-il ? Indiquez le nom d’utilisateur ou l’adresse e-mail du compte, jamais un mot de passe.",
			"es": "Hemos encontrado más de una cuenta que podría ser suya. ¿A cuál se refiere? Indique el nombre de usuario o la dirección de correo de la cuenta, nunca una contraseña.",
		}},
		{workflows.CommandAsk, "Make sure who you are", map[string]string{
			"en": "To protect your data we have to be sure that it is you who asks. Please tell us two things about your account that only you know, such as the month in which you opened it and your last order. Do not send a copy of an identity document.",
			"de": "Zum Schutz Ihrer Daten müssen wir sicher sein, dass Sie es sind, der fragt. Bitte nennen Sie zwei Angaben zu Ihrem Konto, die nur Sie kennen, zum Beispiel den Monat der Eröffnung und Ihre letzte Bestellung. Senden Sie keine Ausweiskopie.",
			"fr": "Pour protéger vos données, nous devons être sûrs que la demande vient de vous. Indiquez deux éléments de votre compte que vous seul connaissez, comme le mois de son ouverture et votre dernière commande. N’envoyez pas de copie d’une pièce d’identité.",
			"es": "Para proteger sus datos debemos estar seguros de que es usted quien pregunta. Indique dos datos de su cuenta que solo usted conozca, por ejemplo el mes en que la abrió y su último pedido. No envíe copia de un documento de identidad.",
		}},
		{workflows.CommandAsk, "Which part", map[string]string{
			"en": "So that we do exactly what you want: which data or which service is your request about?",
			"de": "Damit wir genau das tun, was Sie möchten: Um welche Daten oder welchen Dienst geht es Ihnen?",
			"fr": "Pour faire exactement ce que vous souhaitez : quelles données ou quel service votre demande concerne-t-elle ?",
			"es": "Para hacer exactamente lo que desea: ¿a qué datos o a qué servicio se refiere su solicitud?",
		}},
		{workflows.CommandDecide, "Done as asked", map[string]string{
			"en": "We have done what you asked for.",
			"de": "Wir haben getan, worum Sie gebeten haben.",
			"fr": "Nous avons fait ce que vous avez demandé.",
			"es": "Hemos hecho lo que pidió.",
		}},
		{workflows.CommandDecide, "Your data is in your request", map[string]string{
			"en": "Your data is ready. Open your request on our page with your reference to fetch it.",
			"de": "Ihre Daten liegen bereit. Öffnen Sie mit Ihrem Aktenzeichen Ihren Antrag auf unserer Seite, um sie abzuholen.",
			"fr": "Vos données sont prêtes. Ouvrez votre demande sur notre page avec votre référence pour les récupérer.",
			"es": "Sus datos están listos. Abra su solicitud en nuestra página con su referencia para obtenerlos.",
		}},
		{workflows.CommandDecide, "Nothing found", map[string]string{
			"en": "We searched all our systems and found no data about you under the details you gave us.",
			"de": "Wir haben alle unsere Systeme durchsucht und unter Ihren Angaben keine Daten über Sie gefunden.",
			"fr": "Nous avons cherché dans tous nos systèmes et n’avons trouvé aucune donnée vous concernant avec les informations fournies.",
			"es": "Hemos buscado en todos nuestros sistemas y no hemos encontrado datos sobre usted con la información facilitada.",
		}},
		{workflows.CommandDecide, "We cannot do this", map[string]string{
			"en": "We cannot do what you ask for. The reasons are below, with the rule that each rests on.",
			"de": "Wir können Ihrer Bitte nicht nachkommen. Die Gründe stehen unten, jeweils mit der Vorschrift.",
			"fr": "Nous ne pouvons pas donner suite à votre demande. Les raisons figurent ci-dessous, chacune avec la règle qui la fonde.",
			"es": "No podemos hacer lo que solicita. Los motivos figuran abajo, cada uno con la norma en que se basa.",
		}},
	}
}

// readyTexts are the texts for a command on a request.
func (s *Site) readyTexts(r models.Request, name string, c workflows.CommandName) []readyText {
	tag, _, _ := strings.Cut(strings.ToLower(r.Locale), "-")
	var all []readyText
	for i, t := range readyAll() {
		if t.command != c {
			continue
		}
		text, ok := t.texts[tag]
		if !ok {
			text = t.texts["en"]
		}
		fill := strings.NewReplacer("{date}", s.entries.Day(r.Locale, r.Deadline.RespondOn), "{name}", name, "{reference}", r.Reference)
		all = append(all, readyText{i, t.title, fill.Replace(text)})
	}
	return all
}

// insertText puts a ready-made text behind what was typed. Nothing is sent.
func (s *Site) insertText(w http.ResponseWriter, r *http.Request, reference string, typed typedForm, number string) error {
	q, err := s.Staff.FactsOf(r.Context(), reference)
	if err != nil {
		return err
	}
	no, _ := strconv.Atoi(number)
	values := url.Values{}
	maps.Copy(values, typed.Values)
	for _, t := range s.readyTexts(q, "", typed.Command) {
		if t.No == no {
			values.Set("message", strings.TrimSpace(pages.Clean(values.Get("message"), true)+"\n\n"+t.Text))
		}
	}
	typed.Values = values
	return s.showCase(w, r, http.StatusOK, reference, typed)
}
