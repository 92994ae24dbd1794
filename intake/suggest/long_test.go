package suggest_test

import (
	"strings"
	"testing"

	"habeas/intake/suggest"
	"habeas/models"
)

// A letter of 1 MiB is read as fast as a short one, whatever it is made of: what
// a person asks for stands at the beginning.
func TestALongLetterIsReadByItsBeginning(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{
		"one word": "a", "clauses": "and, ", "lines": "x\n", "sentences": "Is it? ", "marks": "? ", "asking": "Delete my data.\n", "brackets": "([",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := suggest.Read("Delete my account", "Please delete my account. "+strings.Repeat(piece, 1<<20/len(piece)))
			if len(s.Rights) == 0 || s.Rights[0].Type != models.TypeDeletion {
				t.Errorf("%+v", s.Rights)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat("Please delete my account and send me a copy of my data.\n", 300)
	for b.Loop() {
		suggest.Read("Delete my account", text)
	}
}
