package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
)

func TestCanonicalEventIsTheseBytes(t *testing.T) {
	t.Parallel()
	state, closed := models.StateOpen, time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", -3600))
	regimes := models.Deadline{Governing: "house", RespondOn: models.NewDate(2026, 12, 20), RespondBy: time.Date(2026, 12, 20, 23, 59, 59, 0, time.UTC)}
	e := models.Event{
		ID: "e-1", RequestID: "r-1", Reference: "HB-1", Version: 2,
		At:   time.Date(2026, 11, 20, 9, 30, 0, 123456789, time.FixedZone("", 3600)),
		Kind: models.EventMailboxProved, Actor: models.Actor{Kind: models.ActorSubject},
		From: models.StateUnverified, To: models.StateOpen,
		Change: models.Change{State: &state, Deadline: &regimes, ClosedAt: &closed},
		Detail: map[string]string{"z": "<&>\u2028", "a": "\"\\\n\x01"},
	}
	want := `{"actor":{"kind":"subject"},"at":"2026-11-20T08:30:00.123456Z",` +
		`"change":{"closed_at":"2026-01-02T04:04:05.000000Z","deadline":{"governing":"house","regimes":[],"respond_by":"2026-12-20T23:59:59.000000Z","respond_on":"2026-12-20"},"state":"open"},` +
		`"detail":{"a":"\"\\\n\u0001","z":"<&>` + "\u2028" + `"},"format":1,"from":"unverified","id":"e-1","kind":"mailbox_proved",` +
		`"reference":"HB-1","request":"r-1","to":"open","version":2}`
	if got := string(e.Canonical()); got != want {
		t.Errorf("Canonical = %s\nwant        %s", got, want)
	}
}

func TestParseEventUndoesCanonical(t *testing.T) {
	t.Parallel()
	property.Check(t, func(t *rapid.T) {
		e := event().Draw(t, "event")
		b := e.Canonical()
		if !json.Valid(b) {
			t.Fatalf("not JSON: %s", b)
		}
		got, err := models.ParseEvent(b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, e) {
			t.Fatalf("parsed %+v\nwant   %+v", got, e)
		}
		if again := got.Canonical(); !bytes.Equal(again, b) {
			t.Fatalf("second form %s\nfirst       %s", again, b)
		}
	})
}

// The generic decoder of encoding/json must see the same members: canonical
// JSON is JSON, with nothing left out and nothing added.
func TestCanonicalSaysWhatEncodingJSONSays(t *testing.T) {
	t.Parallel()
	property.Check(t, func(t *rapid.T) {
		f := facts().Draw(t, "facts")
		std, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var a, b models.Facts
		if err := json.Unmarshal(std, &a); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(models.CanonicalJSON(f), &b); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("encoding/json gives %+v\ncanonical     gives %+v", a, b)
		}
	})
}

func TestCanonicalRefusesFloats(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); !strings.Contains(fmt.Sprint(p), "float64") {
			t.Errorf("recovered %v", p)
		}
	}()
	models.CanonicalJSON(struct {
		X float64 `json:"x"`
	}{1.5})
}

func event() *rapid.Generator[models.Event] {
	return rapid.Custom(func(t *rapid.T) models.Event {
		return models.Event{
			ID:        text().Draw(t, "id"),
			RequestID: text().Draw(t, "request"),
			Reference: text().Draw(t, "reference"),
			Version:   rapid.IntRange(0, 1<<40).Draw(t, "version"),
			At:        instant().Draw(t, "at"),
			Kind:      rapid.SampledFrom([]models.EventKind{models.EventSubmitted, models.EventDecided, models.EventNoted}).Draw(t, "kind"),
			Actor:     models.Actor{Kind: models.ActorStaff, ID: text().Draw(t, "actor"), Role: rapid.SampledFrom(models.Roles()).Draw(t, "role")},
			From:      rapid.SampledFrom(models.States()).Draw(t, "from"),
			To:        rapid.SampledFrom(models.States()).Draw(t, "to"),
			Policy:    text().Draw(t, "policy"),
			Change:    change().Draw(t, "change"),
			Detail:    orNil(rapid.MapOfN(text(), text(), 1, 4)).Draw(t, "detail"),
		}
	})
}

func change() *rapid.Generator[models.Change] {
	return rapid.Custom(func(t *rapid.T) models.Change {
		return models.Change{
			Initial:    rapid.Ptr(facts(), true).Draw(t, "initial"),
			State:      rapid.Ptr(rapid.SampledFrom(models.States()), true).Draw(t, "state"),
			Outcome:    rapid.Ptr(rapid.SampledFrom(append(models.Outcomes(), "")), true).Draw(t, "outcome"),
			Level:      rapid.Ptr(rapid.SampledFrom(models.Levels()), true).Draw(t, "level"),
			Assignee:   rapid.Ptr(text(), true).Draw(t, "assignee"),
			Deadline:   rapid.Ptr(deadline(), true).Draw(t, "deadline"),
			Extended:   rapid.Ptr(rapid.Bool(), true).Draw(t, "extended"),
			Pauses:     rapid.Ptr(rapid.SliceOfN(pause(), 0, 3), true).Draw(t, "pauses"),
			Items:      rapid.Ptr(rapid.SliceOfN(item(), 0, 3), true).Draw(t, "items"),
			Proposal:   rapid.Ptr(proposal(), true).Draw(t, "proposal"),
			Decision:   rapid.Ptr(proposal(), true).Draw(t, "decision"),
			Appeal:     rapid.Ptr(appeal(), true).Draw(t, "appeal"),
			MergedInto: rapid.Ptr(text(), true).Draw(t, "merged"),
			Reminded:   rapid.Ptr(rapid.SliceOfN(text(), 0, 3), true).Draw(t, "reminded"),
			ClosedAt:   rapid.Ptr(instant(), true).Draw(t, "closed"),
			Country:    rapid.Ptr(text(), true).Draw(t, "country"),
			Region:     rapid.Ptr(text(), true).Draw(t, "region"),
		}
	})
}

