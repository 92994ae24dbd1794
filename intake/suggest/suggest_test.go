package suggest_test

import (
	"slices"
	"testing"

	"habeas/intake/suggest"
	"habeas/models"
)

// sure are the rights that are asked for plainly.
func sure(s suggest.Suggestion) []models.RequestType {
	var all []models.RequestType
	for _, r := range s.Rights {
		if r.Sure {
			all = append(all, r.Type)
		}
	}
	slices.Sort(all)
	return all
}

// A letter may be any text, also one without a word.
func TestALetterWithoutWordsIsRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"(", ")", "()", " ( ) ", "? ", ", ; :", "-", " - ", "\x00", "\u00a0", "…", "\n\n(\n"} {
		for _, subject := range []string{"", "(", text} {
			if all := suggest.Read(subject, text).Rights; len(all) > 0 {
				t.Errorf("%q asks for %v", text, all)
			}
		}
	}
}

// What a sentence speaks of and does not ask for is never sure: a condition, a
// refusal, a threat, the past, somebody else's words, a question.
func TestWhatIsNotAskedForIsNotSure(t *testing.T) {
	t.Parallel()
	access, deletion, marketing := models.TypeAccess, models.TypeDeletion, models.TypeMarketingOptOut
	tests := map[string]struct {
		subject, text string
		never         models.RequestType
	}{
		"condition, en":        {"Objection", "I object to direct marketing. Should this lead to the deletion of my account, tell me first.", deletion},
		"condition, de":        {"Anfrage", "Bitte keine Werbung mehr. Falls dafür die Löschung meines Kontos nötig ist, sagen Sie es mir vorher.", deletion},
		"condition, fr":        {"Opposition", "Je refuse la publicité. Si cela entraîne la suppression de mon compte, prévenez-moi.", deletion},
		"condition, es":        {"Publicidad", "No quiero más publicidad. Si esto supone eliminar mi cuenta, avísenme antes.", deletion},
		"condition, it":        {"Pubblicità", "Non voglio più pubblicità. Se questo comporta la cancellazione del mio account, avvisatemi.", deletion},
		"condition, nl":        {"Reclame", "Ik wil geen reclame meer. Als dat betekent dat mijn account wordt verwijderd, laat het me eerst weten.", deletion},
		"condition, pt":        {"Publicidade", "Não quero mais publicidade. Se isso implicar eliminar a minha conta, avisem-me antes.", deletion},
		"negation, en":         {"My data", "Please do not delete my account.", deletion},
		"negation, de":         {"Meine Daten", "Bitte löschen Sie mein Konto nicht.", deletion},
		"negation, fr":         {"Mes données", "Ne supprimez pas mon compte, s'il vous plaît.", deletion},
		"negation, es":         {"Mis datos", "Por favor, no eliminen mi cuenta.", deletion},
		"negation, it":         {"I miei dati", "Per favore, non cancellate il mio account.", deletion},
		"negation, nl":         {"Mijn gegevens", "Verwijder mijn account alstublieft niet.", deletion},
		"negation, pt":         {"Os meus dados", "Por favor, não eliminem a minha conta.", deletion},
		"negation of several":  {"My data", "I do not want you to delete, alter or hide my account.", deletion},
		"no unsubscription":    {"Newsletter", "Please do not unsubscribe me from the newsletter, I like it.", marketing},
		"taken back, en":       {"My request", "Please cancel my request to delete my account.", deletion},
		"taken back, de":       {"Mein Antrag", "Bitte stornieren Sie meinen Antrag auf Löschung meines Kontos.", deletion},
		"taken back, fr":       {"Ma demande", "Merci d'annuler ma demande de suppression de mon compte.", deletion},
		"taken back, es":       {"Mi solicitud", "Por favor, cancelen mi solicitud de eliminar mi cuenta.", deletion},
		"taken back, it":       {"La mia richiesta", "Vi prego di annullare la mia richiesta di cancellare il mio account.", deletion},
		"taken back, nl":       {"Mijn verzoek", "Graag annuleren: mijn verzoek om mijn account te verwijderen.", deletion},
		"taken back, pt":       {"O meu pedido", "Por favor, cancelem o meu pedido de eliminar a minha conta.", deletion},
		"sample, en":           {"Our software", "We sell software that helps you answer requests like: send me a copy of my data.", access},
		"sample, en, such as":  {"Our software", "It answers requests such as: please delete my account.", deletion},
		"sample, de":           {"Unsere Software", "Sie beantwortet Anfragen wie: Bitte löschen Sie mein Konto.", deletion},
		"sample, fr":           {"Notre logiciel", "Il répond aux demandes comme : supprimez mon compte.", deletion},
		"sample, es":           {"Nuestro programa", "Responde a solicitudes como: eliminen mi cuenta.", deletion},
		"sample, it":           {"Il nostro programma", "Risponde a richieste come: cancellate il mio account.", deletion},
		"sample, nl":           {"Onze software", "Ze beantwoordt verzoeken zoals: verwijder mijn account.", deletion},
		"sample, pt":           {"O nosso programa", "Responde a pedidos como: eliminem a minha conta.", deletion},
		"threat, en":           {"Late", "Where is my order? Otherwise I will demand the deletion of my account.", deletion},
		"threat, de":           {"Rechnung", "Bitte erstatten Sie den Betrag, andernfalls verlange ich Auskunft nach Art. 15 DSGVO.", access},
		"past, en":             {"Thanks", "Last year I asked you to delete my account and you did so promptly.", deletion},
		"past, fr":             {"Merci", "L'an dernier j'ai demandé la suppression de mon compte et vous l'avez faite.", deletion},
		"quotation, en":        {"Your help page", `Your page says "you can ask us to delete your account and all your data". The page has a typo.`, deletion},
		"quotation, de":        {"Ihre Seite", "Auf Ihrer Seite steht „Löschen Sie mein Konto und alle meine Daten“. Der Knopf geht nicht.", deletion},
		"a reply's subject":    {"Re: Please delete my account", "Good morning, see the attached picture.", deletion},
		"a forwarded letter":   {"Fwd", "What do you make of this?\n\n---------- Forwarded message ---------\nPlease delete my account and all my data.", deletion},
		"question, en":         {"Question", "How do I delete my account?", deletion},
		"question, de":         {"Frage", "Was passiert mit meinen Punkten, wenn ich mein Konto lösche?", deletion},
		"binnen is not binned": {"Inzageverzoek", "Graag ontvang ik binnen een maand een overzicht van mijn gegevens.", deletion},
		"profiling alone":      {"Auskunft", "Ich bitte um Auskunft über meine Daten, auch darüber, ob Profiling stattfindet.", models.TypeObjection},
		"the authority, en":    {"Request", "Please send me a copy of my data. Otherwise I will lodge a complaint with the supervisory authority.", models.TypeComplaint},
		"an empty box":         {"Form", "[ ] delete my account\n[x] send me a copy of my data", deletion},
		"what a list is about": {"Access", "Please supply the data about me relating to:\n- the deletion of my account on 3 May\n- my complaint about the boiler", deletion},
		"all is settled":       {"Delete my account", "This is resolved, thank you.", deletion},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s := suggest.Read(tt.subject, tt.text); slices.Contains(sure(s), tt.never) {
				t.Errorf("sure of %s: %+v", tt.never, s.Rights)
			}
		})
	}
}

