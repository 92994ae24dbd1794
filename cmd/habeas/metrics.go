package main

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"habeas/models"
	"habeas/models/store"
)

// statsAge is how old the figures from the database may be: every scraper and
// every replica asks for them.
const statsAge = 15 * time.Second

// metrics is what /metrics tells. Labels are words of the domain and templates
// of routes; nothing that a client chose, and nobody's data.
type metrics struct {
	registry *prometheus.Registry
	latency  *prometheus.HistogramVec
}

func newMetrics(s *store.Store, mailbox string, log *slog.Logger) metrics {
	m := metrics{
		registry: prometheus.NewRegistry(),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "habeas_http_request_duration_seconds", Help: "Time to answer a request, by template of the route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route", "method", "status"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "habeas_build_info", Help: "Always 1; the label says which binary this is.",
		ConstLabels: prometheus.Labels{"version": version()},
	})
	build.Set(1)
	m.registry.MustRegister(m.latency, build, &figures{store: s, mailbox: mailbox, log: log},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts one answered request.
func (m metrics) observe(route, method string, status int, took time.Duration) {
	m.latency.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// figures collects what the database knows.
type figures struct {
	store   *store.Store
	mailbox string // that is read by IMAP, or ""
	log     *slog.Logger

	mu    sync.Mutex
	at    time.Time
	taken []prometheus.Metric
}

type family struct {
	name, help string
	labels     []string
}

func (f family) desc() *prometheus.Desc {
	return prometheus.NewDesc("habeas_"+f.name, f.help, f.labels, nil)
}

func (f family) is(value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(f.desc(), prometheus.GaugeValue, value, labels...)
}

//nolint:gochecknoglobals // the names of the metrics, read-only
var (
	upFamily       = family{"database_up", "1 if the figures below could be read.", nil}
	requestsFamily = family{"requests", "Requests by type and state.", []string{"type", "state"}}
	soonFamily     = family{"requests_due_soon", "Unanswered requests due within 7 days.", nil}
	overdueFamily  = family{"requests_overdue", "Unanswered requests past their date.", nil}
	jobsFamily     = family{"jobs", "Jobs by state; dead ones gave up and wait for staff.", []string{"state"}}
	lagFamily      = family{"job_lag_seconds", "How long the job longest due has been waiting.", nil}
	mailFamily     = family{"mails", "Outgoing mails by how far they got.", []string{"result"}}
	mailboxFamily  = family{"mailbox_last_success_timestamp_seconds", "When the mailbox was last read by IMAP; before the first time, since when it should have been.", nil}
)

// Describe implements prometheus.Collector.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, each := range []family{upFamily, requestsFamily, soonFamily, overdueFamily, jobsFamily, lagFamily, mailFamily, mailboxFamily} {
		ch <- each.desc()
	}
}

// Collect implements prometheus.Collector. While the database is away it tells
// only that.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at := now(); at.Sub(f.at) >= statsAge {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		taken, err := f.read(ctx, at)
		if err != nil {
			f.log.WarnContext(ctx, "figures cannot be read", slog.Any("error", err))
			ch <- upFamily.is(0)
			return
		}
		f.taken, f.at = taken, at
	}
	for _, m := range f.taken {
		ch <- m
	}
}

func (f *figures) read(ctx context.Context, at time.Time) ([]prometheus.Metric, error) {
	stats, err := f.store.Stats(ctx, at)
	if err != nil {
		return nil, err
	}
	jobs, err := f.store.CountJobs(ctx)
	if err != nil {
		return nil, err
	}
	mails, err := f.store.CountMail(ctx)
	if err != nil {
		return nil, err
	}
	oldest, err := f.store.OldestDue(ctx, at)
	if err != nil {
		return nil, err
	}
	all := []prometheus.Metric{
		upFamily.is(1), soonFamily.is(float64(stats.DueSoon)), overdueFamily.is(float64(stats.Overdue)), lagFamily.is(lag(oldest, at).Seconds()),
	}
	for kind, states := range stats.ByTypeState {
		for state, n := range states {
			all = append(all, requestsFamily.is(float64(n), string(kind), string(state)))
		}
	}
	// What there is none of is told too: an alarm needs a zero to come back to.
	for _, state := range []models.JobState{models.JobPending, models.JobDone, models.JobDead} {
		all = append(all, jobsFamily.is(float64(jobs[state]), string(state)))
	}
	for _, d := range []models.Delivery{models.DeliveryQueued, models.DeliverySent, models.DeliveryDeferred, models.DeliveryFailed, models.DeliveryBounced} {
		all = append(all, mailFamily.is(float64(mails[d]), string(d)))
	}
	box, err := f.readMailbox(ctx)
	return append(all, box...), err
}

// readMailbox returns the figure of the mailbox, if there is one.
func (f *figures) readMailbox(ctx context.Context) ([]prometheus.Metric, error) {
	if f.mailbox == "" {
		return nil, nil
	}
	box, err := f.store.Mailbox(ctx, f.mailbox)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{mailboxFamily.is(float64(box.SilentSince().Unix()))}, nil
}
