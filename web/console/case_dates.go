package console

import (
	"habeas/models"
	"habeas/policies"
)

// dates are the dates of a request, each with where it comes from.
type dates struct {
	RespondOn, AcknowledgeOn, ExtendedFrom models.Date
	Governing                              string
	Appeal                                 models.Date // the day it was filed; zero without one
	Regimes                                []regimeDates
}

// regimeDates is what one law or promise asks for.
type regimeDates struct {
	Name                        string
	Governs                     bool
	AcknowledgeOn, On, ExtendOn models.Date
	Steps                       []policies.Step
}

func (d *desk) dates() dates {
	q := d.c.Request
	t := dates{
		RespondOn: q.Deadline.RespondOn, AcknowledgeOn: q.Deadline.AcknowledgeOn, ExtendedFrom: q.ExtendedFrom,
		Governing: d.policy.RegimeName(q.Deadline.Governing, "en"),
	}
	if q.Appeal.No > 0 {
		t.Appeal = models.DateOf(q.Appeal.FiledAt, d.Zone)
	}
	for _, r := range d.explained.Regimes {
		t.Regimes = append(t.Regimes, regimeDates{
			Name: d.policy.RegimeName(r.Regime, "en"), Governs: r.Regime == q.Deadline.Governing,
			AcknowledgeOn: r.AcknowledgeOn.Date, On: r.RespondOn.Date, ExtendOn: r.ExtendedOn.Date, Steps: r.Steps,
		})
	}
	return t
}
