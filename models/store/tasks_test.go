package store_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"habeas/models"
)

// newTask is a task of a request, due a week after noon.
func newTask(r models.Request, change ...func(*models.Task)) models.Task {
	t := models.Task{
		ID: newID(), RequestID: r.ID, Version: 1, Owner: "archive@example.org", OwnerDigest: "digest",
		TaskFacts: models.TaskFacts{
			System: "paper", SystemName: "Paper files", Kind: models.SystemManual, Action: models.ActionErase, State: models.TaskOpen,
			DueOn: models.NewDate(2026, 11, 27), DueBy: noon.Add(7 * 24 * time.Hour), CreatedAt: noon,
		},
		TaskContent: models.TaskContent{Note: "Look for Ana Canary.", Key: []byte("a secret of the task")},
	}
	for _, f := range change {
		f(&t)
	}
	return t
}

func (b *bed) tasked(t *testing.T, r models.Request, change ...func(*models.Task)) models.Task {
	t.Helper()
	one := newTask(r, change...)
	must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}))
	return one
}

func TestTasksAreKeptAndSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		made := b.tasked(t, r)
		got, err := b.Task(t.Context(), made.ID)
		must(t, err)
		if got.Owner != made.Owner || got.Note != made.Note || !bytes.Equal(got.Key, made.Key) || got.Reference != r.Reference || got.State != models.TaskOpen {
			t.Errorf("it came back as %+v", got)
		}
		body := []byte(`{"records":[{"value":"Ana Canary"}]}`)
		must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskResulted{Result: models.TaskResult{
			TaskID: made.ID, RequestID: r.ID, Kind: models.ResultPreview, Run: 1, At: noon, Body: body,
		}}}}))
		stored, err := b.TaskResult(t.Context(), made.ID, models.ResultPreview)
		must(t, err)
		if !bytes.Equal(stored.Body, body) {
			t.Errorf("the preview came back as %s", stored.Body)
		}
		for _, words := range []string{"Canary", "archive@", "a secret"} {
			if strings.Contains(b.contents(t), words) {
				t.Errorf("%q is readable in the database", words)
			}
		}
		// A receipt takes the preview away; shredding takes the rest.
		must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskResulted{Result: models.TaskResult{
			TaskID: made.ID, RequestID: r.ID, Kind: models.ResultReceipt, Run: 2, At: noon, Body: []byte("{}"),
		}}}}))
		if _, err := b.TaskResult(t.Context(), made.ID, models.ResultPreview); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("the preview is still there: %v", err)
		}
		must(t, b.Shred(t.Context(), r.ID, noon))
		got, err = b.Task(t.Context(), made.ID)
		must(t, err)
		if got.Note != "" || got.Key != nil {
			t.Errorf("of a shredded request there is %+v", got.TaskContent)
		}
		if _, err := b.TaskResult(t.Context(), made.ID, models.ResultReceipt); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("of a shredded request there is a receipt: %v", err)
		}
	})
}

func TestATaskIsChangedByOneAtATime(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		made := b.tasked(t, r)
		next := made
		next.Version, next.State = 2, models.TaskRunning
		must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: next, Before: 1}}}))
		err := b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: next, Before: 1}}})
		if models.CodeOf(err) != models.CodeStale {
			t.Errorf("a second change of the same version: %v", err)
		}
		// Whoever ends the request has seen all of its tasks, as they are.
		for sum, want := range map[int]models.Code{1: models.CodeStale, 2: ""} {
			err := b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TasksSeen{RequestID: r.ID, Sum: sum}}})
			if models.CodeOf(err) != want {
				t.Errorf("with the versions %d seen: %v", sum, err)
			}
		}
		// A task that is cancelled takes no token, and nothing is committed there.
		next.Run = 1
		next.Version = 3
		must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: next, Before: 2}}}))
		must(t, b.SaveToken(t.Context(), made.ID, "h", "42", 1, nil))
		if err := b.SaveToken(t.Context(), made.ID, "h", "42", 2, nil); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a token of another run: %v", err)
		}
		next.Version, next.State = 4, models.TaskCancelled
		must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: next, Before: 3}}}))
		if err := b.SaveToken(t.Context(), made.ID, "h", "43", 1, nil); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a token of a cancelled task: %v", err)
		}
		got, err := b.Task(t.Context(), made.ID)
		must(t, err)
		if got.Token != "42" || got.TokenOf != "h" {
			t.Errorf("the token is %q of %q", got.Token, got.TokenOf)
		}
	})
}

