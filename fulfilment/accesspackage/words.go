package accesspackage

import "strings"

// words are those of the page in one language.
type words struct {
	Lang, Title, Made, Intro, Contents, Records, Systems, Table string
	Withheld, WithheldMeans, Redacted, Context, Empty, Left     string
	LeftIntro, Whole, Machine, Back, Kinds, Files               string
	Date                                                        string // as time.Format writes one
}

// wordsIn are those of a locale's language, else English.
func wordsIn(locale string) words {
	lang, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch lang {
	case "de":
		return german
	case "fr":
		return french
	case "es":
		return spanish
	}
	return english
}

var english = words{ //nolint:gochecknoglobals // words
	Lang: "en", Title: "Your data", Made: "Made on %s", Date: "January 2, 2006",
	Intro:    "This is a copy of the data that we hold about you. Each table below comes from one of our systems.",
	Contents: "Contents", Records: "Records", Systems: "System", Table: "Table",
	Withheld: "withheld", WithheldMeans: "Where it says “withheld”, we keep the value to ourselves for your own protection, such as a password or an account number, or it may be about another person.",
	Redacted: "The mark █████ stands for words about another person.",
	Context:  "These records are about another person. We show them only because they refer to you.",
	Empty:    "Our systems hold no data about you.",
	Left:     "What we left out, and why", LeftIntro: "You can object to this. Our answer to your request says how.", Whole: "a whole record",
	Machine: "The same data is in data.json, for use by other programs, and as one CSV file per table in the folder “tables”.",
	Back:    "Back to contents", Kinds: "The kinds of data", Files: "Files",
}

var german = words{ //nolint:gochecknoglobals // words
	Lang: "de", Title: "Ihre Daten", Made: "Erstellt am %s", Date: "02.01.2006",
	Intro:    "Dies ist eine Kopie der Daten, die wir über Sie gespeichert haben. Jede Tabelle stammt aus einem unserer Systeme.",
	Contents: "Inhalt", Records: "Datensätze", Systems: "System", Table: "Tabelle",
	Withheld: "nicht angezeigt", WithheldMeans: "Wo „nicht angezeigt“ steht, ist der Wert zu Ihrem eigenen Schutz geheim, zum Beispiel ein Passwort, oder er könnte eine andere Person betreffen.",
	Redacted: "Das Zeichen █████ steht für Worte über eine andere Person.",
	Context:  "Diese Datensätze betreffen eine andere Person. Wir zeigen sie nur, weil sie sich auf Sie beziehen.",
	Empty:    "In unseren Systemen sind keine Daten über Sie gespeichert.",
	Left:     "Was wir weggelassen haben und warum", LeftIntro: "Sie können dem widersprechen. Wie, steht in unserer Antwort auf Ihre Anfrage.", Whole: "ein ganzer Datensatz",
	Machine: "Dieselben Daten stehen in data.json, zur Verwendung in anderen Programmen, und als je eine CSV-Datei pro Tabelle im Ordner „tables“.",
	Back:    "Zurück zum Inhalt", Kinds: "Die Arten von Daten", Files: "Dateien",
}

var french = words{ //nolint:gochecknoglobals // words
	Lang: "fr", Title: "Vos données", Made: "Établi le %s", Date: "02/01/2006",
	Intro:    "Voici une copie des données que nous détenons à votre sujet. Chaque tableau provient de l’un de nos systèmes.",
	Contents: "Sommaire", Records: "Enregistrements", Systems: "Système", Table: "Tableau",
	Withheld: "non communiqué", WithheldMeans: "La mention « non communiqué » signifie que la valeur est secrète pour votre propre protection, comme un mot de passe, ou qu’elle peut concerner une autre personne.",
	Redacted: "Le signe █████ remplace des mots qui concernent une autre personne.",
	Context:  "Ces enregistrements concernent une autre personne. Nous les montrons uniquement parce qu’ils se rapportent à vous.",
	Empty:    "Nos systèmes ne contiennent aucune donnée à votre sujet.",
	Left:     "Ce que nous n’avons pas inclus, et pourquoi", LeftIntro: "Vous pouvez contester cette décision. Notre réponse à votre demande indique comment.", Whole: "un enregistrement entier",
	Machine: "Les mêmes données se trouvent dans data.json, pour d’autres programmes, et dans un fichier CSV par tableau dans le dossier « tables ».",
	Back:    "Retour au sommaire", Kinds: "Les catégories de données", Files: "Fichiers",
}

var spanish = words{ //nolint:gochecknoglobals // words
	Lang: "es", Title: "Sus datos", Made: "Elaborado el %s", Date: "02/01/2006",
	Intro:    "Esta es una copia de los datos que tenemos sobre usted. Cada tabla viene de uno de nuestros sistemas.",
	Contents: "Contenido", Records: "Registros", Systems: "Sistema", Table: "Tabla",
	Withheld: "no se muestra", WithheldMeans: "Donde dice «no se muestra», el valor es secreto para su propia protección, como una contraseña, o puede referirse a otra persona.",
	Redacted: "El signo █████ sustituye palabras sobre otra persona.",
	Context:  "Estos registros se refieren a otra persona. Los mostramos solo porque hacen referencia a usted.",
	Empty:    "Nuestros sistemas no contienen datos sobre usted.",
	Left:     "Lo que no hemos incluido y por qué", LeftIntro: "Puede oponerse a ello. Nuestra respuesta a su solicitud explica cómo.", Whole: "un registro entero",
	Machine: "Los mismos datos están en data.json, para otros programas, y en un archivo CSV por tabla en la carpeta «tables».",
	Back:    "Volver al contenido", Kinds: "Los tipos de datos", Files: "Archivos",
}
