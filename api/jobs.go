package api

import (
	"context"
	"time"

	"habeas/models"
)

// jobView is one thing to be done in the background. It holds no personal data.
type jobView struct {
	ID        string          `json:"id"`
	Kind      models.JobKind  `json:"kind"`
	State     models.JobState `json:"state"`
	RunAt     time.Time       `json:"run_at"`
	Attempts  int             `json:"attempts"`
	LastError string          `json:"last_error,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	DoneAt    time.Time       `json:"done_at,omitzero"`
}

type jobList struct {
	Items      []jobView `json:"items"`
	NextCursor string    `json:"next_cursor,omitempty" description:"Where the list goes on; left out on the last page."`
}

func viewJob(j models.Job) jobView {
	return jobView{
		ID: j.ID, Kind: j.Kind, State: j.State, RunAt: j.RunAt.UTC(), Attempts: j.Attempts, LastError: j.LastError,
		CreatedAt: j.CreatedAt.UTC(), DoneAt: j.DoneAt.UTC(),
	}
}

type jobsInput struct {
	State  string `query:"state" json:"-" validate:"omitempty,oneof=pending done dead"`
	Limit  int    `query:"limit" json:"-" validate:"omitempty,min=1,max=500" default:"50" description:"How many at most."`
	Cursor string `query:"cursor" json:"-" validate:"max=200" description:"next_cursor of the page before."`
}

func (a *API) listJobs(ctx context.Context, _ *call, in jobsInput) (jobList, error) {
	after, err := cursorOf("jobs", in.Cursor)
	if err != nil {
		return jobList{}, err
	}
	jobs, next, err := a.Service.JobStore.Jobs(ctx, models.JobState(in.State), after, pageOf(in.Limit))
	if err != nil {
		return jobList{}, err
	}
	list := jobList{Items: []jobView{}, NextCursor: cursorText("jobs", next)}
	for _, j := range jobs {
		list.Items = append(list.Items, viewJob(j))
	}
	return list, nil
}

type jobInput struct {
	ID string `path:"id" json:"-" description:"As listed."`
}

func (a *API) retryJob(ctx context.Context, c *call, in jobInput) (jobView, error) {
	j, err := a.Service.Jobs.RetryJob(ctx, c.actor(), in.ID)
	return viewJob(j), err
}
