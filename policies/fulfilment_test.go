package policies_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"habeas/models"
	"habeas/policies"
)

func TestTreatments(t *testing.T) {
	t.Parallel()
	p, err := policies.Default()
	if err != nil {
		t.Fatal(err)
	}
	all := p.Treatments()
	for category, want := range map[string]models.TreatmentKind{
		"user": models.TreatErase, "user.contact.email": models.TreatErase,
		"user.unique_id": models.TreatAnonymise, "user.unique_id.pseudonymous": models.TreatAnonymise,
		"user.unique_identity": models.TreatErase, // another segment
	} {
		if got, ok := all.Of(category); !ok || got.Do != want {
			t.Errorf("%s: %v %v, want %s", category, got.Do, ok, want)
		}
	}
	if _, ok := all.Of("system.operations"); ok {
		t.Error("a category of the system has a treatment")
	}
}

func TestNeverDisclosed(t *testing.T) {
	t.Parallel()
	p, err := policies.Default()
	if err != nil {
		t.Fatal(err)
	}
	for category, kind := range map[string]string{
		"user.government_id.passport_number": "government_id_number", "user.financial.account_number": "financial_account_number",
		"user.authorization.password": "account_password", "user.biometric.voice": "unique_biometric_data",
		"user.health_and_medical.insurance_beneficiary_id": "health_insurance_or_medical_id_number",
		"user.contact.email": "", "user.financial": "", "user.government_identity": "",
	} {
		if got, _ := p.NeverDisclosed(category); got.Kind != kind {
			t.Errorf("%s is %q, want %q", category, got.Kind, kind)
		}
	}
}

func TestTreatmentsAreChecked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ yaml, want string }{
		"a strategy that leaves personal data": {"erasure: {categories: [{category: user, do: erase, strategies: [hash]}]}", "fulfilment.yaml:1: hash is refused"},
		"no entry for everything":              {"erasure: {categories: [{category: user.name, do: erase, strategies: [hmac]}]}", "no entry for user"},
		"kept without a reason":                {"erasure: {categories: [{category: user, do: keep}]}", "needs a reason"},
		"kept for a reason that is none":       {"erasure: {categories: [{category: user, do: keep, reason: because, citation: x}]}", "needs a reason"},
		"a system category":                    {"erasure: {categories: [{category: system, do: erase, strategies: [hmac]}]}", "must be user or below"},
		"erased by nothing":                    {"erasure: {categories: [{category: user, do: erase}]}", "which need one"},
		"never disclosed, of no kind":          {"never_disclose: [{category: user.name, citation: x}]", "needs a kind"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all []string
			for _, f := range policies.Check(fstest.MapFS{"fulfilment.yaml": {Data: []byte(tt.yaml)}}) {
				all = append(all, f.String())
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTaskRules(t *testing.T) {
	t.Parallel()
	p, err := policies.Default()
	if err != nil {
		t.Fatal(err)
	}
	shop := models.System{Key: "shop", Actions: []models.Action{models.ActionFind, models.ActionErase}, Categories: []string{"user.contact.email"}}
	plant := models.System{Key: "plant", Actions: []models.Action{models.ActionFind}, Categories: []string{"system.operations"}}
	for _, r := range p.TasksFor([]models.RequestType{models.TypeAccess}) {
		if r.Action != models.ActionFind || !r.Concerns(shop) || r.Concerns(plant) || !r.Run || r.Days == 0 {
			t.Errorf("access has the rule %+v", r)
		}
	}
	if n := len(p.TasksFor([]models.RequestType{models.TypeAccess, models.TypeDeletion})); n != 3 {
		t.Errorf("access and deletion have %d rules, want 3", n)
	}
	facts := models.Facts{Type: models.TypeAccess, Rights: []models.RequestType{models.TypeAccess, models.TypeDeletion}}
	if got := p.LevelFor(facts, models.ActionErase); got == models.LevelNone {
		t.Errorf("an erasure needs the level %s", got)
	}
	named := policies.TaskRule{Action: models.ActionErase, Systems: []string{"shop"}}
	if !named.Concerns(shop) || named.Concerns(models.System{Key: "other", Actions: shop.Actions}) {
		t.Error("a rule that names a system is about another, or not about that one")
	}
	const typed = "types: [{key: thing, name: {en: T, de: T, fr: T, es: T}, description: {en: T, de: T, fr: T, es: T}, level: {default: none, citation: x, certainty: verified}, retention: {months: 1, citation: x, certainty: verified}, tasks: ["
	for rule, want := range map[string]string{
		"{action: burn, days: 1}":                       "tasks[0].action must be",
		"{action: erase, days: 1, run: true}":           "only find may be run",
		"{action: find, days: 1, categories: [system]}": "must be user or below",
		"{action: find, days: 999}":                     "tasks[0].days",
	} {
		var all []string
		for _, f := range policies.Check(fstest.MapFS{"house.yaml": {Data: []byte(typed + rule + "]}]")}}) {
			all = append(all, f.String())
		}
		if got := strings.Join(all, "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: found %q, want %q", rule, got, want)
		}
	}
}
