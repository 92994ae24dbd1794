package store_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"habeas/models"
)

func TestACommittedRequestIsFoundAsItWas(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		for name, find := range map[string]func() (models.Request, error){
			"by reference": func() (models.Request, error) { return b.Find(t.Context(), r.Reference) },
			"by id":        func() (models.Request, error) { return b.FindByID(t.Context(), r.ID) },
		} {
			got, err := find()
			must(t, err)
			if !reflect.DeepEqual(got, r) {
				t.Errorf("%s:\n got %+v\nwant %+v", name, got, r)
			}
		}
	})
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		errs := map[string]error{}
		for _, id := range []string{"", "no such id", "\x00", "\xff", "%", "' OR '1'='1"} {
			_, errs["Find "+id] = b.Find(ctx, id)
			_, errs["FindByID "+id] = b.FindByID(ctx, id)
			_, errs["Message "+id] = b.Message(ctx, id)
			_, errs["Job "+id] = b.Job(ctx, id)
			_, errs["Answered "+id] = b.Answered(ctx, id, id)
			_, errs["FindStaff "+id] = b.FindStaff(ctx, id)
			_, errs["Policy "+id] = b.Policy(ctx, id)
			_, errs["CountTry "+id] = b.CountTry(ctx, id, []models.Tries{{Most: 5}}, noon)
			errs["Retry "+id] = b.Retry(ctx, id, noon, models.Event{ID: newID()})
			errs["RevokeToken "+id] = b.RevokeToken(ctx, id, noon, models.Event{ID: newID()})
			errs["Shred "+id] = b.Shred(ctx, id, noon)
		}
		_, errs["Session"] = b.Session(ctx, []byte("x"), noon)
		_, _, errs["TokenByHash"] = b.TokenByHash(ctx, []byte("x"))
		_, errs["SealFile"] = b.SealFile(ctx, models.File{ID: "f", RequestID: "no such id"}, []byte("x"))
		for name, err := range errs {
			if models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%q: %v, want not found", name, err)
			}
		}
		if n := b.count(t, "events"); n != 0 {
			t.Errorf("%d events of what did not happen", n)
		}
	})
}

func TestAStaleCommandChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		must(t, b.Commit(t.Context(), step(r, func(r *models.Request) { r.State = models.StateOpen })))
		late := step(r, func(r *models.Request) { r.State = models.StateClosed })
		late.Jobs = []models.Job{job("late")}
		wantCode(t, b.Commit(t.Context(), late), models.CodeStale)
		unchanged := models.Decision{Request: r, Before: r.Version, Events: []models.Event{event(r, models.EventNoted)}}
		wantCode(t, b.Commit(t.Context(), unchanged), models.CodeStale)

		got, err := b.Find(t.Context(), r.Reference)
		must(t, err)
		if got.State != models.StateOpen || got.Version != 2 {
			t.Errorf("the request is %s at version %d", got.State, got.Version)
		}
		if n := b.count(t, "events"); n != 2 {
			t.Errorf("%d events, want those of the two commands that went through", n)
		}
		if n := b.count(t, "jobs WHERE unique_key = 'late'"); n != 0 {
			t.Error("the late command left a job")
		}
	})
}

func TestATakenReferenceIsAConflict(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		again := newRequest(func(n *models.Request) { n.Reference = r.Reference })
		wantCode(t, b.Commit(t.Context(), submit(again)), models.CodeConflict)
		same := newRequest(func(n *models.Request) { n.ID = r.ID })
		wantCode(t, b.Commit(t.Context(), submit(same)), models.CodeConflict)
		if n := b.count(t, "requests"); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestAJobIsDoneOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		j := job("remind")
		must(t, b.Ensure(t.Context(), j))
		c := step(r, func(r *models.Request) { r.Reminded = []string{"50"} })
		c.With(models.JobFinished{ID: j.ID})
		must(t, b.Commit(t.Context(), c))
		r.Version++
		c = step(r, func(r *models.Request) { r.Reminded = []string{"50", "50"} })
		c.With(models.JobFinished{ID: j.ID})
		if err := b.Commit(t.Context(), c); !errors.Is(err, models.ErrJobDone) {
			t.Errorf("the second run: %v", err)
		}
		got, err := b.Find(t.Context(), r.Reference)
		must(t, err)
		if len(got.Reminded) != 1 {
			t.Errorf("reminded %v", got.Reminded)
		}
		done, err := b.Job(t.Context(), j.ID)
		must(t, err)
		if done.State != models.JobDone || !done.DoneAt.Equal(noon) {
			t.Errorf("the job is %+v", done)
		}
		if err := b.Finish(t.Context(), j.ID, noon); !errors.Is(err, models.ErrJobDone) {
			t.Errorf("Finish: %v", err)
		}
	})
}

