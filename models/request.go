package models

import (
	"slices"
	"strings"
	"time"
)

// Request is one privacy request: Facts that events carry and anybody with a
// role may see, and Content that is personal and sealed at rest.
type Request struct {
	ID        string // UUID, internal
	Reference string // HB-XXXX-XXXX-XX: a label, never a credential
	Version   int    // grows by one with every command that changes the request; its ETag
	Shredded  bool   // the key is destroyed: Content is empty for good
	// Similar is the mailbox of a new request, or of a new requester, in its
	// canonical form: a hint at which requests belong together, and no identity.
	// It is not read back.
	Similar string
	Facts
	Content
}

// Facts is everything about a request that is not personal. It changes only
// through Change, which every event records, so that replaying the events of a
// request gives its facts.
type Facts struct {
	Type RequestType `json:"type"`
	// Rights are all that is asked for where that is several rights at once, as
	// a mail may; Type is the first of them. Each is an item.
	Rights     []RequestType `json:"rights,omitempty"`
	DataClass  string        `json:"data_class,omitempty"` // what the type's level depends on, such as specific_pieces
	Channel    Channel       `json:"channel"`
	Country    string        `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Region     string        `json:"region,omitempty"`  // ISO 3166-2 without the country
	Locale     string        `json:"locale"`
	Capacity   Capacity      `json:"capacity"`
	Policy     string        `json:"policy"` // content hash of the policy it was received under
	ReceivedAt time.Time     `json:"received_at"`
	ReceivedOn Date          `json:"received_on"` // its day in the organisation's zone
	EnteredAt  time.Time     `json:"entered_at"`  // when it was typed in; after ReceivedAt for a letter
	// Undesignated: it came elsewhere than to the address designated for such
	// requests (Civ. Code § 1798.83(b)(1): 150 days instead of 30).
	Undesignated bool `json:"undesignated,omitempty"`
	// Mail is the id of the received mail that the request was made of. Requests
	// of one mail are linked.
	Mail string `json:"mail,omitempty"`
	// RequesterSince is when staff said last that the requester is another than
	// the mail was taken to be from; zero of one who is so from the start.
	RequesterSince time.Time `json:"requester_since,omitzero"`

	State    State   `json:"state"`
	Outcome  Outcome `json:"outcome,omitempty"`
	Level    Level   `json:"level"`
	Assignee string  `json:"assignee,omitempty"` // staff id

	Deadline Deadline `json:"deadline"`
	Extended bool     `json:"extended,omitempty"`
	// ExtendedFrom is the date to respond before the extension.
	ExtendedFrom Date        `json:"extended_from,omitzero"`
	Pauses       []Pause     `json:"pauses,omitempty"`
	Items        []ItemFacts `json:"items,omitempty"`

	// Authority is how surely whoever files for somebody else may do so. What they
	// say of it themselves is none.
	Authority Level `json:"authority,omitempty"`

	Proposal Proposal `json:"proposal,omitzero"` // in_review: what waits for approval
	Decision Proposal `json:"decision,omitzero"` // what was decided last, with who approved
	Appeal   Appeal   `json:"appeal,omitzero"`
	// MergedInto is the reference of the request this one is a duplicate of.
	MergedInto string `json:"merged_into,omitempty"`
	// Moved says that MergedInto is where its mail belongs, and maybe another
	// person's: the requester is not told of it.
	Moved bool `json:"moved,omitempty"`
	// Absorbed are the references of the duplicates that were merged into it.
	Absorbed []string `json:"absorbed,omitempty"`
	// Released are the ids of the files that went out with an answer.
	Released []string `json:"released,omitempty"`
	// Reminded lists the thresholds already reminded of (or skipped) for the
	// present due date, oldest first.
	Reminded []string `json:"reminded,omitempty"`
	// Unreachable says that a mail to the requester came back for good. A proof
	// of the mailbox, or mail from it, ends that.
	Unreachable bool `json:"unreachable,omitempty"`
	// Unsent says why the request was filed without a word to the requester, as
	// long as nobody has written to them since.
	Suppressed Suppression `json:"suppressed,omitempty"`

	// Erasure is how far the erasure has come that the request asks for.
	Erasure Erasure `json:"erasure,omitzero"`

	// Package is the access package that went out, and how it can be fetched.
	Package Package `json:"package,omitzero"`

	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// GoesOnAs is the request that this one goes on as, for its requester: theirs as
// well, or "".
func (f Facts) GoesOnAs() string {
	if f.Moved {
		return ""
	}
	return f.MergedInto
}

// Deadline is the governing clock of a request and what it was computed from.
type Deadline struct {
	Governing     string    `json:"governing"` // the regime whose date is the strictest
	Regimes       []string  `json:"regimes"`   // all that apply
	AcknowledgeOn Date      `json:"acknowledge_on,omitzero"`
	RespondOn     Date      `json:"respond_on"`
	RespondBy     time.Time `json:"respond_by"` // the instant RespondOn ends in the organisation's zone
}

// Pause is a stretch of days on which a question was with the requester. The
// days from From up to, not including, To do not count in the regimes whose
// law lets the clock stand still for Purpose; To is zero while it lasts.
type Pause struct {
	From    Date        `json:"from"`
	To      Date        `json:"to,omitzero"`
	Purpose HoldPurpose `json:"purpose"`
}

// ItemFacts is the part of an item that is not personal.
type ItemFacts struct {
	No      int      `json:"no"`             // 1, 2, 3… within the request
	Kind    string   `json:"kind"`           // the field it came from: corrections, places, categories; ItemRights
	Code    string   `json:"code,omitempty"` // the account field, category or right it is about
	Outcome Outcome  `json:"outcome,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
}

