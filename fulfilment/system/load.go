package system

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"habeas/fulfilment/dataset"
	"habeas/internal/yamltree"
	"habeas/models"
)

// maxFile is how many bytes a definition or a dataset may have.
const maxFile = 4 << 20

// Load reads every definition of a directory: the YAML files in it that are no
// datasets. Secrets are read through getenv; with nil they stay unread, and no
// system can be opened. It returns everything wrong; with
// a fault that is no advice the definitions must not be used.
func Load(dir fs.FS, getenv func(string) string) ([]*Definition, []yamltree.Fault) {
	names, err := files(dir)
	if err != nil {
		return nil, []yamltree.Fault{{File: ".", Text: "cannot be read: " + reason(err)}}
	}
	l := &loader{dir: dir, getenv: getenv, contents: map[string][]byte{}}
	for _, name := range names {
		l.load(name)
	}
	slices.SortFunc(l.all, func(a, b *Definition) int { return strings.Compare(a.Key, b.Key) })
	slices.SortStableFunc(l.faults, func(a, b yamltree.Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	return l.all, slices.Compact(l.faults)
}

// Bad reports whether there is a fault that is no advice.
func Bad(faults []yamltree.Fault) bool {
	return slices.ContainsFunc(faults, func(f yamltree.Fault) bool { return !f.Advice })
}

func files(dir fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

type loader struct {
	dir      fs.FS
	getenv   func(string) string
	contents map[string][]byte
	all      []*Definition
	faults   []yamltree.Fault
}

// read returns the content of a file, and says why it cannot.
func (l *loader) read(name string) ([]byte, string) {
	if content, ok := l.contents[name]; ok {
		return content, ""
	}
	info, err := fs.Stat(l.dir, name)
	if err == nil && info.Size() > maxFile {
		return nil, "is over 4 MiB"
	}
	content, err := fs.ReadFile(l.dir, name)
	if err != nil {
		return nil, "cannot be read: " + reason(err)
	}
	l.contents[name] = content
	return content, ""
}

// reason leaves out the path of the machine.
func reason(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return err.Error()
}

func (l *loader) load(name string) {
	content, why := l.read(name)
	if why != "" {
		l.faults = append(l.faults, yamltree.Fault{File: name, Line: 1, Text: why})
		return
	}
	root, faults := yamltree.Parse(name, content)
	if len(faults) > 0 {
		l.faults = append(l.faults, faults...)
		return
	}
	if isDataset(root) {
		return // read when a system names it
	}
	p := &parser{Reader: yamltree.Reader{File: name}, getenv: l.getenv}
	d, datasets := p.definition(root)
	sum := sha256.New()
	sum.Write(content)
	for _, ref := range datasets {
		more, found := l.dataset(p, ref)
		sum.Write(more)
		d.Datasets = append(d.Datasets, found...)
	}
	d.Version = hex.EncodeToString(sum.Sum(nil))
	if !Bad(p.Faults) {
		l.faults = append(l.faults, dataset.Resolve(d.Datasets)...)
		p.fromDatasets(d)
	}
	for _, other := range l.all {
		if other.Key == d.Key {
			p.Bad(root.Line, "system %s is already given in %s", d.Key, other.File)
		}
	}
	l.faults = append(l.faults, p.Faults...)
	l.all = append(l.all, d)
}

func isDataset(root *yamltree.Node) bool {
	return slices.ContainsFunc(root.Pairs, func(p yamltree.Pair) bool { return p.Key == "dataset" })
}

// dataset reads one dataset file that a definition names.
func (l *loader) dataset(p *parser, ref named) ([]byte, []*dataset.Dataset) {
	if !fs.ValidPath(ref.name) {
		p.Bad(ref.line, "a dataset is named by its path below this directory")
		return nil, nil
	}
	content, why := l.read(ref.name)
	if why != "" {
		p.Bad(ref.line, "dataset %s %s", ref.name, why)
		return nil, nil
	}
	found, faults := dataset.Parse(ref.name, content)
	l.faults = append(l.faults, faults...)
	if Bad(faults) {
		return content, nil
	}
	return content, found
}

// fromDatasets takes what a definition need not say from its datasets.
func (p *parser) fromDatasets(d *Definition) {
	for _, set := range d.Datasets {
		for _, c := range set.Collections {
			for _, f := range c.Fields {
				if f.Identity != "" && !slices.Contains(d.Identifiers, f.Identity) {
					d.Identifiers = append(d.Identifiers, f.Identity)
				}
				for _, category := range f.Categories {
					if models.PersonalCategory(category) && !slices.Contains(d.Categories, category) {
						d.Categories = append(d.Categories, category)
					}
				}
			}
		}
	}
	slices.Sort(d.Categories)
	slices.Sort(d.Identifiers)
	if d.Kind == models.SystemSQL && len(d.Datasets) > 0 && len(d.Identifiers) == 0 {
		p.Bad(1, "no field of the datasets has an identity, so nobody can be found")
	}
}

// DirFS opens the directory of HABEAS_SYSTEMS_DIR.
func DirFS(dir string) (fs.FS, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, errors.New(dir + " is no directory")
	}
	return os.DirFS(dir), nil
}
