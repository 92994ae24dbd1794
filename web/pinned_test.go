package web_test

import (
	"testing"
	"testing/fstest"
)

// A request is shown by the policy that it was received under, whatever was
// put in force since: its type, its questions and the names of its rules.
func TestARequestIsShownByItsOwnPolicy(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	today := b.service.Policy
	b.ruled(fstest.MapFS{"parking.yaml": {Data: []byte(`types:
  - key: parking
    name: {en: "Parking data", de: "Parkdaten"}
    description: {en: "What our car park knows of you."}
    level: {default: mailbox, citation: Our policy, certainty: verified}
    fields:
      - {name: plate, kind: text, label: {en: "Number plate"}}
    reasons: [not_about_privacy]
    retention: {months: 24, citation: Our policy, certainty: verified}
`)}, "house.yaml": {Data: []byte(`regimes:
  - key: house
    promise: true
    name: {en: The promise of last year}
    where: ["*"]
    types: ["*"]
    start: {citation: Our policy, certainty: verified}
    respond: {within: 21, unit: calendar_days, citation: Our policy, certainty: verified}
`)}})
	v := b.visitor()
	review := v.get("/requests/new/parking").form("Continue").fill("f.plate", "HB 123", "name", "Robin", "email", "robin@example.com").press("Continue").want(200)
	reference := anyReference.FindString(review.form("Send the request").press("Send the request").want(200).text())
	code := b.code(reference)
	b.rule(today)
	shown := []string{"Parking data", "Number plate", "HB 123", "The promise of last year"}
	b.visitor().get("/requests/"+reference).form("Open my request").fill("code", code).press("Open my request").
		want(200, shown...).click("Withdraw this request").want(200, "Parking data")
}
