// Package conformance is what every kind of connector has to pass. It knows
// only the interface; each kind brings its systems, and the ways to spoil them.
package conformance

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"habeas/fulfilment"
	"habeas/models"
)

// Fixture is one system with one person in it, and how it looks inside.
type Fixture struct {
	Connector fulfilment.Connector
	// Held is a call about the person, Nobody one about somebody who is not
	// there. Both are erasures.
	Held, Nobody models.Call
	// State is everything in the system, to compare.
	State func() string
	// Change makes a preview of the person untrue; nil where only the system
	// itself could tell.
	Change func()
}

// Kind is one kind of system. Each function makes a fresh one; those that spoil
// return a connector to a system that is spoilt in that way.
type Kind struct {
	New         func(t *testing.T) Fixture
	Gone        func(t *testing.T) Fixture // nobody listens
	Hangs       func(t *testing.T) Fixture // with a time limit of at most a second
	Garbage     func(t *testing.T) Fixture // says what cannot be read, or what it holds is no such system
	TooMuch     func(t *testing.T) Fixture // holds more than the bound
	Credentials func(t *testing.T) Fixture // does not know us; nil Connector: the kind has none
	// DiesInApply breaks off before it is done, DiesAfterApply once it is.
	DiesInApply, DiesAfterApply func(t *testing.T) Fixture
}

// Run runs the suite.
func Run(t *testing.T, k Kind) {
	t.Helper()
	t.Run("finds nothing", func(t *testing.T) { findsNothing(t, k.New(t)) })
	t.Run("finds", func(t *testing.T) { finds(t, k.New(t)) })
	t.Run("asks by verified identifiers alone", func(t *testing.T) { unverified(t, k.New(t)) })
	t.Run("previews and changes nothing", func(t *testing.T) { previews(t, k.New(t)) })
	t.Run("applies, once", func(t *testing.T) { applies(t, k.New(t)) })
	t.Run("refuses what has changed", func(t *testing.T) { changed(t, k.New(t)) })
	t.Run("stops when the token is not stored", func(t *testing.T) { hookFails(t, k.New(t)) })
	t.Run("refuses another action", func(t *testing.T) { unsupported(t, k.New(t)) })
	t.Run("gone", func(t *testing.T) { fails(t, k.Gone(t), models.FaultUnavailable) })
	t.Run("hangs", func(t *testing.T) { fails(t, k.Hangs(t), models.FaultTimeout, models.FaultLocked) })
	t.Run("garbage", func(t *testing.T) {
		fails(t, k.Garbage(t), models.FaultGarbage, models.FaultUnavailable, models.FaultTimeout)
	})
	t.Run("too much", func(t *testing.T) { fails(t, k.TooMuch(t), models.FaultTooMuch) })
	t.Run("wrong credentials", func(t *testing.T) {
		if f := k.Credentials(t); f.Connector != nil {
			fails(t, f, models.FaultCredentials)
		}
	})
	t.Run("dies in apply", func(t *testing.T) { dies(t, k.DiesInApply(t)) })
	t.Run("dies after apply", func(t *testing.T) { dies(t, k.DiesAfterApply(t)) })
}

func as(c models.Call, a models.Action) models.Call {
	c.Action = a
	return c
}

func must[T any](t *testing.T, what string) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			text := err.Error()
			if e, ok := errors.AsType[*models.ConnectorError](err); ok {
				text += " (" + e.Sealed + ")"
			}
			t.Fatalf("%s: %s", what, text)
		}
		return v
	}
}

// wants fails unless err is one of the faults.
func wants(t *testing.T, what string, err error, faults ...models.ConnectorFault) {
	t.Helper()
	e, ok := errors.AsType[*models.ConnectorError](err)
	if !ok || !slices.Contains(faults, e.Fault) {
		t.Errorf("%s: %v, want %s", what, err, faults)
	}
}

func findsNothing(t *testing.T, f Fixture) {
	found := must[models.Findings](t, "find")(f.Connector.Find(t.Context(), as(f.Nobody, models.ActionFind)))
	if !found.Empty() {
		t.Errorf("of somebody who is not there %d records are found", len(found.Records))
	}
	before := f.State()
	preview := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), f.Nobody))
	receipt := must[models.Receipt](t, "apply")(f.Connector.Apply(t.Context(), f.Nobody, preview, fulfilment.Hooks{}))
	if receipt.Outcome != models.TaskNothingFound || f.State() != before {
		t.Errorf("an erasure of nothing is %q, and changes something: %v", receipt.Outcome, f.State() != before)
	}
}

func finds(t *testing.T, f Fixture) {
	found := must[models.Findings](t, "find")(f.Connector.Find(t.Context(), as(f.Held, models.ActionFind)))
	if found.Empty() || found.System == "" || found.Version == "" {
		t.Errorf("nothing is found, or no version named: %q %q", found.System, found.Version)
	}
}

func unverified(t *testing.T, f Fixture) {
	call := f.Held
	call.Identifiers = append([]models.Identifier(nil), call.Identifiers...)
	for i := range call.Identifiers {
		call.Identifiers[i].Verified = models.VerifiedNot
	}
	_, err := f.Connector.Find(t.Context(), as(call, models.ActionFind))
	wants(t, "find by an unverified identifier", err, models.FaultIdentifier)
	_, err = f.Connector.Preview(t.Context(), call)
	wants(t, "preview by an unverified identifier", err, models.FaultIdentifier)
}