func facts() *rapid.Generator[models.Facts] {
	return rapid.Custom(func(t *rapid.T) models.Facts {
		return models.Facts{
			Type:         rapid.SampledFrom([]models.RequestType{models.TypeAccess, models.TypeDeletion}).Draw(t, "type"),
			DataClass:    text().Draw(t, "class"),
			Channel:      rapid.SampledFrom(models.Channels()).Draw(t, "channel"),
			Country:      text().Draw(t, "country"),
			Region:       text().Draw(t, "region"),
			Locale:       text().Draw(t, "locale"),
			Capacity:     models.CapacitySelf,
			Policy:       text().Draw(t, "policy"),
			ReceivedAt:   instant().Draw(t, "received"),
			ReceivedOn:   day().Draw(t, "on"),
			EnteredAt:    instant().Draw(t, "entered"),
			Undesignated: rapid.Bool().Draw(t, "undesignated"),
			State:        rapid.SampledFrom(models.States()).Draw(t, "state"),
			Outcome:      rapid.SampledFrom(append(models.Outcomes(), "")).Draw(t, "outcome"),
			Level:        rapid.SampledFrom(models.Levels()).Draw(t, "level"),
			Assignee:     text().Draw(t, "assignee"),
			Deadline:     deadline().Draw(t, "deadline"),
			Extended:     rapid.Bool().Draw(t, "extended"),
			Pauses:       orNil(rapid.SliceOfN(pause(), 1, 3)).Draw(t, "pauses"),
			Items:        orNil(rapid.SliceOfN(item(), 1, 3)).Draw(t, "items"),
			Proposal:     rapid.OneOf(rapid.Just(models.Proposal{}), proposal()).Draw(t, "proposal"),
			Decision:     rapid.OneOf(rapid.Just(models.Proposal{}), proposal()).Draw(t, "decision"),
			Appeal:       rapid.OneOf(rapid.Just(models.Appeal{}), appeal()).Draw(t, "appeal"),
			MergedInto:   text().Draw(t, "merged"),
			Reminded:     orNil(rapid.SliceOfN(text(), 1, 3)).Draw(t, "reminded"),
			ClosedAt:     rapid.OneOf(rapid.Just(time.Time{}), instant()).Draw(t, "closed"),
		}
	})
}

func deadline() *rapid.Generator[models.Deadline] {
	return rapid.Custom(func(t *rapid.T) models.Deadline {
		return models.Deadline{
			Governing:     text().Draw(t, "governing"),
			Regimes:       rapid.SliceOfN(text(), 0, 3).Draw(t, "regimes"),
			AcknowledgeOn: rapid.OneOf(rapid.Just(models.Date{}), day()).Draw(t, "acknowledge"),
			RespondOn:     day().Draw(t, "respond on"),
			RespondBy:     instant().Draw(t, "respond by"),
		}
	})
}

func pause() *rapid.Generator[models.Pause] {
	return rapid.Custom(func(t *rapid.T) models.Pause {
		return models.Pause{From: day().Draw(t, "from"), To: rapid.OneOf(rapid.Just(models.Date{}), day()).Draw(t, "to"), Purpose: models.HoldIdentity}
	})
}

func item() *rapid.Generator[models.ItemFacts] {
	return rapid.Custom(func(t *rapid.T) models.ItemFacts {
		return models.ItemFacts{
			No: rapid.IntRange(1, 99).Draw(t, "no"), Kind: text().Draw(t, "kind"), Code: text().Draw(t, "code"),
			Outcome: rapid.SampledFrom(append(models.Outcomes(), "")).Draw(t, "outcome"),
			Reasons: orNil(rapid.SliceOfN(text(), 1, 2)).Draw(t, "reasons"),
		}
	})
}

func proposal() *rapid.Generator[models.Proposal] {
	return rapid.Custom(func(t *rapid.T) models.Proposal {
		return models.Proposal{
			Outcome: models.OutcomeDenied, Reasons: orNil(rapid.SliceOfN(text(), 1, 2)).Draw(t, "reasons"),
			Items: orNil(rapid.SliceOfN(item(), 1, 2)).Draw(t, "items"),
			By:    text().Draw(t, "by"), At: instant().Draw(t, "at"), ApprovedBy: text().Draw(t, "approved"),
		}
	})
}

func appeal() *rapid.Generator[models.Appeal] {
	return rapid.Custom(func(t *rapid.T) models.Appeal {
		return models.Appeal{No: rapid.IntRange(1, 9).Draw(t, "no"), FiledAt: instant().Draw(t, "filed"), Barred: rapid.SliceOfN(text(), 0, 2).Draw(t, "barred")}
	})
}

func text() *rapid.Generator[string] { return rapid.StringN(0, 8, -1) }

func instant() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.Int64Range(0, 4e15), func(us int64) time.Time { return time.UnixMicro(us).UTC() })
}

func day() *rapid.Generator[models.Date] {
	return rapid.Map(rapid.IntRange(0, 40000), func(n int) models.Date { return models.NewDate(1970, 1, 1).AddDays(n) })
}

func orNil[T any](g *rapid.Generator[T]) *rapid.Generator[T] {
	var none T
	return rapid.OneOf(rapid.Just(none), g)
}
