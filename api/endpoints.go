package api

import (
	"net/http"

	"habeas/models"
)

// Tags of the document, in its order.
const (
	tagPublic  = "Filing a request"
	tagSubject = "One's own request"
	tagCases   = "Requests"
	tagWork    = "Commands"
	tagFigures = "Figures and exports"
	tagPeople  = "People and tokens"
	tagMail    = "Received mail"
	tagTasks   = "Tasks"
	tagHolds   = "Legal holds"
	tagSystems = "Systems"
	tagJobs    = "Jobs"
	tagHooks   = "Mail from other programs"
	tagHealth  = "Health"
)

// endpoints is every operation of the API. What is not here is not served.
func (a *API) endpoints() []endpoint {
	var all []endpoint
	for _, part := range [][]endpoint{a.public(), a.subject(), a.cases(), a.commands(), a.tasks(), a.packages(), a.erasure(), a.holds(), a.systems(), a.figures(), a.people(), a.mail(), a.jobs(), a.hooks(), a.health()} {
		all = append(all, part...)
	}
	return all
}

func (a *API) public() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/request-types", ID: "listRequestTypes", Access: Public, Status: 200, Tag: tagPublic,
			Summary:     "The types of request offered at a place",
			Description: "What can be asked for where a person lives, and the fields of each form. Without a country every type is listed.",
		}, a.requestTypes),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests", ID: "submitRequest", Access: Public, Status: 201, Tag: tagPublic,
			Summary: "File a request",
			Description: "Files a request and mails a code to its mailbox. The answer is the same for everyone, whoever they are. " +
				"Of the requests from one client address (or IPv6 /64) the first few in an hour are mailed a code. " +
				"The others are filed just as well but without a mail, and the answer says code_later, unless they come with a solution of /v1/challenges. " +
				"Only far more are refused. Under a token that may submit (role intake) calls are limited for the token instead.",
			limit: limitSubmit, once: same, etag: true, example: exampleSubmit, answers: exampleSubmitted,
		}, a.submit),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/challenges", ID: "issueChallenge", Access: Public, Status: 201, Tag: tagPublic,
			Summary: "Work for a computer",
			Description: "Somebody's own computer does it in a second or so; for ten thousand requests it is too much. " +
				"Find a number n so that PBKDF2 with HMAC-SHA-256 of the password puzzle, the salt n in decimal digits and so many rounds begins with so many zero bits. " +
				"The solution is puzzle, a full stop, and n: it is good for one request, until the puzzle expires.",
			optional: true,
		}, a.issueChallenge),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests/:reference/codes", ID: "requestCode", Access: Public, Status: 202, Tag: tagPublic,
			Summary:     "Have a fresh code mailed",
			Description: "Mails a fresh code of eight characters to the address on file. The answer is the same whether the reference exists or not.",
			limit:       limitCode, optional: true,
		}, a.requestCode),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests/:reference/verify", ID: "proveMailbox", Access: Public, Status: 200, Tag: tagPublic,
			Summary:     "Type the mailed code",
			Description: "Proves the mailbox and opens a session of 60 minutes with this one request. One client has five tries at a code.",
			limit:       limitVerify, example: verifyInput{Code: "7K3M9QXD"},
		}, a.prove),
	}
}

func (a *API) subject() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/requests/:reference", ID: "getRequest", Access: Session, Status: 200, Tag: tagSubject,
			Summary:     "See one's request",
			Description: "What was asked, where it stands, by when an answer comes, and the answer. Without the session token the reference does not exist.",
			etag:        true,
		}, a.ownRequest),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/requests/:reference/messages", ID: "listMessages", Access: Session, Status: 200, Tag: tagSubject,
			Summary: "Read the correspondence", Description: "What the requester and staff wrote to each other, oldest first.",
		}, a.ownMessages),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests/:reference/messages", ID: "writeMessage", Access: Session, Status: 201, Tag: tagSubject,
			Summary:     "Write a message",
			Description: "Writes to the staff. If a question is open, this answers it and the work goes on.",
			once:        same, example: writeInput{Text: "The account was opened under my former name."},
		}, a.write),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/requests/:reference/files", ID: "listFiles", Access: Session, Status: 200, Tag: tagSubject,
			Summary: "List the files", Description: "Those of the requester and those that staff shared.",
		}, a.ownFiles),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests/:reference/files", ID: "addFile", Access: Session, Status: 201, Tag: tagSubject,
			Summary:     "Add a file",
			Description: uploadText, once: same, upload: true, long: true,
		}, a.ownUpload),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/requests/:reference/files/:id", ID: "downloadFile", Access: Session, Status: 200, Tag: tagSubject,
			Summary: "Fetch a file", Description: "As an attachment, whatever it is. That it was read is recorded.", produces: []string{anyMedia}, long: true,
		}, a.ownDownload),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests/:reference/withdraw", ID: "withdrawRequest", Access: Session, Status: 200, Tag: tagSubject,
			Summary: "Take the request back", Description: "It is closed; nothing more is done.", optional: true, etag: true, once: asIsAt,
		}, a.withdraw),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests/:reference/appeal", ID: "appealRequest", Access: Session, Status: 200, Tag: tagSubject,
			Summary:     "Object to the answer",
			Description: "Another person than who made the answer looks at the request again, under a date of its own.",
			etag:        true, once: asIsAt, example: appealInput{Text: "The exception you name does not apply to my reviews."},
		}, a.appeal),
	}
}

