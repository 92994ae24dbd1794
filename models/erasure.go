package models

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Erasure is how far the erasure that a request asks for has come. The zero
// Erasure is that of a request which asks for none, or not yet.
type Erasure struct {
	// AskedAt is when the requester was asked to confirm it; zero where the policy
	// wants no confirmation.
	AskedAt     time.Time `json:"asked_at,omitzero"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	ConfirmedBy ActorKind `json:"confirmed_by,omitempty"` // the requester, or staff whom they told
	// From is when the cooling-off is over. Nothing is erased before.
	From time.Time `json:"from,omitzero"`
	// Certificate is the hash of the certificate as it stands, and Issued how often
	// one was issued or changed.
	Certificate string `json:"certificate,omitempty"`
	Issued      int    `json:"issued,omitempty"`
	// Shown says that the requester could read the certificate before the request was
	// opened again.
	Shown bool `json:"shown,omitempty"`
}

// Unconfirmed reports whether the requester was asked to confirm and has not.
func (e Erasure) Unconfirmed() bool { return !e.AskedAt.IsZero() && e.ConfirmedAt.IsZero() }

// Waits says what keeps systems from erasing at an instant; "" for nothing.
func (e Erasure) Waits(now time.Time) TaskWait {
	switch {
	case e.Unconfirmed():
		return WaitConfirmation
	case now.Before(e.From):
		return WaitCoolingOff
	}
	return ""
}

// Certificate is what an erasure came to, for whoever asked for it. It holds
// counts, categories and dates, and no value that was erased. Staff are named by
// their roles.
type Certificate struct {
	Reference   string            `json:"reference"`
	No          int               `json:"no"` // 1 for the first, one more with every change
	Type        RequestType       `json:"type"`
	ReceivedOn  Date              `json:"received_on"`
	ConfirmedAt time.Time         `json:"confirmed_at,omitzero"`
	ConfirmedBy ActorKind         `json:"confirmed_by,omitempty"`
	IssuedAt    time.Time         `json:"issued_at"`
	Systems     []CertifiedSystem `json:"systems"`
	// Suppressed says that the mailbox is on the suppression list from now on.
	Suppressed bool `json:"suppressed,omitempty"`
	// Informed names the recipients that were told of the erasure.
	Informed []string `json:"informed,omitempty"`
}

// CertifiedSystem is what became of the data in one system.
type CertifiedSystem struct {
	Task       string      `json:"task"`
	Key        string      `json:"key"`
	Name       string      `json:"name"`
	Kind       SystemKind  `json:"kind"`
	Outcome    TaskOutcome `json:"outcome"`
	At         time.Time   `json:"at"`
	ApprovedBy Role        `json:"approved_by,omitempty"` // who approved what was shown before
	Deleted    int         `json:"deleted"`               // records
	Changed    int         `json:"changed"`               // records
	// Erased counts the values that were erased or masked, by data category.
	Erased []CategoryCount `json:"erased,omitempty"`
	Kept   []CertifiedKept `json:"kept,omitempty"`
	// Reasons are codes of the policy, of a person who did not erase everything.
	Reasons []string `json:"reasons,omitempty"`
	// Receipt is the hash of the receipt, and Commitment that of the preview.
	Receipt    string           `json:"receipt,omitempty"`
	Commitment string           `json:"commitment,omitempty"`
	Backups    *CertifiedBackup `json:"backups,omitempty"`
	// Looked is what was seen when the system was asked again, the first time right
	// after the erasure.
	Looked []Look `json:"looked,omitempty"`
}

// CertifiedKept is what was kept although it was asked to be erased.
type CertifiedKept struct {
	Category string     `json:"category,omitempty"`
	Reason   KeptReason `json:"reason"`
	Citation string     `json:"citation,omitempty"`
	Until    Date       `json:"until,omitzero"` // at the latest; zero where the citation has no term
	Count    int        `json:"count"`
}

// CertifiedBackup says until when backups may still hold what was erased.
type CertifiedBackup struct {
	Days  int  `json:"days"`
	Until Date `json:"until"`
}

// Look is what a system showed of the person after an erasure.
type Look struct {
	At      time.Time `json:"at"`
	Records int       `json:"records"`
	// Remaining are values that are neither kept for a reason nor masked.
	Remaining int `json:"remaining"`
}

// CategoryCount is how many values of one category met with a verdict.
type CategoryCount struct {
	Category string  `json:"category"` // several, separated by blanks, where a field has several
	Verdict  Verdict `json:"verdict"`
	Count    int     `json:"count"`
}

// FieldCount is how many values of a person one column of a table has.
type FieldCount struct {
	Table string `json:"table"`
	Field string `json:"field"`
	Count int    `json:"count"`
}

// Hash commits to the whole certificate.
func (c Certificate) Hash() string { return hashOf(c) }

// Hash commits to the whole receipt.
func (r Receipt) Hash() string { return hashOf(r) }

func hashOf(v any) string {
	sum := sha256.Sum256(CanonicalJSON(v))
	return hex.EncodeToString(sum[:])
}

// Certify says what became of the data in a system for which a task is done. The
// receipt is that of a connector; nil for a person.
func Certify(t Task, receipt *Receipt, backupDays int, zone *time.Location) CertifiedSystem {
	c := CertifiedSystem{
		Task: t.ID, Key: t.System, Name: t.SystemName, Kind: t.Kind, Outcome: t.Outcome, At: t.EndedAt, ApprovedBy: t.ApprovedRole, Reasons: t.Reasons,
	}
	if receipt != nil {
		c.At, c.Receipt, c.Commitment, c.Erased = receipt.At, receipt.Hash(), receipt.Commitment, receipt.Erased
		for _, one := range receipt.Tables {
			c.Deleted, c.Changed = c.Deleted+one.Deleted, c.Changed+one.Updated
		}
		c.Kept = certifyKept(receipt.Kept, DateOf(receipt.At, zone))
		if a := receipt.After; a != nil {
			c.Looked = []Look{{a.At, a.Records, a.Remaining}}
		}
	}
	if backupDays > 0 && t.Outcome != TaskNothingFound && t.Outcome != TaskRefused {
		c.Backups = &CertifiedBackup{backupDays, DateOf(c.At, zone).AddDays(backupDays)}
	}
	return c
}

// certifyKept joins what is kept of one category for one reason. Whatever is there
// on a day is of that year or older, so that its term ends with that of the year at
// the latest.
func certifyKept(kept []KeptCount, on Date) []CertifiedKept {
	var all []CertifiedKept
	for _, k := range kept {
		one := CertifiedKept{Category: k.Category, Reason: k.Reason, Citation: k.Citation}
		if k.Months > 0 {
			one.Until = NewDate(on.Year(), time.December, 31).AddMonths(k.Months)
		}
		i := slices.IndexFunc(all, func(c CertifiedKept) bool {
			c.Count = 0
			return c == one
		})
		if i < 0 {
			i = len(all)
			all = append(all, one)
		}
		all[i].Count += k.Count
	}
	return all
}

// Values counts what a system shows of the person, by table and field: what names
// somebody else is not counted.
func (f Findings) Values() []FieldCount {
	counts := map[FieldCount]int{}
	for _, r := range f.Records {
		if r.Boundary {
			continue
		}
		for _, v := range r.Fields {
			if v.Personal && v.Value != nil && v.Withheld == "" {
				counts[FieldCount{Table: r.Table, Field: v.Name}]++
			}
		}
	}
	var all []FieldCount
	for at, n := range counts {
		at.Count = n
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b FieldCount) int {
		return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Field, b.Field))
	})
	return all
}

// Excess is how many values are there now beyond those that were there before.
func Excess(before, now []FieldCount) int {
	n := 0
	for _, c := range now {
		for _, b := range before {
			if b.Table == c.Table && b.Field == c.Field {
				c.Count -= b.Count
			}
		}
		n += max(0, c.Count)
	}
	return n
}

// Left are the values of the person that an erasure left in a system, as far as its
// receipt says: what a find saw right afterwards, or else what was kept or masked.
func (r Receipt) Left() []FieldCount {
	if r.After != nil {
		return r.After.Values
	}
	left := slices.Clone(r.Masked)
	for _, k := range r.Kept {
		left = append(left, FieldCount{k.Table, k.Field, k.Count})
	}
	return left
}

// The kinds of events about an erasure. Detail holds hashes, counts and ids.
const (
	EventConfirmationAsked  EventKind = "confirmation_asked"  // of the requester
	EventErasureConfirmed   EventKind = "erasure_confirmed"   // the cooling-off begins
	EventErasureApproved    EventKind = "erasure_approved"    // the previews of several systems at once
	EventCertificateIssued  EventKind = "certificate_issued"  // Detail names its hash
	EventCertificateChanged EventKind = "certificate_changed" // a system was asked again, or erased more
	EventCertificateRead    EventKind = "certificate_read"
	EventLookedAgain        EventKind = "looked_again"       // a system was asked again after an erasure; Detail says what it showed
	EventSuppressionsAsked  EventKind = "suppressions_asked" // somebody asked whom not to mail; Detail has counts
	EventTaskCooled         EventKind = "task_cooled"        // the confirmation or cooling-off that it waited for is over
)

// The job kinds of an erasure.
const (
	JobCoolingOff JobKind = "cooling_off" // the time to think is over
	JobLookAgain  JobKind = "look_again"  // ask the systems again after an erasure
)
