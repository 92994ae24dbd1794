package policies

import (
	"slices"

	"habeas/models"
)

func (k *checker) typ(t *Type) {
	k.slug(t, "key", string(t.Key))
	k.localized(t, "name", t.Names)
	k.localized(t, "description", t.Description)
	k.placesKnown(t, "offered", t.OfferedIn, false)
	k.levels(t)
	k.fields(t)
	for i, code := range t.Reasons {
		switch r, ok := k.reasons[code]; {
		case !ok:
			k.bad(t, entry("reasons", i), "there is no reason %q", code)
		case !k.allows(r, t.Key):
			k.bad(t, entry("reasons", i), "no rule of %s is for %s: it could never be chosen", code, t.Key)
		}
	}
	for i, o := range t.Approval {
		if !slices.Contains(models.Decidable(), o) {
			k.bad(t, entry("approval", i), "%q is not an outcome that can be decided", o)
		}
	}
	for i, rule := range t.Tasks {
		k.taskRule(t, entry("tasks", i), rule)
	}
	k.source(t, "retention", t.Retention.Source)
	k.between(t, "retention.months", t.Retention.Months, 1, 1200)
	if !k.promised(t.Key) {
		k.bad(t, "", "type %s would have no date to answer by: no regime with where \"*\" gives one", t.Key)
	}
}

// promised reports whether the type has a date everywhere and always.
func (k *checker) promised(t models.RequestType) bool {
	return slices.ContainsFunc(k.data.Regimes, func(r *regime) bool {
		return slices.Contains(r.Where, "*") && r.AppliesFrom.IsZero() && r.Until.IsZero() && r.StrictestOf == "" && r.termsFor(Case{Type: t}).Respond != nil &&
			(slices.Contains(r.Types, "*") || slices.Contains(r.Types, t))
	})
}

func (k *checker) levels(t *Type) {
	k.source(t, "level", t.Minimum.Source)
	k.level(t, "level.default", t.Minimum.Default)
	for _, class := range sortedKeys(t.Minimum.Classes) {
		k.level(t, "level.classes."+class, t.Minimum.Classes[class])
	}
	if t.Minimum.Field == "" {
		return
	}
	f, ok := t.Field(t.Minimum.Field)
	if !ok || f.Kind != KindChoice {
		k.bad(t, "level.field", "level.field must be a field of kind choice")
		return
	}
	for _, class := range sortedKeys(t.Minimum.Classes) {
		if _, ok := f.choice(class); !ok {
			k.bad(t, "level.classes."+class, "%q is not a choice of %s", class, f.Name)
		}
	}
}

func (k *checker) level(t *Type, at string, l models.Level) {
	if !slices.Contains(models.Levels(), l) {
		k.bad(t, at, "%s must be none, mailbox, reasonable or high", at)
	}
}

func (k *checker) fields(t *Type) {
	seen := map[string]bool{}
	for i, f := range t.Fields {
		at := entry("fields", i)
		k.slug(t, at+".name", f.Name)
		if seen[f.Name] {
			k.bad(t, at, "field %s is given twice", f.Name)
		}
		seen[f.Name] = true
		k.field(t, at, f)
	}
	for i, field := range t.OneOf {
		if !seen[field] && field != details {
			k.bad(t, entry("one_of", i), "there is no field %q", field)
		}
	}
}

func (k *checker) field(t *Type, at string, f *Field) {
	k.localized(t, at+".label", f.Label)
	if len(f.Help) > 0 {
		k.localized(t, at+".help", f.Help)
	}
	if _, ok := readerOf(f.Kind); !ok {
		k.bad(t, at+".kind", "%s.kind: there is no kind %q", at, f.Kind)
	}
	k.between(t, at+".max_length", f.MaxLength, 0, maxDetails)
	if f.Past && f.Kind != KindDate && f.Kind != KindYear {
		k.bad(t, at+".past", "%s.past is for a date or a year", at)
	}
	if begin, ok := t.Field(f.NotBefore); f.NotBefore != "" && (!ok || begin.Kind != KindDate || f.Kind != KindDate) {
		k.bad(t, at+".not_before", "%s.not_before must name a field of kind date, and be in one", at)
	}
	hasChoices := f.Kind == KindChoice || f.Kind == KindChoices || f.Kind == KindCorrections
	if hasChoices != (len(f.Choices) > 0) {
		k.bad(t, at, "%s: choice, choices and corrections need choices, other kinds have none", at)
	}
	seen := map[string]bool{}
	for i, c := range f.Choices {
		here := entry(at+".choices", i)
		k.slug(t, here+".value", c.Value)
		k.localized(t, here+".label", c.Label)
		if seen[c.Value] {
			k.bad(t, here, "choice %s is given twice", c.Value)
		}
		seen[c.Value] = true
		if !slices.Contains([]Values{ValuesAny, ValuesNone, ValuesNoCardNumber}, c.Values) {
			k.bad(t, here+".values", "%s.values must be none or no_card_number", here)
		}
	}
}

// allows reports whether some regime knows the reason for the type.
func (k *checker) allows(r *reason, t models.RequestType) bool {
	return r.Citation != "" || slices.ContainsFunc(r.Rules, func(rule reasonRule) bool {
		return (len(rule.Types) == 0 || slices.Contains(rule.Types, t)) && slices.ContainsFunc(rule.Regimes, func(key string) bool {
			of, ok := k.regimes[key]
			return ok && of.covers(t)
		})
	})
}
