package category_test

import (
	"os"
	"strings"
	"testing"

	"habeas/fulfilment/category"
)

// Every category of the taxonomy has a label of its own or that of its branch, in
// every language, and none shows its key.
func TestEveryCategoryHasALabel(t *testing.T) {
	t.Parallel()
	known, err := os.ReadFile("../dataset/categories.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(known)) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), ",")
		texts := map[string]bool{}
		for _, language := range category.Languages() {
			label := category.Label(language, key)
			if label == "" || strings.Contains(label, "user.") || strings.Contains(label, "_") {
				t.Errorf("%s is called %q in %s", key, label, language)
			}
			texts[label] = true
		}
		if strings.Contains(key, ".") && len(texts) < 2 && key != "user.device.cookie" {
			t.Errorf("%s is called the same in every language", key)
		}
	}
}

func TestALabelIsThatOfTheNearestBranch(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"user.contact.email.private": "email address", "user.new.thing": "other personal data", "system.operations": "technical data", "": "references to other records",
		"user.name user.contact.email user.name": "name, email address", "nonsense": "technical data",
	} {
		if got := category.Label("en-GB", key); got != want {
			t.Errorf("%q is called %q, want %q", key, got, want)
		}
	}
	if got := category.Label("xx", "user.name"); got != "name" {
		t.Errorf("in an unknown language it is %q", got)
	}
}
