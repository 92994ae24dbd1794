package api

import (
	"context"
	"net/http"

	"habeas/fulfilment/certificate"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

func (a *API) erasure() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodPost, Path: "/v1/requests/:reference/confirm", ID: "confirmErasure", Access: Session, Status: 200, Tag: tagSubject,
			Summary: "Confirm an erasure",
			Description: "Where allowed has confirm-erasure: with a fresh code (see requestCode), after the person was told that what is erased cannot be brought back. " +
				"Then the time to think runs in which the request can still be withdrawn; nothing is erased before.",
			etag: true, once: asIsAt, example: confirmErasureInput{Code: "7K3M9QXD"},
		}, a.confirmOwnErasure),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/requests/:reference/certificate", ID: "getOwnCertificate", Access: Session, Status: 200, Tag: tagSubject,
			Summary: "Read the certificate of an erasure", Description: certificateText + " It is there once the request is answered, and stays when it is opened again.",
		}, a.ownCertificate),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/certificate", ID: "getCertificate", Access: staff(models.MayOpen), Status: 200, Tag: tagTasks,
			Summary: "The certificate of an erasure", Description: certificateText + " Who approved is named by role.",
		}, a.certificate),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/erasure", ID: "getErasure", Access: staff(models.MayOpen), Status: 200, Tag: tagTasks, long: true,
			Summary:     "The erasure of a request in all systems",
			Description: "The task in each system, with its preview where one waits. hash is what approveErasure takes. That the previews were read, and by whom, is recorded.",
		}, a.wholeErasure),
		erasureCommand(a, "preview", "previewErasure", "Have every system show what it would erase", "Nothing is changed. A system that was asked before is left alone.", nil,
			func(erasureInput) workflows.Command { return workflows.PreviewErasure{} }),
		erasureCommand(a, "approve", "approveErasure", "Approve the previews of all systems",
			"hash names what was read; other previews in their place are 412. Nobody approves a preview that they had made. Each system erases once.", approveErasureInput{Hash: "9f86d081884c7d65"},
			func(in approveErasureInput) workflows.Command { return workflows.ApproveErasure{Hash: in.Hash} }),
		erasureCommand(a, "confirm", "confirmErasureFor", "Record that the requester confirmed the erasure", "Of a requester who cannot do so in the portal: note says how they did.",
			confirmForInput{Note: "Rang back on the number on file."},
			func(in confirmForInput) workflows.Command { return workflows.ConfirmErasure{Note: in.Note} }),
		erasureCommand(a, "look-again", "lookAgain", "Ask the systems again after an erasure",
			"As happens by itself after the days that the policy says. What they show goes on the certificate; what came back is a task, and opens a closed request.", nil,
			func(erasureInput) workflows.Command { return workflows.LookAgain{} }),
	}
}

const certificateText = "What was erased in which system, in counts by data category, what was kept and why, until when backups may hold it, the hashes of the receipts, and what was seen when the systems were asked again. " +
	"text is the same in the language of the request. That it was read is recorded."

type (
	confirmErasureInput struct {
		Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
		Code      string `json:"code" validate:"required,max=64"`
	}
	erasureInput        struct{ ref }
	approveErasureInput struct {
		ref
		Hash string `json:"hash" validate:"required,max=128"`
	}
	confirmForInput struct {
		ref
		Note string `json:"note" validate:"required,filled,max=10000"`
	}
	certificateView struct {
		Hash        string             `json:"hash" description:"SHA-256 of the certificate in canonical JSON: keys sorted, no blanks."`
		Certificate models.Certificate `json:"certificate"`
		Text        string             `json:"text"`
	}
	erasureView struct {
		Reference string          `json:"reference"`
		Hash      string          `json:"hash,omitempty" description:"Of the previews that wait for approval; left out where none does."`
		Waits     models.TaskWait `json:"waits,omitempty" description:"confirmation or cooling_off: what keeps systems from erasing."`
		models.Erasure
		Systems []erasureSystem `json:"systems"`
	}
	erasureSystem struct {
		Task    taskView        `json:"task"`
		Preview *models.Preview `json:"preview,omitempty"`
		Receipt *models.Receipt `json:"receipt,omitempty"`
	}
)

