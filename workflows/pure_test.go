package workflows_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// The core takes time, ids and randomness from outside, so that a year can be
// simulated and a case replayed: neither what decides, nor the services around it,
// nor the models and policies that it decides with, read a clock or draw lots.
func TestTheCoreReadsNoClockAndDrawsNoLots(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, path := range core(t) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		for _, what := range impure(file) {
			t.Errorf("%s uses %s", path, what)
		}
	}
	if checked < 150 {
		t.Errorf("only %d files belong to the core", checked)
	}
}

// core lists the files of the core, in whatever packages they lie. The handlers of
// jobs, the store, and what talks to others about mail and systems are around it.
func core(t *testing.T) (files []string) {
	t.Helper()
	around := []string{"../workflows/jobs", "../models/store"}
	for _, root := range []string{"../workflows", "../models", "../policies", "../accounts", "../audit"} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && slices.Contains(around, filepath.ToSlash(path)):
				return fs.SkipDir
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, pattern := range []string{"../intake/*.go", "../fulfilment/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, slices.DeleteFunc(found, func(path string) bool { return strings.HasSuffix(path, "_test.go") })...)
	}
	return files
}

// impurities are, by package, the functions that are another at each call. A timer
// makes a wrong code take its time, and decides nothing.
var impurities = map[string][]string{
	"time":    {"Now", "Since", "Until", "After", "Sleep", "Tick", "NewTicker"},
	"secrets": {"New", "Code"},
	"uuid":    {"New", "NewString", "NewV7", "NewRandom"},
}

// impure lists what a file uses that is another at each call.
func impure(file *ast.File) (found []string) {
	for _, i := range file.Imports {
		switch path := strings.Trim(i.Path.Value, `"`); path {
		case "crypto/rand", "math/rand", "math/rand/v2":
			found = append(found, path)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := call.X.(*ast.Ident)
		if ok && slices.Contains(impurities[pkg.Name], call.Sel.Name) {
			found = append(found, pkg.Name+"."+call.Sel.Name)
		}
		return true
	})
	return found
}

// The same commands on the same case under the same stamps have the same
// consequence, down to the ids.
func TestTheSameCommandsHaveTheSameConsequence(t *testing.T) {
	t.Parallel()
	run := func() (all []workflows.Decision) {
		for _, s := range append([]models.State{""}, models.States()...) {
			for _, name := range workflows.StaffCommands() {
				l := in(t, s)
				order := each(l)[name]
				if l.try(order.by, order.c) == nil {
					all = append(all, l.last)
				}
			}
		}
		return all
	}
	one, two := run(), run()
	if len(one) < 20 || !reflect.DeepEqual(one, two) {
		t.Errorf("%d decisions, and again they are others", len(one))
	}
	for _, d := range one {
		for _, m := range d.Messages {
			if m.ID == "" || m.CreatedAt.IsZero() || (m.Delivery == models.DeliveryQueued) != (m.MailID != "") {
				t.Errorf("a message is not whole: %+v", m)
			}
		}
		for _, j := range d.Jobs {
			if j.ID == "" || j.State != models.JobPending || j.CreatedAt.IsZero() {
				t.Errorf("a job is not whole: %+v", j)
			}
		}
		for _, e := range d.Events {
			if e.ID == "" || e.At.IsZero() {
				t.Errorf("an event is not whole: %+v", e)
			}
		}
	}
}
