package models

import "time"

// Letter is the typed data of one mail. Which text it fills is Template's
// business; the text itself is a file in package notifications. Letters to a
// requester whose mailbox is unproved hold no words of theirs, not even a name.
type Letter interface {
	// Template is the name of the template files, such as "code".
	Template() string
}

// About is what every letter on a request says: which one it is.
type About struct {
	Reference string      `json:"reference"`
	Type      RequestType `json:"type"`
	TypeName  string      `json:"type_name"` // in Locale, for people
	Locale    string      `json:"locale"`
	Name      string      `json:"name,omitempty"` // whom to greet; "" where the mailbox is unproved
}

// Reason is why something is refused, as the person reads it.
type Reason struct {
	Code     string `json:"code"`
	Title    string `json:"title"`    // in the letter's language
	Citation string `json:"citation"` // the statute or promise it rests on
	// Certainty is how surely its rules are known, as policies.Certainty has it:
	// that of the one most in doubt.
	Certainty   string `json:"certainty,omitempty"`
	Explanation string `json:"explanation,omitempty"`
}

// Remedy is what the person can do about an answer.
type Remedy struct {
	AppealUntil Date `json:"appeal_until,omitzero"` // zero: no appeal is offered
	// Complain says who to turn to next, a line each: Bodies in words.
	Complain []string     `json:"complain,omitempty"`
	Bodies   []RemedyBody `json:"bodies,omitempty"`
}

// RemedyBody is somebody outside the organisation that a person can turn to.
type RemedyBody struct {
	Kind     string `json:"kind"` // authority, attorney_general, court or recourse_body
	Name     string `json:"name"` // in the letter's language
	URL      string `json:"url,omitempty"`
	When     string `json:"when,omitempty"` // by when, or after what
	Citation string `json:"citation"`
	// Certainty is how surely the rule is known, as policies.Certainty has it.
	Certainty string `json:"certainty,omitempty"`
}

// String returns the body as a line of a letter: "Name, https://… (when)".
func (b RemedyBody) String() string {
	text := b.Name
	if b.URL != "" {
		text += ", " + b.URL
	}
	if b.When != "" {
		text += " (" + b.When + ")"
	}
	return text
}

// AnswerItem is one line of an answer: what was asked for and what came of it.
type AnswerItem struct {
	Label   string   `json:"label"`
	Outcome Outcome  `json:"outcome"`
	Reasons []Reason `json:"reasons,omitempty"`
	// Corrected names the systems in which a field was corrected.
	Corrected []string `json:"corrected,omitempty"`
}

// Unproven is a letter that may go to a mailbox nobody has proved. WithStop
// returns it with the token of the page on which its owner says that it was
// not them.
type Unproven interface {
	Letter
	WithStop(token string) Letter
}

// Stop is what an Unproven letter holds for that.
type Stop struct {
	StopToken string `json:"stop_token,omitempty"` // "" once the mailbox is proved
}

// WithStop implements Unproven.
func (l CodeLetter) WithStop(token string) Letter { l.StopToken = token; return l }

// WithStop implements Unproven.
func (l VerifyReminderLetter) WithStop(token string) Letter { l.StopToken = token; return l }

// WithStop implements Unproven.
func (l AcknowledgementLetter) WithStop(token string) Letter { l.StopToken = token; return l }

// WithStop implements Unproven.
func (l NamedPersonLetter) WithStop(token string) Letter { l.StopToken = token; return l }

// WithStop implements Unproven.
func (l ExpiredLetter) WithStop(token string) Letter { l.StopToken = token; return l }

// WithStop implements Unproven.
func (l NewDateLetter) WithStop(token string) Letter { l.StopToken = token; return l }