func (a *API) confirmOwnErasure(ctx context.Context, c *call, in confirmErasureInput) (ownView, error) {
	if c.repeated {
		return a.viewOwn(ctx, c.subject)
	}
	typed := cases.TypedCode{Reference: c.subject.Reference, Code: in.Code, Client: a.Network(c.Request())}
	d, err := a.Service.Sessions.ConfirmErasure(ctx, c.subject.ID, typed, c.option(http.StatusOK, blank))
	if err != nil {
		return ownView{}, err
	}
	return a.viewOwn(ctx, d.Request)
}

func (a *API) ownCertificate(ctx context.Context, c *call, _ referenceInput) (certificateView, error) {
	found, err := a.Service.Queries.Certificate(ctx, c.actor(), c.subject)
	if err != nil {
		return certificateView{}, err
	}
	return a.viewCertificate(ctx, found, c.subject)
}

func (a *API) certificate(ctx context.Context, c *call, in referenceInput) (certificateView, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return certificateView{}, err
	}
	found, r, err := a.Service.Queries.CertificateOf(ctx, c.actor(), reference)
	if err != nil {
		return certificateView{}, err
	}
	return a.viewCertificate(ctx, found, r)
}

func (a *API) viewCertificate(ctx context.Context, found models.Certificate, r models.Request) (certificateView, error) {
	policy, err := a.Service.Queries.PolicyOf(ctx, r)
	if err != nil {
		return certificateView{}, err
	}
	return certificateView{found.Hash(), found, certificate.In(r.Locale, found, certificate.WordsFor(policy, r, a.Service.Zone)).Text()}, nil
}

func (a *API) wholeErasure(ctx context.Context, c *call, in referenceInput) (erasureView, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return erasureView{}, err
	}
	p, err := a.Service.Tasks.Erasure(ctx, c.actor(), reference)
	if err != nil {
		return erasureView{}, err
	}
	v := erasureView{Reference: p.Request.Reference, Hash: p.Hash, Erasure: p.Request.Erasure, Waits: p.Request.Erasure.Waits(a.Now()), Systems: []erasureSystem{}}
	for _, s := range p.Systems {
		one := erasureSystem{Task: viewTask(s.Task, a.Now()), Preview: s.Preview, Receipt: s.Receipt}
		one.Task.Allowed = p.Allowed(s.Task)
		v.Systems = append(v.Systems, one)
	}
	return v, nil
}

// erasureCommand is the endpoint of a command about the erasure as a whole. It
// answers with the tasks as they then are, without the words of people.
func erasureCommand[In about](a *API, word, id, summary, description string, example any, read func(In) workflows.Command) endpoint {
	return handle(Route{
		Method: http.MethodPost, Path: "/v1/admin/requests/:reference/erasure/" + word, ID: id, Access: staff(models.MayTasks), Status: 200, Tag: tagTasks,
		Summary: summary, Description: description, once: asIsAt, optional: example == nil, example: example,
	}, func(ctx context.Context, c *call, in In) (erasureView, error) {
		reference, err := known(in.reference())
		if err != nil {
			return erasureView{}, err
		}
		if !c.repeated {
			if _, err := a.Service.Cases.Do(ctx, c.actor(), reference, read(in), c.option(http.StatusOK, blank)); err != nil {
				return erasureView{}, err
			}
		}
		r, err := a.Service.Queries.FactsOf(ctx, reference)
		if err != nil {
			return erasureView{}, err
		}
		l, err := a.Service.Tasks.Facts(ctx, c.actor(), r)
		v := erasureView{Reference: reference, Hash: workflows.ErasureHash(r, l.Tasks), Erasure: r.Erasure, Waits: r.Erasure.Waits(a.Now()), Systems: []erasureSystem{}}
		for _, t := range l.Tasks {
			if t.Action == models.ActionErase || t.After != "" {
				v.Systems = append(v.Systems, erasureSystem{Task: viewTaskFacts(t, a.Now())})
			}
		}
		return v, err
	})
}
