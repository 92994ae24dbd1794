package web_test

import (
	"strings"
	"testing"

	"habeas/models"
)

// Sent twice it is one act, and the second click says what the first one did.
func TestRegistersActOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	agent, admin, manager := b.colleague(models.RoleAgent), b.colleague(models.RoleAdmin), b.colleague(models.RoleManager)

	id := b.mailIn(twoSenders("Offer", "Buy this."))
	dismiss := agent.get("/console/mail/"+id).form("Dismiss").fill("reason", "spam")
	for range 2 {
		dismiss.press("Dismiss").want(200, "Nothing will be done with the mail")
	}
	// Somebody else's decision is no echo of one's own.
	admin.post("/console/mail/"+id+"/dismiss", map[string][]string{"reason": {"spam"}, "seed": {"x"}}, "Origin", admin.base).want(409, "Somebody else decided meanwhile")

	admin.get("/console/tokens").form("Make a token").fill("name", "crm", "role", "intake", "life", "30").press("Make a token").want(200, "Shown once")
	revoke := admin.get("/console/tokens").form("Revoke the token of crm")
	for range 2 {
		revoke.press("Revoke the token of crm").want(200, "The token opens nothing any more.", "Revoked")
	}
	admin.post("/console/tokens/"+newID()+"/revoke", nil, "Origin", admin.base).want(404)

	job := b.dead(models.JobDigest)
	retry := manager.get("/console/jobs").form("Run again: Send somebody their digest " + job)
	path := attr(retry.node, "action")
	manager.post(path, nil, "Origin", manager.base).want(200, "The job runs again.")
	for _, back := range []string{"", "?back=outgoing"} {
		p := manager.post(path+back, nil, "Origin", manager.base).want(200, "is under way", "!The job runs again", "!is tried again")
		if strings.Contains(p.path(), "outgoing") != (back != "") {
			t.Errorf("it leads to %s", p.path())
		}
	}
}
