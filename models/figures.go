package models

import "time"

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

// YearFigures says what has become, by the moment At, of the requests that were
// received in a calendar year of the organisation's zone. What was spam or a
// duplicate is left out of every report, and so is what ended because nobody
// proved the mailbox, unless a law takes that for a denial.
type YearFigures struct {
	Year    int             `json:"year"`
	At      time.Time       `json:"computed_at"`
	Over    bool            `json:"over" description:"The year is over: no request can be added to it."`
	LeftOut LeftOut         `json:"left_out"`
	Reports []FiguresReport `json:"reports"`
}

// LeftOut counts the requests of a year that are in no report.
type LeftOut struct {
	Spam      int `json:"spam"`
	Duplicate int `json:"duplicate"`
	Unproved  int `json:"unproved" description:"Ended because nobody proved the mailbox, under no law that takes that for a denial."`
}

// FiguresReport is the figures that a law or an authority asks for, or those of
// everybody.
type FiguresReport struct {
	Key       string       `json:"key"`
	Name      string       `json:"name"`
	Note      string       `json:"note,omitempty" description:"Who has to publish it, and by when."`
	Citation  string       `json:"citation,omitempty"`
	Certainty string       `json:"certainty,omitempty"`
	Rows      []FiguresRow `json:"rows"`
}

// FiguresRow counts the requests for one right. Received is the sum of those
// complied with in whole and in part, denied, without data, withdrawn and open.
// A request for several rights counts in the row of each.
type FiguresRow struct {
	Right     string        `json:"right"`
	Name      string        `json:"name"`
	Types     []RequestType `json:"types"`
	Received  int           `json:"received"`
	Whole     int           `json:"complied_in_whole"`
	Part      int           `json:"complied_in_part"`
	Denied    int           `json:"denied"`
	NoData    int           `json:"no_data" description:"Answered: no data was found."`
	Withdrawn int           `json:"withdrawn"`
	Open      int           `json:"open"`

	Grounds       map[DenialGround]int `json:"denied_by_ground" description:"Each denial counts once, by its first reason."`
	DeniedReasons map[string]int       `json:"denied_by_reason" description:"A denial with several reasons counts under each."`
	PartReasons   map[string]int       `json:"part_by_reason" description:"Why a part was denied."`

	Extended   int      `json:"extended"`
	Late       int      `json:"late" description:"Answered after the date, or open after it."`
	Answered   int      `json:"answered" description:"In whole, in part, with a denial or that there is no data; the days are of these."`
	MedianDays *float64 `json:"median_days" description:"From receipt to the answer, pauses included; null without an answer."`
	MeanDays   *float64 `json:"mean_days"`
}

// DenialGround is a kind of reason to deny a request, as 11 CCR § 7102(a)(1)
// names them.
type DenialGround string

// The grounds.
const (
	GroundUnverified DenialGround = "not_verified"
	GroundNoConsumer DenialGround = "not_a_consumer" // the law does not protect whoever asks
	GroundExempt     DenialGround = "exempt"         // what was asked for is exempt
	GroundOther      DenialGround = "other"
)

// DenialGrounds lists every ground.
func DenialGrounds() []DenialGround {
	return []DenialGround{GroundUnverified, GroundNoConsumer, GroundExempt, GroundOther}
}
