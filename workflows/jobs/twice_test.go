package jobs_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
	"habeas/workflows/jobs"
)

// scene sets a job of one kind up, due now, and counts its effects.
type scene func(t *testing.T, b *bed) (job models.Job, effects func() int)

// scenes has one for every kind of job: a kind without one fails the test.
func scenes() map[models.JobKind]scene {
	return map[models.JobKind]scene{
		models.JobSendMail: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.submit("ana@example.org")
			return b.one(models.JobSendMail), func() int { return b.post.took(t) }
		},
		models.JobRemind: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.submit("ana@example.org")
			j := b.one(models.JobRemind)
			b.set(j.RunAt)
			return j, func() int { return len(b.mails("staff_due_soon")) }
		},
		models.JobVerifyReminder: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.submit("ana@example.org")
			j := b.one(models.JobVerifyReminder)
			b.set(j.RunAt)
			return j, func() int { return len(b.mails("verify_reminder")) }
		},
		models.JobProveLinked: func(t *testing.T, b *bed) (models.Job, func() int) {
			first, second := b.linked()
			b.prove(first)
			return b.one(models.JobProveLinked), func() int {
				r, err := b.store.FindByID(t.Context(), second.ID)
				b.must(err)
				events, err := b.store.Events(t.Context(), r.ID)
				b.must(err)
				n := 0
				for _, e := range events {
					if e.Kind == models.EventMailboxProved && r.State == models.StateOpen {
						n++
					}
				}
				return n
			}
		},
		models.JobExpire: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.submit("ana@example.org")
			j := b.one(models.JobExpire)
			b.set(j.RunAt)
			return j, func() int { return len(b.mails("expired")) }
		},
		models.JobIssueCode: func(_ *testing.T, b *bed) (models.Job, func() int) {
			r := b.submit("ana@example.org")
			b.must(b.service.Cases.RequestCode(b.t.Context(), r.Reference))
			return b.one(models.JobIssueCode), func() int { return len(b.mails("code")) - 1 }
		},
		models.JobDigestDay: func(_ *testing.T, b *bed) (models.Job, func() int) {
			return b.digestDay(), func() int { return len(b.ofKind(models.JobPending, models.JobDigest)) }
		},
		models.JobDigest: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.must(b.runner().Run(b.t.Context(), b.digestDay().ID))
			return b.one(models.JobDigest), func() int { return len(b.mails("staff_digest")) }
		},
		models.JobPlaceMail: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.keep("From: ana@example.org\r\nSubject: Access request\r\n\r\nPlease send me a copy of all my personal data.\r\n")
			j := b.one(models.JobPlaceMail)
			b.set(j.RunAt)
			return j, func() int { return len(b.mails("code")) }
		},
		models.JobMailFiles: func(t *testing.T, b *bed) (models.Job, func() int) {
			r := b.placedByStaff()
			return b.one(models.JobMailFiles), func() int {
				files, err := b.store.Files(t.Context(), r.ID)
				b.must(err)
				return len(files)
			}
		},
		models.JobDeleteBlob: func(t *testing.T, b *bed) (models.Job, func() int) {
			may := b.hire("May", "may@example.org", models.RoleAgent)
			r := b.submit("ana@example.org")
			b.service.Inspect = func(name string, _ []byte) (string, string, error) { return name, "text/plain", nil }
			f, err := b.service.Cases.AddFile(t.Context(), models.Actor{Kind: models.ActorStaff, ID: may.ID, Role: may.Role}, r.Reference, "a.txt", []byte("a file"), true, cases.Option{})
			b.must(err)
			b.do(r, may, workflows.DeleteFile{File: f.ID, Reason: "mistake"})
			return b.one(models.JobDeleteBlob), func() int {
				blob, err := b.service.Blobs.Get(t.Context(), f.Blob)
				if err == nil {
					b.must(blob.Close())
					return 0
				}
				return 1
			}
		},
		models.JobHeldMail: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.keep("From: nobody\r\nSubject: Hello\r\n\r\nHello.\r\n")
			j := b.one(models.JobPlaceMail)
			b.set(j.RunAt)
			b.must(b.runner().Run(b.t.Context(), j.ID))
			j = b.one(models.JobHeldMail)
			b.set(j.RunAt)
			return j, func() int { return len(b.mails("staff_mail_held")) - 1 }
		},
		models.JobRunTask: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			r := b.verified(models.TypeAccess, "ana@example.org")
			return b.one(models.JobRunTask), func() int { return b.taskEvents(t, r, models.EventTaskDone) }
		},
		models.JobOwnerMail: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			b.verified(models.TypeAccess, "ana@example.org")
			j := b.ofKind(models.JobPending, models.JobOwnerMail)[0]
			b.set(j.RunAt)
			return j, func() int { return len(b.mails("owner_tasks")) }
		},
		models.JobRemindTask: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			r := b.verified(models.TypeDeletion, "ana@example.org")
			j := b.ofKind(models.JobPending, models.JobRemindTask)[0]
			b.set(j.RunAt)
			return j, func() int { return b.taskEvents(t, r, models.EventTaskReminded) }
		},
		models.JobOwnerCode: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			r := b.verified(models.TypeAccess, "ana@example.org")
			tasks, err := b.store.TasksOf(t.Context(), r.ID)
			b.must(err)
			i := slices.IndexFunc(tasks, func(one models.Task) bool { return one.Manual() })
			b.must(b.service.Owners.RequestCode(t.Context(), tasks[i].ID, "de"))
			return b.one(models.JobOwnerCode), func() int { return len(b.mails("owner_code")) }
		},
		models.JobCoolingOff: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			r := b.act(models.Actor{Kind: models.ActorSubject}, b.unsure("ana@example.org"), workflows.ConfirmErasure{})
			b.set(r.Erasure.From)
			return b.one(models.JobCoolingOff), func() int { return b.taskEvents(t, r, models.EventTaskCooled) / 2 }
		},
		models.JobLookAgain: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			r := b.carriedOut("ana@example.org")
			b.set(b.now().AddDate(0, 0, 7))
			jobs := b.ofKind(models.JobPending, models.JobLookAgain)
			slices.SortFunc(jobs, func(x, y models.Job) int { return x.RunAt.Compare(y.RunAt) })
			added := b.taskEvents(t, r, models.EventTaskAdded)
			return jobs[0], func() int { return b.taskEvents(t, r, models.EventTaskAdded) - added }
		},
		models.JobVoidPackages: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			access := b.packed("ana@example.org")
			b.rehearsed("ana@example.org") // the paper files are erased
			return b.ofKind(models.JobPending, models.JobVoidPackages)[0], func() int { return b.taskEvents(t, access, models.EventPackageVoided) }
		},
		models.JobRetention: func(t *testing.T, b *bed) (models.Job, func() int) {
			r := b.closedAs(b.submit("ana@example.org"), models.OutcomeSpam)
			b.set(r.ClosedAt.AddDate(0, 0, 32))
			b.must(b.runner().Schedule(t.Context()))
			return b.one(models.JobRetention), func() int { return len(b.ofKind(models.JobPending, models.JobErase)) }
		},
		models.JobErase: func(t *testing.T, b *bed) (models.Job, func() int) {
			r := b.closedAs(b.submit("ana@example.org"), models.OutcomeSpam)
			b.set(r.ClosedAt.AddDate(0, 0, 32))
			b.must(b.runner().Schedule(t.Context()))
			b.must(b.runner().Run(t.Context(), b.one(models.JobRetention).ID))
			return b.one(models.JobErase), func() int { return b.taskEvents(t, r, models.EventErased) }
		},
		models.JobLeftovers: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.service.Inspect = func(name string, _ []byte) (string, string, error) { return name, "text/plain", nil }
			blobs := &listed{Blobs: b.service.Blobs, keys: map[string]bool{}}
			b.service.Blobs = blobs
			r := b.submit("ana@example.org")
			_, err := b.service.Cases.AddFile(t.Context(), clerk("ada"), r.Reference, "a.txt", []byte("a"), true, cases.Option{})
			b.must(err)
			b.erased(r)
			b.must(b.service.Jobs.EnsureJob(t.Context(), models.Job{Kind: models.JobLeftovers, UniqueKey: "leftovers"}))
			return b.one(models.JobLeftovers), func() int { return 1 - blobs.left(t) }
		},
		models.JobLegalHolds: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			r := b.verified(models.TypeDeletion, "ana@example.org")
			b.holdOn("ana@example.org")
			return b.one(models.JobLegalHolds), func() int { return b.taskEvents(t, r, models.EventTaskHeld) }
		},
		models.JobLegalHoldReview: func(_ *testing.T, b *bed) (models.Job, func() int) {
			b.holdOn("ana@example.org")
			j := b.one(models.JobLegalHoldReview)
			b.set(j.RunAt)
			return j, func() int { return len(b.mails("staff_legal_hold")) }
		},
		models.JobOwnerUnreached: func(t *testing.T, b *bed) (models.Job, func() int) {
			b.shop()
			r := b.verified(models.TypeAccess, "ana@example.org")
			tasks, err := b.store.TasksOf(t.Context(), r.ID)
			b.must(err)
			i := slices.IndexFunc(tasks, func(one models.Task) bool { return one.Manual() })
			b.must(b.service.Jobs.EnsureJob(t.Context(), models.Job{
				Kind: models.JobOwnerUnreached, Subject: tasks[i].ID + "/" + tasks[i].OwnerDigest, UniqueKey: "u", RunAt: b.now(),
			}))
			return b.one(models.JobOwnerUnreached), func() int { return b.taskEvents(t, r, models.EventOwnerUnreached) }
		},
		models.JobMailboxAlarm: func(_ *testing.T, b *bed) (models.Job, func() int) {
			for range 2 { // the same alarm again rings no second time
				b.must(b.service.Jobs.EnsureJob(b.t.Context(), jobs.MailboxSilent("today", b.now(), models.MailboxLogin)))
			}
			return b.one(models.JobMailboxAlarm), func() int { return len(b.mails("staff_mailbox")) }
		},
	}
}

