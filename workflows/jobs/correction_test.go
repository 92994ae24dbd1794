package jobs_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"habeas/fulfilment/kinds"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// A correction is told field by field: what the person says, what they ask for,
// what each system had, what was decided, and where it was done. A field that only
// staff correct by hand is done once they say so.
func TestACorrectionIsToldFieldByField(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		var file string
		b.must(s.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file))
		b.places(map[string]string{
			"shop": "name: Shop database\nowner: shop@example.org\nkind: sql\nsql: {driver: sqlite, url: " + filepath.ToSlash(file) + "}\ndatasets: [shop_dataset.yml]\n" +
				"actions: [correct]\ncorrect: {name: person.name}\n",
			"paper": "name: Paper files\nowner: archive@example.org\nkind: manual\ncategories: [user.contact]\nactions: [correct]\n",
		}, kinds.Options{})
		d, err := b.service.Cases.Submit(t.Context(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
			Type: models.TypeCorrection, Channel: models.ChannelWeb, Person: models.Person{Name: "Ana", Email: "ana@example.org", Country: "DE"}, Locale: "en",
			Fields: map[string]any{"corrections": []any{map[string]any{"field": "name", "current": "Anna", "requested": "Ana Maria"}}},
		}, cases.Option{})
		b.must(err)
		r := b.prove(d.Request)
		b.staff(r, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
		r = b.staff(r, workflows.Start{})
		corrected := func() []workflows.CorrectedIn {
			view, err := b.service.Queries.Open(t.Context(), clerk("ada"), r.Reference)
			b.must(err)
			all := view.Corrected(view.Request.Items[0])
			slices.SortFunc(all, func(a, b workflows.CorrectedIn) int { return strings.Compare(a.System, b.System) })
			return all
		}
		if got := corrected(); len(got) != 2 || got[1].Known || got[0].Done || got[1].Done {
			t.Errorf("before anybody looked it is %+v", got)
		}
		task := b.task(r, "shop")
		b.onTask("ada", task, workflows.RunTask{Task: task.ID})
		b.drain(b.runner())
		task = b.wantState(r, "shop", models.TaskNeedsReview, "")
		if got := corrected(); got[1].Place != "person.name" || got[1].Found == nil || *got[1].Found != "Ana" || got[1].Done {
			t.Errorf("in the preview it is %+v", got)
		}
		b.refusedFor(clerk("ada"), r, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Done."}, "it cannot be fulfilled: the task")
		b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
		b.drain(b.runner())
		if rows := s.rows(); !strings.Contains(rows, "1 ana@example.org Ana Maria") || !strings.Contains(rows, "2 bob@example.org Bob") {
			t.Errorf("the shop has %s", rows)
		}
		paper := b.task(r, "paper")
		b.onTask("ada", paper, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskCompleted, Note: "The folder says so now."})
		if got := corrected(); !got[0].Done || got[0].Known || !got[1].Done || got[1].Found == nil || *got[1].Found != "Ana" {
			t.Errorf("once it is done it is %+v", got)
		}
		r = b.staff(b.request(r.ID), workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Done."})
		if r.State == models.StateInReview {
			r = b.act(clerk("bob"), r, workflows.Approve{Version: r.Version})
		}
		b.drain(b.runner())
		if to := b.post.to("corrected in Paper files and Shop database"); !slices.Equal(to, []string{"ana@example.org"}) {
			if to = b.post.to("corrected in Shop database and Paper files"); !slices.Equal(to, []string{"ana@example.org"}) {
				t.Errorf("%q were told where it was corrected", to)
			}
		}
	})
}