// Letters to the requester.
type (
	// CodeLetter carries the code that proves the mailbox, and counts as the
	// acknowledgement of receipt of an unproved request.
	CodeLetter struct {
		About
		Stop
		Code          string    `json:"code"`
		ExpiresAt     time.Time `json:"expires_at"` // of the code
		ReceivedOn    Date      `json:"received_on"`
		RespondOn     Date      `json:"respond_on"`
		AlreadyProved bool      `json:"already_proved,omitempty"` // the code only opens a session
		// Also are the other requests of the same mail, by their types, which the
		// code proves too.
		Also []string `json:"also,omitempty"`
	}
	// VerifyReminderLetter carries a fresh code and says when the request ends
	// without it.
	VerifyReminderLetter struct {
		About
		Stop
		Code      string    `json:"code"`
		ExpiresAt time.Time `json:"expires_at"` // of the code
		ClosesOn  Date      `json:"closes_on"`
	}
	// AcknowledgementLetter confirms receipt and says by when an answer comes.
	AcknowledgementLetter struct {
		About
		Stop
		ReceivedOn Date     `json:"received_on"`
		RespondOn  Date     `json:"respond_on"`
		Regimes    []string `json:"regimes"` // names of the laws and promises that apply
		NeedLevel  Level    `json:"need_level"`
		Level      Level    `json:"level"`
	}
	// NewDateLetter says that the answer comes by another date than before,
	// because staff saw what is asked for, or from where, and what rules that is
	// under.
	NewDateLetter struct {
		About
		Stop
		ReceivedOn Date     `json:"received_on"`
		FormerOn   Date     `json:"former_on"`
		RespondOn  Date     `json:"respond_on"`
		Regimes    []string `json:"regimes"` // names of the laws and promises that apply
	}
	// ReclassifiedLetter says that a request is treated as another one than before,
	// beside the words that it was asked in.
	ReclassifiedLetter struct {
		About
		Former    string `json:"former"`          // the type it was taken for, in the letter's language
		Words     string `json:"words,omitempty"` // of the requester
		RespondOn Date   `json:"respond_on"`
	}
	// NamedPersonLetter tells somebody that another files for them, and says that
	// they may.
	NamedPersonLetter struct {
		About
		Stop
	}
	// VerifiedLetter says that the identity is confirmed.
	VerifiedLetter struct {
		About
		RespondOn Date `json:"respond_on"`
	}
	// QuestionLetter puts a question of staff to the requester.
	QuestionLetter struct {
		About
		Text      string      `json:"text"`
		Purpose   HoldPurpose `json:"purpose"`
		RespondOn Date        `json:"respond_on"`
		Paused    bool        `json:"paused,omitempty"` // the governing clock stands still meanwhile
	}
	// ReplyLetter carries a message of staff that expects no answer.
	ReplyLetter struct {
		About
		Text      string `json:"text"`
		RespondOn Date   `json:"respond_on,omitzero"` // zero once the request is closed
	}
	// ExtendedLetter is the notice that goes with an extension.
	ExtendedLetter struct {
		About
		Reason    string `json:"reason"`
		FormerOn  Date   `json:"former_on"`
		RespondOn Date   `json:"respond_on"`
		Citation  string `json:"citation"`
		Law       bool   `json:"law,omitempty"` // a statute allows it, and not a rule of our own
		Remedy
	}
	// AnswerLetter is the answer: one outcome, or one for each item.
	AnswerLetter struct {
		About
		Outcome Outcome      `json:"outcome"`
		Text    string       `json:"text"`
		Reasons []Reason     `json:"reasons,omitempty"`
		Items   []AnswerItem `json:"items,omitempty"`
		Remedy
		Package *PackageNote `json:"package,omitempty"` // that goes out with it
		// Suppressed: the mailbox is on the suppression list, as the certificate says.
		Suppressed bool `json:"suppressed,omitempty"`
	}
	// WithdrawnLetter confirms that the requester took the request back.
	WithdrawnLetter struct{ About }
	// ExpiredLetter says that a request ended because it was never verified.
	// Where a law asks for a denial it has its reason and the remedies.
	ExpiredLetter struct {
		About
		Stop
		Reasons []Reason `json:"reasons,omitempty"`
		// Categories: an access to specific pieces that is answered with the
		// categories that the privacy policy names (11 CCR § 7024(a)).
		Categories bool `json:"categories,omitempty"`
		Remedy
	}
	// MergedLetter says that a request goes on under another's reference.
	MergedLetter struct {
		About
		Into      string `json:"into"`
		RespondOn Date   `json:"respond_on"`
	}
	// ReopenedLetter says that staff took a closed request up again.
	ReopenedLetter struct {
		About
		RespondOn Date `json:"respond_on"`
	}
	// AppealReceivedLetter confirms an appeal and its own date.
	AppealReceivedLetter struct {
		About
		RespondOn Date `json:"respond_on"`
	}
)

