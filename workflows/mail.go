package workflows

import (
	"slices"
	"time"
	"unicode/utf8"

	"habeas/internal/mailaddr"
	"habeas/models"
)

// placeAfter is how long whoever kept a mail has to place it before the job
// does.
const placeAfter = 15 * time.Second

// ReceivedDetail is what an event says of a received mail.
func ReceivedDetail(m models.ReceivedMail) map[string]string {
	detail := map[string]string{"mail": m.ID, "source": m.Source}
	if m.Reason != "" {
		detail["reason"] = m.Reason
	}
	if m.Repeats != "" {
		detail["repeats"] = m.Repeats
	}
	return detail
}

// route says that a received mail belongs to the request, also where that is
// made of it. Where staff route it, a job adds its files.
func (d *decider) route(m *models.ReceivedMail) {
	if m == nil {
		return
	}
	routed := *m
	routed.State = models.MailPlaced
	if !slices.Contains(routed.Requests, d.Request.Reference) {
		routed.Requests = append(slices.Clone(routed.Requests), d.Request.Reference)
	}
	if d.by.Kind == models.ActorStaff {
		routed.DecidedBy = d.by
		d.mailFiles(routed)
	}
	d.With(models.MailRouted{Mail: routed})
	d.logMail(models.EventMailPlaced, routed)
}

// mailFiles plans to add the files of a mail that are of a type we take.
func (d *decider) mailFiles(m models.ReceivedMail) {
	if slices.ContainsFunc(m.Reading.Attachments, func(a models.MailAttachment) bool { return a.Taken }) {
		d.Plan(d.stamp, models.Job{
			Kind: models.JobMailFiles, RequestID: d.Request.ID, Subject: m.ID, UniqueKey: "mail_files/" + m.ID + "/" + d.Request.ID + AfterMoves(m), RunAt: d.now,
		})
	}
}

// ReasonUnplaced is that of a mail that is held because placing it failed.
const ReasonUnplaced = "unplaced"

// MailFlags says why a mail is not to be taken for the requester's own words.
// The sender is compared with the mailbox on file as it is written, but for case
// and the two ways to write a domain: a plus or a dot more is another person's
// to most mail servers. Of what something of ours passed on nothing proves who
// wrote it: the signature is that of the form or the list.
func MailFlags(r models.Request, m models.MailReading) []models.MessageFlag {
	var flags []models.MessageFlag
	if len(m.From) != 1 || r.Mailbox() == "" || !mailaddr.Same(m.From[0], r.Mailbox()) {
		flags = append(flags, models.FlagOtherSender)
	}
	if m.Verdict == "fail" {
		flags = append(flags, models.FlagAuthFailed)
	}
	proven := m.Via == "" && (m.Verdict == "aligned" || m.DKIM == "aligned")
	if len(flags) == 0 && !proven {
		flags = append(flags, models.FlagUnproven)
	}
	if m.Automatic {
		flags = append(flags, models.FlagAutomatic)
	}
	return flags
}

// DismissReasons lists the codes of why staff dismiss a mail.
func DismissReasons() []string {
	return []string{"spam", "not_a_request", "duplicate", "answered_elsewhere"}
}

// LeavesFiles reports whether a mail has files that are not of a type that we
// take.
func LeavesFiles(m models.MailReading) bool {
	return slices.ContainsFunc(m.Attachments, func(a models.MailAttachment) bool { return !a.Taken })
}

// longestDetails is how much of a mail a request quotes, in characters: what a
// form takes, too. The rest is in the mail.
const longestDetails = 10000

// MailDetails returns the words of a mail as the details of a request.
func MailDetails(m models.MailReading) string {
	if utf8.RuneCountInString(m.Text) <= longestDetails {
		return m.Text
	}
	return string([]rune(m.Text)[:longestDetails-1]) + "…"
}