func (a *API) cases() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/types", ID: "listTypes", Access: staff(models.MayReadLog), Status: 200, Tag: tagCases,
			Summary: "Every type, with the reasons it may be refused for",
		}, a.types),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests", ID: "listRequests", Access: staff(models.MayList), Status: 200, Tag: tagCases,
			Summary:     "List requests",
			Description: "Facts only, no personal data. Pages are taken by cursor: an answer without next_cursor is the last page.",
		}, a.list),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/requests", ID: "enterRequest", Access: staff(models.MayEnter), Status: 201, Tag: tagCases,
			Summary: "Type in a request",
			Description: "For what came by telephone, letter, email or in person. received_at may be in the past: the dates run from it. " +
				"person.email may be left out for telephone, letter and in person; the answer then goes by post.",
			once: same, etag: true, example: exampleEnter, answers: exampleSubmitted,
		}, a.enter),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference", ID: "openRequest", Access: staff(models.MayOpen), Status: 200, Tag: tagCases,
			Summary:     "Open a request",
			Description: "Everything about it, personal data included. That it was opened, and by whom, is recorded first.",
			etag:        true,
		}, a.open),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/events", ID: "listEvents", Access: staff(models.MayReadLog), Status: 200, Tag: tagCases,
			Summary: "The log of a request", Description: "Ids, codes and dates only: no personal data.",
		}, a.events),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/deadlines", ID: "explainDeadlines", Access: staff(models.MayReadLog), Status: 200, Tag: tagCases,
			Summary: "The dates of a request, explained", Description: "Each regime that applies, with every step to its dates and what it rests on. The strictest date governs.",
		}, a.deadlines),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/messages", ID: "listCaseMessages", Access: staff(models.MayOpen), Status: 200, Tag: tagCases,
			Summary: "The correspondence and the notes of a request", Description: "Reading it is recorded, as opening the request is.",
		}, a.messages),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/files", ID: "listCaseFiles", Access: staff(models.MayOpen), Status: 200, Tag: tagCases,
			Summary: "The files of a request", Description: "Their names are personal data: reading them is recorded, as opening the request is.",
		}, a.files),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/requests/:reference/files", ID: "addCaseFile", Access: staff(models.MayAttach), Status: 201, Tag: tagCases,
			Summary: "Add a file to a request", Description: uploadText + " It is internal unless the form says otherwise: staff see it, and the requester once it goes out with an answer. " +
				"Only where no answer of this request wants another person, and the requester is verified well enough, may it be shared at once.",
			once: same, upload: true, long: true,
		}, a.upload),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/files/:id", ID: "downloadCaseFile", Access: staff(models.MayOpen), Status: 200, Tag: tagCases,
			Summary: "Fetch a file of a request", Description: "Recorded first. Of an access package a part can be asked for.", produces: []string{anyMedia}, long: true, ranged: true,
		}, a.download),
	}
}

func (a *API) figures() []endpoint {
	export := "Streamed. That it was taken, and by whom, is recorded first. An export that breaks off ends the connection without its last chunk."
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/stats", ID: "getStats", Access: staff(models.MayReadFigures), Status: 200, Tag: tagFigures,
			Summary: "Counts by state, type and regime", Description: "And what is due within seven days or overdue.",
		}, a.stats),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/metrics", ID: "getMetrics", Access: staff(models.MayReadFigures), Status: 200, Tag: tagFigures,
			Summary:     "The figures of a year",
			Description: "What became of the requests received in it: those that 11 CCR § 7102 asks for, those that a European authority asks for, and everybody's, by right.",
			long:        true,
		}, a.metrics),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/exports/metrics", ID: "exportMetrics", Access: staff(models.MayReadFigures), Status: 200, Tag: tagFigures,
			Summary: "The figures of a year as a file", Description: "Ready to publish: counts only, nothing about a person.", produces: []string{csvMedia}, long: true,
		}, a.exportMetrics),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/law-calendar", ID: "getLawCalendar", Access: staff(models.MayList), Status: 200, Tag: tagFigures,
			Summary: "What changes in the law", Description: "In the next twelve months, and when somebody last looked at each law.",
		}, a.lawCalendar),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/exports/requests", ID: "exportRequests", Access: staff(models.MayExport), Status: 200, Tag: tagFigures,
			Summary: "Take the requests away", Description: "Facts of the requests received in the period. " + export, produces: exportMedia, long: true,
		}, a.exportRequests),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/exports/events", ID: "exportEvents", Access: staff(models.MayExport), Status: 200, Tag: tagFigures,
			Summary: "Take the log away", Description: "Every event of the period. " + export, produces: exportMedia, long: true,
		}, a.exportEvents),
	}
}

