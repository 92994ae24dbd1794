package models

import "slices"

// State is where a request stands. Which command leads from which state to
// which other is the lifecycle table of package workflows.
type State string

// The states.
const (
	StateUnverified State = "unverified"  // received; nobody has proved the mailbox yet
	StateOpen       State = "open"        // proved (or needs no proof), waiting for staff
	StateInProgress State = "in_progress" // staff works on it
	StateOnHold     State = "on_hold"     // a question is with the requester
	StateInReview   State = "in_review"   // decided by one person, waits for another's approval
	StateClosed     State = "closed"      // answered or ended; Outcome says how
)

// States lists every state in the order of a life.
func States() []State {
	return []State{StateUnverified, StateOpen, StateInProgress, StateOnHold, StateInReview, StateClosed}
}

// Outcome says how a closed request ended.
type Outcome string

// The outcomes.
const (
	OutcomeFulfilled Outcome = "fulfilled"
	OutcomePartly    Outcome = "partly_fulfilled"
	OutcomeDenied    Outcome = "denied"
	OutcomeNoData    Outcome = "no_data"
	OutcomeWithdrawn Outcome = "withdrawn"
	OutcomeExpired   Outcome = "expired" // the mailbox was never proved
	OutcomeDuplicate Outcome = "duplicate"
	OutcomeSpam      Outcome = "spam"
)

// Decidable lists the outcomes staff can decide for; the others follow from
// what happens.
func Decidable() []Outcome {
	return []Outcome{OutcomeFulfilled, OutcomePartly, OutcomeDenied, OutcomeNoData}
}

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	return append(Decidable(), OutcomeWithdrawn, OutcomeExpired, OutcomeDuplicate, OutcomeSpam)
}

// Releases reports whether the outcome discloses, changes or erases data, and
// so needs the verification level of the type.
func (o Outcome) Releases() bool { return o == OutcomeFulfilled || o == OutcomePartly }

// NeedsReason reports whether the outcome must name why, with a citation.
func (o Outcome) NeedsReason() bool { return o == OutcomePartly || o == OutcomeDenied }

// Level is how surely the requester is the person they say they are.
type Level string

// The verification levels, from the weakest to the strongest.
const (
	LevelNone       Level = "none"       // nothing proved; opt-outs may not be verified
	LevelMailbox    Level = "mailbox"    // typed the code that was mailed
	LevelReasonable Level = "reasonable" // mailbox, and two data points matched
	LevelHigh       Level = "high"       // account login or staff check, and a signed declaration
)

// Levels lists the levels from the weakest to the strongest.
func Levels() []Level { return []Level{LevelNone, LevelMailbox, LevelReasonable, LevelHigh} }

// Covers reports whether l is at least as strong as least.
func (l Level) Covers(least Level) bool {
	return slices.Index(Levels(), l) >= slices.Index(Levels(), least)
}

// RequestType names a right or a wish. What a type needs is data in policies.
type RequestType string

// The types of the product; policies may define more.
const (
	TypeAccess             RequestType = "access"
	TypeCorrection         RequestType = "correction"
	TypeDeletion           RequestType = "deletion"
	TypeTestimonialRemoval RequestType = "testimonial_removal"
	TypeDisclosure         RequestType = "disclosure_1798_83"
	TypeContentRemoval     RequestType = "content_removal"
	TypeReferralRemoval    RequestType = "referral_removal"
	TypeMarketingOptOut    RequestType = "marketing_opt_out"
	TypeSharingOptOut      RequestType = "sharing_opt_out"
	TypePortability        RequestType = "portability"
	TypeRestriction        RequestType = "restriction"
	TypeObjection          RequestType = "objection"
	TypeComplaint          RequestType = "complaint"
	TypeQuestion           RequestType = "question"
	// TypeUnsorted is that of a mail of which nobody has said yet what it asks
	// for.
	TypeUnsorted RequestType = "unsorted"
)

// Channel is how a request reached the organisation.
type Channel string

// The channels.
const (
	ChannelWeb    Channel = "web"
	ChannelEmail  Channel = "email"
	ChannelPhone  Channel = "phone"
	ChannelLetter Channel = "letter"
	ChannelPerson Channel = "in_person"
	ChannelAPI    Channel = "api"
)

// Channels lists every channel.
func Channels() []Channel {
	return []Channel{ChannelWeb, ChannelEmail, ChannelPhone, ChannelLetter, ChannelPerson, ChannelAPI}
}

// Capacity is the role in which somebody files a request.
type Capacity string

// The capacities.
const (
	CapacitySelf     Capacity = "self"
	CapacityAgent    Capacity = "agent"
	CapacityParent   Capacity = "parent"
	CapacityGuardian Capacity = "guardian"
)

// HoldPurpose says why a question was put to the requester. A regime's clock
// pauses only for the purposes its law names.
type HoldPurpose string

// The purposes.
const (
	HoldClarification HoldPurpose = "clarification"
	HoldIdentity      HoldPurpose = "identity"
	HoldFee           HoldPurpose = "fee"
)
