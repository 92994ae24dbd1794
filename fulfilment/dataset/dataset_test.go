package dataset_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"habeas/fulfilment/dataset"
	"habeas/models"
)

func parse(t *testing.T, content string) ([]*dataset.Dataset, []string) {
	t.Helper()
	all, faults := dataset.Parse("set.yml", []byte(content))
	faults = append(faults, dataset.Resolve(all)...)
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.String())
	}
	return all, lines
}

// The datasets of fides are read as they are.
func TestSamples(t *testing.T) {
	t.Parallel()
	for name, collections := range map[string]int{"postgres_example_test_dataset.yml": 11, "mysql_example_test_dataset.yml": 12} {
		content, err := os.ReadFile(filepath.Join("..", "sqlsystem", "testdata", "fides", name))
		if err != nil {
			t.Fatal(err)
		}
		all, faults := parse(t, string(content))
		if len(all) != 1 || len(all[0].Collections) != collections {
			t.Errorf("%s: %d datasets", name, len(all))
		}
		for _, f := range faults {
			if !strings.Contains(f, "service") && !strings.Contains(f, "identifies a person but has no user category") {
				t.Errorf("%s: %s", name, f)
			}
		}
	}
}

func TestField(t *testing.T) {
	t.Parallel()
	all, faults := parse(t, `dataset:
  - fides_key: shop
    data_categories: [user.content]
    fidesops_meta: {namespace: {schema: sales}}
    collections:
      - name: a.b
        data_categories: [system.operations]
        fields:
          - name: id
            fidesops_meta: {primary_key: true, redact: name}
          - name: other
            data_categories: [user.financial.account_number]
            fides_meta:
              references: [{dataset: shop, field: a.b.id, direction: to}]
              masking_strategy_override: {strategy: random_string_rewrite, configuration: {length: 9, format_preservation: {suffix: "@x"}}}
          - name: doc
            fields:
              - name: inner
                data_categories: [user.name]
                fields: [{name: deepest, data_categories: [user.biometric]}]
`)
	compare(t, faults, []string{"set.yml:12: advice: data category user.financial.account_number is not in the taxonomy of fideslang 3; it is treated like its branch user.financial"})
	c := all[0].Collections[0]
	if all[0].Schema != "sales" || !c.Fields[0].PrimaryKey || !c.Fields[0].HideName {
		t.Errorf("%+v", c.Fields[0])
	}
	if r := c.Fields[1].References[0]; r.Collection != "a.b" || r.Field != "id" || r.Direction != dataset.To {
		t.Errorf("%+v", r)
	}
	if m := c.Fields[1].Override; m.Strategy != models.StrategyRandomString || m.Length != 9 || m.Suffix != "@x" {
		t.Errorf("%+v", m)
	}
	compare(t, c.Fields[2].Categories, []string{"user.name", "user.biometric", "system.operations", "user.content"})
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every fault names its line.
func TestFaults(t *testing.T) {
	t.Parallel()
	meta := "dataset:\n  - fides_key: s\n    collections:\n      - name: c\n        fields:\n          - name: f\n            fides_meta:\n              "
	tests := map[string]struct{ yaml, want string }{
		"no YAML":                     {"dataset: [", "set.yml:1: "},
		"nothing":                     {"", "set.yml:1: the file must be a mapping"},
		"an unknown key of the file":  {"datasets: []", "set.yml:1: the file has no key datasets"},
		"no key":                      {"dataset:\n  - collections: []", "set.yml:2: a dataset needs a fides_key"},
		"an unknown key":              {"dataset:\n  - fides_key: s\n    colections: []", "set.yml:3: a dataset has no key colections"},
		"a table twice":               {"dataset:\n  - fides_key: s\n    collections:\n      - {name: c, fields: []}\n      - {name: c, fields: []}", "set.yml:5: collection c is given twice"},
		"a key twice":                 {"dataset:\n  - fides_key: s\n    fides_key: s", "set.yml:3: fides_key is given twice"},
		"an anchor":                   {"dataset:\n  - fides_key: &a s\n    name: *a", "set.yml:2: anchors"},
		"no category":                 {"dataset:\n  - fides_key: s\n    collections:\n      - name: c\n        fields:\n          - {name: f, data_categories: [email]}", "set.yml:6: email is no data category"},
		"hash":                        {meta + "masking_strategy_override: {strategy: hash}", "set.yml:8: hash is refused"},
		"aes_encrypt":                 {meta + "masking_strategy_override: {strategy: aes_encrypt}", "set.yml:8: aes_encrypt is refused"},
		"a strategy that is none":     {meta + "masking_strategy_override: {strategy: blur}", `set.yml:8: there is no masking strategy "blur"`},
		"a custom request field":      {meta + "custom_request_field: x", "set.yml:8: custom_request_field is not read"},
		"part of an array":            {meta + "return_all_elements: false", "set.yml:8: an array is always shown whole"},
		"an array that identifies":    {meta + "{data_type: 'string[]', identity: email}", "set.yml:8: an array can be neither"},
		"a type that is none":         {meta + "data_type: text", "set.yml:8: data_type must be one of"},
		"a direction that is none":    {meta + "references: [{dataset: s, field: c.f, direction: up}]", "set.yml:8: direction must be"},
		"another dataset":             {meta + "references: [{dataset: t, field: c.f, direction: to}]", "set.yml:8: the system has no dataset t"},
		"a field that is not there":   {meta + "references: [{dataset: s, field: c.g, direction: to}]", "set.yml:8: dataset s has no field c.g"},
		"both ways":                   {meta + "references: [{dataset: s, field: c.f}]", "set.yml:8: advice: the reference has no direction"},
		"partitioning":                {"dataset:\n  - fides_key: s\n    collections:\n      - name: c\n        fields: [{name: f}]\n        fides_meta: {partitioning: {x: y}}", "set.yml:6: partitioning is not read"},
		"skipped":                     {"dataset:\n  - fides_key: s\n    collections:\n      - name: c\n        fields: [{name: f}]\n        fides_meta: {skip_processing: true}", "set.yml:6: advice: the collection is not read"},
		"masking of a whole table":    {"dataset:\n  - fides_key: s\n    collections:\n      - name: c\n        fields: [{name: f}]\n        fides_meta: {masking_strategy_override: {strategy: hmac}}", "can only be delete"},
		"an identity inside a column": {"dataset:\n  - fides_key: s\n    collections:\n      - name: c\n        fields:\n          - name: f\n            fields:\n              - {name: g, fides_meta: {identity: email}}", "set.yml:8: a nested field can have no identity"},
		"a length of nothing":         {meta + "length: 0", "set.yml:8: length must be a whole number above 0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, faults := parse(t, tt.yaml)
			if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, tt.want) }) {
				t.Errorf("%q, want %q", faults, tt.want)
			}
		})
	}
}

