package intake

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Bounce is what a notice about delivery says. It is a claim like everything
// else in a message: only the id of a message that we sent, or a token of
// ours, makes it count, and then it may set a flag and nothing more.
type Bounce struct {
	Standard   bool   // RFC 3464; otherwise known by its sender and its words
	Original   string // Message-ID of the message it is about, without brackets
	ReturnPath string // the address that message was sent from, as a report of abuse says
	Recipients []Undelivered
}

// Undelivered is what it says about one recipient. Action is failed, delayed,
// delivered, relayed or expanded; Status an RFC 3463 code.
type Undelivered struct {
	Address, Action, Status, Diagnostic string
}

// readBounce decides whether the message is a notice of (non-)delivery.
// Receipts, challenges, abuse reports and vacation notices are none.
func readBounce(h header, t tree, m *Mail) (bool, Bounce) {
	b := Bounce{Standard: t.report == "delivery-status"}
	var original []byte
	read := "" // what a receipt says was read
	for _, l := range t.leaves {
		switch l.media {
		case "message/delivery-status", "message/global-delivery-status":
			b.Standard = true
			if room := mostRecipients - len(b.Recipients); room > 0 {
				b.Recipients = append(b.Recipients, recipients(l.decoded(256<<10), room)...)
			}
		case "message/feedback-report":
			h, _ := scanHeader(bytes.TrimSpace(l.decoded(64<<10)), nil)
			b.ReturnPath = typed(h, "original-mail-from")
		case "message/disposition-notification":
			h, _ := scanHeader(bytes.TrimSpace(l.decoded(64<<10)), nil)
			read = firstID(h.first("original-message-id"))
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers":
			if original == nil {
				original = l.decoded(256 << 10)
			}
		}
	}
	returned, _ := scanHeader(normal(original), nil)
	b.Original = cmp.Or(firstID(returned.first("message-id")), read)
	b.ReturnPath = cmp.Or(b.ReturnPath, typed(returned, "return-path"))
	if !b.Standard && (t.report != "" || !looksBounced(h, m)) {
		// A report of another sort names what it is about as well.
		return false, Bounce{Original: b.Original, ReturnPath: b.ReturnPath}
	}
	if b.Original == "" {
		b.Original = idInText(m.Text)
	}
	if failed := addresses(h.all("x-failed-recipients")...); len(b.Recipients) == 0 {
		for _, a := range failed {
			b.Recipients = append(b.Recipients, Undelivered{Address: a, Action: "failed"})
		}
	}
	return true, b
}

// mostRecipients is how many recipients of one notice are kept.
const mostRecipients = 100

// recipients reads the blocks of a delivery status, as many as there is room
// for.
func recipients(status []byte, room int) []Undelivered {
	var found []Undelivered
	status = bytes.TrimSpace(bytes.ReplaceAll(status, []byte("\r\n"), []byte("\n")))
	for _, block := range bytes.SplitN(status, []byte("\n\n"), room+1) {
		h, _ := scanHeader(block, nil)
		u := Undelivered{
			Address: typed(h, "final-recipient"), Action: keyword(h.first("action")),
			Status: keyword(h.first("status")), Diagnostic: brief(h.first("diagnostic-code")),
		}
		if original := typed(h, "original-recipient"); original != "" {
			u.Address = original
		}
		if u.Address != "" || u.Action != "" {
			found = append(found, u)
		}
	}
	return found
}

// typed reads a value such as "rfc822; somebody@example.org".
func typed(h header, name string) string {
	_, value, ok := strings.Cut(h.first(name), ";")
	if !ok {
		value = h.first(name)
	}
	if found := addresses(value); len(found) > 0 {
		return found[0]
	}
	return ""
}

// looksBounced knows the notices that follow no standard: a mail system sent
// them to nobody who could answer, in whatever language, or a machine sent them
// and they say so. Words alone are not enough, people write them too.
func looksBounced(h header, m *Mail) bool {
	if len(addresses(h.all("x-failed-recipients")...)) > 0 {
		return true
	}
	if m.NullSender && daemon(h) {
		return true
	}
	if !m.NullSender && !daemon(h) {
		return false
	}
	head := m.Text[:min(len(m.Text), 2000)]
	return bounceSubject.MatchString(m.Subject) || bounceText.MatchString(strings.Join(strings.Fields(head), " "))
}

// daemon reports whether From or Return-Path names a mail system. Beside an
// address a name says nothing: a person may be called Postmaster.
func daemon(h header) bool {
	return slices.ContainsFunc([]string{h.first("from"), h.first("return-path")}, func(value string) bool {
		if found := addresses(value); len(found) > 0 {
			value = found[0]
		}
		local, _, _ := strings.Cut(value, "@")
		return daemonName.MatchString(local)
	})
}

var daemonName = regexp.MustCompile(`(?i)\b(mailer-?daemon|mail-daemon|post_?master)\b`)

// bounceSubject matches the subjects that mail systems give their notices.
var bounceSubject = regexp.MustCompile(`(?i)undeliver(able|ed)|non[- ]?deliver|delivery[ -]+(status )?(notification|failure|report|problem|error|has failed|failed|delayed)|` +
	`returned (mail|message)|(mail|message) (delivery (has )?(failed|delayed|status)|system error|could not be delivered)|` +
	`fail(ure|ed) (notice|delivery)|could not (send|deliver)|error sending (your )?(mail|message)|(message|mail) .{0,60}delayed|` +
	`unzustellbar|nicht zugestellt|zustellung.{0,20}(fehlgeschlagen|nicht möglich)|non remis|échec de la remise|no se (puede|pudo) entregar|no entregado|` +
	`nicht zustellbar|mancato recapito|non recapitabile|não (entregue|é possível entregar)|onbestelbaar|kan (inte levereras|ikke leveres)|olevererbar|ikke leveret|` +
	`ei voi(da)? toimittaa|toimittamaton|niedostarczon|nie można dostarczyć|nedoručiteln|kézbesíthetetlen|teslim edileme|` +
	`не удается доставить|не доставлено|недоставлен|配信(不能|不可)|配信できません|未(递送|送达|傳遞)|(无法|無法)(送达|送達|投递|投遞|傳遞)|退信|배달되지 않음|전송 실패`)

// bounceText matches the first words of such notices.
var bounceText = regexp.MustCompile(`(?i)(was|is|were)(n't| not) able to deliver|unable to deliver|(could|can) ?not be delivered|undeliverable|delivery (has )?failed|` +
	`permanent(ly)? (error|failure|failed|rejected)|did not reach the following|(delivery|delivering) (to|your|of).{0,80}(fail|abort|delay)|` +
	`(user )?mailbox (is )?(full|exceed)|exceeds allowed size|recipient address rejected|no such user|user unknown|unknown user|` +
	`invalid user address|has not yet been delivered|konnte nicht zugestellt werden|n'a pas pu être (remis|distribué|délivré)|no (se )?pudo (ser )?entrega`)

// idInText finds the Message-ID of a message returned as plain text.
func idInText(s string) string {
	found := returnedID.FindStringSubmatch(s)
	if found == nil {
		return ""
	}
	return found[1]
}

var returnedID = regexp.MustCompile(`(?im)^[> ]*message-id:\s*<([^<>\s]{3,900})>`)
