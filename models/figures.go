package models

// AnswerTime counts requests of a type that were answered after the same
// number of days. Days are civil days in the organisation's zone, from the day
// of receipt, which is day 0, to the day of the last answer.
type AnswerTime struct {
	Type    RequestType
	Days    int  // taken
	Allowed int  // by the deadline in force at the end
	Late    bool // answered after the due instant
	N       int
}
