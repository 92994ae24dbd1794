package accesspackage

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"habeas/models"
	"habeas/workflows/cases"
)

// Maker makes the packages of requests.
type Maker struct {
	Tasks        *cases.Tasks
	Cases        *cases.Cases
	Queries      *cases.Queries
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
	if c.Files, err = m.files(ctx, by, g.Request, review.Files); err != nil {
		return models.File{}, err
	}
	return m.Cases.AddPackage(ctx, by, reference, "data-"+g.Request.Reference+".zip", c.Write, o)
}

// files are those of the request that go along. Each is read when its turn comes, and
// that it was is recorded.
func (m *Maker) files(ctx context.Context, by models.Actor, r models.Request, ids []string) ([]Attachment, error) {
	known, err := m.Queries.Files(ctx, by, r)
	if err != nil {
		return nil, err
	}
	var all []Attachment
	for n, id := range ids {
		i := slices.IndexFunc(known, func(f models.File) bool { return f.ID == id && !f.Package() && !f.Former(r) })
		if i < 0 {
			return nil, models.Invalid(models.FieldError{Field: fmt.Sprintf("files[%d]", n), Code: "unknown", Message: "is not a file of this request"})
		}
		all = append(all, Attachment{Name: known[i].Name, Open: func() (io.Reader, error) {
			_, content, err := m.Queries.ReadFile(ctx, by, r, id, func(int64) error { return nil })
			return bytes.NewReader(content), err
		}})
	}
	return all, nil
}
