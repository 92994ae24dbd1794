package console

import (
	"slices"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// said is one message of the case: a mail, a letter, a note.
type said struct {
	ID, By, Text string
	Kind         string // theirs, ours, note: a class
	What         string // the letter, in words
	At           time.Time
	Delivery     string // in words; "" where there is none
	Failed       bool
	Server       string // the mail server's words
	Flags        []string
	Mail         string // the received mail it came in
}

// said is the correspondence and the notes, the newest first. Mails among
// staff are not in it.
func (d *caseView) said() []said {
	var all []said
	for _, m := range slices.Backward(d.c.Messages) {
		if m.Direction == models.Outgoing && m.Audience == models.ToStaff {
			continue
		}
		s := said{ID: m.ID, By: d.writer(m), Text: m.Text, At: m.CreatedAt, Kind: "theirs", Mail: m.Mail}
		for _, f := range m.Flags {
			s.Flags = append(s.Flags, word(flagWords(), f))
		}
		switch m.Direction {
		case models.Internal:
			s.Kind = "note"
		case models.Outgoing:
			if m.Author.Kind == models.ActorSubject {
				s.By = "automatic" // what the requester did made us write
			}
			s.Kind, s.Delivery, s.Server = "ours", word(deliveryWords(), m.Delivery), m.LastError
			if m.Delivery == models.DeliveryNone && m.Former(d.c.Request) {
				s.Delivery = "Not sent: it was for the former requester"
			}
			s.Failed = m.Delivery == models.DeliveryFailed || m.Delivery == models.DeliveryBounced
			if m.Letter != nil {
				s.What = word(letterWords(), m.Letter.Template())
			}
		case models.Incoming:
		}
		all = append(all, s)
	}
	return all
}

// writer is who wrote a message. Of a mail its flags tell that, and not who put
// it into the case.
func (d *caseView) writer(m models.Message) string {
	if m.Mail == "" {
		return d.actor(m.Author)
	}
	switch senderOf(m.Flags) {
	case senderMachine:
		return "an automatic answer"
	case senderRequester:
		return "the requester, by mail"
	case senderOther:
	}
	return "somebody else, by mail"
}

// sender is who wrote a mail, as far as anybody can tell.
type sender int

const (
	senderOther sender = iota
	senderRequester
	senderMachine
)

func senderOf(flags []models.MessageFlag) sender {
	switch {
	case slices.Contains(flags, models.FlagAutomatic):
		return senderMachine
	case workflows.Trusted(flags):
		return senderRequester
	}
	return senderOther
}

// letterWords are what our mails are called, to the requester and to staff.
func letterWords() map[string]string {
	return map[string]string{
		"code": "Code to prove the mailbox", "verify_reminder": "Reminder to prove the mailbox", "acknowledgement": "Acknowledgement of receipt",
		"new_date": "Notice of another date", "reclassified": "Notice of another type", "named_person": "Notice to the person named", "verified": "Confirmation of identity", "question": "Question", "reply": "Message", "extended": "Notice of extension",
		"answer_fulfilled": "Answer: fulfilled", "answer_partly_fulfilled": "Answer: partly fulfilled", "answer_denied": "Answer: denied",
		"answer_no_data": "Answer: no data found", "withdrawn": "Confirmation of withdrawal", "expired": "Notice that it ended unverified",
		"merged": "Notice of merging", "reopened": "Notice that it was taken up again", "appeal_received": "Confirmation of appeal",
		"confirm_erasure": "Request to confirm the erasure", "erasure_confirmed": "Notice that the erasure is confirmed", "package": "Notice that the data can be downloaded again",

		"staff_new": "New request", "staff_assigned": "Request assigned", "staff_replied": "The requester wrote", "staff_withdrawn": "Request withdrawn",
		"staff_appeal": "Appeal to decide", "staff_due_soon": "Due soon", "staff_due_today": "Due today", "staff_overdue": "Overdue",
		"staff_approval": "Answer to approve", "staff_returned": "Answer sent back", "staff_mail_failed": "A mail was not delivered",
		"staff_complaint": "Complaint about a mail", "staff_breaker": "Mail was stopped", "staff_digest": "Daily digest",
		"staff_dead_job": "A job has given up", "staff_task": "News of a task", "owner_tasks": "Tasks of a system owner", "owner_code": "Code for a system owner", "owner_legal_hold": "Legal hold, for a system owner", "staff_mailbox": "The mailbox cannot be read", "staff_invitation": "Invitation", "staff_account": "Change of an account",
		"staff_mail_held": "Mail waits to be placed", "staff_legal_hold": "Legal hold to review",
	}
}

// conversation is what requester and staff wrote to each other. What comes in
// counts whoever sent it, and if it is files alone.
func conversation(all []models.Message) []models.Message {
	var some []models.Message
	for _, m := range all {
		if m.Direction == models.Incoming || m.Text != "" && m.Direction == models.Outgoing && m.Audience == models.ToRequester {
			some = append(some, m)
		}
	}
	return some
}

// lastSaid is the id of the newest message of the conversation, or "".
func lastSaid(all []models.Message) string {
	some := conversation(all)
	if len(some) == 0 {
		return ""
	}
	return some[len(some)-1].ID
}
