package notifications

import "strconv"

func itoa(n int) string { return strconv.Itoa(n) }

func english() language {
	return language{
		name:     "English",
		weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months: [12]string{
			"January", "February", "March", "April", "May", "June", "July",
			"August", "September", "October", "November", "December",
		},
		on:       "{W} {D} {M} {Y}",
		at:       "{D} at {T} {Z}",
		clock:    "15:04",
		words:    englishWords(),
		days:     englishDays,
		list:     englishList,
		greeting: englishGreeting,
	}
}

func englishGreeting(name string) string {
	if name == "" {
		return "Hello,"
	}
	return "Hello " + name + ","
}

func englishDays(left int) string {
	switch {
	case left == 0:
		return "today"
	case left == 1:
		return "tomorrow"
	case left > 1:
		return "in " + itoa(left) + " days"
	case left == -1:
		return "1 day late"
	}
	return itoa(-left) + " days late"
}

func englishList(items []string) string { return joinList(items, " and ") }

func englishWords() map[string]string {
	return map[string]string{
		"state unverified":  "waiting for the requester to confirm the mailbox",
		"state open":        "new, waiting for somebody to start",
		"state in_progress": "in progress",
		"state on_hold":     "on hold, a question is with the requester",
		"state in_review":   "decided, waiting for a second person's approval",
		"state closed":      "closed",

		"outcome fulfilled":        "done as asked",
		"outcome partly_fulfilled": "done in part",
		"outcome denied":           "refused",
		"outcome no_data":          "we hold no such data",
		"outcome withdrawn":        "withdrawn",
		"outcome expired":          "never confirmed",
		"outcome duplicate":        "part of another request",
		"outcome spam":             "not a request",

		"level ":           "nothing confirmed yet",
		"level none":       "nothing confirmed yet",
		"level mailbox":    "the mailbox is confirmed",
		"level reasonable": "the mailbox and two details that we hold are confirmed",
		"level high":       "identity fully confirmed, with a signed declaration",

		"purpose ":              "We need this to understand your request.",
		"purpose clarification": "We need this to understand your request.",
		"purpose identity":      "We need this to be sure that it is you who is asking, so that nobody else gets at your data.",
		"purpose fee":           "This is about a fee. We work on your request once it is settled.",

		"job send_mail":       "sending a mail",
		"job remind":          "reminding staff of a due date",
		"job verify_reminder": "reminding a requester to confirm the mailbox",
		"job prove_linked":    "carry a confirmation on to the other requests of a mail",
		"job expire":          "ending a request that was never confirmed",
		"job issue_code":      "mailing a fresh code",
		"job digest_day":      "planning the daily digests",
		"job place_mail":      "placing a received mail",
		"job delete_blob":     "deleting the bytes of a file",
		"job mail_files":      "adding the files of a mail to its request",
		"job held_mail":       "the alarm of mail that waits",
		"job mailbox_alarm":   "the alarm of the mailbox",
		"job digest":          "mailing a daily digest",

		"account changed":  "Your password was changed.",
		"account factor":   "Your second factor was changed.",
		"account removed":  "An administrator removed your second factor. You set up a new one when you next sign in.",
		"account reset":    "An administrator reset your way in. Your password opens nothing any more; you get an invitation to choose a new one.",
		"account recovery": "New recovery codes were made. The old ones open nothing any more.",
		"account used":     "A recovery code was used to sign in. It opens nothing any more.",
		"account role":     "An administrator changed your role.",
		"account program":  "An API token was made in your name. Programs act with it as you.",
		"account sessions": "An administrator ended all your sessions. You sign in again as before.",
		"account disabled": "An administrator disabled your account. You cannot sign in, and your API tokens open nothing any more.",
		"account enabled":  "An administrator enabled your account. You may sign in again.",

		"unsent automatic":    "it came in a mail that must not be answered by a machine",
		"unsent mailbox":      "the mailbox has had as much mail from us as it may before somebody confirms it",
		"unsent never":        "the owner of the mailbox wants no mail from us",
		"unsent domain":       "the mail domain has had as much mail from us this hour as it may",
		"unsent all":          "we may send no more this hour",
		"unsent crowd":        "too many requests came from the same network within an hour",
		"mailbox unreachable": "its server does not answer, or not as itself",
		"mailbox login":       "its server does not let us in: the password may have changed",
		"mailbox folder":      "its folder cannot be opened",
		"mailbox messages":    "some messages in it cannot be fetched, kept or moved",
		"mailbox ours":        "a fault of our own, such as a database that does not answer",

		"mail code":                    "the code to confirm the mailbox",
		"mail verify_reminder":         "the reminder to confirm the mailbox",
		"mail acknowledgement":         "the confirmation of receipt",
		"mail new_date":                "the notice of another date",
		"mail reclassified":            "the notice that the request is handled as another type",
		"mail named_person":            "the notice to the person named",
		"mail verified":                "the confirmation of identity",
		"mail question":                "a question to the requester",
		"mail reply":                   "a message to the requester",
		"mail extended":                "the notice of an extension",
		"mail answer_fulfilled":        "the answer",
		"mail answer_partly_fulfilled": "the answer",
		"mail answer_denied":           "the answer",
		"mail answer_no_data":          "the answer",
		"mail withdrawn":               "the confirmation of the withdrawal",
		"mail expired":                 "the notice that the request ended",
		"mail merged":                  "the notice that the request was joined with another",
		"mail reopened":                "the notice that the request was taken up again",
		"mail confirm_erasure":         "the request to confirm the erasure",
		"mail erasure_confirmed":       "the notice that the erasure is confirmed",
		"mail package":                 "the notice that the data can be downloaded again",
		"mail appeal_received":         "the confirmation of the appeal",

		"job run_task":           "calling a system",
		"job owner_mail":         "telling a system owner of open tasks",
		"job remind_task":        "reminding of a task",
		"job owner_code":         "mailing the code of a task",
		"job retention":          "erasing what was kept long enough",
		"job erase":              "erasing the data of a closed request",
		"job leftovers":          "deleting files that were erased",
		"job legal_holds":        "following the legal holds",
		"job cooling_off":        "going on with an erasure after the time to think",
		"job look_again":         "asking systems again after an erasure",
		"job void_packages":      "withdrawing packages whose data was erased",
		"job legal_hold_review":  "reminding of a legal hold",
		"job owner_unreachable":  "giving a task to staff whose owner cannot be reached",
		"action find":            "find the data",
		"action correct":         "correct the data",
		"action erase":           "erase the data",
		"action stop":            "stop the use of the data",
		"action take_down":       "take the content down",
		"action inform":          "pass the request on to recipients",
		"tasknews failed":        "A task failed",
		"tasknews late":          "A task was carried out although it was cancelled",
		"tasknews remaining":     "Something is still there after a task",
		"tasknews came_back":     "Data that was erased is there again",
		"tasknews all_done":      "All tasks of a request are done",
		"tasknews due_soon":      "A task is due soon",
		"tasknews overdue":       "A task is overdue",
		"tasknews replied":       "Somebody answered a mail about a task",
		"tasknews unreachable":   "A system owner cannot be reached by mail",
		"tasknext failed":        "look at the fault in the case. Retry the task once the cause is removed, or complete it by hand.",
		"tasknext late":          "what was done cannot be undone by itself. Look at the receipt in the case and tell the requester where that is needed.",
		"tasknext remaining":     "look at the receipt in the case. What is left may need to be removed by hand.",
		"tasknext came_back":     "see in the case what was found and where. A task to erase it was added, and a closed request is open again.",
		"tasknext all_done":      "the answer can be given.",
		"tasknext due_soon":      "ask the owner of the system, or give the task to somebody else.",
		"tasknext overdue":       "ask the owner of the system, or give the task to somebody else. The request itself has a date to keep.",
		"tasknext replied":       "read the answer in the case. The task is open until somebody says that it is done.",
		"tasknext unreachable":   "the task is with staff now. Do it, or give it to another owner.",
		"connector unavailable":  "the system cannot be reached",
		"connector timeout":      "the system did not answer in time",
		"connector locked":       "somebody holds the rows",
		"connector credentials":  "the system does not accept our credentials",
		"connector privilege":    "our account lacks a privilege",
		"connector definition":   "the description of the system does not fit it",
		"connector refused":      "the system refuses the change",
		"connector side_effect":  "the change would reach other rows",
		"connector changed":      "it is no longer as the preview showed it",
		"connector too_much":     "there is more than the bound allows",
		"connector garbage":      "the answer cannot be read",
		"connector uncertain":    "nobody saw whether it was applied",
		"connector pending":      "the answer is still to come",
		"connector identifier":   "no identifier that the system takes is verified",
		"connector unsupported":  "the system does not take this action",
		"connector row_security": "the system hides rows from us",
		"mail owner_tasks":       "the list of open tasks of a system owner",
		"mail owner_code":        "the code for a task of a system owner",
		"mail owner_legal_hold":  "the notice of a legal hold to a system owner",
		"mail staff_legal_hold":  "the reminder to review a legal hold",
	}
}
