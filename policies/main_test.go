package policies_test

import (
	"testing"

	"habeas/policies"
)

func TestDefaultLoads(t *testing.T) {
	p, err := policies.Default()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(p.Version(), len(p.Snapshot()))
}
