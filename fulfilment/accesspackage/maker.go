package accesspackage

import (
	"bytes"
	"context"
	"time"

	"habeas/models"
	"habeas/workflows/cases"
)

// Maker makes the packages of requests.
type Maker struct {
	Tasks        *cases.Tasks
	Cases        *cases.Cases
	Organisation string
	Zone         *time.Location
	Now          func() time.Time
}

// Gather returns what a package would hold, for review. Every look at a system's
// findings is recorded.
func (m *Maker) Gather(ctx context.Context, by models.Actor, reference string) (cases.Gathered, []Item, error) {
	g, err := m.Tasks.Gathered(ctx, by, reference)
	return g, Items(g.Held), err
}

// Make makes the package as reviewed, a file of the request that goes out with
// the answer that names it. See cases.Gathered.Whole and Copy.Apply for what
// is refused.
func (m *Maker) Make(ctx context.Context, by models.Actor, reference string, review Review, o cases.Option) (models.File, error) {
	g, err := m.Tasks.Gathered(ctx, by, reference)
	if err != nil {
		return models.File{}, err
	}
	if err := g.Whole(); err != nil {
		return models.File{}, err
	}
	c := Copy{
		Organisation: m.Organisation, Reference: g.Request.Reference, Person: g.Request.Person.Name, Locale: g.Request.Locale,
		At: m.Now().In(m.Zone), Items: Items(g.Held),
	}
	if err := c.Apply(review, g.Reasons); err != nil {
		return models.File{}, err
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		return models.File{}, err
	}
	return m.Cases.AddMade(ctx, by, reference, "data-"+g.Request.Reference+".zip", "application/zip", b.Bytes(), o)
}
