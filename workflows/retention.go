package workflows

import (
	"context"
	"errors"
	"strconv"
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
)

// CommandErase is the command of Erase. Only a job gives it.
const CommandErase CommandName = "erase"

// Erase erases the personal data of a closed request whose time is over.
type Erase struct{}

// Name implements Command.
func (Erase) Name() CommandName { return CommandErase }

// RetainedUntil is the end of the last day on which the personal data of a
// closed request is kept, and which rule says so.
func (r Rules) RetainedUntil(f models.Facts) (time.Time, models.OwnData) {
	closed := models.DateOf(f.ClosedAt, r.Zone)
	switch f.Outcome { //nolint:exhaustive // the rest is kept as long as its type says
	case models.OutcomeExpired:
		return closed.AddDays(r.DaysKept(models.OwnUnverified)).End(r.Zone), models.OwnUnverified
	case models.OutcomeSpam:
		return closed.AddDays(r.DaysKept(models.OwnSpam)).End(r.Zone), models.OwnSpam
	}
	months := 0
	if t, ok := r.TypeOf(f); ok {
		months = t.Retention.Months
	}
	return closed.AddMonths(max(months, 1)).End(r.Zone), models.OwnRequests
}

func (r Rules) retainedUntil(f models.Facts) time.Time {
	until, _ := r.RetainedUntil(f)
	return until
}

// notErased refuses everything about a request whose personal data is erased,
// but for what becomes of mails that had left before.
func notErased(_ Rules, r models.Request, _ models.Actor, a Act) error {
	if !r.Shredded || a.Command == CommandRecordDelivery || a.Command == CommandRecordNotification {
		return nil
	}
	return models.Errorf(models.CodeConflict, "the personal data of the request is erased: nothing can be done with it any more")
}

func (d *decider) erase() error {
	until, rule := d.rules.RetainedUntil(d.Request.Facts)
	d.observe(models.EventErased, map[string]string{"rule": string(rule), "kept_until": until.UTC().Format(time.RFC3339)})
	d.With(models.RequestErased{RequestID: d.Request.ID})
	d.erasureSeen()
	d.Plan(d.stamp, models.Job{Kind: models.JobLeftovers, RequestID: d.Request.ID, UniqueKey: "leftovers/" + d.Request.ID, RunAt: d.now})
	return nil
}

// Retention erases what the service itself has kept long enough.
type Retention struct {
	*core
	cases *Cases
}

// Due is a closed request whose personal data is erased at a time.
type Due struct {
	Request models.Request // facts only
	At      time.Time      // the first instant at which it may be erased
	Rule    models.OwnData
	Held    bool // a legal hold keeps it
}

// Requests calls each with the closed requests whose personal data may be erased
// at an instant, the first closed first.
func (s *Retention) Requests(ctx context.Context, at time.Time, each func(Due) error) error {
	f := s.erasable(at)
	for {
		page, next, err := s.Store.Erasable(ctx, f)
		if err != nil {
			return err
		}
		for _, r := range page {
			due, err := s.due(ctx, r)
			if err == nil && !due.At.After(at) {
				err = each(due)
			}
			if err != nil {
				return err
			}
		}
		if next.IsZero() {
			return nil
		}
		f.After = next
	}
}

// erasable selects what may be due at an instant: that is never less than what
// is. A day more makes up for the zone.
func (s *Retention) erasable(at time.Time) models.Erasable {
	today := models.DateOf(at, s.Zone)
	before := func(d models.Date) time.Time { return d.AddDays(1).End(s.Zone) }
	return models.Erasable{
		Closed:     before(today.AddMonths(-s.Policy.ShortestRetention())),
		Unverified: before(today.AddDays(-s.Policy.DaysKept(models.OwnUnverified))),
		Spam:       before(today.AddDays(-s.Policy.DaysKept(models.OwnSpam))),
		Limit:      500,
	}
}

// due says until when a request is kept, by the policy that it is under.
func (s *Retention) due(ctx context.Context, r models.Request) (Due, error) {
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return Due{}, err
	}
	at, rule := rules.RetainedUntil(r.Facts)
	return Due{Request: r, At: at, Rule: rule}, nil
}

// Held is Due with whether a legal hold keeps the request, for which its
// personal data is read.
func (s *Retention) Held(ctx context.Context, due Due) (Due, error) {
	r, err := s.Store.FindByID(ctx, due.Request.ID)
	if err != nil {
		return due, err
	}
	holds, err := s.legalHoldsOn(ctx, r, nil)
	due.Held = len(holds.On) > 0
	return due, err
}

// EraseRequest erases the personal data of a closed request. It is CodeConflict
// while that is to be kept.
func (s *Retention) EraseRequest(ctx context.Context, id, job string) error {
	_, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, id, Erase{}, Option{JobDone: job})
	return err
}

