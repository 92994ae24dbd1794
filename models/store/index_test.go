package store_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"habeas/models"
	"habeas/models/store"
)

// notary is a keyring that remembers what each blind index was made for.
type notary struct {
	store.Keyring
	mu       sync.Mutex
	purposes map[string]string // by index
}

func (n *notary) Index(purpose string, value []byte) []byte {
	index := n.Keyring.Index(purpose, value)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.purposes[string(index)] = purpose
	return index
}

func (n *notary) purpose(index []byte) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.purposes[string(index)]
}

// Each blind index is made for its own column: the same person's rows do not
// match across tables for somebody who has the database alone.
func TestEveryColumnHasBlindIndexesOfItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		n := &notary{purposes: map[string]string{}}
		opened := b.config.Keyring
		b.config.Keyring = func(fresh bool) (store.Keyring, error) {
			ring, err := opened(fresh)
			n.Keyring = ring
			return n, err
		}
		s := b.open(t)
		const ada = "ada@example.org"
		must(t, s.Commit(ctx, submit(newRequest(func(r *models.Request) { r.Person.Email = ada }))))
		must(t, s.AddStaff(ctx, models.Staff{ID: newID(), Name: ada, Email: ada, Role: models.RoleAdmin, CreatedAt: noon}, nil,
			models.Event{ID: newID(), At: noon, Kind: models.EventStaffAdded}))
		mail := models.ReceivedMail{ID: newID(), State: models.MailKept, Source: "test", ReceivedAt: noon, KeptAt: noon, Blob: newID()}
		mail.Envelope.EventID = ada
		_, wrapped, err := s.SealMail(mail.ID, []byte("Hello."))
		must(t, err)
		must(t, s.Commit(ctx, models.Decision{Effects: []models.Effect{models.MailReceived{Mail: mail, Key: wrapped}}}))
		must(t, s.ClaimMail(ctx, mail, ada, ada, noon))

		var seen [][]byte
		for _, column := range []string{
			"requests.email_index", "requests.alike", "staff.name_index", "staff.email_index",
			"received_mail.event_key", "received_mail.hash_key", "received_mail.sender_key", "messages.message_id_index",
		} {
			table, name, _ := strings.Cut(column, ".")
			index := b.bytes(t, "SELECT "+name+" FROM "+table)
			if got := n.purpose(index); got != column {
				t.Errorf("%s has an index made for %q", column, got)
			}
			if slices.ContainsFunc(seen, func(other []byte) bool { return bytes.Equal(other, index) }) {
				t.Errorf("the index in %s is in another column, too", column)
			}
			seen = append(seen, index)
		}
	})
}
