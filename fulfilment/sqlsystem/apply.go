package sqlsystem

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"habeas/fulfilment"
	"habeas/models"
)

func errBad() error { return driver.ErrBadConn }

// hookError is an error of a hook, which is the caller's own.
type hookError struct{ error }

func (e hookError) Unwrap() error { return e.error }

// Preview rehearses a call and rolls back.
func (s *System) Preview(ctx context.Context, call models.Call) (models.Preview, error) {
	var preview models.Preview
	err := s.within(ctx, writing, func(ctx context.Context, w *work) error {
		p, err := w.rehearsed(ctx, call)
		if err == nil {
			preview, err = p.preview()
		}
		return err
	})
	return preview, err
}

// rehearsed finds, plans and executes, and leaves the transaction open.
func (w *work) rehearsed(ctx context.Context, call models.Call) (*plan, error) {
	if len(call.Key) < 32 {
		return nil, refuse(models.FaultDefinition, nil, "", "the task has no key")
	}
	if !w.def.Takes(call.Action) {
		return nil, refuse(models.FaultUnsupported, nil, "", "the system does not take the action %s", call.Action)
	}
	f, err := w.find(ctx, call.Identifiers)
	if err != nil {
		return nil, err
	}
	p, err := f.plan(ctx, call)
	if err != nil {
		return nil, err
	}
	err = p.rehearse(ctx)
	return p, err
}

// preview writes a plan down.
func (p *plan) preview() (models.Preview, error) {
	made := models.Preview{System: p.def.Key, Version: p.def.Version, Action: p.call.Action}
	for _, op := range []models.Operation{models.OperationUpdate, models.OperationDelete, models.OperationKeep} {
		for _, c := range p.changes {
			if c.op == op {
				made.Rows = append(made.Rows, models.RowChange{
					Dataset: c.row.table.collection.Dataset.Key, Table: c.row.table.collection.Name,
					Key: c.row.keyFields(), Operation: c.op, Fields: c.fields,
				})
			}
		}
	}
	written, err := json.Marshal(made)
	if err != nil {
		return made, err
	}
	mac := hmac.New(sha256.New, p.call.Key)
	mac.Write([]byte("preview\x00"))
	mac.Write(written)
	made.Hash = hex.EncodeToString(mac.Sum(nil))
	return made, nil
}

// Apply carries out exactly what the preview shows.
func (s *System) Apply(ctx context.Context, call models.Call, preview models.Preview, hooks fulfilment.Hooks) (models.Receipt, error) {
	if preview.Version != s.def.Version {
		return models.Receipt{}, refuse(models.FaultChanged, nil, "", "the system's file has changed since the preview")
	}
	again := false
	err := s.within(ctx, writing, func(ctx context.Context, w *work) error {
		var err error
		again, err = w.apply(ctx, call, preview, hooks)
		return err
	})
	if err != nil {
		return models.Receipt{}, err
	}
	receipt, err := s.Receipt(ctx, call, preview)
	receipt.Again = again
	return receipt, err
}

func (w *work) apply(ctx context.Context, call models.Call, preview models.Preview, hooks fulfilment.Hooks) (again bool, err error) {
	state, err := w.state(ctx, preview, w.d.forUpdate())
	if err != nil {
		return false, err
	}
	if state == models.ResolvedApplied && preview.Changes() > 0 {
		return true, nil
	}
	p, err := w.rehearsed(ctx, call)
	if err != nil {
		return false, err
	}
	now, err := p.preview()
	if err != nil {
		return false, err
	}
	if now.Hash != preview.Hash {
		return false, refuse(models.FaultChanged, nil, "", "it is no longer as the preview shows it")
	}
	return false, w.commit(ctx, hooks)
}

// commit ends the transaction after the hook has stored its name.
func (w *work) commit(ctx context.Context, hooks fulfilment.Hooks) error {
	token, err := w.d.token(ctx, w.c)
	if err != nil {
		return err
	}
	if hooks.BeforeCommit != nil {
		if err := hooks.BeforeCommit(ctx, token); err != nil {
			return hookError{err}
		}
	}
	// A context that ends now must not cut what is almost done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.def.SQL.Timeout)
	defer cancel()
	if _, err := w.c.ExecContext(ctx, "COMMIT"); err != nil {
		fault := w.d.fault(err)
		if fault != nil && (fault.Fault == models.FaultRefused || fault.Fault == models.FaultLocked) {
			return fault // the database says that it did not
		}
		return &models.ConnectorError{Fault: models.FaultUncertain, Text: "the connection broke off while it was committed", Sealed: err.Error()}
	}
	return nil
}

