package console

import (
	"net/http"
	"slices"
	"time"

	"habeas/models"
)

// mailPage lists received mails without anything personal.
type mailPage struct {
	Tabs    []tab
	State   models.MailState
	Mails   []mailLine
	After   string
	MayRead bool
	Done    string
}

type mailLine struct {
	models.ReceivedMail
	Why     string
	Seems   string // what it seems to ask for, or ""
	Age     string
	TooLong bool // it waits for more than a day
	Came    string
}

// sortMail marks the cursors of the list of received mail.
const sortMail models.Sort = "mail"

// mailStates are the lists of received mail, what waits first.
func mailStates() []models.MailState {
	return []models.MailState{models.MailHeld, models.MailKept, models.MailPlaced, models.MailNoticed, models.MailDismissed, models.MailRepeated}
}

func mailStateWords() map[models.MailState]string {
	return map[models.MailState]string{
		models.MailHeld: "For you to place", models.MailKept: "Not read yet", models.MailPlaced: "Placed",
		models.MailNoticed: "Notices", models.MailDismissed: "Dismissed", models.MailRepeated: "Came twice",
	}
}

// mails lists received mail: what waits for staff, the oldest first.
func (s *Site) mails(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := mailPage{State: models.MailState(q.Get("state")), MayRead: models.Permit(who(r).Role, models.MayReadMail)}
	if _, known := mailStateWords()[page.State]; !known {
		page.State = models.MailHeld
	}
	page.Done = map[string]string{"dismissed": "Nothing will be done with the mail. Its time starts today: it is erased when the retention for mail ends."}[q.Get("done")]
	held, _, err := s.Staff.QuarantinedMail(r.Context(), mostCounted)
	if err != nil {
		return err
	}
	for _, state := range mailStates() {
		t := tab{word(mailStateWords(), state), "/console/mail?state=" + string(state), "", state == page.State}
		if state == models.MailHeld {
			t.Count = capped(held)
		}
		page.Tabs = append(page.Tabs, t)
	}
	list, next, err := s.Staff.Mails(r.Context(), models.MailFilter{
		States: []models.MailState{page.State}, After: readCursor(sortMail, q.Get("after")), Limit: perRegister,
	})
	if err != nil {
		return err
	}
	for _, m := range list {
		page.Mails = append(page.Mails, s.mailLine(m))
	}
	if !next.IsZero() {
		page.After = "/console/mail?state=" + string(page.State) + "&after=" + writeCursor(sortMail, next)
	}
	return s.show(w, r, http.StatusOK, viewMails, layout{Title: "Received mail", Here: "mail", Body: page})
}

func (s *Site) mailLine(m models.ReceivedMail) mailLine {
	l := mailLine{ReceivedMail: m, Why: whyHere(m, s.Now()), Came: word(sourceWords(), m.Source)}
	waited := s.Now().Sub(m.ReceivedAt)
	l.Age, l.TooLong = ago(waited), m.Waits(s.Now()) && waited >= heldTooLong
	if first := m.Reading.Suggestion.First(); first.Type != "" {
		l.Seems = s.typeName(first.Type)
	}
	return l
}

// reasonUnplaced is that of a mail that could not be placed.
const reasonUnplaced = "unplaced"

// whyHere says why a mail is in its list.
func whyHere(m models.ReceivedMail, now time.Time) string {
	if m.State == models.MailKept && m.Waits(now) {
		return word(mailReasonWords(), reasonUnplaced)
	}
	switch m.State {
	case models.MailPlaced:
		return "It belongs to a request."
	case models.MailKept:
		return "It is kept and will be read in a moment."
	case models.MailHeld, models.MailNoticed, models.MailDismissed, models.MailRepeated:
	}
	return word(mailReasonWords(), m.Reason)
}

