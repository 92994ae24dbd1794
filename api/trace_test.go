package api_test

import (
	"net/http"
	"testing"

	"habeas/models"
)

// The log is read from a request to the jobs that follow from it by one id.
func TestJobsCarryTheIDOfTheirRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	res := b.want(http.StatusCreated, b.as(models.RoleIntake, http.MethodPost, "/v1/requests", object{
		"type": "access", "person": object{"name": "Ada", "email": "ada@example.org"},
	}))
	jobs, _, err := b.store.Jobs(t.Context(), models.JobPending, models.Cursor{}, 100)
	must(t, err)
	if len(jobs) == 0 {
		t.Fatal("nothing follows from a request")
	}
	for _, j := range jobs {
		if j.Trace == "" || j.Trace != res.Header.Get("X-Request-Id") {
			t.Errorf("%s is of request %q, not of %q", j.Kind, j.Trace, res.Header.Get("X-Request-Id"))
		}
	}
}
