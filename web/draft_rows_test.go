package web_test

import (
	"strconv"
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// A form has as many lines as are taken, and no more: what is typed into a line
// is sent.
func TestACorrectionTooManyIsNotOffered(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for who, f := range map[string]*form{
		"portal":  b.visitor().get("/requests/new/correction").form("Continue"),
		"console": b.colleague(models.RoleAgent).get("/console/requests/new?type=correction").form("File the request"),
	} {
		f.values.Set("f.corrections.rows", "50")
		for i := range 50 {
			f.values.Set("f.corrections."+strconv.Itoa(i)+".requested", "line "+strconv.Itoa(i))
		}
		f.values.Set("do", "add:corrections")
		path := attr(f.node, "action")
		p := f.p.v.post(path, f.values, "Origin", f.p.v.base)
		if p.StatusCode >= 400 || strings.Contains(p.body, "f.corrections.50.") || !strings.Contains(p.body, "line 49") || strings.Contains(p.body, "add:corrections") {
			t.Errorf("%s: answered %d", who, p.StatusCode)
		}
	}
}

// Who withdraws a request that was answered meanwhile is told so.
func TestWithdrawnTooLate(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	reference := anyReference.FindString(reviewOf(v).press("Send the request").want(200).text())
	own := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200)
	sure := own.click("Withdraw this request").form("Yes, withdraw it")
	b.do(reference, "ann", workflows.Start{})
	b.do(reference, "ann", workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here is the answer."})
	sure.press("Yes, withdraw it").want(200, "Here is the answer.", "was closed before", "!Your request is withdrawn.")
}
