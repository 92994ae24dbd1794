package workflows

import (
	"time"

	"habeas/models"
)

// Command is one thing somebody wants done with a request. Decide says what
// follows from it. Adapters fill commands and decide nothing.
type Command interface {
	Name() CommandName
}

// CommandName is a command's name: in the lifecycle table, in
// /v1/admin/requests/{reference}/{command} and among what a conflict allows.
type CommandName string

// The commands of staff, as the admin API spells them.
const (
	CommandVerify   CommandName = "verify"
	CommandAssign   CommandName = "assign"
	CommandStart    CommandName = "start"
	CommandAsk      CommandName = "ask"
	CommandResume   CommandName = "resume"
	CommandNote     CommandName = "note"
	CommandReply    CommandName = "reply"
	CommandExtend   CommandName = "extend"
	CommandDecide   CommandName = "decide"
	CommandApprove  CommandName = "approve"
	CommandReturn   CommandName = "return"
	CommandReopen   CommandName = "reopen"
	CommandMerge    CommandName = "merge"
	CommandMarkSpam CommandName = "mark-spam"
	CommandClassify CommandName = "classify"

	CommandDeleteFile   CommandName = "delete-file"
	CommandSetRequester CommandName = "requester"
	CommandMoveMail     CommandName = "move"
)

// The commands of the requester, of jobs, and of both sides.
const (
	CommandSubmit       CommandName = "submit"
	CommandSendCode     CommandName = "send-code"
	CommandProveMailbox CommandName = "prove-mailbox"
	CommandWrite        CommandName = "write"
	CommandWithdraw     CommandName = "withdraw"
	CommandAppeal       CommandName = "appeal"
	CommandAttach       CommandName = "attach"
	CommandRemind       CommandName = "remind"
	CommandRemindVerify CommandName = "remind-verify"
	CommandExpire       CommandName = "expire"
	CommandProveLinked  CommandName = "prove-linked"
	CommandReceive      CommandName = "receive"

	CommandKeepMail    CommandName = "keep-mail"
	CommandPlaceMail   CommandName = "place-mail"
	CommandDismissMail CommandName = "dismiss-mail"
	CommandRecallMail  CommandName = "recall-mail"

	CommandRecordDelivery     CommandName = "record-delivery"
	CommandRecordNotification CommandName = "record-notification"
)

// Challenge is a fresh code, for the mail, and the digest of it, for the store.
type Challenge struct {
	Plain string
	Code  models.MailedCode
}

type (
	// Submit files a request. ReceivedAt is when it reached the organisation.
	Submit struct {
		ID, Reference string
		Type          models.RequestType
		Person        models.Person
		OnBehalf      *models.OnBehalf
		Details       string
		Fields        map[string]any
		Locale        string
		Channel       models.Channel
		ReceivedAt    time.Time
		Undesignated  bool
		Challenge     Challenge
		// Quiet files the request without a word to the requester, now or by
		// itself later: no code, no reminder, no end for want of a proof. Staff
		// are told. It is for what must not be answered by a machine.
		Quiet bool
		// InReplyTo is the Message-ID, without brackets, of the mail that the
		// request came in; the first letter answers it. "" where it came otherwise.
		InReplyTo string
		// Mail is the id of the received mail that the request is made of, and
		// Suggestion what that seems to ask for.
		Mail       string
		Suggestion *models.Suggestion
		// Rights are all that is asked for where the policy lets a mail ask for
		// several rights in one request; Type is the first of them.
		Rights []models.RequestType
		// Also are the rights that the mail asks for in requests of their own; the
		// first letter names them. Follows says that the request waits for the
		// code of one of those: it sends none itself.
		Also    []models.RequestType
		Follows bool
		// Crowded says that so many came from one network address that this one is
		// filed quietly, unless a challenge was solved for it.
		Crowded bool
		Solved  *models.SolvedChallenge
		// Routed is the mail that the command routes, as it stands; nil for none.
		Routed *models.ReceivedMail
	}
	// SendCode mails a fresh code to the mailbox on file. Sent are those of the
	// last hour, the newest first, which Service fills in.
	SendCode struct {
		Challenge Challenge
		Sent      []models.MailedCode
	}
	// ProveMailbox says that the code CodeID was typed correctly, and opens
	// Session.
	ProveMailbox struct {
		CodeID  string
		Session models.Session
	}
	// ProveLinked says that the mailbox was proved for another request of the
	// same mail.
	ProveLinked struct{}
	// Verify records that staff raised the verification level, and how.
	Verify struct {
		Level  models.Level
		Method string // a code: account_login, data_points, staff_check, signed_declaration…
		Note   string
		Of     Proven // "" is the identity
	}
	// Assign gives the request to a member of staff; "" takes it from anybody.
	Assign struct{ Assignee string }
	// Start begins the work.
	Start struct{}
	// Ask puts a question to the requester and holds the request.
	Ask struct {
		Message string
		Purpose models.HoldPurpose // "" is clarification
	}
	// Resume takes the request off hold without an answer.
	Resume struct{}
	// Note adds an internal note.
	Note struct{ Text string }
	// Reply writes to the requester.
	Reply struct{ Message string }
	// Extend prolongs the deadline once, as far as every regime allows, with
	// notice to the requester.
	Extend struct{ Reason string }
	// Conclude is the command "decide": an outcome for the request, or one for
	// each item. It closes the request or asks for approval.
	Conclude struct {
		Outcome models.Outcome // may be left out where Items are given
		Message string
		Reasons []ReasonGiven
		Items   []ItemGiven
		// Files are the ids of those that go out with the answer, out of Attached:
		// all that the request has, which Service fills in.
		Files    []string
		Attached []models.File
	}
	// Approve confirms another person's decision: the one that the request had at
	// this version. Service fills in Target where it is a merger.
	Approve struct {
		Version int
		Target
		Challenge Challenge // likewise, where it is a new requester
	}
	// Return sends a decision back to who proposed it.
	Return struct{ Reason string }
	// Reopen takes a closed request up again.
	Reopen struct{ Reason string }
	// Merge closes the request as a duplicate of the one with the reference,
	// which goes on. Service fills in Target.
	Merge struct {
		Reference string
		Target
	}
	// MarkSpam closes the request without a word to anybody.
	MarkSpam struct{}
	// Write is a message of the requester; it answers a question if one is open.
	// Service fills in In.
	Write struct {
		Text string
		In   Inflow
	}
	// Withdraw takes the request back.
	Withdraw struct{}
	// FileAppeal objects to the answer.
	FileAppeal struct{ Text string }
	// Attach adds a file that already lies in the blob store to those that are
	// Attached. Mail is the one that it came with, which has to belong to the
	// request still; "" where that does not matter. Service fills in Attached and In.
	Attach struct {
		File     models.File
		Mail     string
		Attached []models.File
		// Commitment is the SHA-256 of the sealed bytes of a package.
		Commitment string
		In         Inflow
	}
	// Remind is the reminder of one threshold of one due date.
	Remind struct {
		Threshold string
		DueOn     models.Date
	}
	// RemindVerify reminds the requester to prove the mailbox. Led says that the
	// code of another request of the same mail is enough, which Service fills in.
	RemindVerify struct {
		Challenge Challenge
		Led       bool
	}
	// Expire ends a request that nobody verified in time.
	Expire struct{}
	// Receive is a message that came by mail. Flags say why it is not to be
	// taken for the requester's own; without such a flag it answers a question
	// if one is open.
	Receive struct {
		Mail  string // id of the received mail
		Text  string // may be empty: there may be files only
		Flags []models.MessageFlag
		// Routed is the mail that the command routes, as it stands; nil for none.
		Routed *models.ReceivedMail
		In     Inflow // which Service fills in
	}
	// Classify says what a request asks for that came by mail, where the person
	// lives, or both.
	Classify struct {
		Type models.RequestType // "" leaves it, with all that goes with it
		// Rights are all that it asks for where that is several rights at once,
		// which the policy must let share a request; Type is the first of them.
		Rights []models.RequestType
		Fields map[string]any
		// Country and Region are where the person lives: "" is not known, nil
		// leaves it. A country comes without a region unless that is given, too.
		Country, Region *string
	}
	// RecordDelivery says what became of one try to send a mail: of the request,
	// or of none.
	RecordDelivery struct {
		Message models.Message // as it was before the try
		// Withheld says that the letter, or a part of it, was not to go out any more:
		// that of the message is what did. With DeliveryNone nothing did.
		Withheld bool
		Result   DeliveryResult
		// Job is the one that sent it, as it then is: it is done if the mail was
		// sent, else pending again, or dead.
		Job models.Job
		// Alarm is what staff hear of a job that gave up.
		Alarm []models.Message
	}
	// RecordNotification says what a mail server told about a mail of ours.
	RecordNotification struct {
		Message      models.Message
		Notification DeliveryNotification
	}
)