// Letters to staff. They name the request by its reference only: the personal
// data is seen by opening it.
type (
	// StaffNewLetter says that a request is open and waits for staff.
	StaffNewLetter struct {
		About
		RespondOn  Date        `json:"respond_on"`
		Level      Level       `json:"level"`
		Suppressed Suppression `json:"suppressed,omitempty"` // why the requester was told nothing; "" where they were
		NoStatute  bool        `json:"no_statute,omitempty"` // no law is known for it: the date is a promise
	}
	// StaffAssignedLetter says that a request is now the recipient's.
	StaffAssignedLetter struct {
		About
		RespondOn Date `json:"respond_on"`
	}
	// StaffRepliedLetter says that the requester wrote, or, where it is doubtful,
	// that a mail was put into the case that may be somebody else's.
	StaffRepliedLetter struct {
		About
		RespondOn Date `json:"respond_on"`
		Resumed   bool `json:"resumed,omitempty"` // it was on hold and no longer is
		Doubtful  bool `json:"doubtful,omitempty"`
		Unproven  bool `json:"unproven,omitempty"` // nothing but its From says who it is from
	}
	// StaffWithdrawnLetter says that the requester took the request back.
	StaffWithdrawnLetter struct{ About }
	// StaffAppealLetter says that the requester appealed.
	StaffAppealLetter struct {
		About
		RespondOn Date `json:"respond_on"`
	}
	// StaffDue is what every reminder of a due date says.
	StaffDue struct {
		About
		RespondOn Date  `json:"respond_on"`
		DaysLeft  int   `json:"days_left"` // negative once overdue
		State     State `json:"state"`
		Assigned  bool  `json:"assigned,omitempty"`
	}
	// StaffDueSoonLetter reminds of a date ahead.
	StaffDueSoonLetter struct{ StaffDue }
	// StaffDueTodayLetter reminds on the day.
	StaffDueTodayLetter struct{ StaffDue }
	// StaffOverdueLetter escalates a missed date.
	StaffOverdueLetter struct{ StaffDue }
	// StaffApprovalLetter asks another person to approve a decision.
	StaffApprovalLetter struct {
		About
		Outcome   Outcome `json:"outcome"`
		RespondOn Date    `json:"respond_on"`
	}
	// StaffReturnedLetter tells the proposer that the decision came back.
	StaffReturnedLetter struct {
		About
		Reason    string `json:"reason"`
		RespondOn Date   `json:"respond_on"`
	}
	// StaffMailFailedLetter says that a mail to the requester cannot be
	// delivered.
	StaffMailFailedLetter struct {
		About
		Failed    string `json:"failed"` // the template of that mail
		Why       string `json:"why"`    // the server's words without addresses
		RespondOn Date   `json:"respond_on"`
	}
	// StaffComplaintLetter says that a mail to the requester was reported as
	// abuse.
	StaffComplaintLetter struct {
		About
		RespondOn Date `json:"respond_on"`
	}
	// StaffBreakerLetter alarms the managers: mail to mailboxes that nobody
	// proved has reached its limit of this hour.
	StaffBreakerLetter struct {
		Locale string `json:"locale"`
		ByMail bool   `json:"by_mail,omitempty"` // in answer to mail; else about requests from the form, the API and staff
	}
	// StaffDigestLetter is one person's list of open work, once a day.
	StaffDigestLetter struct {
		Locale  string       `json:"locale"`
		On      Date         `json:"on"`
		Overdue []DigestLine `json:"overdue,omitempty"`
		Due     []DigestLine `json:"due,omitempty"`     // the rest, soonest first
		Unowned int          `json:"unowned,omitempty"` // requests that nobody is assigned to
		// Held is how much received mail waits to be placed; the oldest was
		// received on HeldSince.
		Held      int  `json:"held,omitempty"`
		HeldSince Date `json:"held_since,omitzero"`
	}
	// DigestLine is one request in a digest.
	DigestLine struct {
		Reference string `json:"reference"`
		TypeName  string `json:"type_name"`
		State     State  `json:"state"`
		RespondOn Date   `json:"respond_on"`
		DaysLeft  int    `json:"days_left"`
		// Tasks are the first of its undone tasks, the soonest due first; there
		// are MoreTasks besides.
		Tasks     []DigestTask `json:"tasks,omitempty"`
		MoreTasks int          `json:"more_tasks,omitempty"`
	}
	// DigestTask is one undone task of a request in a digest.
	DigestTask struct {
		System   string `json:"system"`
		Action   Action `json:"action"`
		Owner    string `json:"owner,omitempty"` // mail address; "" is staff
		DueOn    Date   `json:"due_on"`
		DaysLeft int    `json:"days_left"`
	}
	// StaffInvitationLetter carries the link with which somebody chooses a
	// password. It goes to its address or to nobody.
	StaffInvitationLetter struct {
		Locale    string    `json:"locale"`
		Secret    string    `json:"secret"` // of the link; gone once it is sent
		ExpiresAt time.Time `json:"expires_at"`
		Again     bool      `json:"again,omitempty"` // an administrator reset the way in
	}
	// StaffAccountLetter tells somebody what changed in the way they sign in, in
	// case it was not they who changed it. It holds no secret.
	StaffAccountLetter struct {
		Locale string        `json:"locale"`
		What   AccountNotice `json:"what"`
		At     time.Time     `json:"at"`
	}
	// StaffMailboxLetter alarms the managers: mail in the mailbox that is read
	// by IMAP, or at a provider, does not become requests.
	StaffMailboxLetter struct {
		Locale string       `json:"locale"`
		Since  time.Time    `json:"since,omitzero"`  // the whole mailbox, since then
		Fault  MailboxFault `json:"fault,omitempty"` // why
		// RefusedMiB is the size of a message that is too large, and was put
		// aside; 0 where the mailbox itself is meant.
		RefusedMiB int `json:"refused_mib,omitempty"`
		// Provider has that message, under RefusedName; "" means the mailbox.
		Provider    string `json:"provider,omitempty"`
		RefusedName string `json:"refused_name,omitempty"`
		// Stuck is the UID of a message in the mailbox that cannot be taken.
		Stuck string `json:"stuck,omitempty"`
	}
	// StaffMailHeldLetter says that received mail waits to be placed by staff.
	StaffMailHeldLetter struct {
		Locale   string `json:"locale"`
		Waiting  int    `json:"waiting"`
		OldestOn Date   `json:"oldest_on"`          // when the oldest was received: its clock runs since
		TooLong  bool   `json:"too_long,omitempty"` // one waits for more than a day
	}
	// StaffDeadJobLetter alarms the managers: a job gave up.
	StaffDeadJobLetter struct {
		Locale    string  `json:"locale"`
		JobID     string  `json:"job_id"`
		Kind      JobKind `json:"kind"`
		Reference string  `json:"reference,omitempty"`
		Attempts  int     `json:"attempts"`
		Error     string  `json:"error"`
	}
)

