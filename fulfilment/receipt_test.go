package fulfilment_test

import (
	"testing"
	"time"

	"habeas/fulfilment"
	"habeas/models"
)

// A system that cannot be asked right after an erasure is asked later. What the
// erasure kept or masked there did not come back.
func TestWhatAnErasureLeavesDidNotComeBack(t *testing.T) {
	t.Parallel()
	field := func(name, value string) models.Field {
		return models.Field{Name: name, Value: &value, Personal: true}
	}
	receipt := fulfilment.ReceiptOf(models.Preview{Rows: []models.RowChange{{Table: "person", Operation: models.OperationUpdate, Fields: []models.FieldChange{
		{Name: "name", Before: new("Ada"), After: new("erased-1"), Verdict: models.VerdictMasked},
		{Name: "tax", Before: new("17"), After: new("17"), Verdict: models.VerdictKept, Kept: &models.Kept{Reason: models.KeptReadOnly}},
		{Name: "street", Before: new("Row 1"), Verdict: models.VerdictErased},
	}}}}, time.Now())
	left := models.Finding{Table: "person", Fields: []models.Field{field("name", "erased-1"), field("tax", "17")}}
	back := models.Finding{Table: "person", Fields: []models.Field{field("name", "Ada"), field("street", "Row 1")}}
	for want, found := range [][]models.Finding{0: {left}, 2: {left, back}} {
		if found == nil {
			continue
		}
		if n := models.Excess(receipt.Left(), models.Findings{Records: found}.Values()); n != want {
			t.Errorf("%d values came back, want %d", n, want)
		}
	}
}
