package portal

import (
	"cmp"
	"strings"
)

// authority is whom a person can complain to.
type authority struct{ Name, Address string }

// Authorities are whom the answer says to complain to. The policy gives a name
// and, behind a comma, an address; a name alone is no link.
func (a answer) Authorities() []authority {
	var all []authority
	for _, said := range a.Complain {
		name, rest, found := strings.Cut(said, "https://")
		if !found || strings.ContainsAny(rest, " \n") {
			all = append(all, authority{Name: said})
			continue
		}
		address := "https://" + rest
		all = append(all, authority{cmp.Or(strings.TrimRight(name, ", "), address), address})
	}
	return all
}
