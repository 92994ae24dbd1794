package cases

import (
	"context"
	"slices"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// withReceipts adds to a case the receipts of the erasures that are carried out, and
// whether the suppression list has the person: any command may end the last one, and
// so complete the certificate.
func (s *core) withReceipts(ctx context.Context, k workflows.Case) (workflows.Case, error) {
	all := workflows.ErasureTasks(k.Request, k.Tasks)
	if len(all) == 0 || k.Request.Shredded {
		return k, nil
	}
	k.Receipts, k.ReceiptsKnown = map[string]models.Receipt{}, true
	for _, t := range all {
		if t.State != models.TaskDone || t.Manual() {
			continue
		}
		r, err := decoded[models.Receipt](ctx, s, t.ID, models.ResultReceipt)
		if models.CodeOf(err) == models.CodeNotFound {
			continue // nothing was found there
		}
		if err != nil {
			return k, err
		}
		k.Receipts[t.ID] = r
	}
	if k.Request.Certificate == nil {
		return k, nil
	}
	var err error
	k.MailboxErased, err = s.Store.ErasedMailbox(ctx, s.rules(s.Policy).CanonicalMailbox(k.Request.Person.Email))
	return k, err
}

// ErasurePage is the erasure of a request in all systems, as one page shows it.
type ErasurePage struct {
	TaskList
	Systems []ErasureSystem
	Hash    string // of the previews that wait; "" for none
	at      time.Time
}

// ErasureSystem is the erasure in one system.
type ErasureSystem struct {
	Task    models.Task
	Preview *models.Preview // that waits, or is being applied
	Receipt *models.Receipt
}

// Given asks the gate what whoever looks may do about the erasure as a whole.
func (p ErasurePage) Given(c workflows.CommandName) workflows.Ruling {
	return workflows.Gate(p.rules, workflows.Case{Request: p.Request, Tasks: p.Tasks, LegalHolds: p.LegalHolds}, p.By, workflows.Act{Command: c, At: p.at})
}

// Approvable refuses somebody the approval of all previews that wait who may not
// approve one of them.
func (p ErasurePage) Approvable() workflows.Ruling {
	for _, s := range p.Systems {
		if s.Task.State != models.TaskNeedsReview {
			continue
		}
		if r := p.May(workflows.CommandApprovePreview, s.Task); r.Verdict == workflows.Refused {
			return r
		}
	}
	return p.Given(workflows.CommandApproveErasure)
}

// Rehearsable reports whether a system is left that could show what it would erase.
func (p ErasurePage) Rehearsable() bool {
	return slices.ContainsFunc(p.Systems, func(s ErasureSystem) bool { return workflows.Rehearsable(s.Task) })
}

// Erasure returns the erasure of a request with the previews of all systems, after
// recording of each who looked. What the policy lets nobody disclose is withheld, and
// nothing else is personal: what people wrote and who the owners are is left out.
func (s *Tasks) Erasure(ctx context.Context, by models.Actor, reference string) (ErasurePage, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return ErasurePage{}, err
	}
	l, err := s.Facts(ctx, by, r)
	if err != nil {
		return ErasurePage{}, err
	}
	p := ErasurePage{TaskList: l, Hash: workflows.ErasureHash(l.Request, l.Tasks), at: s.now()}
	for _, t := range workflows.ErasureTasks(l.Request, l.Tasks) {
		one := ErasureSystem{Task: t}
		if t.State == models.TaskNeedsReview || t.State == models.TaskApproved {
			preview, err := s.Preview(ctx, by, t.ID)
			if err != nil && models.CodeOf(err) != models.CodeNotFound {
				return ErasurePage{}, err
			}
			if err == nil {
				one.Preview = &preview
			}
		}
		if t.State == models.TaskDone && !t.Manual() {
			receipt, err := s.Receipt(ctx, t.ID)
			if err != nil && models.CodeOf(err) != models.CodeNotFound {
				return ErasurePage{}, err
			}
			if err == nil {
				one.Receipt = &receipt
			}
		}
		p.Systems = append(p.Systems, one)
	}
	return p, nil
}

// Certificate returns what the erasure of a request came to, after recording who
// read it. The requester has it once the request is answered, and keeps it when it is opened
// again. It is CodeNotFound
// where there is none.
func (s *Queries) Certificate(ctx context.Context, by models.Actor, r models.Request) (models.Certificate, error) {
	if !workflows.Certified(by, r) {
		return models.Certificate{}, models.Errorf(models.CodeNotFound, "there is no certificate of an erasure yet")
	}
	e := s.observed(by, r, models.EventCertificateRead, map[string]string{"certificate": r.Erasure.Certificate})
	return *r.Certificate, s.Store.Record(ctx, e)
}

// ConfirmErasure confirms an erasure with a fresh code, typed in the session of the
// request. A code that is not the right one now is CodeInvalid, as in Prove.
func (s *Sessions) ConfirmErasure(ctx context.Context, requestID string, t TypedCode, o Option) (workflows.Decision, error) {
	wrong := models.Invalid(models.FieldError{Field: "code", Code: "wrong", Message: "the code is wrong, used or no longer valid; ask for a fresh one"})
	code, err := s.Store.CountTry(ctx, requestID, s.triesOf(t.Client), s.now())
	if err != nil {
		return workflows.Decision{}, unlessFound(err, wrong)
	}
	if code.Tries > codeTries || !equal(code.Digest, s.digest(requestID, models.NormaliseCode(t.Code))) {
		return workflows.Decision{}, wrong
	}
	d, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSubject}, requestID, workflows.ConfirmErasure{CodeID: code.ID}, o)
	return d, unlessFound(err, wrong)
}

// CertificateOf is Certificate for staff, who know the reference.
func (s *Queries) CertificateOf(ctx context.Context, by models.Actor, reference string) (models.Certificate, models.Request, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return models.Certificate{}, r, err
	}
	c, err := s.Certificate(ctx, by, r)
	return c, r, err
}
