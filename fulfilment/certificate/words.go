package certificate

import "strings"

// wordsOf returns the words of a locale's language, and which it is.
func wordsOf(locale string) (string, map[string]string) {
	tag, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch tag {
	case "de":
		return tag, german()
	case "fr":
		return tag, french()
	case "es":
		return tag, spanish()
	}
	return "en", english()
}

func english() map[string]string {
	return map[string]string{
		"months": "January|February|March|April|May|June|July|August|September|October|November|December", "date": "%d %s %d", "instant": "%s, %s (%s)",
		"informed": "Recipients told", "suppressed": "Your email address", "suppression": "also kept as a code that nobody can read, so that we do not write to you again by mistake, for example after a backup is restored. It is deleted when you contact us again yourself and confirm your mailbox.",
		"title": "Certificate of erasure", "lead": "This certifies what became of the personal data that we were asked to erase. It counts values by kind and holds none of them.",
		"reference": "Reference", "type": "Asked for", "received": "Received on", "confirmed": "Confirmed", "issued": "Issued", "number": "%s (version %d)",
		"by subject": "by the requester on the page of the request", "by staff": "by the requester, recorded by staff",
		"done": "Done", "approved": "Approved by", "records": "Records", "counts": "%d deleted, %d changed", "way": "How", "by hand": "by a person responsible for the system",
		"erased": "Erased, by kind of data", "kept": "Kept", "masked": "replaced by meaningless characters", "looked": "Looked again", "receipt": "Receipt (SHA-256)", "backups": "Backups",
		"until":        "may still hold it for %d days, until %s; it is not restored from them",
		"nothing left": "nothing of the person is there", "only kept": "only what is kept or replaced, as listed here", "something left": "%d values are there that should not be; we see to them",
		"at the latest":     "until %s at the latest",
		"outcome completed": "erased", "outcome partly": "erased in part", "outcome nothing_found": "nothing of the person was there", "outcome refused": "not erased",
		"kept shared": "other records need it", "kept others_rights": "it may be somebody else’s", "kept read_only": "the system never changes it", "kept no_key": "the record cannot be named",
		"kept joins_rows": "a key that names nobody once everything else is gone", "kept preserved": "the description of the system keeps it",
		"role admin": "an administrator", "role manager": "a manager of the privacy team", "role agent": "a second member of the privacy team",
		"note": "Every change of this certificate is recorded with its hash. With the hash anybody can check that the certificate is unchanged: it is that of the JSON form in canonical order.",
	}
}

func german() map[string]string {
	return map[string]string{
		"months": "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember", "date": "%d. %s %d", "instant": "%s, %s Uhr (%s)",
		"informed": "Unterrichtete Empfänger", "suppressed": "Ihre E-Mail-Adresse", "suppression": "auch als unlesbarer Code aufbewahrt, damit wir Ihnen nicht versehentlich wieder schreiben, etwa nach dem Einspielen einer Sicherungskopie. Er wird gelöscht, wenn Sie sich selbst wieder an uns wenden und Ihr Postfach bestätigen.",
		"title": "Bescheinigung über die Löschung", "lead": "Diese Bescheinigung sagt, was aus den personenbezogenen Daten geworden ist, die wir löschen sollten. Sie zählt Werte nach ihrer Art und enthält keinen davon.",
		"reference": "Aktenzeichen", "type": "Antrag", "received": "Eingegangen am", "confirmed": "Bestätigt", "issued": "Ausgestellt", "number": "%s (Fassung %d)",
		"by subject": "von der antragstellenden Person auf der Seite des Antrags", "by staff": "von der antragstellenden Person, vom Team festgehalten",
		"done": "Erledigt", "approved": "Freigegeben von", "records": "Datensätze", "counts": "%d gelöscht, %d geändert", "way": "Wie", "by hand": "durch eine für das System verantwortliche Person",
		"erased": "Gelöscht, nach Art der Daten", "kept": "Behalten", "masked": "durch bedeutungslose Zeichen ersetzt", "looked": "Erneut geprüft", "receipt": "Beleg (SHA-256)", "backups": "Sicherungskopien",
		"until":        "können es noch %d Tage enthalten, bis %s; daraus wird es nicht wiederhergestellt",
		"nothing left": "von der Person ist nichts vorhanden", "only kept": "nur, was hier als behalten oder ersetzt aufgeführt ist", "something left": "%d Werte sind vorhanden, die es nicht sein sollten; wir kümmern uns darum",
		"at the latest":     "längstens bis %s",
		"outcome completed": "gelöscht", "outcome partly": "teilweise gelöscht", "outcome nothing_found": "von der Person war nichts vorhanden", "outcome refused": "nicht gelöscht",
		"kept shared": "andere Datensätze brauchen es", "kept others_rights": "es kann jemand anderem gehören", "kept read_only": "das System ändert es nie", "kept no_key": "der Datensatz lässt sich nicht eindeutig benennen",
		"kept joins_rows": "ein Schlüssel, der niemanden benennt, sobald alles andere gelöscht ist", "kept preserved": "die Beschreibung des Systems behält es",
		"role admin": "der Administration", "role manager": "der Leitung des Datenschutzteams", "role agent": "einer zweiten Person des Datenschutzteams",
		"note": "Jede Änderung dieser Bescheinigung wird mit ihrem Hash festgehalten. Damit kann jeder prüfen, dass sie unverändert ist: Er ist der Hash der JSON-Fassung in kanonischer Reihenfolge.",
	}
}

