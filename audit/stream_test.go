package audit_test

import (
	"context"
	"io"
	"runtime"
	"testing"
	"time"

	"habeas/audit"
	"habeas/internal/testbed"
	"habeas/models"
)

// many repeats its first row n times.
type many struct {
	rows
	n int
}

func (s many) EachRequest(_ context.Context, _, _ time.Time, _ models.RequestType, fn func(r models.Request, tasks []byte) error) error {
	for i := range s.n {
		if err := fn(s.requests[i%len(s.requests)], nil); err != nil {
			return err
		}
	}
	return nil
}

func (s many) EachEvent(_ context.Context, _, _ time.Time, _ models.RequestType, fn func([]byte) error) error {
	for i := range s.n {
		if err := fn(s.events[i%len(s.events)].Canonical()); err != nil {
			return err
		}
	}
	return nil
}

// meter counts bytes and remembers the largest heap and the largest write.
type meter struct {
	bytes, heap uint64
	largest     int
	writes      int
}

func (m *meter) Write(p []byte) (int, error) {
	m.bytes += uint64(len(p))
	m.largest = max(m.largest, len(p))
	if m.writes++; m.writes%64 == 0 {
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		m.heap = max(m.heap, s.HeapAlloc)
	}
	return len(p), nil
}

// Not parallel: it measures the heap of the process.
func TestMemoryStaysFlat(t *testing.T) {
	streamed := testbed.Soak(100_000, 1_000_000)
	src := many{rows{requests: requests(), events: events()}, streamed}
	zone := losAngeles(t)
	for name, write := range map[string]func(io.Writer, audit.Format) (int, error){
		"requests": func(w io.Writer, f audit.Format) (int, error) {
			return audit.WriteRequests(t.Context(), w, src, models.Period{}, f, now, zone)
		},
		"events": func(w io.Writer, f audit.Format) (int, error) {
			return audit.WriteEvents(t.Context(), w, src, models.Period{}, f)
		},
	} {
		for _, format := range []audit.Format{audit.FormatCSV, audit.FormatJSONL} {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			m := &meter{}
			n, err := write(m, format)
			runtime.ReadMemStats(&after)
			if err != nil || n != streamed {
				t.Fatalf("%s.%s: %d rows, %v", name, format, n, err)
			}
			if m.largest > 64<<10 || m.writes < 100 {
				t.Errorf("%s.%s: %d writes of up to %d bytes: it does not flush as it goes", name, format, m.writes, m.largest)
			}
			if grown := int64(m.heap) - int64(before.HeapAlloc); grown > 24<<20 {
				t.Errorf("%s.%s: the heap grew by %d MiB for %d MiB of rows", name, format, grown>>20, m.bytes>>20)
			}
			// A request costs no allocation at all; an event that of its
			// canonical form.
			if spent := after.TotalAlloc - before.TotalAlloc; name == "requests" && spent > 4<<20 {
				t.Errorf("%s.%s: %d bytes allocated per row", name, format, spent/uint64(streamed))
			}
		}
	}
}

func BenchmarkWriteRequests(b *testing.B) {
	zone := losAngeles(b)
	for _, format := range []audit.Format{audit.FormatCSV, audit.FormatJSONL} {
		b.Run(string(format), func(b *testing.B) {
			benchmark(b, func(w io.Writer, n int) (int, error) {
				return audit.WriteRequests(b.Context(), w, many{rows{requests: requests()}, n}, models.Period{}, format, now, zone)
			})
		})
	}
}

func BenchmarkWriteEvents(b *testing.B) {
	for _, format := range []audit.Format{audit.FormatCSV, audit.FormatJSONL} {
		b.Run(string(format), func(b *testing.B) {
			benchmark(b, func(w io.Writer, n int) (int, error) {
				return audit.WriteEvents(b.Context(), w, many{rows{events: events()}, n}, models.Period{}, format)
			})
		})
	}
}

// benchmark makes one row the operation, so that ns/op and allocs/op are its.
func benchmark(b *testing.B, write func(io.Writer, int) (int, error)) {
	b.Helper()
	b.ReportAllocs()
	start := time.Now()
	n, err := write(io.Discard, b.N)
	if err != nil || n != b.N {
		b.Fatal(n, err)
	}
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "rows/s")
}
