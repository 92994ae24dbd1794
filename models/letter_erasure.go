package models

import "time"

type (
	// ConfirmErasureLetter asks the requester to confirm an erasure, which cannot be
	// undone, on the page of their request.
	ConfirmErasureLetter struct {
		About
		CoolsOff  bool `json:"cools_off,omitempty"` // they may withdraw after that, if the date to answer leaves time
		RespondOn Date `json:"respond_on"`
	}
	// ErasureConfirmedLetter says that the erasure is confirmed, and until when it may
	// still be stopped.
	ErasureConfirmedLetter struct {
		About
		From      time.Time `json:"from"` // nothing is erased before
		Cools     bool      `json:"cools,omitempty"`
		RespondOn Date      `json:"respond_on"`
	}
)

// Template implements Letter.
func (ConfirmErasureLetter) Template() string { return "confirm_erasure" }

// Template implements Letter.
func (ErasureConfirmedLetter) Template() string { return "erasure_confirmed" }
