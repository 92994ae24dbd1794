package console

import (
	"cmp"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// The console is in English: staff share one vocabulary with the policy, the
// log and each other. Codes that policies add are shown as they are.

func stateWords() map[models.State]string {
	return map[models.State]string{
		models.StateUnverified: "Not verified yet",
		models.StateOpen:       "New",
		models.StateInProgress: "In progress",
		models.StateOnHold:     "Waiting for the requester",
		models.StateInReview:   "To approve",
		models.StateClosed:     "Closed",
	}
}

func outcomeWords() map[models.Outcome]string {
	return map[models.Outcome]string{
		models.OutcomeFulfilled: "Fulfilled",
		models.OutcomePartly:    "Partly fulfilled",
		models.OutcomeDenied:    "Denied",
		models.OutcomeNoData:    "No data found",
		models.OutcomeWithdrawn: "Withdrawn by the requester",
		models.OutcomeExpired:   "Never verified",
		models.OutcomeDuplicate: "Duplicate",
		models.OutcomeSpam:      "Spam",
	}
}

func levelWords() map[models.Level]string {
	return map[models.Level]string{
		models.LevelNone:       "Nothing proved",
		models.LevelMailbox:    "Mailbox proved",
		models.LevelReasonable: "Reasonably sure",
		models.LevelHigh:       "Highly sure",
	}
}

func channelWords() map[models.Channel]string {
	return map[models.Channel]string{
		models.ChannelWeb:    "web form",
		models.ChannelEmail:  "email",
		models.ChannelPhone:  "telephone",
		models.ChannelLetter: "letter",
		models.ChannelPerson: "in person",
		models.ChannelAPI:    "API",
	}
}

func capacityWords() map[models.Capacity]string {
	return map[models.Capacity]string{
		models.CapacitySelf:     "the person themselves",
		models.CapacityAgent:    "an authorised agent",
		models.CapacityParent:   "a parent",
		models.CapacityGuardian: "a guardian",
	}
}

func deliveryWords() map[models.Delivery]string {
	return map[models.Delivery]string{
		models.DeliveryNone:     "Not a mail: send it by post",
		models.DeliveryQueued:   "On its way",
		models.DeliverySent:     "Sent",
		models.DeliveryDeferred: "Refused for now, will be tried again",
		models.DeliveryFailed:   "Not delivered",
		models.DeliveryBounced:  "Came back",
	}
}

func flagWords() map[models.MessageFlag]string {
	return map[models.MessageFlag]string{
		models.FlagOtherSender: "From another address than the one on file. It proves nothing.",
		models.FlagAuthFailed:  "The sender’s domain says that this mail is not from there. It proves nothing.",
		models.FlagUnproven:    "Nothing proves that it is from this address: anybody can write one into a mail.",
		models.FlagAutomatic:   "Written by a machine.",
		models.FlagFilesLeft:   "Some attachments are in the raw mail only.",
		models.FlagCut:         "Cut: the whole text is in the raw mail.",
		models.FlagMoved:       "Moved: it belongs to another case.",
	}
}

func methodWords() map[string]string {
	return map[string]string{
		"data_points":        "Data points matched",
		"account_login":      "Signed in to the account",
		"staff_check":        "Checked by staff",
		"signed_declaration": "Signed declaration",
		"callback":           "Called back on a known number",
		"identity_document":  "Identity document looked at",
		"agent_authority":    "Agent’s authority checked",
	}
}

// methods are how staff make sure of a person, in the order they are offered.
func methods() []string {
	return []string{"data_points", "account_login", "callback", "signed_declaration", "identity_document", "agent_authority", "staff_check"}
}

// eventWords say what happened; {by} is who did it.
func eventWords() map[models.EventKind]string {
	return map[models.EventKind]string{
		models.EventTaskAdded:          "Task added",
		models.EventTaskRun:            "Task run",
		models.EventTaskPreviewed:      "Preview made",
		models.EventPreviewApproved:    "Preview approved",
		models.EventTaskDone:           "Task done",
		models.EventTaskFailed:         "Task failed",
		models.EventTaskPending:        "The system answers a task later",
		models.EventTaskWaiting:        "Task waits for an identifier",
		models.EventTaskCancelled:      "Task cancelled",
		models.EventTaskReassigned:     "Task given to another owner",
		models.EventTaskRetried:        "Task retried",
		models.EventTaskDated:          "Task due on another day",
		models.EventTaskReminded:       "Reminder of a task",
		models.EventOwnerCodeSent:      "Code sent to the owner of a system",
		models.EventOwnerSignedIn:      "The owner of a system opened a task",
		models.EventTaskReplied:        "Answer to a mail about a task",
		models.EventOwnerUnreached:     "The owner of a system cannot be reached",
		models.EventTaskOpened:         "Task read by the owner of its system",
		models.EventTaskHeld:           "Task waits for a legal hold",
		models.EventTaskCooled:         "Task goes on: the requester is sure",
		models.EventConfirmationAsked:  "Requester asked to confirm the erasure",
		models.EventErasureConfirmed:   "Erasure confirmed",
		models.EventErasureApproved:    "Previews of the erasure approved",
		models.EventCertificateIssued:  "Certificate of the erasure issued",
		models.EventCertificateChanged: "Certificate of the erasure changed",
		models.EventCertificateRead:    "Certificate of the erasure read",
		models.EventSuppressionsAsked:  "Asked whom not to mail",
		models.EventLookedAgain:        "System asked again after the erasure",
		models.EventPackageReleased:    "Access package released",
		models.EventPackageFetched:     "Access package fetched by the requester",
		models.EventPackageReissued:    "Access package issued again",
		models.EventPackageVoided:      "Access package voided",
		models.EventTaskReleased:       "No legal hold keeps the task any more",
		models.EventErased:             "Personal data erased after its time",
		models.EventOwnDataErased:      "Mail, letters, codes and jobs erased after their time",

		models.EventSystemAdded:       "System added",
		models.EventSystemChanged:     "System changed",
		models.EventSystemRetired:     "System retired",
		models.EventSystemReused:      "System in use again",
		models.EventLegalHoldSet:      "Legal hold set",
		models.EventLegalHoldReviewed: "Legal hold reviewed",
		models.EventLegalHoldLifted:   "Legal hold lifted",
		models.EventLegalHoldOpened:   "Legal hold read",
		models.EventLegalHoldReminded: "Reminder to review a legal hold",

		models.EventFindingsOpened:  "Findings read",
		models.EventPreviewOpened:   "Preview read",
		models.EventSystemRestored:  "A backup of a system was restored; what was erased there is erased again",
		models.EventSubmitted:       "Received",
		models.EventMailboxProved:   "Mailbox proved",
		models.EventVerified:        "Identity verified",
		models.EventAssigned:        "Assigned",
		models.EventStarted:         "Work begun",
		models.EventAsked:           "Question put to the requester",
		models.EventAnswered:        "The requester answered the question",
		models.EventResumed:         "Taken off hold",
		models.EventExtended:        "Date extended",
		models.EventProposed:        "Decision proposed",
		models.EventDecided:         "Decided and answered",
		models.EventApproved:        "Decision approved and answered",
		models.EventReturned:        "Decision sent back",
		models.EventReopened:        "Taken up again",
		models.EventAppealed:        "The requester appealed",
		models.EventMerged:          "Closed as a duplicate",
		models.EventMarkedSpam:      "Closed as spam",
		models.EventWithdrawn:       "Withdrawn by the requester",
		models.EventExpired:         "Ended: never verified",
		models.EventReminded:        "Staff reminded of the date",
		models.EventReminderSkipped: "A reminder was skipped",
		models.EventCodeSent:        "Code mailed",
		models.EventSessionOpened:   "The requester opened the request",
		models.EventVerifyReminded:  "The requester was reminded to verify",
		models.EventNoted:           "Note added",
		models.EventReplied:         "Staff wrote to the requester",
		models.EventReceived:        "The requester wrote",
		models.EventFileAdded:       "File added",
		models.EventFileRead:        "File read",
		models.EventAbsorbed:        "A duplicate was merged into this request",
		models.EventOpened:          "Looked at",
		models.EventFileDeleted:     "File deleted",
		models.EventSearched:        "Looked for by mailbox",
		models.EventMailSent:        "Mail sent",
		models.EventMailFailed:      "A mail could not be delivered",
		models.EventMailWithheld:    "A mail was kept back for a legal hold, in whole or in part",
		models.EventExported:        "Exported",
		models.EventJobRetried:      "A job was run again",
		models.EventClassified:      "Sorted",
		models.EventRequesterSet:    "The requester was put right",
		models.EventMailMoved:       "A mail was moved out",
		models.EventMailBounced:     "A mail came back",
		models.EventMailNoticed:     "A notice about a mail of ours came",
		models.EventMailOpened:      "The raw mail was looked at",
	}
}

// languageWords name the languages that answers are written in.
func languageWords() map[string]string {
	return map[string]string{"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
}

// commandWords are what the buttons say.
func commandWords() map[workflows.CommandName]string {
	return map[workflows.CommandName]string{
		workflows.CommandVerify:   "Verify",
		workflows.CommandAssign:   "Assign",
		workflows.CommandStart:    "Start work",
		workflows.CommandAsk:      "Ask the requester",
		workflows.CommandResume:   "Take off hold",
		workflows.CommandNote:     "Add a note",
		workflows.CommandReply:    "Write to the requester",
		workflows.CommandExtend:   "Extend the date",
		workflows.CommandDecide:   "Decide",
		workflows.CommandApprove:  "Approve",
		workflows.CommandReturn:   "Send back",
		workflows.CommandReopen:   "Take up again",
		workflows.CommandMerge:    "Merge",
		workflows.CommandMarkSpam: "Close as spam",
		workflows.CommandClassify: "Say what it asks for, and from where",

		workflows.CommandDeleteFile:   "Delete a file",
		workflows.CommandSetRequester: "Say who it is from",
		workflows.CommandMoveMail:     "Move a mail to another case",
	}
}

// senderWords are who a file is from.
func senderWords() map[models.Sender]string {
	return map[models.Sender]string{
		models.SenderRequester: "from the requester",
		models.SenderMail:      "by mail from the requester’s address",
		models.SenderOther:     "by mail from somebody else",
		models.SenderStaff:     "from staff",
	}
}

// deleteWords are why a file is deleted.
func deleteWords() map[string]string {
	return map[string]string{
		"unwanted": "Nobody needs it", "harmful": "It may do harm", "misdirected": "It belongs to another person or request", "mistake": "It was added by mistake",
	}
}

// suppressionWords are why nobody wrote to a requester.
func suppressionWords() map[models.Suppression]string {
	return map[models.Suppression]string{
		models.SuppressedAutomatic: "it came in a mail that must not be answered by a machine",
		models.SuppressedMailbox:   "the mailbox has had as much mail from us as it may before somebody confirms it",
		models.SuppressedListed:    "the owner of the mailbox wants no mail from us",
		models.SuppressedDomain:    "the mail domain had as much mail from us within that hour as it may",
		models.SuppressedTotal:     "no more mail could go out within that hour",
		models.SuppressedClient:    "too many requests came from the same network within that hour",
	}
}

// doneWords are what a page says after a command was carried out.
func doneWords() map[string]string {
	return map[string]string{
		"verify": "The verification was recorded.", "assign": "The request has a new owner.", "start": "Work has begun.",
		"ask": "The question is on its way, and the request waits for the answer.", "resume": "The request is off hold.",
		"note": "The note was added.", "reply": "The message is on its way.", "extend": "The date was extended, and the notice is on its way.",
		"decide": "The decision was recorded.", "approve": "The decision was approved, and the answer is on its way.",
		"return": "The decision went back to who proposed it.", "reopen": "The request was taken up again.",
		"merge": "The request was closed as a duplicate.", "mark-spam": "The request was closed as spam. Nobody was told.",
		"classify": "The type was set, and the dates were reckoned anew.", "right": "The right was confirmed. The dates count from the day of receipt.", "place": "The place was set, and the dates were reckoned anew.", "file": "The file was added.",
		"move": "The mail was moved.", "delete-file": "The file was deleted.",
		"package-void": "The package is void.", "package-reissue": "The requester can fetch the package again, and is told.",
		"requester": "The request is recorded as that person's.",
		"add-task":  "The task was added.", "run-task": "The system is asked. Look again in a moment.", "retry-task": "The system is asked again. Look again in a moment.",
		"approve-preview": "The preview was approved, and is carried out.", "complete-task": "What was done is recorded.", "reassign-task": "The task has another owner.",
		"entered": "The request was filed.",
	}
}

// badgeOf is the shape of a state's badge.
func badgeOf(s models.State) string {
	return map[models.State]string{models.StateOpen: "warn", models.StateInReview: "warn", models.StateInProgress: "good"}[s]
}

// word returns the words of a code, or the code with blanks.
func word[K ~string](words map[K]string, code K) string {
	return cmp.Or(words[code], strings.ReplaceAll(string(code), "_", " "))
}

// count is a number of things in words: "1 day", "3 days".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// some is count for numbers that are not counted to their end: "500+ jobs".
func some(n int, thing string) string {
	if n > mostCounted {
		return capped(n) + " " + thing + "s"
	}
	return count(n, thing)
}

func days(n int) string { return count(n, "day") }

// asked is what the policy calls all that a request asks for.
func (s *Site) asked(f models.Facts) string {
	if kind, ok := s.Policy.TypeOf(f); ok {
		return kind.Name("en")
	}
	return s.typeName(f.Type)
}

// typeName is what the policy calls a type.
func (s *Site) typeName(t models.RequestType) string {
	if kind, ok := s.Policy.Type(t); ok {
		return kind.Name("en")
	}
	return word(map[models.RequestType]string{}, t)
}

// actionWords say what a system is asked for.
func actionWords() map[models.Action]string {
	return map[models.Action]string{
		models.ActionFind: "find", models.ActionCorrect: "correct", models.ActionErase: "erase",
		models.ActionStop: "stop", models.ActionTakeDown: "take down", models.ActionInform: "inform",
	}
}
