package dataset

import (
	"strings"

	"habeas/internal/yamltree"
)

// Resolve finds what the references of the datasets of one system name, and
// returns those that name nothing.
func Resolve(all []*Dataset) []yamltree.Fault {
	var faults []yamltree.Fault
	byKey := map[string]*Dataset{}
	for _, d := range all {
		if other := byKey[d.Key]; other != nil {
			faults = append(faults, yamltree.Fault{File: d.File, Line: d.Line, Text: "dataset " + d.Key + " is already given in " + other.File})
			continue
		}
		byKey[d.Key] = d
	}
	for _, d := range all {
		for _, c := range d.Collections {
			for _, f := range c.Fields {
				for i := range f.References {
					if why := f.References[i].resolve(byKey); why != "" {
						faults = append(faults, yamltree.Fault{File: d.File, Line: f.References[i].Line, Text: why})
					}
				}
			}
		}
	}
	return faults
}

// resolve says why it names nothing, or "".
func (r *Reference) resolve(all map[string]*Dataset) string {
	d := all[r.Dataset]
	if d == nil {
		return "the system has no dataset " + r.Dataset
	}
	for _, c := range d.Collections { // a collection's name may have a dot
		name, found := strings.CutPrefix(r.path, c.Name+".")
		if found && c.Field(name) != nil {
			r.Collection, r.Field = c.Name, name
			return ""
		}
	}
	return "dataset " + r.Dataset + " has no field " + r.path
}
