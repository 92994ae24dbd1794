package api

import (
	"context"
	"net/http"
	"time"
)

// Readiness is what the parts say that the service needs.
type Readiness struct {
	Database bool
	Queue    bool
	// OldestDue is when the oldest undone job was due; zero where none is.
	OldestDue time.Time
}

type healthView struct {
	Status string `json:"status" enum:"ok"`
}

func (a *API) healthz(context.Context, *call, nothing) (healthView, error) {
	return healthView{Status: "ok"}, nil
}

// readyView is Readiness as probes read it.
type readyView struct {
	Status           string `json:"status" enum:"ready,degraded,not_ready"`
	Database         string `json:"database" enum:"up,down"`
	Queue            string `json:"queue" enum:"up,down"`
	OldestJobSeconds int    `json:"oldest_job_seconds"`
}

func (v readyView) write(c *call) error {
	if v.Status == "not_ready" {
		c.Response().Header().Set("Retry-After", "5")
		return c.JSON(http.StatusServiceUnavailable, v)
	}
	return c.JSON(http.StatusOK, v)
}

func (a *API) readyz(ctx context.Context, _ *call, _ nothing) (readyView, error) {
	r := a.Ready(ctx)
	word := map[bool]string{true: "up", false: "down"}
	v := readyView{Status: "ready", Database: word[r.Database], Queue: word[r.Queue]}
	switch {
	case !r.Database:
		v.Status = "not_ready"
	case !r.Queue:
		v.Status = "degraded"
	}
	if !r.OldestDue.IsZero() {
		v.OldestJobSeconds = max(0, int(a.Now().Sub(r.OldestDue).Seconds()))
	}
	return v, nil
}