func previews(t *testing.T, f Fixture) {
	before := f.State()
	one := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), f.Held))
	two := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), f.Held))
	if one.Changes() == 0 || one.Hash == "" || one.Hash != two.Hash {
		t.Errorf("%d changes, hashes %q and %q", one.Changes(), one.Hash, two.Hash)
	}
	if f.State() != before {
		t.Error("a preview changes something")
	}
	other := f.Held
	other.Key = []byte("another key of thirty-two bytes!")
	if three := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), other)); three.Hash == one.Hash {
		t.Error("the hash does not depend on the task's key")
	}
}

func applies(t *testing.T, f Fixture) {
	preview := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), f.Held))
	tokens := 0
	hooks := fulfilment.Hooks{BeforeCommit: func(_ context.Context, token string) error {
		tokens++
		if token == "" {
			t.Error("the token is empty")
		}
		return nil
	}}
	receipt := must[models.Receipt](t, "apply")(f.Connector.Apply(t.Context(), f.Held, preview, hooks))
	if receipt.Commitment != preview.Hash || len(receipt.Tables) == 0 || tokens != 1 {
		t.Errorf("receipt %+v, %d tokens", receipt, tokens)
	}
	after := f.State()
	again := must[models.Receipt](t, "apply again")(f.Connector.Apply(t.Context(), f.Held, preview, fulfilment.Hooks{}))
	if f.State() != after || again.Commitment != preview.Hash || again.Outcome != receipt.Outcome {
		t.Errorf("applied again it changes something, or says something else: %+v", again)
	}
	found := must[models.Findings](t, "find")(f.Connector.Find(t.Context(), as(f.Held, models.ActionFind)))
	if !found.Empty() {
		t.Errorf("%d records are left", len(found.Records))
	}
}

func changed(t *testing.T, f Fixture) {
	preview := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), f.Held))
	if f.Change != nil {
		f.Change()
		before := f.State()
		_, err := f.Connector.Apply(t.Context(), f.Held, preview, fulfilment.Hooks{})
		wants(t, "apply of an old preview", err, models.FaultChanged)
		if f.State() != before {
			t.Error("a refused apply changes something")
		}
	}
	before := f.State()
	preview.Version = "another"
	_, err := f.Connector.Apply(t.Context(), f.Held, preview, fulfilment.Hooks{})
	wants(t, "apply under another definition", err, models.FaultChanged)
	if f.State() != before {
		t.Error("a refused apply changes something")
	}
}

func hookFails(t *testing.T, f Fixture) {
	preview := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), f.Held))
	before, no := f.State(), errors.New("the store is down")
	_, err := f.Connector.Apply(t.Context(), f.Held, preview, fulfilment.Hooks{BeforeCommit: func(context.Context, string) error { return no }})
	if !errors.Is(err, no) || f.State() != before {
		t.Errorf("apply says %v, and something is changed: %v", err, f.State() != before)
	}
	if how := must[models.Resolution](t, "resolve")(f.Connector.Resolve(t.Context(), f.Held, preview, "")); how != models.ResolvedNot {
		t.Errorf("without a token it is %s", how)
	}
}

func unsupported(t *testing.T, f Fixture) {
	_, err := f.Connector.Preview(t.Context(), as(f.Held, models.ActionTakeDown))
	wants(t, "an action that the system does not take", err, models.FaultUnsupported)
}

func fails(t *testing.T, f Fixture, faults ...models.ConnectorFault) {
	start := time.Now() //nolint:forbidigo // a time limit is about the clock
	_, err := f.Connector.Find(t.Context(), as(f.Held, models.ActionFind))
	wants(t, "find", err, faults...)
	_, err = f.Connector.Preview(t.Context(), f.Held)
	wants(t, "preview", err, faults...)
	if took := time.Since(start); took > 20*time.Second { //nolint:forbidigo // likewise
		t.Errorf("it took %s", took)
	}
}

// dies applies to a system that breaks off, and goes on as the jobs do: it asks
// how that ended, and applies again unless it was done.
func dies(t *testing.T, f Fixture) {
	preview := must[models.Preview](t, "preview")(f.Connector.Preview(t.Context(), f.Held))
	before, stored := f.State(), ""
	_, err := f.Connector.Apply(t.Context(), f.Held, preview, fulfilment.Hooks{BeforeCommit: func(_ context.Context, token string) error {
		stored = token
		return nil
	}})
	if err == nil {
		t.Fatal("an apply that breaks off says that it is done")
	}
	how, err := f.Connector.Resolve(t.Context(), f.Held, preview, stored)
	for range 100 { // the server may notice late that we are gone
		if err == nil && how != models.ResolvedLater {
			break
		}
		time.Sleep(20 * time.Millisecond)
		how, err = f.Connector.Resolve(t.Context(), f.Held, preview, stored)
	}
	var receipt models.Receipt
	switch how {
	case models.ResolvedApplied:
		if f.State() == before {
			t.Error("it says that it was applied, and nothing is")
		}
		receipt = must[models.Receipt](t, "receipt")(f.Connector.Receipt(t.Context(), f.Held, preview))
	case models.ResolvedNot, models.ResolvedRepeat:
		receipt = must[models.Receipt](t, "apply again")(f.Connector.Apply(t.Context(), f.Held, preview, fulfilment.Hooks{}))
	case models.ResolvedLater, models.ResolvedUnclear:
		t.Fatalf("it is %s: %v", how, err)
	}
	found := must[models.Findings](t, "find")(f.Connector.Find(t.Context(), as(f.Held, models.ActionFind)))
	if receipt.Commitment != preview.Hash || !found.Empty() {
		t.Errorf("receipt %+v, %d records left", receipt, len(found.Records))
	}
}
