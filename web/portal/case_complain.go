package portal

import (
	"cmp"
	"strings"
)

// authority is whom a person can complain to.
type authority struct{ Name, Address, When string }

// Authorities are whom the answer says to turn to: a name and, behind a comma, an
// address, and in brackets by when. A name alone is no link.
func (a answer) Authorities() []authority {
	var all []authority
	for _, said := range a.Complain {
		name, rest, found := strings.Cut(said, "https://")
		rest, when, _ := strings.Cut(rest, " (")
		if !found || strings.ContainsAny(rest, " \n") {
			all = append(all, authority{Name: said})
			continue
		}
		address := "https://" + rest
		all = append(all, authority{cmp.Or(strings.TrimRight(name, ", "), address), address, strings.TrimSuffix(when, ")")})
	}
	return all
}
