package intake

import (
	"slices"
	"strings"
)

// Further reasons for which a message gets no automatic answer; those of RFC
// 3834 are in Mail.SuppressReasons.
const (
	ReasonUnread      = "unread"       // it could not be read as it should
	ReasonAway        = "away"         // somebody's mail program answers for them, as it seems
	ReasonSeveralFrom = "several-from" // nobody knows whose it is
	ReasonLoop        = "loop"         // it came from us, or went round
	ReasonNotAligned  = "not-aligned"  // the return path is another owner's than From: an answer might hit a stranger
	ReasonAuthFailed  = "auth-failed"  // the From domain disowns it
)

// Answerable says whether a message may be answered automatically, and if not,
// why. It knows nothing of how often somebody was answered: that is for the
// caller to count. Not to answer never means to drop the message. Where neither
// the envelope nor a Return-Path says what the return path is, there is nothing
// to compare, and the brakes alone bound what a forged From sets off.
func Answerable(m Mail, e Envelope, c Config) (bool, string) {
	switch {
	case m.Fault != "":
		return false, ReasonUnread
	case len(m.SuppressReasons) > 0:
		return false, m.SuppressReasons[0]
	case m.Away:
		return false, ReasonAway
	case len(m.From) != 1:
		return false, ReasonSeveralFrom
	case Looped(m, c):
		return false, ReasonLoop
	case m.relayed(): // the return path is that of what passed it on
	case m.Return != "" && systemSender(m.Return):
		return false, ReasonSystemSender
	case e.FromKnown && m.Return == "":
		return false, ReasonNullSender
	case m.Verdict == VerdictFail:
		return false, ReasonAuthFailed
	case m.Return != "" && organisational(domainOf(m.Return)) != organisational(domainOf(m.From[0])):
		return false, ReasonNotAligned
	}
	return true, ""
}

// Looped reports whether a message is one of ours that came back: by its From
// or Sender, its Message-ID, its X-Loop, or the length of its way.
func Looped(m Mail, c Config) bool {
	l := c.Limits.withDefaults()
	ours := func(a string) bool {
		return slices.ContainsFunc(c.Own, func(own string) bool {
			return a == own || !strings.Contains(own, "+") && Canonical(a) == Canonical(own)
		})
	}
	return m.Hops > l.Received || slices.ContainsFunc(m.From, ours) ||
		!m.relayed() && (slices.ContainsFunc(m.Sender, ours) || ours(m.Return) && !ofList(m.Return)) ||
		OwnMessageID(m.MessageID, c.MessageDomain) ||
		c.Instance != "" && slices.ContainsFunc(m.Loops, func(x string) bool { return strings.EqualFold(x, c.Instance) })
}

// ofList reports whether a return path is that of a list, which writes the name
// of the list, a plus and a word: our own have a token of several words there.
func ofList(path string) bool {
	local, _, _ := strings.Cut(path, "@")
	_, tag, plus := strings.Cut(local, "+")
	return plus && strings.Count(tag, ".") < 2
}

// Outcome is what becomes of a message that belongs to no known case.
type Outcome string

// The outcomes. Whatever it is, its clock runs from when it arrived.
const (
	OutcomeRequest Outcome = "request" // a new request
	OutcomeThread  Outcome = "thread"  // a message in a known case
	OutcomeNotice  Outcome = "notice"  // about a mail of ours: a bounce, a receipt, an abuse report
	OutcomeHeld    Outcome = "held"    // for staff to place
)

// Why a message is held besides the reasons above and the faults.
const (
	ReasonAutoReply = "auto-reply" // somebody's machine answered something that is not ours
	ReasonBulk      = "bulk"       // it was sent to many
)

// Route says what becomes of a message that no clue puts into a case, and why.
// A machine that writes on somebody's behalf (an agent's platform) files
// requests like anybody else; what answers by itself does not.
func Route(m Mail, c Config) (Outcome, string) {
	has := func(reason string) bool { return slices.Contains(m.SuppressReasons, reason) }
	switch {
	case m.Fault != "":
		return OutcomeHeld, string(m.Fault)
	case Looped(m, c):
		return OutcomeHeld, ReasonLoop
	case m.IsBounce:
		return OutcomeNotice, ReasonBounce
	case has(ReasonReport):
		return OutcomeNotice, ReasonReport
	case m.AutoSubmitted == "auto-replied", has(ReasonAutoreply), has(ReasonNullSender), m.Away:
		return OutcomeHeld, ReasonAutoReply
	case len(m.From) == 0:
		return OutcomeHeld, ReasonNoFrom
	case len(m.From) > 1:
		return OutcomeHeld, ReasonSeveralFrom
	case m.Verdict == VerdictFail:
		return OutcomeHeld, ReasonAuthFailed
	case has(ReasonList), has(ReasonPrecedence):
		return OutcomeHeld, ReasonBulk
	}
	return OutcomeRequest, ""
}
