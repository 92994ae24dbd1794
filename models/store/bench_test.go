package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"habeas/migrations"
	"habeas/models"
)

// BenchmarkSubmit commits what one request by web form brings: eleven rows and
// more in eight tables. bench/submit.sql does the same by hand.
func BenchmarkSubmit(b *testing.B) {
	for _, dialect := range []string{migrations.Postgres, migrations.SQLite} {
		b.Run(dialect, func(b *testing.B) {
			s := newBed(b, dialect)
			b.SetParallelism(4) // of each processor
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					c := submit(newRequest(func(r *models.Request) { r.Reference = r.ID }))
					c.Messages[0].Letter = &models.CodeLetter{About: models.About{Reference: c.Request.Reference, Type: models.TypeAccess, Locale: "en"}, Code: "ABCD2345"}
					c.Jobs = nil
					for _, kind := range []models.JobKind{models.JobSendMail, models.JobVerifyReminder, models.JobExpire, models.JobRemind} {
						c.Jobs = append(c.Jobs, models.Job{
							ID: newID(), Kind: kind, RequestID: c.Request.ID, UniqueKey: fmt.Sprint(kind, "/", c.Request.ID),
							RunAt: noon.Add(time.Hour), State: models.JobPending, CreatedAt: noon,
						})
					}
					if err := s.Commit(context.Background(), c); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
