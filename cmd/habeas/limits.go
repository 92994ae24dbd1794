package main

import (
	"time"

	"habeas/api"
	"habeas/workflows"
)

// limits are what clients of the API may do. Who may ask for a code may mistype
// it now and then. The rest has its defaults.
func (c config) limits() api.Limits {
	return api.Limits{
		Submit: api.Rate{Calls: c.SubmitLimit, Per: time.Hour},
		Bound:  api.Rate{Calls: max(c.SubmitBound, c.SubmitLimit), Per: time.Hour},
		Code:   api.Rate{Calls: c.CodeLimit, Per: time.Hour},
		Verify: api.Rate{Calls: 2 * c.CodeLimit, Per: time.Hour},
		Token:  api.Rate{Calls: c.IntakeLimit, Per: time.Second},
	}
}

// mailLimits bound mail to mailboxes that nobody proved.
func (c config) mailLimits() workflows.MailLimits {
	return workflows.MailLimits{
		MailPerHour: c.AnswersPerHour, MailPerDomain: c.AnswersPerDomain,
		FormPerHour: c.FormMailsPerHour, FormPerDomain: c.FormMailsPerDomain,
	}
}
