package console

import (
	"fmt"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// dates are the dates of a request, each with where it comes from.
type dates struct {
	RespondOn, AcknowledgeOn, ExtendedFrom models.Date
	Governing                              string
	Appeal                                 models.Date // the day it was filed; zero without one
	Regimes                                []regimeDates
	Notices                                []policies.Notice
	Copies                                 []policies.Step // how many answers the person has had
}

// regimeDates is what one law or promise asks for.
type regimeDates struct {
	Name                        string
	Governs                     bool
	AcknowledgeOn, On, ExtendOn models.Date
	Steps                       []policies.Step
	Duties                      []policies.Step // what else it asks for
	Remedies                    []policies.Step // whom the person can turn to, and after what
}

func (d *caseView) dates() dates {
	q := d.c.Request
	t := dates{
		RespondOn: q.Deadline.RespondOn, AcknowledgeOn: q.Deadline.AcknowledgeOn, ExtendedFrom: q.ExtendedFrom,
		Governing: d.policy.RegimeName(q.Deadline.Governing, "en"),
	}
	t.Notices = d.explained.Notices
	for _, c := range d.c.Answered {
		t.Copies = append(t.Copies, policies.Step{Text: copiesText(d.policy.RegimeName(c.Regime, "en"), c), Source: c.Source})
	}
	if q.Appeal.No > 0 {
		t.Appeal = models.DateOf(q.Appeal.FiledAt, d.Zone)
	}
	for _, r := range d.explained.Regimes {
		t.Regimes = append(t.Regimes, regimeDates{
			Name: d.policy.RegimeName(r.Regime, "en"), Governs: r.Regime == q.Deadline.Governing,
			AcknowledgeOn: r.AcknowledgeOn.Date, On: r.RespondOn.Date, ExtendOn: r.ExtendedOn.Date, Steps: r.Steps, Duties: r.Duties,
			Remedies: r.Remedies,
		})
	}
	return t
}

// copiesText says how many answers a person has had, beside what a law owes.
func copiesText(regime string, c workflows.AnsweredCopies) string {
	text := fmt.Sprintf("%s: %s since %s; %d without charge.", regime, answers(c.N), c.Since, c.Free)
	if c.Used() {
		text += " No further one is owed."
	}
	return text
}

func answers(n int) string {
	if n == 1 {
		return "1 earlier answer"
	}
	return fmt.Sprintf("%d earlier answers", n)
}
