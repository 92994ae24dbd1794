package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"habeas/models"
)

// step is what a call asks for.
type step string

const (
	stepFind    step = "find"
	stepPreview step = "preview"
	stepApply   step = "apply"
)

type call struct {
	Task        string              `json:"task"`
	Action      models.Action       `json:"action"`
	Step        step                `json:"step"`
	Identifiers []identifier        `json:"identifiers"`
	Corrections []models.Correction `json:"corrections,omitempty"`
	Preview     string              `json:"preview,omitempty"`
	Callback    string              `json:"callback,omitempty"`
}

type identifier struct {
	Kind     models.IdentifierKind `json:"kind"`
	Value    string                `json:"value"`
	Verified models.Verification   `json:"verified,omitempty"`
}

// answer is what a system says. A pointer that is nil was not said.
type answer struct {
	Step    step         `json:"step,omitempty"`
	Records *[]record    `json:"records,omitempty"`
	Changes *[]change    `json:"changes,omitempty"`
	Derived []identifier `json:"derived,omitempty"`
	Refused string       `json:"refused,omitempty"`
}

type record struct {
	Kind   string  `json:"kind"`
	Key    string  `json:"key,omitempty"`
	Fields []field `json:"fields"`
}

type field struct {
	Name        string   `json:"name"`
	Value       *string  `json:"value"`
	Categories  []string `json:"categories,omitempty"`
	OtherPerson bool     `json:"other_person,omitempty"`
}

type change struct {
	Kind      string           `json:"kind"`
	Key       string           `json:"key,omitempty"`
	Operation models.Operation `json:"operation"`
	Fields    []fieldChange    `json:"fields"`
}

type fieldChange struct {
	Name       string         `json:"name"`
	Categories []string       `json:"categories,omitempty"`
	Verdict    models.Verdict `json:"verdict"`
	Before     *string        `json:"before,omitempty"`
	After      *string        `json:"after,omitempty"`
	Reason     string         `json:"reason,omitempty"`
	Citation   string         `json:"citation,omitempty"`
}

// parse reads an answer strictly: an unknown key is a fault, and so is what
// follows the JSON.
func parse(body []byte) (answer, error) {
	var a answer
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, errors.New("it is not JSON of the schema")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return a, errors.New("something follows the JSON")
	}
	return a, a.valid()
}

// valid reports what the schema does not allow.
func (a answer) valid() error {
	if a.Records != nil {
		for _, r := range *a.Records {
			if r.Kind == "" || slices.ContainsFunc(r.Fields, func(f field) bool { return f.Name == "" }) {
				return errors.New("a record has no kind, or a field no name")
			}
		}
	}
	if a.Changes != nil {
		for _, c := range *a.Changes {
			if err := c.valid(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c change) valid() error {
	operations := []models.Operation{models.OperationUpdate, models.OperationDelete, models.OperationKeep}
	if c.Kind == "" || !slices.Contains(operations, c.Operation) {
		return errors.New("a change has no kind, or no known operation")
	}
	verdicts := []models.Verdict{models.VerdictErased, models.VerdictMasked, models.VerdictCorrected, models.VerdictKept}
	for _, f := range c.Fields {
		if f.Name == "" || !slices.Contains(verdicts, f.Verdict) || f.Verdict == models.VerdictKept && f.Reason == "" {
			return errors.New("a changed field has no name or no known verdict, or is kept without a reason")
		}
	}
	return nil
}

func (a answer) records(origin string) ([]models.Finding, []models.Identifier) {
	records := []models.Finding{}
	for _, r := range *a.Records {
		one := models.Finding{Table: r.Kind, Key: keyOf(r.Key)}
		for _, f := range r.Fields {
			made := models.Field{Name: f.Name, Value: f.Value, Categories: f.Categories, Personal: models.AnyPersonal(f.Categories)}
			if f.OtherPerson {
				made.Withheld = models.WithheldOther
			}
			one.Fields = append(one.Fields, made)
		}
		records = append(records, one)
	}
	var derived []models.Identifier
	for _, id := range a.Derived {
		derived = append(derived, models.Identifier{Kind: id.Kind, Value: id.Value, Verified: models.VerifiedDerived, Origin: origin})
	}
	return records, derived
}

func (a answer) rows() []models.RowChange {
	rows := []models.RowChange{}
	for _, c := range *a.Changes {
		row := models.RowChange{Table: c.Kind, Key: keyOf(c.Key), Operation: c.Operation}
		for _, f := range c.Fields {
			one := models.FieldChange{Name: f.Name, Categories: f.Categories, Verdict: f.Verdict, Before: f.Before, After: f.After}
			if f.Verdict == models.VerdictKept {
				one.Kept = &models.Kept{Reason: models.KeptReason(f.Reason), Citation: f.Citation}
			}
			row.Fields = append(row.Fields, one)
		}
		rows = append(rows, row)
	}
	return rows
}

func keyOf(key string) []models.Field {
	if key == "" {
		return nil
	}
	return []models.Field{{Name: "key", Value: &key}}
}