// Proven is what a verification is about.
type Proven string

// What may be proven.
const (
	ProvenIdentity  Proven = "identity"  // who the requester is
	ProvenAuthority Proven = "authority" // that they may act for the person
)

// Target is the request that a duplicate is merged into, as it stands, the rules
// that it is under, and its tasks.
type Target struct {
	Into  models.Request
	Under Rules
	Tasks []models.Task
}

// ReasonGiven is a reason code of the policy with staff's own words.
type ReasonGiven struct {
	Code        string
	Explanation string
}

// ItemGiven is the decision on one item.
type ItemGiven struct {
	No      int
	Outcome models.Outcome
	Reasons []ReasonGiven
}

// Name implements Command.
func (Submit) Name() CommandName             { return CommandSubmit }
func (SendCode) Name() CommandName           { return CommandSendCode }
func (ProveMailbox) Name() CommandName       { return CommandProveMailbox }
func (ProveLinked) Name() CommandName        { return CommandProveLinked }
func (Verify) Name() CommandName             { return CommandVerify }
func (Assign) Name() CommandName             { return CommandAssign }
func (Start) Name() CommandName              { return CommandStart }
func (Ask) Name() CommandName                { return CommandAsk }
func (Resume) Name() CommandName             { return CommandResume }
func (Note) Name() CommandName               { return CommandNote }
func (Reply) Name() CommandName              { return CommandReply }
func (Extend) Name() CommandName             { return CommandExtend }
func (Conclude) Name() CommandName           { return CommandDecide }
func (Approve) Name() CommandName            { return CommandApprove }
func (Return) Name() CommandName             { return CommandReturn }
func (Reopen) Name() CommandName             { return CommandReopen }
func (Merge) Name() CommandName              { return CommandMerge }
func (MarkSpam) Name() CommandName           { return CommandMarkSpam }
func (Write) Name() CommandName              { return CommandWrite }
func (Withdraw) Name() CommandName           { return CommandWithdraw }
func (FileAppeal) Name() CommandName         { return CommandAppeal }
func (Attach) Name() CommandName             { return CommandAttach }
func (Remind) Name() CommandName             { return CommandRemind }
func (RemindVerify) Name() CommandName       { return CommandRemindVerify }
func (Expire) Name() CommandName             { return CommandExpire }
func (Receive) Name() CommandName            { return CommandReceive }
func (Classify) Name() CommandName           { return CommandClassify }
func (RecordDelivery) Name() CommandName     { return CommandRecordDelivery }
func (RecordNotification) Name() CommandName { return CommandRecordNotification }