func TestTasksAreListedByPages(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		for i := range 7 {
			b.tasked(t, r, func(one *models.Task) {
				one.DueBy = noon.Add(time.Duration(i) * time.Hour)
				if i%2 == 1 {
					one.System, one.OwnerDigest = "shop", ""
				}
				if i == 6 {
					one.State = models.TaskDone
				}
			})
		}
		tests := map[string]struct {
			filter models.TaskFilter
			want   int
		}{
			"all":           {models.TaskFilter{}, 7},
			"undone":        {models.TaskFilter{Undone: true}, 6},
			"of a system":   {models.TaskFilter{System: "shop"}, 3},
			"of an owner":   {models.TaskFilter{Owners: []string{"other", "digest"}}, 4},
			"of nobody":     {models.TaskFilter{NoOwner: true}, 3},
			"overdue":       {models.TaskFilter{Overdue: true, Now: noon.Add(3*time.Hour + time.Minute)}, 4},
			"done":          {models.TaskFilter{States: []models.TaskState{models.TaskDone}}, 1},
			"of no system":  {models.TaskFilter{System: "\x00"}, 0},
			"of an account": {models.TaskFilter{Assignee: "nobody"}, 0},
			"unassigned":    {models.TaskFilter{Assignee: models.Unassigned}, 7},
		}
		for name, tt := range tests {
			tt.filter.Limit = 2
			seen := map[string]bool{}
			var last time.Time
			for {
				page, next, err := b.Tasks(t.Context(), tt.filter)
				must(t, err)
				for _, one := range page {
					if seen[one.ID] || one.DueBy.Before(last) || one.Reference != r.Reference {
						t.Errorf("%s: %+v comes twice or too late", name, one)
					}
					seen[one.ID], last = true, one.DueBy
				}
				if next.IsZero() {
					break
				}
				tt.filter.After = next
			}
			if len(seen) != tt.want {
				t.Errorf("%s: %d tasks, want %d", name, len(seen), tt.want)
			}
		}
		loads, err := b.TaskLoads(t.Context(), noon.Add(2*time.Hour+time.Minute))
		must(t, err)
		for i, want := range []models.TaskLoad{{System: "paper", OwnerDigest: "digest", Undone: 3, Overdue: 2}, {System: "shop", Undone: 3, Overdue: 1}} {
			if want.SystemName, want.Owner = "Paper files", "archive@example.org"; len(loads) != 2 || loads[i] != want {
				t.Errorf("the loads are %+v", loads)
			}
		}
		// An export reads the facts of all of them beside the request.
		var exported []models.TaskFacts
		must(t, b.EachRequest(t.Context(), time.Time{}, time.Time{}, "", func(_ models.Request, tasks []byte) error {
			return json.Unmarshal(tasks, &exported)
		}))
		if len(exported) != 7 || exported[0].SystemName != "Paper files" {
			t.Errorf("exported are %+v", exported)
		}
	})
}

func TestManualSystemsAreKeptWithTheirOwnersSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		made := models.ManualSystem{
			Revision: 1, History: []models.SystemStep{{Act: models.SystemAdded, By: "ada", At: noon}},
			System: models.System{Key: "paper", Name: "Paper files", Kind: models.SystemManual, Owner: "archive@canary.example", Actions: []models.Action{models.ActionFind}},
		}
		must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.ManualSystemChanged{System: made}}}))
		all, err := b.ManualSystems(t.Context())
		must(t, err)
		if len(all) != 1 || all[0].Owner != made.Owner || all[0].Revision != 1 || all[0].Name != made.Name || len(all[0].History) != 1 || all[0].Retired() {
			t.Errorf("it came back as %+v", all)
		}
		if strings.Contains(b.contents(t), "canary.example") {
			t.Error("its owner is readable in the database")
		}
		made.Revision, made.Owner, made.RetiredAt = 2, "", noon
		must(t, b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.ManualSystemChanged{System: made, Before: 1}}}))
		if err := b.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.ManualSystemChanged{System: made, Before: 1}}}); models.CodeOf(err) != models.CodeStale {
			t.Errorf("a second change gave %v", err)
		}
		if all, err = b.ManualSystems(t.Context()); err != nil || all[0].Owner != "" || !all[0].Retired() {
			t.Errorf("changed it is %+v, %v", all, err)
		}
	})
}