func french() map[string]string {
	return map[string]string{
		"months": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre", "date": "%d %s %d", "instant": "%s à %s (%s)",
		"informed": "Destinataires informés", "suppressed": "Votre adresse e-mail", "suppression": "également conservée sous forme de code illisible, afin que nous ne vous écrivions pas de nouveau par erreur, par exemple après la restauration d’une sauvegarde. Le code est supprimé si vous nous recontactez vous-même et confirmez votre adresse.",
		"title": "Attestation d’effacement", "lead": "Cette attestation indique ce que sont devenues les données personnelles que nous devions effacer. Elle compte les valeurs par catégorie et n’en contient aucune.",
		"reference": "Référence", "type": "Demande", "received": "Reçue le", "confirmed": "Confirmée", "issued": "Établie", "number": "%s (version %d)",
		"by subject": "par la personne elle-même sur la page de la demande", "by staff": "par la personne elle-même, consigné par l’équipe",
		"done": "Fait", "approved": "Approuvé par", "records": "Enregistrements", "counts": "%d supprimés, %d modifiés", "way": "Manière", "by hand": "par une personne responsable du système",
		"erased": "Effacé, par catégorie de données", "kept": "Conservé", "masked": "remplacé par des caractères sans signification", "looked": "Vérifié de nouveau", "receipt": "Reçu (SHA-256)", "backups": "Sauvegardes",
		"until":        "peuvent encore le contenir pendant %d jours, jusqu’au %s ; rien n’en est rétabli",
		"nothing left": "rien ne concerne la personne", "only kept": "seulement ce qui est conservé ou remplacé, comme indiqué ici", "something left": "%d valeurs sont là qui ne devraient pas l’être ; nous nous en occupons",
		"at the latest":     "au plus tard jusqu’au %s",
		"outcome completed": "effacé", "outcome partly": "effacé en partie", "outcome nothing_found": "rien ne concernait la personne", "outcome refused": "non effacé",
		"kept shared": "d’autres enregistrements en ont besoin", "kept others_rights": "cela peut concerner quelqu’un d’autre", "kept read_only": "le système ne le modifie jamais", "kept no_key": "l’enregistrement ne peut pas être désigné",
		"kept joins_rows": "une clé qui ne désigne personne une fois le reste effacé", "kept preserved": "la description du système le conserve",
		"role admin": "l’administration", "role manager": "un responsable de l’équipe de protection des données", "role agent": "une deuxième personne de l’équipe de protection des données",
		"note": "Chaque modification de cette attestation est consignée avec son empreinte. Celle-ci permet à chacun de vérifier que l’attestation est inchangée : c’est l’empreinte de la forme JSON dans l’ordre canonique.",
	}
}

func spanish() map[string]string {
	return map[string]string{
		"months": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre", "date": "%d de %s de %d", "instant": "%s, %s (%s)",
		"informed": "Destinatarios informados", "suppressed": "Su correo electrónico", "suppression": "conservado también como un código ilegible, para no volver a escribirle por error, por ejemplo tras restaurar una copia de seguridad. Se elimina si usted vuelve a dirigirse a nosotros y confirma su buzón.",
		"title": "Certificado de supresión", "lead": "Este certificado dice qué fue de los datos personales que debíamos borrar. Cuenta valores por categoría y no contiene ninguno.",
		"reference": "Referencia", "type": "Solicitud", "received": "Recibida el", "confirmed": "Confirmada", "issued": "Expedido", "number": "%s (versión %d)",
		"by subject": "por la propia persona en la página de la solicitud", "by staff": "por la propia persona, anotado por el equipo",
		"done": "Hecho", "approved": "Aprobado por", "records": "Registros", "counts": "%d eliminados, %d modificados", "way": "Cómo", "by hand": "por una persona responsable del sistema",
		"erased": "Borrado, por categoría de datos", "kept": "Conservado", "masked": "sustituido por caracteres sin significado", "looked": "Comprobado de nuevo", "receipt": "Justificante (SHA-256)", "backups": "Copias de seguridad",
		"until":        "pueden contenerlo todavía %d días, hasta el %s; no se restaura a partir de ellas",
		"nothing left": "no hay nada de la persona", "only kept": "solo lo que aquí figura como conservado o sustituido", "something left": "hay %d valores que no deberían estar; nos ocupamos de ellos",
		"at the latest":     "como máximo hasta el %s",
		"outcome completed": "borrado", "outcome partly": "borrado en parte", "outcome nothing_found": "no había nada de la persona", "outcome refused": "no borrado",
		"kept shared": "otros registros lo necesitan", "kept others_rights": "puede ser de otra persona", "kept read_only": "el sistema nunca lo modifica", "kept no_key": "el registro no se puede identificar",
		"kept joins_rows": "una clave que no designa a nadie una vez borrado lo demás", "kept preserved": "la descripción del sistema lo conserva",
		"role admin": "la administración", "role manager": "un responsable del equipo de protección de datos", "role agent": "una segunda persona del equipo de protección de datos",
		"note": "Cada cambio de este certificado queda registrado con su hash. Con él cualquiera puede comprobar que el certificado no ha cambiado: es el de la forma JSON en orden canónico.",
	}
}