// mailReasonWords say why a mail was held, what a notice is, or why staff
// dismissed it. The codes are those of package intake.
func mailReasonWords() map[string]string {
	return map[string]string{
		"":                     "Nobody could tell where it belongs.",
		"unread":               "It could not be read as it should.",
		"away":                 "Somebody’s mail program seems to answer for them: they are away.",
		"several-from":         "It has several senders: nobody knows whose it is.",
		"no-valid-from":        "It has no sender that can be answered.",
		"loop":                 "It came from ourselves, or went round in circles.",
		"not-aligned":          "Its return path is somebody else’s: an answer might reach a stranger.",
		"auth-failed":          "The sender’s domain says that it is not from there.",
		"auto-reply":           "A machine answered something that is not ours.",
		"auto-submitted":       "A machine wrote it.",
		"precedence":           "It was sent to many.",
		"list":                 "It came by a mailing list.",
		"bulk":                 "It was sent to many.",
		"null-sender":          "It has no return path: a machine wrote it.",
		"x-autoreply":          "A machine wrote it.",
		"system-sender":        "A mail system wrote it.",
		"bounce":               "A mail came back.",
		"report":               "A report about a mail.",
		"flood":                "Too many came from one address in a short time.",
		"busy":                 "More requests came by this way within an hour than are made of mail.",
		"backscatter":          "A notice about a mail that is not ours.",
		"erased":               "The case that it belongs to was erased.",
		"refused":              "No request could be made of it.",
		"repeated":             "The same mail came before.",
		reasonUnplaced:         "It was kept, and something of ours failed each time that it was to be placed.",
		"to-staff":             "It answers a mail that we sent to staff.",
		"to-owner":             "It answers a mail that we sent to the owner of a system, and does not say which request it is about.",
		"too_large":            "It is too large to be read.",
		"header_too_large":     "Its header is too large.",
		"too_many_parts":       "It has too many parts.",
		"too_deep":             "Its parts lie too deep in each other.",
		"too_many_attachments": "It has too many attachments.",
		"no_header":            "It has no header.",
		"cr_line_ends":         "Its lines end in a way that programs read differently.",
		"broken_mime":          "Its parts are broken, or all of its words are hidden.",
		"unreadable":           "It could not be read.",
		"spam":                 "Spam.",
		"not_a_request":        "It asks for nothing.",
		"duplicate":            "It says what another says.",
		"answered_elsewhere":   "It was answered elsewhere.",
	}
}

func sourceWords() map[string]string {
	return map[string]string{
		"lmtp": "mail server", "imap": "mailbox", "ingest": "command line", "hook": "hook", "raw": "hook",
		"postmark": "Postmark", "mailgun": "Mailgun", "ses": "Amazon SES",
	}
}

// verdictLine says how far a mail's sender can be believed.
type verdictLine struct{ Name, Text string }

// verdicts say what was checked of a mail, in words.
func verdicts(m models.MailReading) []verdictLine {
	words := map[string]string{"aligned": "The sender’s domain vouches for it.", "none": "Nothing vouches for the sender.", "fail": "The sender’s domain disowns it.", "": "Not checked."}
	all := []verdictLine{{"Our mail server", words[m.Verdict]}, {"Signature", words[m.DKIM]}}
	for _, each := range []struct {
		yes        bool
		name, text string
	}{
		{m.MixedScript, "Address", "It mixes alphabets and may imitate another address."},
		{m.Encrypted, "Encrypted", "Its content cannot be read here. Download it."},
		{m.Unreadable, "Not all of it is read", "There is more in it, in a form that is not read here, such as winmail.dat. Look at its files."},
		{m.Via != "", "Passed on", "It came through " + m.Via + ". From is whom that says it is from."},
		{m.Automatic, "Automatic", "A machine wrote it, or sent it to many."},
		{m.IsBounce, "Notice", "It is about a mail that was sent."},
		{m.Suppressed != "", "Answers", "No machine answers it: " + word(mailReasonWords(), m.Suppressed)},
	} {
		if each.yes {
			all = append(all, verdictLine{each.name, each.text})
		}
	}
	return all
}

// claimedPlace is the country and region of what a mail seems to say.
func claimedPlace(jurisdiction string) (country, region string) {
	if len(jurisdiction) >= 2 && slices.Contains([]int{2, 5, 6}, len(jurisdiction)) {
		country = jurisdiction[:2]
		if len(jurisdiction) > 3 && jurisdiction[2] == '-' {
			region = jurisdiction[3:]
		}
	}
	return country, region
}
