package main

import (
	"time"

	"habeas/api"
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
