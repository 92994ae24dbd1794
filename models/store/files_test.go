package store_test

import (
	"context"
	"testing"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Of two files that are added at the same moment where there is room for one,
// one is refused.
func TestTheLastPlaceForAFileIsGivenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx, s := context.Background(), b.cases(t)
		file := func(r models.Request) models.File {
			return models.File{ID: newID(), RequestID: r.ID, Blob: newID(), Name: "note.txt", MediaType: "text/plain", Size: 3, CreatedAt: noon, Internal: true}
		}
		for range 5 {
			d, err := s.Cases.Submit(ctx, models.Actor{Kind: models.ActorStaff, ID: "ann", Role: models.RoleAgent}, workflows.Submit{
				Type: models.TypeAccess, Channel: models.ChannelLetter, Person: models.Person{Name: "Robin", Country: "DE"}, Details: "Please.",
			}, cases.Option{})
			must(t, err)
			r := d.Request
			full := models.Decision{Request: r, Before: r.Version}
			for n := range workflows.MaxFiles - 1 {
				full.With(models.FileAdded{File: file(r), Before: n})
			}
			must(t, b.Commit(ctx, full))
			errs := race(2, func(int) error {
				_, err := s.Cases.DoByID(ctx, models.Actor{Kind: models.ActorStaff, ID: "ann", Role: models.RoleAgent}, r.ID, workflows.Attach{File: file(r)}, cases.Option{})
				return err
			})
			if n := winners(t, errs, func(err error) bool { return models.CodeOf(err) == models.CodeTooLarge }); n != 1 {
				t.Errorf("%d files were added in the last place: %v", n, errs)
			}
			files, err := b.Files(ctx, r.ID)
			must(t, err)
			if len(files) != workflows.MaxFiles {
				t.Errorf("there are %d files", len(files))
			}
		}
	})
}
