package store_test

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"habeas/models"
)

func ids(jobs []models.Job) (s []string) {
	for _, j := range jobs {
		s = append(s, j.ID)
	}
	return s
}

func TestAJobIsThereOncePerKey(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		j := job("k", func(j *models.Job) { j.RequestID, j.Subject = "r", "50" })
		must(t, b.Ensure(t.Context(), j))
		must(t, b.Ensure(t.Context(), job("k")))
		r := newRequest()
		c := submit(r)
		c.Jobs = []models.Job{job("k"), job("l")}
		must(t, b.Commit(t.Context(), c))
		got, err := b.Job(t.Context(), j.ID)
		must(t, err)
		if !reflect.DeepEqual(got, j) {
			t.Errorf("the job is %+v, want %+v", got, j)
		}
		if n := b.count(t, "jobs"); n != 2 {
			t.Errorf("%d jobs, want those of k and l", n)
		}
	})
}

func TestAClaimTakesWhatIsDueSoonestFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		var all []models.Job
		for i := range 5 {
			all = append(all, job(strconv.Itoa(i), func(j *models.Job) { j.RunAt = noon.Add(time.Duration(i-3) * time.Minute) }))
			must(t, b.Ensure(ctx, all[i]))
		}
		claim := func(now time.Time, limit int, want ...models.Job) {
			t.Helper()
			got, err := b.Claim(ctx, now, time.Hour, limit)
			must(t, err)
			if !slices.Equal(ids(got), ids(want)) {
				t.Errorf("at %v claimed %v, want %v", now, ids(got), ids(want))
			}
		}
		claim(noon, 2, all[0], all[1])
		claim(noon, 9, all[2], all[3])
		claim(noon, 9)
		claim(noon.Add(time.Hour-time.Microsecond), 9, all[4])
		claim(noon.Add(time.Hour), 9, all[0], all[1], all[2], all[3]) // their lease is over
		must(t, b.Unclaim(ctx, []string{all[1].ID, all[2].ID}))
		claim(noon.Add(time.Hour), 9, all[1], all[2])
		must(t, b.Finish(ctx, all[0].ID, noon))
		must(t, b.Unclaim(ctx, nil))
		must(t, b.Unclaim(ctx, []string{}))
		claim(noon.Add(time.Hour), 9, all[1], all[2], all[3], all[4])
	})
}

func TestAJobFailsDiesAndIsRetried(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		j := job("k")
		must(t, b.Ensure(ctx, j))
		j.Attempts, j.RunAt, j.LastError = 1, noon.Add(time.Minute), "timeout"
		must(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{models.JobFailed{Job: j}}}))
		got, err := b.Claim(ctx, noon.Add(time.Minute), time.Hour, 9)
		must(t, err)
		if len(got) != 1 || !reflect.DeepEqual(got[0], j) {
			t.Errorf("claimed %+v, want %+v", got, j)
		}
		j.State, j.Attempts = models.JobDead, 8
		r := b.submitted(t)
		alarm := models.Decision{
			Messages: []models.Message{{ID: newID(), Letter: &models.StaffDeadJobLetter{JobID: j.ID}, CreatedAt: noon, Key: "alarm/" + j.ID}, message(r, "of a request")},
			Jobs:     []models.Job{job("mail of the alarm")},
			Events:   []models.Event{event(r, models.EventMailFailed)},
		}
		alarm.With(models.JobFailed{Job: j})
		must(t, b.Commit(ctx, alarm))
		if err := b.Commit(ctx, models.Decision{Effects: []models.Effect{models.JobFailed{Job: j}}}); !errors.Is(err, models.ErrJobDone) {
			t.Errorf("failing a dead job gave %v", err)
		}
		m, err := b.Message(ctx, alarm.Messages[0].ID)
		must(t, err)
		if !reflect.DeepEqual(m, alarm.Messages[0]) {
			t.Errorf("the alarm is %+v", m)
		}
		dead, _, err := b.Jobs(ctx, models.JobDead, models.Cursor{}, 9)
		must(t, err)
		if len(dead) != 1 || !reflect.DeepEqual(dead[0], j) {
			t.Errorf("dead are %+v", dead)
		}
		counts, err := b.CountJobs(ctx)
		must(t, err)
		if counts[models.JobDead] != 1 || counts[models.JobPending] != 3 {
			t.Errorf("counts are %v", counts)
		}
		for most, want := range map[int]int{1: 2, 2: 3, 9: 3} { // to one more, and no further
			if counts, err = b.JobCounts(ctx, most); err != nil || counts[models.JobPending] != want || counts[models.JobDead] != 1 || len(counts) != 2 {
				t.Errorf("to %d the counts are %v, %v", most, counts, err)
			}
		}
		retried := models.Event{ID: newID(), At: noon, Kind: models.EventJobRetried}
		must(t, b.Retry(ctx, j.ID, noon, retried))
		wantCode(t, b.Retry(ctx, j.ID, noon, models.Event{ID: newID()}), models.CodeConflict)
		got, err = b.Claim(ctx, noon, 0, 1)
		must(t, err)
		if len(got) != 1 || got[0].State != models.JobPending {
			t.Errorf("claimed %+v", got)
		}
		if n := b.count(t, "events WHERE kind = 'job_retried'"); n != 1 {
			t.Errorf("%d events of a retry", n)
		}
	})
}

func TestJobsAreListedInPages(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		var want []string
		for i := range 10 {
			j := job(strconv.Itoa(i), func(j *models.Job) { j.RunAt = noon.Add(time.Duration(i/3) * time.Second) })
			must(t, b.Ensure(t.Context(), j))
			want = append(want, j.ID)
		}
		var got []string
		for after := (models.Cursor{}); ; {
			page, next, err := b.Jobs(t.Context(), models.JobPending, after, 4)
			must(t, err)
			got = append(got, ids(page)...)
			if after = next; after.IsZero() {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("listed %v\nwant   %v", got, want)
		}
	})
}
