package notifications

// sampleWords are what policies and people would fill in, in one language.
type sampleWords struct {
	deletion, access, correction string
	reason, explanation          string
	unverifiable                 string
	agencies, regimes            []string
	photo, address, card         string
	answer, question, reply      string
	former, said                 string
	longer, returned, broken     string
}

func sampleIn(locale string) sampleWords {
	switch locale {
	case "de":
		return sampleWords{
			deletion: "Löschung meiner Daten", access: "Auskunft über meine Daten", correction: "Berichtigung meiner Daten",
			reason:       "Wir sind gesetzlich verpflichtet, sie aufzubewahren",
			unverifiable: "Wir konnten Ihre Identität nicht bestätigen",
			explanation:  "Rechnungen sind sieben Jahre lang aufzubewahren.\nSie werden für nichts anderes verwendet.",
			agencies:     []string{"Österreichische Datenschutzbehörde, Wien", "Der Landesbeauftragte für den Datenschutz, Stuttgart"},
			regimes:      []string{"Datenschutz-Grundverordnung (EU)", "Unser Versprechen: 30 Tage"},
			photo:        "Profilbild", address: "E-Mail-Adresse", card: "Kreditkartendaten",
			answer: "Vielen Dank für Ihre Geduld.\n\nWir haben in allen Systemen gesucht, die wir betreiben.",
			former: "Berichtigung meiner Daten", said: "Bitte löschen Sie mein Konto.",
			question: "Welches Ihrer beiden Konten meinen Sie?\n\nDas von 2019 oder das von 2023?",
			reply:    "Wir haben das Konto gefunden und arbeiten daran.",
			longer:   "Ihre Daten liegen in sieben Systemen, von denen zwei Partnern gehören.",
			returned: "Die Fundstelle passt nicht zum zweiten Punkt.", broken: "die Datenbank ist gesperrt",
		}
	case "fr":
		return sampleWords{
			deletion: "Effacement de mes données", access: "Accès à mes données", correction: "Rectification de mes données",
			reason:       "La loi nous oblige à les conserver",
			unverifiable: "Nous n’avons pas pu vérifier votre identité",
			explanation:  "Les factures doivent être conservées sept ans.\nElles ne servent à rien d’autre.",
			agencies:     []string{"Commission nationale de l’informatique et des libertés, Paris", "Autorité de protection des données, Bruxelles"},
			regimes:      []string{"Règlement général sur la protection des données (UE)", "Notre engagement : 30 jours"},
			photo:        "Photo de profil", address: "Adresse e-mail", card: "Données de carte bancaire",
			answer: "Merci de votre patience.\n\nNous avons cherché dans tous les systèmes que nous exploitons.",
			former: "Rectification de mes données", said: "Merci de supprimer mon compte.",
			question: "Duquel de vos deux comptes s’agit-il ?\n\nCelui de 2019 ou celui de 2023 ?",
			reply:    "Nous avons trouvé le compte et y travaillons.",
			longer:   "Vos données se trouvent dans sept systèmes, dont deux appartiennent à des partenaires.",
			returned: "La référence ne correspond pas au second point.", broken: "la base de données est verrouillée",
		}
	case "es":
		return sampleWords{
			deletion: "Supresión de mis datos", access: "Acceso a mis datos", correction: "Rectificación de mis datos",
			reason:       "La ley nos obliga a conservarlos",
			unverifiable: "No pudimos verificar su identidad",
			explanation:  "Las facturas deben conservarse siete años.\nNo se utilizan para nada más.",
			agencies:     []string{"Agencia Española de Protección de Datos, Madrid", "Autoritat Catalana de Protecció de Dades, Barcelona"},
			regimes:      []string{"Reglamento General de Protección de Datos (UE)", "Nuestro compromiso: 30 días"},
			photo:        "Foto de perfil", address: "Dirección de correo", card: "Datos de la tarjeta de crédito",
			answer: "Gracias por su paciencia.\n\nHemos buscado en todos los sistemas que gestionamos.",
			former: "Rectificación de mis datos", said: "Por favor, borren mi cuenta.",
			question: "¿A cuál de sus dos cuentas se refiere?\n\n¿A la de 2019 o a la de 2023?",
			reply:    "Hemos encontrado la cuenta y estamos en ello.",
			longer:   "Sus datos están en siete sistemas, dos de los cuales pertenecen a socios.",
			returned: "La cita no corresponde al segundo punto.", broken: "la base de datos está bloqueada",
		}
	default:
		return sampleWords{
			deletion: "Deletion of personal data", access: "Access to personal data", correction: "Correction of personal data",
			reason:       "The law obliges us to keep it",
			unverifiable: "We could not verify your identity",
			explanation:  "Invoices have to be kept for seven years.\nThey are used for nothing else.",
			agencies:     []string{"California Privacy Protection Agency, 400 R Street, Sacramento", "Austrian Data Protection Authority, Vienna"},
			regimes:      []string{"California Consumer Privacy Act", "House promise: 30 days"},
			photo:        "Profile photo", address: "Email address", card: "Credit card data",
			answer: "Thank you for your patience.\n\nWe looked in every system that we run.",
			former: "Correction of my data", said: "Please delete my account.",
			question: "Which of your two accounts do you mean?\n\nThe one from 2019, or the one from 2023?",
			reply:    "We found the account and are working on it.",
			longer:   "Your data lies in seven systems, two of which belong to partners.",
			returned: "The citation does not fit the second item.", broken: "the database is locked",
		}
	}
}