// Resolve says how an Apply ended of which nobody saw the end.
func (s *System) Resolve(ctx context.Context, _ models.Call, preview models.Preview, token string) (models.Resolution, error) {
	if token == "" {
		return models.ResolvedNot, nil
	}
	resolution := models.ResolvedUnclear
	err := s.within(ctx, writing, func(ctx context.Context, w *work) error {
		var err error
		resolution, err = w.d.outcome(ctx, w.c, token)
		if err != nil || resolution == models.ResolvedLater || resolution == models.ResolvedNot {
			return err
		}
		// The rows tell; they are locked while the transaction still runs. They
		// have the last word where the transaction counts as committed, too: a
		// server that crashed gives the number of a lost one to another.
		rows, err := w.state(ctx, preview, w.d.forUpdate())
		if resolution == models.ResolvedUnclear || rows == models.ResolvedNot {
			resolution = rows
		}
		return err
	})
	if e, ok := errors.AsType[*models.ConnectorError](err); ok && e.Fault == models.FaultLocked {
		return models.ResolvedLater, nil
	}
	return resolution, err
}

// state says whether the rows of a preview are as they were before it, or as
// they are after.
func (w *work) state(ctx context.Context, preview models.Preview, lock string) (models.Resolution, error) {
	byTable := map[int][]models.RowChange{}
	for _, c := range preview.Rows {
		t := w.m.table(c.Dataset, c.Table)
		if t == nil || len(c.Key) != len(t.key) && c.Operation != models.OperationKeep {
			return models.ResolvedUnclear, nil
		}
		if c.Operation != models.OperationKeep {
			byTable[t.number] = append(byTable[t.number], c)
		}
	}
	before, after := true, true
	for _, number := range sortedNumbers(byTable) {
		t := w.m.tables[number]
		size := w.d.batchSize()
		for from := 0; from < len(byTable[number]); from += size {
			part := byTable[number][from:min(from+size, len(byTable[number]))]
			var keys [][]value
			for _, c := range part {
				keys = append(keys, keyOf(c, t))
			}
			now, err := w.reread(ctx, t, keys, lock)
			if err != nil {
				return models.ResolvedUnclear, err
			}
			for i, c := range part {
				is, was := standing(c, t, now[joinedText(keys[i])])
				after, before = after && is, before && was
			}
		}
	}
	switch {
	case after && !before:
		return models.ResolvedApplied, nil
	case before:
		return models.ResolvedNot, nil
	}
	return models.ResolvedUnclear, nil
}

func keyOf(c models.RowChange, t *table) []value {
	key := make([]value, len(c.Key))
	for i, f := range c.Key {
		key[i] = valueOf(f.Value)
		if t.columns[t.key[i]].family == famBinary {
			key[i].kind = isBinary
		}
	}
	return key
}

// standing says whether a row is as it is after a change, and as it was before.
func standing(c models.RowChange, t *table, now *row) (after, before bool) {
	if now == nil {
		return c.Operation == models.OperationDelete, false
	}
	after, before = c.Operation != models.OperationDelete, true
	for _, f := range c.Fields {
		column := t.column(f.Name)
		if f.Kept != nil || column < 0 {
			continue
		}
		is := now.values[t.at[column]].shown()
		after, before = after && same(is, f.After), before && same(is, f.Before)
	}
	return after, before
}

// Receipt is that of a preview that was applied.
func (s *System) Receipt(ctx context.Context, call models.Call, preview models.Preview) (models.Receipt, error) {
	receipt := fulfilment.ReceiptOf(preview, s.now().UTC().Truncate(time.Second))
	found, err := s.Find(ctx, call)
	if err != nil {
		return receipt, nil //nolint:nilerr // it was applied; that nobody could look again is in the receipt
	}
	receipt.After = fulfilment.Seen(preview, found, receipt.At)
	return receipt, nil
}
