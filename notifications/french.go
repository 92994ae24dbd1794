package notifications

func french() language {
	return language{
		name:     "Français",
		weekdays: [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		months: [12]string{
			"janvier", "février", "mars", "avril", "mai", "juin", "juillet",
			"août", "septembre", "octobre", "novembre", "décembre",
		},
		on:       "{W} {D}\u00a0{M} {Y}",
		first:    "1er",
		at:       "{D} à {T} ({Z})",
		clock:    "15\u00a0h\u00a004",
		words:    frenchWords(),
		days:     frenchDays,
		list:     frenchList,
		greeting: frenchGreeting,
	}
}

func frenchGreeting(name string) string {
	if name == "" {
		return "Bonjour,"
	}
	return "Bonjour " + name + ","
}

func frenchDays(left int) string {
	switch {
	case left == 0:
		return "aujourd’hui"
	case left == 1:
		return "demain"
	case left > 1:
		return "dans " + itoa(left) + " jours"
	case left == -1:
		return "1 jour de retard"
	}
	return itoa(-left) + " jours de retard"
}

func frenchList(items []string) string { return joinList(items, " et ") }

func frenchWords() map[string]string {
	return map[string]string{
		"state unverified":  "en attente de confirmation de l’adresse e-mail",
		"state open":        "nouvelle, à prendre en charge",
		"state in_progress": "en cours de traitement",
		"state on_hold":     "en attente d’une réponse à notre question",
		"state in_review":   "décidée, en attente de l’approbation d’une seconde personne",
		"state closed":      "close",

		"outcome fulfilled":        "fait comme demandé",
		"outcome partly_fulfilled": "fait en partie",
		"outcome denied":           "refusé",
		"outcome no_data":          "aucune donnée de ce type",
		"outcome withdrawn":        "retirée",
		"outcome expired":          "jamais confirmée",
		"outcome duplicate":        "jointe à une autre demande",
		"outcome spam":             "n’est pas une demande",

		"level ":           "rien n’est encore confirmé",
		"level none":       "rien n’est encore confirmé",
		"level mailbox":    "l’adresse e-mail est confirmée",
		"level reasonable": "l’adresse e-mail et deux informations que nous détenons sont confirmées",
		"level high":       "l’identité est entièrement confirmée, avec une déclaration signée",

		"purpose ":              "Nous en avons besoin pour comprendre votre demande.",
		"purpose clarification": "Nous en avons besoin pour comprendre votre demande.",
		"purpose identity":      "Nous en avons besoin pour nous assurer que la demande vient bien de vous, et que personne d’autre n’accède à vos données.",
		"purpose fee":           "Il s’agit de frais. Nous reprendrons votre demande dès que ce point sera réglé.",

		"job send_mail":       "l’envoi d’un e-mail",
		"job remind":          "le rappel d’une échéance",
		"job verify_reminder": "le rappel de confirmer l’adresse e-mail",
		"job prove_linked":    "le report d’une confirmation sur les autres demandes d’un e-mail",
		"job expire":          "la clôture d’une demande jamais confirmée",
		"job issue_code":      "l’envoi d’un nouveau code",
		"job digest_day":      "la préparation des récapitulatifs quotidiens",
		"job place_mail":      "le classement d’un message reçu",
		"job delete_blob":     "la suppression d’un fichier",
		"job mail_files":      "l’ajout des pièces jointes d’un message",
		"job held_mail":       "l’alerte sur les messages en attente",
		"job mailbox_alarm":   "l’alarme de la boîte aux lettres",
		"job digest":          "l’envoi d’un récapitulatif quotidien",

		"account changed":  "Votre mot de passe a été modifié.",
		"account factor":   "Votre second facteur a été modifié.",
		"account removed":  "Une administratrice ou un administrateur a retiré votre second facteur. Vous en configurerez un nouveau à la prochaine connexion.",
		"account reset":    "Une administratrice ou un administrateur a réinitialisé votre accès. Votre mot de passe n’ouvre plus rien ; vous recevez une invitation pour en choisir un nouveau.",
		"account recovery": "De nouveaux codes de secours ont été créés. Les anciens n’ouvrent plus rien.",
		"account used":     "Un code de secours a servi à se connecter. Il n’ouvre plus rien.",
		"account role":     "Une administratrice ou un administrateur a modifié votre rôle.",
		"account program":  "Un jeton d’API a été créé à votre nom. Des programmes agissent avec lui à votre place.",
		"account sessions": "Une administratrice ou un administrateur a terminé toutes vos sessions. Vous vous reconnectez comme avant.",
		"account disabled": "Une administratrice ou un administrateur a désactivé votre compte. Vous ne pouvez plus vous connecter, et vos jetons d’API n’ouvrent plus rien.",
		"account enabled":  "Une administratrice ou un administrateur a réactivé votre compte. Vous pouvez vous reconnecter.",

		"unsent automatic":    "elle est arrivée dans un e-mail auquel une machine ne doit pas répondre",
		"unsent mailbox":      "cette adresse a reçu autant d’e-mails de notre part qu’elle le peut avant d’être confirmée",
		"unsent never":        "le titulaire de l’adresse ne veut pas d’e-mail de notre part",
		"unsent domain":       "le domaine de messagerie a reçu cette heure autant d’e-mails de notre part qu’il le peut",
		"unsent all":          "nous ne pouvons plus en envoyer cette heure",
		"unsent crowd":        "trop de demandes sont arrivées du même réseau en une heure",
		"mailbox unreachable": "son serveur ne répond pas, ou pas en tant que lui-même",
		"mailbox login":       "son serveur ne nous laisse pas entrer : le mot de passe a peut-être changé",
		"mailbox folder":      "son dossier ne s’ouvre pas",
		"mailbox messages":    "certains messages ne peuvent être relevés, conservés ou déplacés",
		"mailbox ours":        "une panne de notre côté, par exemple une base de données qui ne répond pas",

		"mail code":                    "le code de confirmation de l’adresse e-mail",
		"mail verify_reminder":         "le rappel de confirmer l’adresse e-mail",
		"mail acknowledgement":         "l’accusé de réception",
		"mail new_date":                "l’avis d’une nouvelle date",
		"mail reclassified":            "l’avis que la demande est traitée autrement",
		"mail named_person":            "l’avis à la personne désignée",
		"mail verified":                "la confirmation de l’identité",
		"mail question":                "une question",
		"mail reply":                   "un message",
		"mail extended":                "l’avis de prolongation du délai",
		"mail answer_fulfilled":        "la réponse",
		"mail answer_partly_fulfilled": "la réponse",
		"mail answer_denied":           "la réponse",
		"mail answer_no_data":          "la réponse",
		"mail withdrawn":               "la confirmation du retrait",
		"mail expired":                 "l’avis que la demande a pris fin",
		"mail merged":                  "l’avis que la demande a été jointe à une autre",
		"mail reopened":                "l’avis que la demande a été rouverte",
		"mail confirm_erasure":         "la demande de confirmer l’effacement",
		"mail erasure_confirmed":       "l’avis que l’effacement est confirmé",
		"mail package":                 "l’avis que les données peuvent de nouveau être téléchargées",
		"mail appeal_received":         "l’accusé de réception du recours",

		"job run_task":           "appeler un système",
		"job owner_mail":         "signaler les tâches ouvertes à un responsable de système",
		"job remind_task":        "rappeler une tâche",
		"job owner_code":         "l’envoi du code d’une tâche",
		"job retention":          "effacer ce qui a été conservé assez longtemps",
		"job erase":              "effacer les données d’une demande close",
		"job leftovers":          "supprimer les fichiers effacés",
		"job legal_holds":        "suivre les gels juridiques",
		"job cooling_off":        "la reprise d’un effacement après le délai de réflexion",
		"job look_again":         "la nouvelle interrogation des systèmes après un effacement",
		"job void_packages":      "le retrait des copies dont les données ont été effacées",
		"job legal_hold_review":  "rappeler un gel juridique",
		"job owner_unreachable":  "la remise à l’équipe d’une tâche dont le responsable est injoignable",
		"action find":            "rechercher les données",
		"action correct":         "rectifier les données",
		"action erase":           "effacer les données",
		"action stop":            "cesser l’utilisation des données",
		"action take_down":       "retirer le contenu",
		"action inform":          "informer les destinataires",
		"tasknews failed":        "Une tâche a échoué",
		"tasknews late":          "Une tâche a été exécutée alors qu’elle était annulée",
		"tasknews remaining":     "Il reste quelque chose après une tâche",
		"tasknews came_back":     "Des données effacées sont de nouveau là",
		"tasknews all_done":      "Toutes les tâches d’une demande sont terminées",
		"tasknews due_soon":      "Une tâche arrive à échéance",
		"tasknews overdue":       "Une tâche est en retard",
		"tasknews replied":       "Quelqu’un a répondu à un courriel au sujet d’une tâche",
		"tasknews unreachable":   "Un responsable de système est injoignable par courriel",
		"tasknext failed":        "regardez l’erreur dans le dossier. Relancez la tâche une fois la cause supprimée, ou terminez-la à la main.",
		"tasknext late":          "ce qui est fait ne peut être annulé de lui-même. Regardez le reçu dans le dossier et prévenez la personne si nécessaire.",
		"tasknext remaining":     "regardez le reçu dans le dossier. Ce qui reste devra peut-être être supprimé à la main.",
		"tasknext came_back":     "voyez dans le dossier ce qui a été trouvé et où. Une tâche d’effacement a été ajoutée, et une demande close est rouverte.",
		"tasknext all_done":      "la réponse peut être donnée.",
		"tasknext due_soon":      "relancez le responsable du système ou confiez la tâche à quelqu’un d’autre.",
		"tasknext overdue":       "relancez le responsable du système ou confiez la tâche à quelqu’un d’autre. La demande elle-même a une échéance.",
		"tasknext replied":       "lisez la réponse dans le dossier. La tâche reste ouverte jusqu’à ce que quelqu’un la déclare terminée.",
		"tasknext unreachable":   "la tâche vous revient. Faites-la ou confiez-la à un autre responsable.",
		"connector unavailable":  "le système est injoignable",
		"connector timeout":      "le système n’a pas répondu à temps",
		"connector locked":       "les lignes sont verrouillées",
		"connector credentials":  "le système refuse nos identifiants",
		"connector privilege":    "notre compte manque d’un droit",
		"connector definition":   "la description du système ne lui correspond pas",
		"connector refused":      "le système refuse la modification",
		"connector side_effect":  "la modification toucherait d’autres lignes",
		"connector changed":      "ce n’est plus ce que montrait l’aperçu",
		"connector too_much":     "il y a plus que la limite ne permet",
		"connector garbage":      "la réponse est illisible",
		"connector uncertain":    "personne n’a vu si c’était appliqué",
		"connector pending":      "la réponse est encore attendue",
		"connector identifier":   "aucun identifiant accepté par le système n’est vérifié",
		"connector unsupported":  "le système n’accepte pas cette action",
		"connector row_security": "le système nous cache des lignes",
		"mail owner_tasks":       "la liste des tâches ouvertes d’un responsable de système",
		"mail owner_code":        "le code d’une tâche d’un responsable de système",
		"mail owner_legal_hold":  "l’avis de gel juridique au responsable d’un système",
		"mail staff_legal_hold":  "le rappel de réexaminer un gel juridique",
	}
}