// digestDay gives somebody work and returns the job of a day that has begun.
func (b *bed) digestDay() models.Job {
	b.t.Helper()
	may := b.hire("May", "may@example.org", models.RoleAgent)
	b.do(b.submit("ana@example.org"), may, workflows.Assign{Assignee: may.ID})
	b.set(morning.Add(4 * time.Hour))
	b.must(b.runner().Schedule(b.t.Context()))
	return b.one(models.JobDigestDay)
}

func TestRunningAJobTwiceHasOneEffect(t *testing.T) {
	t.Parallel()
	for _, kind := range models.JobKinds() {
		t.Run(string(kind), func(t *testing.T) {
			set, ok := scenes()[kind]
			if !ok {
				t.Fatal("nobody says what this kind of job does: add a scene")
			}
			onBoth(t, func(t *testing.T, b *bed) {
				j, effects := set(t, b)
				for range 2 {
					b.must(b.runner().Run(t.Context(), j.ID))
					b.wantOnce(j, effects())
				}
			})
		})
	}
}

// Ten processes get the same job: a queue may deliver it as often as it likes.
func TestRunningAJobInTenProcessesHasOneEffect(t *testing.T) {
	t.Parallel()
	for kind, set := range scenes() {
		t.Run(string(kind), func(t *testing.T) {
			onBoth(t, func(t *testing.T, b *bed) {
				j, effects := set(t, b)
				runners := make([]*jobs.Runner, 10)
				for i := range runners {
					runners[i] = b.runner()
				}
				var wg sync.WaitGroup
				start := make(chan struct{})
				for _, r := range runners {
					wg.Go(func() {
						<-start
						if err := r.Run(t.Context(), j.ID); err != nil {
							t.Error(err)
						}
					})
				}
				close(start)
				wg.Wait()
				b.wantOnce(j, effects())
			})
		})
	}
}

func (b *bed) wantOnce(j models.Job, effects int) {
	b.t.Helper()
	if effects != 1 {
		b.t.Errorf("the job had %d effects, want 1", effects)
	}
	if got := b.job(j.ID); got.State != models.JobDone || got.LastError != "" || got.DoneAt.IsZero() {
		b.t.Errorf("the job is %s, done at %v, with the error %q", got.State, got.DoneAt, got.LastError)
	}
}

func TestAJobThatIsNotDueIsLeftToTheRelay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.submit("ana@example.org")
		j := b.one(models.JobExpire)
		b.set(j.RunAt.Add(-time.Second))
		b.must(b.runner().Run(t.Context(), j.ID))
		if got := b.job(j.ID); got.State != models.JobPending || got.Attempts != 0 {
			t.Errorf("the job is %s after %d tries", got.State, got.Attempts)
		}
	})
}

func TestARunOfAnUnknownIdIsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.must(b.runner().Run(t.Context(), "no such job"))
	})
}
