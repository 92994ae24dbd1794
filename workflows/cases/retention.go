package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"habeas/models"
	"habeas/workflows"
)

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
	Undone  bool // a task that has not ended keeps it
}

// Requests calls each with the closed requests whose personal data may be erased
// at an instant, the first closed first. What cannot be judged or fails is passed
// over; the error names it.
func (s *Retention) Requests(ctx context.Context, at time.Time, each func(Due) error) error {
	var faults failures
	f, err := s.erasable(ctx, at)
	faults.add("", err)
	for {
		page, next, err := s.Store.Erasable(ctx, f)
		if err != nil {
			return errors.Join(faults.all(), err)
		}
		for _, r := range page {
			due, err := s.due(ctx, r)
			if err == nil && !due.At.After(at) {
				err = each(due)
			}
			faults.add(r.Reference, err)
		}
		if next.IsZero() || ctx.Err() != nil {
			return errors.Join(faults.all(), ctx.Err())
		}
		f.After = next
	}
}

// faults collects what went wrong with some of many. Of thousands it tells the
// first, and how many there are. Whatever code one of them has, all together are a
// fault of the whole.
type failures struct {
	first []error
	n     int
}

const mostFaults = 5

func (f *failures) add(what string, err error) {
	if err == nil {
		return
	}
	if f.n++; f.n > mostFaults {
		return
	}
	text := err.Error()
	if what != "" {
		text = what + ": " + text
	}
	f.first = append(f.first, errors.New(text))
}

func (f *failures) all() error {
	if f.n > mostFaults {
		return errors.Join(append(f.first, fmt.Errorf("and %d more", f.n-mostFaults))...)
	}
	return errors.Join(f.first...)
}

