package models

// StaffLegalHoldLetter reminds whoever set a legal hold to review it. It says
// nothing of the person.
type StaffLegalHoldLetter struct {
	Locale   string `json:"locale"`
	ID       string `json:"id"`
	SetOn    Date   `json:"set_on"`
	ReviewOn Date   `json:"review_on"`
}

// Template implements Letter.
func (StaffLegalHoldLetter) Template() string { return "staff_legal_hold" }
