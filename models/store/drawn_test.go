package store_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// What is drawn comes from the source that the service is given, and from nowhere
// else: a simulation that begins with the same seed draws the same.
func TestTheSameSourceDrawsTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		policy, err := policies.Default()
		must(t, err)
		drawn := func(seed byte, mailbox string) (reference, code, puzzle string) {
			s, err := cases.New(context.Background(), cases.Config{
				Store: b.Store, JobStore: b.Store, Keys: b.ring, Policy: policy, Zone: time.UTC,
				MailDomain: "habeas.example", Now: func() time.Time { return noon }, NewID: newID,
				Random: rand.NewChaCha8([32]byte{seed}),
			})
			must(t, err)
			d, err := s.Cases.Submit(context.Background(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
				Type: models.TypeAccess, Person: models.Person{Name: "Robin", Email: mailbox, Country: "DE"}, Details: "Please.",
			}, cases.Option{})
			must(t, err)
			for _, m := range d.Messages {
				if l, ok := m.Letter.(models.CodeLetter); ok {
					code = l.Code
				}
			}
			return d.Request.Reference, code, s.Cases.NewProofOfWork("form").Text
		}
		reference, code, puzzle := drawn(1, "one@example.org")
		again, sameCode, samePuzzle := drawn(1, "two@example.org") // its reference is taken, so it draws once more
		if reference == "" || code == "" || again == reference || sameCode == code || samePuzzle == puzzle {
			t.Errorf("drawn %s %s %s, then %s %s %s", reference, code, puzzle, again, sameCode, samePuzzle)
		}
		b.exec(t, "UPDATE requests SET reference = 'HB-0000-0000-'||substr(id, 1, 2)||substr(id, 25) WHERE 1 = 1")
		third, thirdCode, thirdPuzzle := drawn(1, "three@example.org")
		if third != reference || thirdCode != code || thirdPuzzle != puzzle {
			t.Errorf("the same source drew %s %s %s, then %s %s %s", reference, code, puzzle, third, thirdCode, thirdPuzzle)
		}
		if other, _, _ := drawn(2, "four@example.org"); other == reference {
			t.Error("another source drew the same")
		}
	})
}