// ItemRights is the kind of the items of a request for several rights: each is
// one of them, and Code is its type.
const ItemRights = "rights"

// Proposal is a decision: proposed by one person and, where policy wants it,
// approved by another. One that classifies the request has a Type and no
// Outcome: it ends nothing.
type Proposal struct {
	Outcome    Outcome       `json:"outcome"`
	Reasons    []string      `json:"reasons,omitempty"`
	Items      []ItemFacts   `json:"items,omitempty"`
	Files      []string      `json:"files,omitempty"`     // ids of those that go out with the answer
	Package    string        `json:"package,omitempty"`   // the id of that among them which is the access package
	Into       string        `json:"into,omitempty"`      // duplicate: the reference of the request that goes on
	Type       RequestType   `json:"type,omitempty"`      // what the request is to be classified as
	Rights     []RequestType `json:"rights,omitempty"`    // likewise
	Requester  bool          `json:"requester,omitempty"` // another person is to be the requester; it ends nothing either
	By         string        `json:"by"`                  // staff id
	At         time.Time     `json:"at"`
	Version    int           `json:"version,omitempty"` // of the request since it is proposed
	ApprovedBy string        `json:"approved_by,omitempty"`
}

// Waits reports whether somebody proposed something.
func (p Proposal) Waits() bool { return p.By != "" }

// Appeal is the requester's objection to an answer. Barred are the staff who
// made that answer; another person decides.
type Appeal struct {
	No      int       `json:"no"` // 1 for the first
	FiledAt time.Time `json:"filed_at"`
	Barred  []string  `json:"barred"`
}

// Content is what is personal in a request. It is sealed under the request's
// own key; destroying the key shreds it.
type Content struct {
	Person    Person         `json:"person"`
	OnBehalf  *OnBehalf      `json:"on_behalf,omitempty"`
	Details   string         `json:"details,omitempty"`
	Fields    map[string]any `json:"fields,omitempty"` // by type, as its policy defines them
	ItemTexts []ItemContent  `json:"item_texts,omitempty"`
	Answer    AnswerText     `json:"answer,omitzero"` // the words of Proposal or Decision
	// Suggestion is what the mail that the request was made of seems to ask for.
	Suggestion *Suggestion `json:"suggestion,omitempty"`
	// Classify are the answers that a proposal to classify the request comes with.
	Classify *Classification `json:"classify,omitempty"`
	// NewRequester is whom a proposal names as the requester.
	NewRequester *NewRequester `json:"new_requester,omitempty"`
	// Certificate is what the erasure came to, once it is complete.
	Certificate *Certificate `json:"certificate,omitempty"`
}

