package portal

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Owners is what the pages of system owners need. See cases.Owners.
type Owners interface {
	pages.Beginner
	RequestCode(ctx context.Context, task, locale string) error
	Prove(ctx context.Context, t cases.TypedOwnerCode) (cases.OwnerProof, error)
	Holds(ctx context.Context, task, token string) error
	Open(ctx context.Context, task, token, locale string) (cases.OwnerTask, error)
	Complete(ctx context.Context, task, token string, c workflows.CompleteTask, files []cases.GivenFile, o cases.Option) error
	Leave(ctx context.Context, token string) error
}

// ownerLife is how long the browser keeps a session; the service ends it by
// itself.
const ownerLife = 12 * time.Hour

// taskID is how the id of a task looks.
var taskID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// task is the id that the address names.
func task(r *http.Request) (string, error) {
	id := strings.ToLower(r.PathValue("id"))
	if !taskID.MatchString(id) {
		return "", models.Errorf(models.CodeNotFound, "this cannot be a task")
	}
	return id, nil
}

// taskCookie keeps the session of one task, so that several can be open.
func taskCookie(id string) pages.Cookie { return pages.Cookie("habeas-task-" + id) }

// taskFilled is the form of a task as it was filled in.
type taskFilled struct {
	Outcome models.TaskOutcome
	Text    string
	Reasons []string
	Seed    string
	Files   bool // files were chosen, which cannot go along
}

// taskFilledIn reads the form. A code form carries it along, too.
func taskFilledIn(r *http.Request) taskFilled {
	f := taskFilled{
		Outcome: models.TaskOutcome(clean(r.PostForm.Get("outcome"), false)), Text: clean(r.PostForm.Get("text"), true),
		Seed: clean(r.PostForm.Get("seed"), false), Files: r.PostForm.Get("files") != "",
	}
	for _, code := range r.PostForm["reasons"] {
		f.Reasons = append(f.Reasons, clean(code, false))
	}
	return f
}

// Empty reports that nothing was filled in.
func (f taskFilled) Empty() bool { return f.Outcome == "" && f.Text == "" && len(f.Reasons) == 0 }