func (a *API) people() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/users", ID: "listUsers", Access: staff(models.MayReadStaff), Status: 200, Tag: tagPeople,
			Summary: "List the staff",
		}, a.users),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/users", ID: "addUser", Access: staff(models.MayManageStaff), Status: 201, Tag: tagPeople,
			Summary: "Add a member of staff", Description: "A name or address that is taken is a conflict.", once: same,
			example: userInput{Name: "Ada Moreno", Email: "ada@example.com", Role: "agent"},
		}, a.addUser),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/tokens", ID: "listTokens", Access: staff(models.MayManageTokens), Status: 200, Tag: tagPeople,
			Summary: "List the API tokens", Description: "Never their secrets: those are not kept.",
		}, a.tokens),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/tokens", ID: "createToken", Access: staff(models.MayManageTokens), Status: 201, Tag: tagPeople,
			Summary: "Make an API token", Description: "For a member of staff, who is added if there is none of that name. The secret is in this answer and nowhere else: repeated under its Idempotency-Key, the call makes no other token and leaves the secret out.", once: same,
			example: tokenInput{Name: "Website form", Role: "intake", ExpiresInDays: 365},
		}, a.createToken),
		handle(Route{
			Method: http.MethodDelete, Path: "/v1/admin/tokens/:id", ID: "revokeToken", Access: staff(models.MayManageTokens), Status: 204, Tag: tagPeople,
			Summary: "End an API token at once",
		}, a.revokeToken),
	}
}

func (a *API) mail() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/mail", ID: "listMail", Access: staff(models.MayListMail), Status: 200, Tag: tagMail,
			Summary: "List received mail", Description: "What waits for staff, the oldest first, or mail in another state. No personal data.",
		}, a.listMail),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/mail/:id", ID: "openMail", Access: staff(models.MayReadMail), Status: 200, Tag: tagMail,
			Summary: "Read a mail", Description: "Everything that was read from it. That it was opened, and by whom, is recorded first.",
		}, a.openMail),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/mail/:id/raw", ID: "downloadMail", Access: staff(models.MayReadMail), Status: 200, Tag: tagMail,
			Summary: "Fetch a mail as it came", Description: "Byte for byte. Recorded first.", produces: []string{mailMedia}, long: true,
		}, a.downloadMail),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/mail/:id/request", ID: "requestFromMail", Access: staff(models.MayPlaceMail), Status: 201, Tag: tagMail,
			Summary: "Turn a held mail into a request", Description: "Its dates run from when the mail was received. A second decision on a mail is a conflict.",
			once: same, example: mailRequestInput{Type: "access", Person: mailPersonInput{Country: "DE"}},
		}, a.requestFromMail),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/mail/:id/attach", ID: "attachMail", Access: staff(models.MayPlaceMail), Status: 200, Tag: tagMail,
			Summary:     "Put a held mail into a case",
			Description: "As a message, flagged as not to be trusted if its sender is not the requester. A second decision on a mail is a conflict.",
			once:        same, example: mailAttachInput{Reference: "HB-7K3M-9QXD-2F"},
		}, a.attachMail),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/mail/:id/dismiss", ID: "dismissMail", Access: staff(models.MayPlaceMail), Status: 200, Tag: tagMail,
			Summary: "Do nothing with a held mail", Description: "It is kept for the retention period of mail, from now on. A second decision on a mail is a conflict.",
			once: same, example: mailDismissInput{Reason: "spam"},
		}, a.dismissMail),
	}
}

func (a *API) jobs() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/jobs", ID: "listJobs", Access: staff(models.MayReadJobs), Status: 200, Tag: tagJobs,
			Summary: "List jobs", Description: "What is to be done, was done, or gave up (dead).",
		}, a.listJobs),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/jobs/:id/retry", ID: "retryJob", Access: staff(models.MayRetryJobs), Status: 200, Tag: tagJobs,
			Summary: "Run a dead job again", optional: true,
		}, a.retryJob),
	}
}

