package main

import (
	"time"

	"habeas/api"
	"habeas/workflows"
)

// limits are what clients of the API may do. Who may file a request may also
// ask for its code, and mistype it now and then. The rest has its defaults.
func (c config) limits() api.Limits {
	return api.Limits{
		Submit: api.Rate{Calls: c.SubmitLimit, Per: time.Hour},
		Code:   api.Rate{Calls: c.SubmitLimit, Per: time.Hour},
		Verify: api.Rate{Calls: 2 * c.SubmitLimit, Per: time.Hour},
		Token:  api.Rate{Calls: c.IntakeLimit, Per: time.Second},
	}
}

// brakes bound mail to mailboxes that nobody proved.
func (c config) brakes() workflows.Brakes {
	return workflows.Brakes{
		MailPerHour: c.AnswersPerHour, MailPerDomain: c.AnswersPerDomain,
		FormPerHour: c.FormMailsPerHour, FormPerDomain: c.FormMailsPerDomain,
	}
}