// NewRequester is who is to be the requester, until another person approves it.
// ReceivedAt is zero where it stays.
type NewRequester struct {
	Name       string    `json:"name,omitempty"`
	Email      string    `json:"email"`
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

// Classification is what a request is to be classified as, until another person
// approves it. Country and Region are nil where they stay.
type Classification struct {
	Type    RequestType    `json:"type"`
	Rights  []RequestType  `json:"rights,omitempty"`
	Fields  map[string]any `json:"fields,omitempty"`
	Country *string        `json:"country,omitempty"`
	Region  *string        `json:"region,omitempty"`
}

// AnswerText is the words of an answer: what staff wrote, and an explanation
// by reason code.
type AnswerText struct {
	Text         string            `json:"text"`
	Explanations map[string]string `json:"explanations,omitempty"`
}

// Person is the data subject.
type Person struct {
	Name    string `json:"name"`
	Email   string `json:"email,omitempty"`
	Country string `json:"country,omitempty"`
	Region  string `json:"region,omitempty"`
}

// OnBehalf is who files for the data subject, and by what authority.
type OnBehalf struct {
	Role      Capacity `json:"role"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Authority string   `json:"authority"`
}

// ItemContent is the personal part of the item with the same number.
type ItemContent struct {
	No        int    `json:"no"`
	Subject   string `json:"subject,omitempty"`   // the address of a place
	Current   string `json:"current,omitempty"`   // what is on file, as the person says
	Requested string `json:"requested,omitempty"` // what it should say
	// Explanations of the decision, by reason code.
	Explanations map[string]string `json:"explanations,omitempty"`
}

// Asked returns all that the request asks for.
func (f Facts) Asked() []RequestType {
	if len(f.Rights) == 0 {
		return []RequestType{f.Type}
	}
	return f.Rights
}

// AsksForAll reports whether the request asks for everything that o asks for.
func (f Facts) AsksForAll(o Facts) bool {
	return !slices.ContainsFunc(o.Asked(), func(t RequestType) bool { return !slices.Contains(f.Asked(), t) })
}

// Claimed reports whether results would go to somebody who only says that they
// may act for the person: a parent or a guardian. An agent gets none.
func (f Facts) Claimed() bool {
	return f.Capacity == CapacityParent || f.Capacity == CapacityGuardian
}

// Mailbox returns the address that correspondence goes to and whose owner must
// prove it: the subject's own, so that an agent never receives results, but a
// parent's or guardian's for the child they act for. It is "" for a person
// known by letter or telephone only.
func (c Content) Mailbox() string {
	if c.OnBehalf != nil && c.OnBehalf.Role != CapacityAgent {
		return c.OnBehalf.Email
	}
	return c.Person.Email
}

// NamedMailbox is the address of the person that somebody else says to act for,
// where that gets the correspondence and the person has an address of their own;
// else "".
func (c Content) NamedMailbox() string {
	if c.Mailbox() == c.Person.Email || strings.EqualFold(c.Mailbox(), c.Person.Email) {
		return ""
	}
	return c.Person.Email
}

// Addressee returns the name that belongs to Mailbox.
func (c Content) Addressee() string {
	if c.OnBehalf != nil && c.OnBehalf.Role != CapacityAgent {
		return c.OnBehalf.Name
	}
	return c.Person.Name
}

// AwaitedSince is since when a proof of the mailbox is waited for.
func (f Facts) AwaitedSince() time.Time {
	if f.RequesterSince.After(f.EnteredAt) {
		return f.RequesterSince
	}
	return f.EnteredAt
}

// Overdue reports whether the request is unanswered after its due instant.
func (f Facts) Overdue(now time.Time) bool {
	return f.State != StateClosed && now.After(f.Deadline.RespondBy)
}