// erasable selects what may be due at an instant: that is never less than what
// is. Each request is under the policy that it was received under, so that the
// shortest period of all of them counts. A day more makes up for the zone.
func (s *Retention) erasable(ctx context.Context, at time.Time) (models.Erasable, error) {
	versions, err := s.Store.Policies(ctx)
	if err != nil {
		return models.Erasable{}, err
	}
	p := s.Policy
	months, unverified, spam := p.ShortestRetention(), p.DaysKept(models.OwnUnverified), p.DaysKept(models.OwnSpam)
	var faults failures
	for _, version := range versions {
		rules, err := s.rulesOf(ctx, version)
		if err != nil {
			faults.add("", err)
			continue
		}
		months = min(months, rules.ShortestRetention())
		unverified = min(unverified, rules.DaysKept(models.OwnUnverified))
		spam = min(spam, rules.DaysKept(models.OwnSpam))
	}
	today := models.DateOf(at, s.Zone)
	before := func(d models.Date) time.Time { return d.AddDays(1).End(s.Zone) }
	return models.Erasable{
		Closed: before(today.AddMonths(-months)), Unverified: before(today.AddDays(-unverified)), Spam: before(today.AddDays(-spam)), Limit: 500,
	}, faults.all()
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

// Kept is Due with what keeps the request: a legal hold, for which its personal data
// is read, or an undone task.
func (s *Retention) Kept(ctx context.Context, due Due) (Due, error) {
	r, err := s.Store.FindByID(ctx, due.Request.ID)
	if err != nil {
		return due, err
	}
	holds, err := s.legalHoldsOn(ctx, r, nil, ofRequester(r)...)
	if err != nil {
		return due, err
	}
	tasks, err := s.Store.TasksOf(ctx, r.ID)
	due.Held = len(holds.On) > 0
	due.Undone = slices.ContainsFunc(tasks, func(t models.Task) bool { return !t.State.Ended() })
	return due, err
}

// EraseRequest erases the personal data of a closed request. It is CodeConflict
// while that is to be kept.
func (s *Retention) EraseRequest(ctx context.Context, id, job string) error {
	_, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, id, workflows.Erase{}, Option{JobDone: job})
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

// EraseRest erases what else is due now, in slices: each with an event that says
// how much of what. Whoever is cut short goes on where they were.
func (s *Retention) EraseRest(ctx context.Context) error {
	cutoffs := s.cutoffs(s.now())
	return errors.Join(s.eraseMails(ctx, cutoffs.Mail), s.eraseOwnData(ctx, cutoffs))
}

// ownSlice is how many rows one transaction erases.
const ownSlice = 500

func (s *Retention) eraseOwnData(ctx context.Context, cutoffs models.ErasureCutoffs) error {
	for try := 1; ; {
		slice, err := s.Store.OwnDataDue(ctx, cutoffs, ownSlice)
		if err != nil || len(slice.IDs) == 0 {
			return err
		}
		d := s.erasing(ctx, slice.What, len(slice.IDs))
		d.With(slice)
		switch err := s.finish(ctx, d, Option{}); {
		case err == nil:
			try = 1
		case models.CodeOf(err) == models.CodeStale && try < attempts:
			try++
		default:
			return err
		}
	}
}

// erasing is a decision to erase so much of the service's own data.
func (s *Retention) erasing(ctx context.Context, what models.OwnData, n int) (d workflows.Decision) {
	d.Log(s.stamp(ctx), models.Event{
		Kind: models.EventOwnDataErased, Actor: models.Actor{Kind: models.ActorSystem}, Detail: map[string]string{string(what): strconv.Itoa(n)},
	})
	return d
}

// mailSlice is how many mails one transaction erases.
const mailSlice = 100

// eraseMails erases received mails that led to no request, but for those of whom
// a legal hold stands on.
func (s *Retention) eraseMails(ctx context.Context, before time.Time) error {
	var after models.Cursor
	for try := 1; ; {
		page, next, err := s.Store.ErasableMail(ctx, before, after, mailSlice)
		if err == nil {
			err = s.erasePage(ctx, page)
		}
		switch {
		case models.CodeOf(err) == models.CodeStale && try < attempts:
			try++
		case err != nil || next.IsZero():
			return err
		default:
			after, try = next, 1
		}
	}
}

// erasePage erases mails. It is CodeStale where one of them, or a legal hold, has
// changed meanwhile.
func (s *Retention) erasePage(ctx context.Context, page []models.ReceivedMail) error {
	var gone []models.Effect
	version := 0
	for i, m := range page {
		holds, kept, err := s.legalHoldsOnMail(ctx, m)
		switch {
		case err != nil:
			return err
		case i > 0 && holds.Version != version:
			return models.Errorf(models.CodeStale, "a legal hold was set or lifted meanwhile")
		case !kept:
			gone = append(gone, models.MailErased{MailID: m.ID})
		}
		version = holds.Version
	}
	if len(gone) == 0 {
		return nil
	}
	d := s.erasing(ctx, models.OwnMail, len(gone))
	d.Effects = append(d.Effects, gone...)
	d.With(models.LegalHoldsSeen{Version: version})
	return s.finish(ctx, d, Option{})
}

// legalHoldsOnMail returns the legal holds that stand on whoever a mail is from, and
// whether it is kept. Of one that nobody has read nobody knows whose it is: any
// legal hold keeps it.
func (s *core) legalHoldsOnMail(ctx context.Context, m models.ReceivedMail) (holds models.LegalHolds, kept bool, err error) {
	holds, err = s.Store.LegalHoldsOn(ctx, func() ([][]byte, error) {
		var all []models.Identifier
		for _, address := range append([]string{m.Envelope.From}, m.Reading.From...) {
			all = append(all, models.Identifier{Kind: models.IdentifierEmail, Value: address})
		}
		return s.subjectDigests(all), nil
	})
	return holds, len(holds.On) > 0 || holds.Any && len(m.Reading.From) == 0, err
}

// heldMail are the received mails in a request whose senders a legal hold stands
// on: they outlive the request, whosever that is.
func (s *core) heldMailOf(ctx context.Context, r models.Request) ([]string, error) {
	mails, err := s.Store.MailOf(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var held []string
	for _, m := range mails {
		_, kept, err := s.legalHoldsOnMail(ctx, m)
		if err != nil {
			return nil, err
		}
		if kept {
			held = append(held, m.ID)
		}
	}
	return held, nil
}

// DeleteLeftovers deletes the files whose rows are gone. A file that is gone
// already is no fault, so that it goes on where it was cut short; one that cannot
// be deleted keeps no other from that, now or next time.
func (s *Retention) DeleteLeftovers(ctx context.Context) error {
	var faults failures
	tried := map[string]bool{}
	for after := (models.Leftover{}); ; {
		left, err := s.Store.Leftovers(ctx, after, 200)
		if err != nil {
			return errors.Join(faults.all(), err)
		}
		if len(left) == 0 {
			return errors.Join(faults.all(), s.Store.Scrub(ctx))
		}
		after = left[len(left)-1]
		var gone, stuck []string
		for _, l := range left {
			if tried[l.ID] {
				continue
			}
			tried[l.ID] = true
			if err := s.deleteFile(ctx, l); err != nil {
				faults.add("", err)
				stuck = append(stuck, l.ID)
			} else {
				gone = append(gone, l.ID)
			}
		}
		if err := s.Store.LeftoversTried(context.WithoutCancel(ctx), gone, stuck); err != nil {
			return errors.Join(faults.all(), err)
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
// requests it erased and how many are kept: by a legal hold, by an undone task, or
// because they were reopened.
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
	return erased, kept, errors.Join(err, s.EraseRest(ctx), s.DeleteLeftovers(ctx))
}