func TestAMessageComesBackAsItWas(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		m := message(r, "Dear Ada")
		m.Key = "once"
		twice := message(r, "Dear Ada")
		twice.Key = "once"
		note := models.Message{ID: newID(), RequestID: r.ID, Direction: models.Internal, Audience: models.ToStaff, Text: "a note", CreatedAt: noon.Add(time.Second), Delivery: models.DeliveryNone}
		c := models.Decision{Request: r, Before: r.Version, Messages: []models.Message{m, twice, note}}
		must(t, b.Commit(t.Context(), c))
		got, err := b.Messages(t.Context(), r.ID)
		must(t, err)
		if len(got) != 3 || !reflect.DeepEqual(got[1], m) || !reflect.DeepEqual(got[2], note) {
			t.Fatalf("messages are %+v", got)
		}
		m.Delivery, m.Attempts, m.LastError, m.SentAt = models.DeliverySent, 2, "450 later", noon
		c = models.Decision{Request: r, Before: r.Version, Effects: []models.Effect{models.MailTried{Message: m}}}
		must(t, b.Commit(t.Context(), c))
		one, err := b.Message(t.Context(), m.ID)
		must(t, err)
		if !reflect.DeepEqual(one, m) {
			t.Errorf("\n got %+v\nwant %+v", one, m)
		}
		mail, err := b.CountMail(t.Context())
		must(t, err)
		want := map[models.Delivery]int{models.DeliverySent: 1, models.DeliveryQueued: 1, models.DeliveryNone: 1}
		if !reflect.DeepEqual(mail, want) {
			t.Errorf("CountMail = %v, want %v", mail, want)
		}
		delete(want, models.DeliveryNone) // is no mail
		if mail, err = b.MailCounts(t.Context(), 9); err != nil || !reflect.DeepEqual(mail, want) {
			t.Errorf("MailCounts = %v, %v, want %v", mail, err, want)
		}
	})
}

func TestACodeIsForgottenOnceItIsSent(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		m := message(r, "")
		letter := models.CodeLetter{About: models.About{Reference: r.Reference}, Code: "ABCD2345"}
		m.Letter = &letter
		must(t, b.Commit(t.Context(), models.Decision{Request: r, Before: r.Version, Messages: []models.Message{m}}))
		sent := models.CodeLetter{About: letter.About}
		m.Letter, m.Delivery, m.SentAt = &sent, models.DeliverySent, noon
		done := models.Decision{Request: r, Before: r.Version, Effects: []models.Effect{models.MailTried{Message: m, Forget: true}}}
		must(t, b.Commit(t.Context(), done))
		got, err := b.Message(t.Context(), m.ID)
		must(t, err)
		if !reflect.DeepEqual(got, m) {
			t.Errorf("the message is %+v", got)
		}
		// A mail under way while its request is shredded is still recorded.
		must(t, b.Shred(t.Context(), r.ID, noon))
		r, err = b.FindByID(t.Context(), r.ID)
		must(t, err)
		m.Attempts, done.Request, done.Before = 7, r, r.Version
		done.Effects = []models.Effect{models.MailTried{Message: m, Forget: true}}
		must(t, b.Commit(t.Context(), done))
		got, err = b.Message(t.Context(), m.ID)
		must(t, err)
		if got.Attempts != 7 || got.Letter != nil {
			t.Errorf("the message is %+v", got)
		}
	})
}