// cutoffs are the instants before which the rest must have ended.
func (s *Retention) cutoffs(at time.Time) models.ErasureCutoffs {
	before := func(what models.OwnData) time.Time { return at.AddDate(0, 0, -s.Policy.DaysKept(what)) }
	return models.ErasureCutoffs{
		Mail: before(models.OwnMail), StaffLetters: before(models.OwnStaffLetters), Codes: before(models.OwnCodes),
		Jobs: before(models.OwnJobs), LegalHolds: before(models.OwnLegalHolds),
	}
}

// Rest counts what else is due at an instant. Mail that a legal hold keeps is
// counted too.
func (s *Retention) Rest(ctx context.Context, at time.Time) (map[models.OwnData]int, error) {
	return s.Store.CountOwnData(ctx, s.cutoffs(at))
}

// EraseRest erases what else is due now, and records how much of what.
func (s *Retention) EraseRest(ctx context.Context) error {
	cutoffs := s.cutoffs(s.now())
	counts, err := s.Store.CountOwnData(ctx, cutoffs)
	if err != nil {
		return err
	}
	if counts[models.OwnMail], err = s.eraseMails(ctx, cutoffs.Mail); err != nil {
		return err
	}
	if err := s.Store.EraseOwnData(ctx, cutoffs); err != nil {
		return err
	}
	detail := map[string]string{}
	for what, n := range counts {
		if n > 0 {
			detail[string(what)] = strconv.Itoa(n)
		}
	}
	if len(detail) == 0 {
		return nil
	}
	return s.Store.Record(ctx, s.observed(models.Actor{Kind: models.ActorSystem}, models.Request{}, models.EventOwnDataErased, detail))
}

// eraseMails erases received mails that led to no request, but for those of whom
// a legal hold stands on.
func (s *Retention) eraseMails(ctx context.Context, before time.Time) (erased int, err error) {
	var after models.Cursor
	for {
		page, next, err := s.Store.ErasableMail(ctx, before, after, 100)
		if err != nil {
			return erased, err
		}
		for _, m := range page {
			switch err := s.eraseMail(ctx, m); models.CodeOf(err) { //nolint:exhaustive // the rest is a fault
			case "":
				erased++
			case models.CodeConflict, models.CodeStale:
			default:
				return erased, err
			}
		}
		if next.IsZero() {
			return erased, nil
		}
		after = next
	}
}

func (s *Retention) eraseMail(ctx context.Context, m models.ReceivedMail) error {
	holds, err := s.Store.LegalHoldsOn(ctx, func() ([][]byte, error) {
		var all []models.Identifier
		for _, address := range append([]string{m.Envelope.From}, m.Reading.From...) {
			all = append(all, models.Identifier{Kind: models.IdentifierEmail, Value: address})
		}
		return s.subjectDigests(all), nil
	})
	if err != nil {
		return err
	}
	if len(holds.On) > 0 {
		return models.Errorf(models.CodeConflict, "a legal hold keeps the mail")
	}
	var d Decision
	d.With(models.MailErased{MailID: m.ID})
	d.With(models.LegalHoldsSeen{Version: holds.Version})
	return s.Store.Commit(ctx, d)
}

// DeleteLeftovers deletes the files whose rows are gone. A file that is gone
// already is no fault, so that it goes on where it was cut short.
func (s *Retention) DeleteLeftovers(ctx context.Context) error {
	for {
		left, err := s.Store.Leftovers(ctx, 200)
		if err != nil {
			return err
		}
		var gone []string
		var faults []error
		for _, l := range left {
			if err := s.deleteFile(ctx, l); err != nil {
				faults = append(faults, err)
				continue
			}
			gone = append(gone, l.ID)
		}
		if len(gone) > 0 {
			if err := s.Store.LeftoversDeleted(ctx, gone); err != nil {
				return err
			}
		}
		if len(faults) > 0 {
			return errors.Join(faults...)
		}
		if len(left) == 0 {
			return s.Store.Scrub(ctx)
		}
	}
}

func (s *Retention) deleteFile(ctx context.Context, l models.Leftover) error {
	if l.Kind == models.LeftoverBlob {
		return s.Blobs.Delete(ctx, l.Name)
	}
	if s.MailFolder == nil || l.Name == "" {
		return nil
	}
	return s.MailFolder.Delete(l.Name)
}

// Apply erases everything that is due now, as the jobs do, and says how many
// requests it erased and how many legal holds kept.
func (s *Retention) Apply(ctx context.Context) (erased, kept int, err error) {
	err = s.Requests(ctx, s.now(), func(due Due) error {
		switch err := s.EraseRequest(ctx, due.Request.ID, ""); models.CodeOf(err) { //nolint:exhaustive // the rest is a fault
		case "":
			erased++
			return nil
		case models.CodeConflict:
			kept++
			return nil
		default:
			return err
		}
	})
	if err == nil {
		err = s.EraseRest(ctx)
	}
	return erased, kept, errors.Join(err, s.DeleteLeftovers(ctx))
}

// mailKey is an address as legal holds find it.
func (r Rules) mailKey(address string) string { return mailaddr.Normal(r.canonical(address)) }