// Template names; each is a pair of files in notifications/templates.
func (CodeLetter) Template() string            { return "code" }
func (VerifyReminderLetter) Template() string  { return "verify_reminder" }
func (AcknowledgementLetter) Template() string { return "acknowledgement" }
func (NewDateLetter) Template() string         { return "new_date" }
func (ReclassifiedLetter) Template() string    { return "reclassified" }
func (NamedPersonLetter) Template() string     { return "named_person" }
func (VerifiedLetter) Template() string        { return "verified" }
func (QuestionLetter) Template() string        { return "question" }
func (ReplyLetter) Template() string           { return "reply" }
func (ExtendedLetter) Template() string        { return "extended" }
func (l AnswerLetter) Template() string        { return "answer_" + string(l.Outcome) }
func (WithdrawnLetter) Template() string       { return "withdrawn" }
func (ExpiredLetter) Template() string         { return "expired" }
func (MergedLetter) Template() string          { return "merged" }
func (ReopenedLetter) Template() string        { return "reopened" }
func (AppealReceivedLetter) Template() string  { return "appeal_received" }
func (StaffNewLetter) Template() string        { return "staff_new" }
func (StaffAssignedLetter) Template() string   { return "staff_assigned" }
func (StaffRepliedLetter) Template() string    { return "staff_replied" }
func (StaffWithdrawnLetter) Template() string  { return "staff_withdrawn" }
func (StaffAppealLetter) Template() string     { return "staff_appeal" }
func (StaffDueSoonLetter) Template() string    { return "staff_due_soon" }
func (StaffDueTodayLetter) Template() string   { return "staff_due_today" }
func (StaffOverdueLetter) Template() string    { return "staff_overdue" }
func (StaffApprovalLetter) Template() string   { return "staff_approval" }
func (StaffReturnedLetter) Template() string   { return "staff_returned" }
func (StaffMailFailedLetter) Template() string { return "staff_mail_failed" }
func (StaffComplaintLetter) Template() string  { return "staff_complaint" }
func (StaffBreakerLetter) Template() string    { return "staff_breaker" }
func (StaffDigestLetter) Template() string     { return "staff_digest" }
func (StaffDeadJobLetter) Template() string    { return "staff_dead_job" }
func (StaffInvitationLetter) Template() string { return "staff_invitation" }
func (StaffAccountLetter) Template() string    { return "staff_account" }
func (StaffMailHeldLetter) Template() string   { return "staff_mail_held" }
func (StaffMailboxLetter) Template() string    { return "staff_mailbox" }

