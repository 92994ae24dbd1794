package notifications

func german() language {
	return language{
		name:     "Deutsch",
		weekdays: [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		months: [12]string{
			"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli",
			"August", "September", "Oktober", "November", "Dezember",
		},
		on:       "{W}, {D}.\u00a0{M} {Y}",
		at:       "{D}, {T}\u00a0Uhr ({Z})",
		clock:    "15:04",
		zones:    map[string]string{"CET": "MEZ", "CEST": "MESZ", "WET": "WEZ", "WEST": "WESZ", "EET": "OEZ", "EEST": "OESZ"},
		words:    germanWords(),
		days:     germanDays,
		list:     germanList,
		greeting: germanGreeting,
	}
}

// germanGreeting ends with a comma, so a letter goes on in lower case.
func germanGreeting(name string) string {
	if name == "" {
		return "Guten Tag,"
	}
	return "Guten Tag " + name + ","
}

func germanDays(left int) string {
	switch {
	case left == 0:
		return "heute"
	case left == 1:
		return "morgen"
	case left > 1:
		return "in " + itoa(left) + " Tagen"
	case left == -1:
		return "seit 1 Tag überfällig"
	}
	return "seit " + itoa(-left) + " Tagen überfällig"
}

func germanList(items []string) string { return joinList(items, " und ") }

func germanWords() map[string]string {
	return map[string]string{
		"state unverified":  "wartet auf die Bestätigung des Postfachs",
		"state open":        "neu, noch nicht begonnen",
		"state in_progress": "in Bearbeitung",
		"state on_hold":     "ruht, eine Rückfrage ist offen",
		"state in_review":   "entschieden, wartet auf die Freigabe durch eine zweite Person",
		"state closed":      "abgeschlossen",

		"outcome fulfilled":        "wie beantragt erledigt",
		"outcome partly_fulfilled": "teilweise erledigt",
		"outcome denied":           "abgelehnt",
		"outcome no_data":          "keine solchen Daten vorhanden",
		"outcome withdrawn":        "zurückgezogen",
		"outcome expired":          "nie bestätigt",
		"outcome duplicate":        "Teil eines anderen Antrags",
		"outcome spam":             "kein Antrag",

		"level ":           "noch nichts bestätigt",
		"level none":       "noch nichts bestätigt",
		"level mailbox":    "das Postfach ist bestätigt",
		"level reasonable": "das Postfach und zwei uns bekannte Angaben sind bestätigt",
		"level high":       "die Identität ist vollständig bestätigt, mit unterschriebener Erklärung",

		"purpose ":              "Das müssen wir wissen, um Ihren Antrag zu verstehen.",
		"purpose clarification": "Das müssen wir wissen, um Ihren Antrag zu verstehen.",
		"purpose identity":      "Das müssen wir wissen, um sicher zu sein, dass der Antrag von Ihnen kommt und niemand sonst an Ihre Daten gelangt.",
		"purpose fee":           "Es geht um ein Entgelt. Sobald das geklärt ist, bearbeiten wir Ihren Antrag weiter.",

		"job send_mail":       "eine E-Mail verschicken",
		"job remind":          "an einen Termin erinnern",
		"job verify_reminder": "an die Bestätigung des Postfachs erinnern",
		"job prove_linked":    "eine Bestätigung auf die anderen Anträge einer E-Mail übertragen",
		"job expire":          "einen nie bestätigten Antrag beenden",
		"job issue_code":      "einen neuen Code verschicken",
		"job digest_day":      "die täglichen Übersichten planen",
		"job place_mail":      "eine eingegangene Nachricht zuordnen",
		"job delete_blob":     "das Löschen einer Datei",
		"job mail_files":      "das Hinzufügen der Anhänge einer Nachricht",
		"job held_mail":       "die Warnung vor wartenden Nachrichten",
		"job mailbox_alarm":   "der Alarm des Postfachs",
		"job digest":          "eine tägliche Übersicht verschicken",

		"account changed":  "Ihr Passwort wurde geändert.",
		"account factor":   "Ihr zweiter Faktor wurde geändert.",
		"account removed":  "Eine Administratorin oder ein Administrator hat Ihren zweiten Faktor entfernt. Beim nächsten Anmelden richten Sie einen neuen ein.",
		"account reset":    "Eine Administratorin oder ein Administrator hat Ihren Zugang zurückgesetzt. Ihr Passwort öffnet nichts mehr; Sie bekommen eine Einladung, ein neues zu wählen.",
		"account recovery": "Neue Wiederherstellungscodes wurden erstellt. Die alten öffnen nichts mehr.",
		"account used":     "Zum Anmelden wurde ein Wiederherstellungscode benutzt. Er öffnet nichts mehr.",
		"account role":     "Eine Administratorin oder ein Administrator hat Ihre Rolle geändert.",
		"account program":  "In Ihrem Namen wurde ein API-Token erstellt. Programme handeln damit an Ihrer Stelle.",
		"account sessions": "Eine Administratorin oder ein Administrator hat alle Ihre Sitzungen beendet. Sie melden sich wieder an wie bisher.",
		"account disabled": "Eine Administratorin oder ein Administrator hat Ihr Konto gesperrt. Sie können sich nicht anmelden, und Ihre API-Token öffnen nichts mehr.",
		"account enabled":  "Eine Administratorin oder ein Administrator hat Ihr Konto wieder freigegeben. Sie können sich wieder anmelden.",

		"unsent automatic":    "Er kam in einer E-Mail, die keine Maschine beantworten darf",
		"unsent mailbox":      "Das Postfach hat von uns so viele E-Mails bekommen, wie es vor einer Bestätigung darf",
		"unsent never":        "Wem das Postfach gehört, will keine E-Mail von uns",
		"unsent domain":       "Die Maildomain hat in dieser Stunde so viele E-Mails von uns bekommen, wie sie darf",
		"unsent all":          "In dieser Stunde dürfen wir keine mehr senden",
		"unsent crowd":        "Aus demselben Netz kamen in einer Stunde zu viele Anträge",
		"mailbox unreachable": "sein Server antwortet nicht oder nicht als er selbst",
		"mailbox login":       "sein Server lässt uns nicht ein: das Passwort wurde vielleicht geändert",
		"mailbox folder":      "sein Ordner lässt sich nicht öffnen",
		"mailbox messages":    "einige Nachrichten darin lassen sich nicht abrufen, aufbewahren oder verschieben",
		"mailbox ours":        "ein Fehler bei uns, etwa eine Datenbank, die nicht antwortet",

		"mail code":                    "der Code zur Bestätigung des Postfachs",
		"mail verify_reminder":         "die Erinnerung an die Bestätigung des Postfachs",
		"mail acknowledgement":         "die Eingangsbestätigung",
		"mail new_date":                "die Mitteilung eines neuen Datums",
		"mail reclassified":            "die Mitteilung, dass der Antrag anders behandelt wird",
		"mail named_person":            "die Mitteilung an die genannte Person",
		"mail verified":                "die Bestätigung der Identität",
		"mail question":                "eine Rückfrage",
		"mail reply":                   "eine Nachricht",
		"mail extended":                "die Mitteilung über die Verlängerung der Frist",
		"mail answer_fulfilled":        "die Antwort",
		"mail answer_partly_fulfilled": "die Antwort",
		"mail answer_denied":           "die Antwort",
		"mail answer_no_data":          "die Antwort",
		"mail withdrawn":               "die Bestätigung der Rücknahme",
		"mail expired":                 "die Mitteilung, dass der Antrag beendet ist",
		"mail merged":                  "die Mitteilung, dass der Antrag mit einem anderen zusammengeführt wurde",
		"mail reopened":                "die Mitteilung, dass der Antrag wieder aufgenommen wurde",
		"mail confirm_erasure":         "die Bitte, die Löschung zu bestätigen",
		"mail erasure_confirmed":       "die Mitteilung, dass die Löschung bestätigt ist",
		"mail package":                 "die Mitteilung, dass die Daten wieder heruntergeladen werden können",
		"mail appeal_received":         "die Eingangsbestätigung zum Einspruch",

		"job run_task":           "ein System aufrufen",
		"job owner_mail":         "offene Aufgaben an Systemverantwortliche melden",
		"job remind_task":        "an eine Aufgabe erinnern",
		"job owner_code":         "den Code einer Aufgabe verschicken",
		"job retention":          "löschen, was lange genug aufbewahrt wurde",
		"job erase":              "die Daten eines abgeschlossenen Antrags löschen",
		"job leftovers":          "gelöschte Dateien entfernen",
		"job legal_holds":        "den rechtlichen Sperren folgen",
		"job cooling_off":        "eine Löschung nach der Bedenkzeit fortsetzen",
		"job look_again":         "Systeme nach einer Löschung noch einmal fragen",
		"job void_packages":      "Datenkopien zurückziehen, deren Daten gelöscht sind",
		"job legal_hold_review":  "an eine rechtliche Sperre erinnern",
		"job owner_unreachable":  "eine Aufgabe ans Team geben, deren Verantwortliche nicht erreichbar sind",
		"action find":            "Daten suchen",
		"action correct":         "Daten berichtigen",
		"action erase":           "Daten löschen",
		"action stop":            "Nutzung der Daten beenden",
		"action take_down":       "Inhalt entfernen",
		"action inform":          "Empfänger benachrichtigen",
		"tasknews failed":        "Eine Aufgabe ist gescheitert",
		"tasknews late":          "Eine Aufgabe wurde ausgeführt, obwohl sie abgebrochen war",
		"tasknews remaining":     "Nach einer Aufgabe ist noch etwas vorhanden",
		"tasknews came_back":     "Gelöschte Daten sind wieder da",
		"tasknews all_done":      "Alle Aufgaben eines Antrags sind erledigt",
		"tasknews due_soon":      "Eine Aufgabe ist bald fällig",
		"tasknews overdue":       "Eine Aufgabe ist überfällig",
		"tasknews replied":       "Auf eine Mail zu einer Aufgabe wurde geantwortet",
		"tasknews unreachable":   "Ein Systemverantwortlicher ist per Mail nicht erreichbar",
		"tasknext failed":        "Sehen Sie sich den Fehler im Fall an. Wiederholen Sie die Aufgabe, sobald die Ursache behoben ist, oder schließen Sie sie von Hand ab.",
		"tasknext late":          "Was getan ist, lässt sich nicht von selbst zurücknehmen. Sehen Sie sich den Beleg im Fall an und informieren Sie die antragstellende Person, wo es nötig ist.",
		"tasknext remaining":     "Sehen Sie sich den Beleg im Fall an. Was übrig ist, muss eventuell von Hand entfernt werden.",
		"tasknext came_back":     "Sehen Sie im Fall nach, was wo gefunden wurde. Eine Aufgabe zur Löschung ist angelegt, und ein abgeschlossener Antrag ist wieder offen.",
		"tasknext all_done":      "Die Antwort kann gegeben werden.",
		"tasknext due_soon":      "Fragen Sie bei den Systemverantwortlichen nach oder geben Sie die Aufgabe jemand anderem.",
		"tasknext overdue":       "Fragen Sie bei den Systemverantwortlichen nach oder geben Sie die Aufgabe jemand anderem. Der Antrag selbst hat eine Frist.",
		"tasknext replied":       "Lesen Sie die Antwort im Fall. Die Aufgabe ist offen, bis jemand sagt, dass sie erledigt ist.",
		"tasknext unreachable":   "Die Aufgabe liegt jetzt bei Ihnen. Erledigen Sie sie oder geben Sie sie an andere Verantwortliche.",
		"connector unavailable":  "das System ist nicht erreichbar",
		"connector timeout":      "das System hat nicht rechtzeitig geantwortet",
		"connector locked":       "die Zeilen sind gesperrt",
		"connector credentials":  "das System akzeptiert unsere Zugangsdaten nicht",
		"connector privilege":    "unserem Konto fehlt ein Recht",
		"connector definition":   "die Beschreibung des Systems passt nicht zu ihm",
		"connector refused":      "das System lehnt die Änderung ab",
		"connector side_effect":  "die Änderung würde andere Zeilen treffen",
		"connector changed":      "es ist nicht mehr so, wie die Vorschau es zeigte",
		"connector too_much":     "es ist mehr vorhanden, als die Grenze erlaubt",
		"connector garbage":      "die Antwort ist nicht lesbar",
		"connector uncertain":    "niemand hat gesehen, ob es ausgeführt wurde",
		"connector pending":      "die Antwort steht noch aus",
		"connector identifier":   "keine Kennung, die das System annimmt, ist verifiziert",
		"connector unsupported":  "das System nimmt diese Aktion nicht an",
		"connector row_security": "das System verbirgt Zeilen vor uns",
		"mail owner_tasks":       "die Liste offener Aufgaben von Systemverantwortlichen",
		"mail owner_code":        "der Code für eine Aufgabe von Systemverantwortlichen",
		"mail owner_legal_hold":  "der Hinweis auf eine rechtliche Sperre an Systemverantwortliche",
		"mail staff_legal_hold":  "die Erinnerung, eine rechtliche Sperre zu prüfen",
	}
}
