package main

import (
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// racedName is the program under the race detector, where the tests are: this test
// binary itself. The other tests run habeas as it is built for everybody, since
// it starts hundreds of times.
const racedName = "habeas-raced"

func TestMain(m *testing.M) {
	// Most tests wait for another process most of the time.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	testscript.Main(built{m}, map[string]func(){racedName: main})
}

// built builds the program and runs the tests with it in the path.
type built struct{ *testing.M }

func (b built) Run() int {
	dir, err := os.MkdirTemp("", "habeas-built")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.Command("go", "build", "-o", dir, "habeas/cmd/habeas")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		log.Printf("building habeas: %v", err)
		return 1
	}
	if err := os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH")); err != nil {
		log.Print(err)
		return 1
	}
	return b.M.Run()
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true})
}
