package web_test

import (
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// An extension that breaks the promise says so before it is given; where no law
// is known nothing is offered, and both sides read whose date it is.
func TestPromiseAndLawApart(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	of := func(country, region string) models.Request {
		r := b.wish(models.TypeAccess, func(c *workflows.Submit) { c.Person.Country, c.Person.Region = country, region })
		b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelReasonable, Method: "data_points"})
		b.do(r.Reference, ann.ID, workflows.Start{})
		return r
	}
	here := of("US", "CA")
	p := ann.open(here.Reference).want(200, "This breaks your own promise to answer by 20 Dec 2026: the law allows longer, the promise does not.")
	p.act("extend").fill("reason", "Four systems.").send("").want(200, "The date was extended", "The extension breaks the organisation’s own date")

	ann.open(of("US", "OR").Reference).want(200, "Or. Rev. Stat. § 646A.576 From memory, not checked",
		"Whom the person can turn to:", "Attorney General of Oregon")

	nowhere := of("AQ", "")
	p = ann.open(nowhere.Reference).want(200, "No statute known here; your own promise applies; check before you extend.")
	if p.offers("extend") {
		t.Error("an extension is offered where no law is known")
	}
	v := b.visitor()
	review := v.get("/requests/new/access?country=AQ").form("Continue").fill("name", "Robin", "email", "robin@example.com").press("Continue").want(200)
	reference := anyReference.FindString(review.form("Send the request").press("Send the request").want(200).text())
	v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").
		want(200, "We know of no law that sets this date. It is our own promise.")
}
