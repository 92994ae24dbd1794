package notifications

import "strings"

func spanish() language {
	return language{
		name:     "Español",
		weekdays: [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		months: [12]string{
			"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio",
			"agosto", "septiembre", "octubre", "noviembre", "diciembre",
		},
		on:       "{W} {D} de {M} de {Y}",
		at:       "{D} a las {T} ({Z})",
		clock:    "15:04",
		words:    spanishWords(),
		days:     spanishDays,
		list:     spanishList,
		greeting: spanishGreeting,
	}
}

// spanishGreeting suits everybody, where Estimado and Estimada would guess.
func spanishGreeting(name string) string {
	if name == "" {
		return "Buenos días:"
	}
	return "Buenos días, " + name + ":"
}

func spanishDays(left int) string {
	switch {
	case left == 0:
		return "hoy"
	case left == 1:
		return "mañana"
	case left > 1:
		return "dentro de " + itoa(left) + " días"
	case left == -1:
		return "1 día de retraso"
	}
	return itoa(-left) + " días de retraso"
}

// spanishList joins by y, which is e before the same sound.
func spanishList(items []string) string {
	and := " y "
	if len(items) > 1 {
		last := strings.ToLower(items[len(items)-1])
		glide := strings.HasPrefix(last, "hie") || strings.HasPrefix(last, "hia") || strings.HasPrefix(last, "ie")
		if !glide && (strings.HasPrefix(last, "i") || strings.HasPrefix(last, "í") || strings.HasPrefix(last, "hi")) {
			and = " e "
		}
	}
	return joinList(items, and)
}

func spanishWords() map[string]string {
	return map[string]string{
		"state unverified":  "a la espera de que se confirme el buzón",
		"state open":        "nueva, pendiente de empezar",
		"state in_progress": "en curso",
		"state on_hold":     "en espera de la respuesta a una pregunta",
		"state in_review":   "decidida, pendiente de la aprobación de una segunda persona",
		"state closed":      "cerrada",

		"outcome fulfilled":        "hecho según lo pedido",
		"outcome partly_fulfilled": "hecho en parte",
		"outcome denied":           "denegado",
		"outcome no_data":          "no tenemos tales datos",
		"outcome withdrawn":        "retirada",
		"outcome expired":          "nunca confirmada",
		"outcome duplicate":        "unida a otra solicitud",
		"outcome spam":             "no es una solicitud",

		"level ":           "todavía no hay nada confirmado",
		"level none":       "todavía no hay nada confirmado",
		"level mailbox":    "el buzón está confirmado",
		"level reasonable": "el buzón y dos datos que ya teníamos están confirmados",
		"level high":       "la identidad está plenamente confirmada, con una declaración firmada",

		"purpose ":              "Lo necesitamos para entender su solicitud.",
		"purpose clarification": "Lo necesitamos para entender su solicitud.",
		"purpose identity":      "Lo necesitamos para asegurarnos de que la solicitud es suya y de que nadie más accede a sus datos.",
		"purpose fee":           "Se trata de un coste. Seguiremos con su solicitud en cuanto quede resuelto.",

		"job send_mail":       "el envío de un correo",
		"job remind":          "el recordatorio de un plazo",
		"job verify_reminder": "el recordatorio para confirmar el buzón",
		"job prove_linked":    "la aplicación de una confirmación a las demás solicitudes de un correo",
		"job expire":          "el cierre de una solicitud nunca confirmada",
		"job issue_code":      "el envío de un código nuevo",
		"job digest_day":      "la preparación de los resúmenes diarios",
		"job place_mail":      "la clasificación de un mensaje recibido",
		"job delete_blob":     "la eliminación de un archivo",
		"job mail_files":      "la incorporación de los archivos de un mensaje",
		"job held_mail":       "el aviso de mensajes en espera",
		"job mailbox_alarm":   "la alarma del buzón",
		"job digest":          "el envío de un resumen diario",

		"account changed":  "Su contraseña ha cambiado.",
		"account factor":   "Su segundo factor ha cambiado.",
		"account removed":  "Una persona administradora ha quitado su segundo factor. La próxima vez que inicie sesión configurará uno nuevo.",
		"account reset":    "Una persona administradora ha restablecido su acceso. Su contraseña ya no abre nada; recibirá una invitación para elegir otra.",
		"account recovery": "Se han creado nuevos códigos de recuperación. Los anteriores ya no abren nada.",
		"account used":     "Se ha usado un código de recuperación para iniciar sesión. Ya no abre nada.",
		"account role":     "Una persona administradora ha cambiado su rol.",
		"account program":  "Se ha creado un token de API en su nombre. Los programas actúan con él en su lugar.",
		"account sessions": "Una persona administradora ha cerrado todas sus sesiones. Vuelva a iniciar sesión como antes.",
		"account disabled": "Una persona administradora ha desactivado su cuenta. No puede iniciar sesión, y sus tokens de API ya no abren nada.",
		"account enabled":  "Una persona administradora ha reactivado su cuenta. Puede volver a iniciar sesión.",

		"unsent automatic":    "llegó en un correo que una máquina no debe contestar",
		"unsent mailbox":      "el buzón ya ha recibido tantos correos nuestros como puede antes de que alguien lo confirme",
		"unsent never":        "el titular del buzón no quiere correos nuestros",
		"unsent domain":       "el dominio de correo ya ha recibido esta hora tantos correos nuestros como puede",
		"unsent all":          "esta hora no podemos enviar más",
		"unsent crowd":        "llegaron demasiadas solicitudes desde la misma red en una hora",
		"mailbox unreachable": "su servidor no responde, o no como él mismo",
		"mailbox login":       "su servidor no nos deja entrar: quizá cambió la contraseña",
		"mailbox folder":      "su carpeta no se puede abrir",
		"mailbox messages":    "algunos mensajes no se pueden recoger, guardar o mover",
		"mailbox ours":        "un fallo nuestro, por ejemplo una base de datos que no responde",

		"mail code":                    "el código para confirmar el buzón",
		"mail verify_reminder":         "el recordatorio para confirmar el buzón",
		"mail acknowledgement":         "el acuse de recibo",
		"mail new_date":                "el aviso de una nueva fecha",
		"mail reclassified":            "el aviso de que la solicitud se tramita de otro modo",
		"mail named_person":            "el aviso a la persona nombrada",
		"mail verified":                "la confirmación de la identidad",
		"mail question":                "una pregunta",
		"mail reply":                   "un mensaje",
		"mail extended":                "el aviso de prórroga",
		"mail answer_fulfilled":        "la respuesta",
		"mail answer_partly_fulfilled": "la respuesta",
		"mail answer_denied":           "la respuesta",
		"mail answer_no_data":          "la respuesta",
		"mail withdrawn":               "la confirmación de la retirada",
		"mail expired":                 "el aviso de que la solicitud ha terminado",
		"mail merged":                  "el aviso de que la solicitud se ha unido a otra",
		"mail reopened":                "el aviso de que la solicitud se ha retomado",
		"mail confirm_erasure":         "la petición de confirmar la supresión",
		"mail erasure_confirmed":       "el aviso de que la supresión está confirmada",
		"mail package":                 "el aviso de que los datos se pueden descargar de nuevo",
		"mail appeal_received":         "el acuse de recibo del recurso",

		"job run_task":           "llamar a un sistema",
		"job owner_mail":         "avisar de tareas pendientes al responsable de un sistema",
		"job remind_task":        "recordar una tarea",
		"job owner_code":         "el envío del código de una tarea",
		"job retention":          "borrar lo que se ha conservado el tiempo suficiente",
		"job erase":              "borrar los datos de una solicitud cerrada",
		"job leftovers":          "eliminar los archivos borrados",
		"job legal_holds":        "seguir las retenciones legales",
		"job cooling_off":        "continuar una supresión tras el plazo de reflexión",
		"job look_again":         "volver a preguntar a los sistemas tras una supresión",
		"job void_packages":      "retirar las copias cuyos datos se han suprimido",
		"job legal_hold_review":  "recordar una retención legal",
		"job owner_unreachable":  "la entrega al equipo de una tarea cuyo responsable no responde por correo",
		"action find":            "buscar los datos",
		"action correct":         "rectificar los datos",
		"action erase":           "suprimir los datos",
		"action stop":            "dejar de usar los datos",
		"action take_down":       "retirar el contenido",
		"action inform":          "informar a los destinatarios",
		"tasknews failed":        "Una tarea ha fallado",
		"tasknews late":          "Se ejecutó una tarea que estaba cancelada",
		"tasknews remaining":     "Después de una tarea aún queda algo",
		"tasknews came_back":     "Los datos borrados están de nuevo ahí",
		"tasknews all_done":      "Todas las tareas de una solicitud están hechas",
		"tasknews due_soon":      "Una tarea vence pronto",
		"tasknews overdue":       "Una tarea está vencida",
		"tasknews replied":       "Alguien ha respondido a un correo sobre una tarea",
		"tasknews unreachable":   "No se puede contactar por correo con el responsable de un sistema",
		"tasknext failed":        "mire el error en el caso. Repita la tarea cuando la causa esté resuelta o complétela a mano.",
		"tasknext late":          "lo hecho no se deshace por sí solo. Mire el justificante en el caso e informe a la persona si es necesario.",
		"tasknext remaining":     "mire el justificante en el caso. Lo que queda quizá deba eliminarse a mano.",
		"tasknext came_back":     "vea en el caso qué se encontró y dónde. Se añadió una tarea para borrarlo, y una solicitud cerrada vuelve a estar abierta.",
		"tasknext all_done":      "ya se puede dar la respuesta.",
		"tasknext due_soon":      "pregunte al responsable del sistema o dé la tarea a otra persona.",
		"tasknext overdue":       "pregunte al responsable del sistema o dé la tarea a otra persona. La solicitud misma tiene un plazo.",
		"tasknext replied":       "lea la respuesta en el caso. La tarea sigue abierta hasta que alguien diga que está hecha.",
		"tasknext unreachable":   "la tarea está ahora en manos del equipo. Hágala o désela a otro responsable.",
		"connector unavailable":  "no se puede contactar con el sistema",
		"connector timeout":      "el sistema no respondió a tiempo",
		"connector locked":       "las filas están bloqueadas",
		"connector credentials":  "el sistema no acepta nuestras credenciales",
		"connector privilege":    "a nuestra cuenta le falta un permiso",
		"connector definition":   "la descripción del sistema no encaja con él",
		"connector refused":      "el sistema rechaza el cambio",
		"connector side_effect":  "el cambio alcanzaría otras filas",
		"connector changed":      "ya no es como lo mostraba la vista previa",
		"connector too_much":     "hay más de lo que permite el límite",
		"connector garbage":      "la respuesta no se puede leer",
		"connector uncertain":    "nadie vio si se aplicó",
		"connector pending":      "la respuesta está aún por llegar",
		"connector identifier":   "ningún identificador que acepte el sistema está verificado",
		"connector unsupported":  "el sistema no admite esta acción",
		"connector row_security": "el sistema nos oculta filas",
		"mail owner_tasks":       "la lista de tareas pendientes del responsable de un sistema",
		"mail owner_code":        "el código de una tarea del responsable de un sistema",
		"mail owner_legal_hold":  "el aviso de retención legal al responsable de un sistema",
		"mail staff_legal_hold":  "el recordatorio de revisar una retención legal",
	}
}