// Letters returns one empty letter for each template, in the order of a
// request's life: the register that decoding, rendering and their tests walk.
func Letters() []Letter {
	return []Letter{
		&CodeLetter{}, &VerifyReminderLetter{}, &AcknowledgementLetter{}, &NewDateLetter{},
		&ReclassifiedLetter{}, &NamedPersonLetter{}, &VerifiedLetter{},
		&QuestionLetter{}, &ReplyLetter{}, &ExtendedLetter{},
		&AnswerLetter{Outcome: OutcomeFulfilled}, &AnswerLetter{Outcome: OutcomePartly},
		&AnswerLetter{Outcome: OutcomeDenied}, &AnswerLetter{Outcome: OutcomeNoData},
		&WithdrawnLetter{}, &ExpiredLetter{}, &MergedLetter{}, &ReopenedLetter{}, &AppealReceivedLetter{},
		&ConfirmErasureLetter{}, &ErasureConfirmedLetter{}, &PackageLetter{},
		&StaffNewLetter{}, &StaffAssignedLetter{}, &StaffRepliedLetter{}, &StaffWithdrawnLetter{},
		&StaffAppealLetter{}, &StaffDueSoonLetter{}, &StaffDueTodayLetter{}, &StaffOverdueLetter{},
		&StaffApprovalLetter{}, &StaffReturnedLetter{}, &StaffMailFailedLetter{}, &StaffComplaintLetter{}, &StaffBreakerLetter{},
		&StaffDigestLetter{}, &StaffDeadJobLetter{},
		&StaffInvitationLetter{}, &StaffAccountLetter{},
		&StaffMailHeldLetter{}, &StaffMailboxLetter{},
		&StaffTaskLetter{}, &OwnerTasksLetter{}, &OwnerHoldLetter{}, &OwnerCodeLetter{}, &StaffLegalHoldLetter{},
	}
}

// NewLetter returns an empty letter of the template, to decode into, and
// whether there is one.
func NewLetter(template string) (Letter, bool) {
	for _, l := range Letters() {
		if l.Template() == template {
			return l, true
		}
	}
	return nil, false
}