func (a *API) hooks() []endpoint {
	const form, urlencoded = "multipart/form-data", "application/x-www-form-urlencoded"
	return []endpoint{
		receive[takenView](Route{
			Method: http.MethodPost, Path: "/v1/hooks/email/raw", ID: "takeRawMail", Access: Signed, Status: 202, Tag: tagHooks, long: true,
			takes: []string{"message/rfc822"}, repeated: true,
			Summary: "Hand in a message as it came",
			Description: "The body is the message (RFC 5322), byte for byte. It is kept, sealed, before this answers; then it is placed, and the answer says where. " +
				"The same delivery, or the same message, again has no effect and is answered with 200 and what was made of the first. " +
				"The signature is v1= and, in hex, the HMAC-SHA256 under the key of HABEAS_HOOK_RAW_KEY over X-Habeas-Timestamp, X-Envelope-From, X-Envelope-To " +
				"and the SHA-256 of the body in small hex, as they are sent, with a line feed between each two. The time may be five minutes off. " +
				"Whatever is wrong with a signature, the answer is the same 401. After a 429 or a 503 send it again later.",
		}, hookRaw, viewTaken),
		receive[deliveredView](Route{
			Method: http.MethodPost, Path: "/v1/hooks/email/postmark", ID: "takePostmarkMail", Access: Signed, Status: 202, Tag: tagHooks, long: true,
			takes: []string{"application/json"}, repeated: true,
			Summary:     "Take what Postmark's inbound stream posts",
			Description: "With the raw email content included. The password of the address is the key of HABEAS_HOOK_POSTMARK_KEY.",
		}, hookPostmark, viewDelivered),
		receive[deliveredView](Route{
			Method: http.MethodPost, Path: "/v1/hooks/email/mailgun", ID: "takeMailgunMail", Access: Signed, Status: 202, Tag: tagHooks, long: true,
			takes: []string{form, urlencoded}, repeated: true,
			Summary: "Take what a Mailgun route forwards",
			Description: "To the address /v1/hooks/email/mailgun/mime, since Mailgun sends the whole message only where an address ends in mime. Mailgun's signature, " +
				"which does not cover the message, and the password of the address are both needed, and a token counts once.",
		}, hookMailgun, viewDelivered),
		receive[deliveredView](Route{
			Method: http.MethodPost, Path: "/v1/hooks/email/mailgun/mime", ID: "takeMailgunMime", Access: Signed, Status: 202, Tag: tagHooks, long: true,
			takes: []string{form, urlencoded}, repeated: true,
			Summary: "Take what a Mailgun route forwards, whole", Description: "The same as takeMailgunMail, at the address that Mailgun needs.",
		}, hookMailgun, viewDelivered),
		receive[deliveredView](Route{
			Method: http.MethodPost, Path: "/v1/hooks/email/ses", ID: "takeSESMail", Access: Signed, Status: 202, Tag: tagHooks, long: true,
			takes: []string{"text/plain", "application/json"}, repeated: true,
			Summary: "Take what Amazon SNS posts about a mail that SES put into a bucket",
			Description: "The password of the address, the topic and Amazon's signature (version 2) are checked before the mail is fetched. " +
				"A subscription is confirmed only while HABEAS_HOOK_SES_CONFIRM says so.",
		}, hookSES, viewDelivered),
		callback(Route{
			Method: http.MethodPost, Path: "/v1/hooks/tasks/:id", ID: "answerTask", Access: Signed, Status: 200, Tag: tagTasks, long: true,
			takes:   []string{"application/json"},
			Summary: "Answer a task that a webhook system was called for",
			Description: "After it answered the call with 202. The body is what it would have answered, with the step. It is signed as the call was (Standard Webhooks): " +
				"with the secret of the system, under the id of the task, and the time may be five minutes off. The same answer again, or one to a task that has ended, has no effect " +
				"and is answered with 200. One that cannot be read fails the task and is answered with 422. Whatever is wrong with a signature, the answer is the same 401, " +
				"whether there is such a task or not.",
			answers: calledBackView{Task: "0192f3c4-5d6e-7f80-91a2-b3c4d5e6f709", State: models.TaskDone, Taken: true},
		}),
	}
}

func (a *API) health() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/healthz", ID: "health", Access: Public, Status: 200, Tag: tagHealth,
			Summary: "Whether the process is alive", Description: "It looks at nothing else.",
		}, a.healthz),
		handle(Route{
			Method: http.MethodGet, Path: "/readyz", ID: "readiness", Access: Public, Status: 200, Tag: tagHealth,
			Summary: "Whether it can work",
			Description: "503 without the database. Without the queue requests are still taken, as jobs are rows first: " +
				"the state is then degraded. oldest_job_seconds is how long the oldest undone job is overdue.",
		}, a.readyz),
	}
}