// A right that is stated plainly is set, and with it only what has a sentence of
// its own.
func TestWhatIsAskedForPlainlyIsSure(t *testing.T) {
	t.Parallel()
	access, deletion, correction := models.TypeAccess, models.TypeDeletion, models.TypeCorrection
	tests := map[string]struct {
		subject, text string
		want          []models.RequestType
	}{
		"access, en":     {"Request", "Please send me a copy of all the personal data that you hold about me.", []models.RequestType{access}},
		"access, de":     {"Anfrage", "Hiermit bitte ich um Auskunft nach Art. 15 DSGVO.", []models.RequestType{access}},
		"access, fr":     {"Demande", "Je vous demande de m'envoyer une copie de mes données personnelles.", []models.RequestType{access}},
		"access, es":     {"Solicitud", "Solicito el acceso a mis datos personales conforme al artículo 15 del RGPD.", []models.RequestType{access}},
		"access, it":     {"Richiesta", "Chiedo l'accesso ai miei dati personali ai sensi dell'articolo 15.", []models.RequestType{access}},
		"access, nl":     {"Verzoek", "Ik verzoek om inzage in mijn persoonsgegevens.", []models.RequestType{access}},
		"access, pt":     {"Pedido", "Solicito o acesso aos meus dados pessoais.", []models.RequestType{access}},
		"deletion, en":   {"Hello", "Please delete my account and all my data.", []models.RequestType{deletion}},
		"deletion, de":   {"Hallo", "Bitte löschen Sie mein Konto und alle meine Daten.", []models.RequestType{deletion}},
		"deletion, fr":   {"Bonjour", "Merci de supprimer mon compte et toutes mes données.", []models.RequestType{deletion}},
		"deletion, es":   {"Hola", "Por favor, eliminen mi cuenta y todos mis datos.", []models.RequestType{deletion}},
		"deletion, it":   {"Buongiorno", "Per favore cancellate il mio account e tutti i miei dati.", []models.RequestType{deletion}},
		"deletion, nl":   {"Hallo", "Wilt u mijn account en al mijn gegevens verwijderen?", []models.RequestType{deletion}},
		"deletion, pt":   {"Olá", "Por favor, eliminem a minha conta e todos os meus dados.", []models.RequestType{deletion}},
		"a subject":      {"Subject access request", "Dear Sir or Madam,\n\nMy customer number is 12345.\n\nYours faithfully", []models.RequestType{access}},
		"a reminder":     {"Herinnering", "Vorige maand vroeg ik op grond van artikel 15 AVG om inzage. Ik kreeg geen antwoord.", []models.RequestType{access}},
		"a ticked box":   {"Modulo", "[ ] accesso ai dati\n[X] cancellazione dei dati", []models.RequestType{deletion}},
		"a form's table": {"Request", "Request type: Delete my account\nName: Ada Example\nState: Oregon", []models.RequestType{deletion}},
		"an agent":       {"Request", "On behalf of our client we ask you to erase all her personal data.", []models.RequestType{deletion}},
		"the deceased":   {"My mother", "My mother died in May. Please delete her account and her data.", []models.RequestType{deletion}},
		"two sentences":  {"Two things", "Please send me a copy of all my personal data. Please correct the spelling of my surname in your records.", []models.RequestType{access, correction}},
		"two in one":     {"Two things", "Send me a copy of my data and then delete my account.", nil},
		"with boilerplate": {"Auskunft", "Ich bitte um Auskunft über alle zu meiner Person gespeicherten Daten. Sollten Sie nicht fristgerecht antworten, " +
			"werde ich mich an die Aufsichtsbehörde wenden. Weisen Sie mich auch auf mein Recht auf Löschung hin.", []models.RequestType{access}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s := suggest.Read(tt.subject, tt.text); !slices.Equal(sure(s), tt.want) {
				t.Errorf("sure of %v, want %v: %+v", sure(s), tt.want, s.Rights)
			}
		})
	}
}