// Every key of fideslang 3 is in the table of the docs.
func TestEveryKey(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile(filepath.Join("..", "..", "docs", "systems.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(docs), "### Every key of fideslang 3")
	for key := range strings.FieldsSeq(`fides_key organization_fides_key tags name description meta data_categories data_uses data_purposes
		data_subjects fides_meta fidesops_meta collections resource_id after namespace redact fields erase_after skip_processing
		masking_strategy_override partitioning references direction identity primary_key data_type length return_all_elements read_only
		custom_request_field`) {
		if !strings.Contains(table, key) {
			t.Errorf("the table does not say what becomes of %s", key)
		}
		// A key is either taken, or refused by name: never "has no key".
		known := false
		for _, content := range []string{
			"dataset: [{fides_key: s, %s: x}]", "dataset: [{fides_key: s, collections: [{name: c, %s: x}]}]", "dataset: [{fides_key: s, collections: [{name: c, fields: [{name: f, %s: x}]}]}]",
			"dataset: [{fides_key: s, fides_meta: {%s: x}}]", "dataset: [{fides_key: s, collections: [{name: c, fields: [], fides_meta: {%s: x}}]}]",
			"dataset: [{fides_key: s, collections: [{name: c, fields: [{name: f, fides_meta: {%s: x}}]}]}]",
			"dataset: [{fides_key: s, collections: [{name: c, fields: [{name: f, fides_meta: {references: [{%s: x}]}}]}]}]",
		} {
			_, faults := parse(t, fmt.Sprintf(content, key))
			known = known || !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, "has no key "+key) })
		}
		if !known {
			t.Errorf("%s is nowhere known", key)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("dataset: [{fides_key: s, collections: [{name: c, fields: [{name: f}]}]}]"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		all, _ := dataset.Parse("set.yml", content)
		dataset.Resolve(all)
	})
}
