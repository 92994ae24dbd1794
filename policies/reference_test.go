package policies_test

import (
	"strings"
	"testing"

	"habeas/policies"
)

// Everything that a policy says can be read, with its source.
func TestAPolicyCanBeRead(t *testing.T) {
	t.Parallel()
	p, err := policies.Default()
	if err != nil {
		t.Fatal(err)
	}
	books := p.RegimeInfos("en")
	if len(books) != len(p.Regimes()) {
		t.Errorf("%d of %d regimes", len(books), len(p.Regimes()))
	}
	for _, b := range books {
		if b.Name == "" || len(b.Where) == 0 || len(b.Rules) < 2 && b.Key != "us-unknown-state" {
			t.Errorf("%s says %+v", b.Key, b)
		}
		rules := b.Rules
		for _, of := range b.ByType {
			rules = append(rules, of.Rules...)
		}
		for _, r := range rules {
			if r.What == "" || r.Text == "" || r.Citation == "" || r.Certainty == "" {
				t.Errorf("%s: a rule says %+v", b.Key, r)
			}
		}
	}
	for _, c := range p.CalendarInfos(2026) {
		if c.Name == "" || len(c.Holidays) < 4 && c.Key != "EU" && c.Key != "weekends" || c.Citation == "" {
			t.Errorf("the calendar %s says %+v", c.Key, c)
		}
	}
	said := ""
	for _, r := range p.ReminderRules() {
		said += r.What + ": " + r.Text + "\n"
	}
	for _, want := range []string{"When 50 % of the time is over: whoever works on it", "3 days before it is due", "On the day it is due: everyone", "Every day once it is overdue: everyone", "14 days after receipt"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	for _, kind := range p.Types("", "") {
		for _, r := range p.ReasonsOf(kind.Key, "en") {
			if r.Title == "" || len(r.Grounds) == 0 || r.Grounds[0].Citation == "" {
				t.Errorf("%s: the reason %s says %+v", kind.Key, r.Code, r)
			}
		}
	}
}
